"""The folder a job may write to: made for it, filled, read back, and removed whatever the job did to it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from kibitz.errors import KibitzError


class Scratch:
    """`work` is the job's working directory, `tmp` and `shm` its /tmp and /dev/shm; `root` holds them and is not shown."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="kibitz-sandbox-")).resolve()
        self.work = self.root / "work"
        self.tmp = self.root / "tmp"
        self.shm = self.root / "shm"
        for folder in (self.work, self.tmp, self.shm):
            folder.mkdir(mode=0o700)

    def fill(self, files: Mapping[str, str | bytes]) -> None:
        """Write `files`. Raises KibitzError `invalid` where two names cannot exist together."""
        for name, content in files.items():
            path = self.work / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(
                    content.encode(errors="surrogatepass") if isinstance(content, str) else content
                )
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                raise KibitzError("invalid", "Two files of a sandboxed job need the same name.") from error

    def collect(self, names: Iterable[str], most_bytes: int) -> tuple[dict[str, bytes], bool]:
        """The regular files among `names`, and whether one was left out because it is too large.

        A job may have put links or pipes there: nothing outside the folder is read, and nothing is waited for.
        """
        found: dict[str, bytes] = {}
        too_large = False
        for name in names:
            path = self.work / name
            try:
                if not path.resolve().is_relative_to(self.work):
                    continue
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except (OSError, RuntimeError):  # missing, not ours to read, or a loop of links
                continue
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                continue
            with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor
                content = file.read(most_bytes + 1)
            if len(content) > most_bytes:
                too_large = True
            else:
                found[name] = content
        return found, too_large

    def used_bytes(self) -> int:
        """What all its files take on the disk."""
        total = 0
        for folder, _, names in os.walk(self.root):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512  # noqa: PTH118
                except OSError:  # removed or locked by the job, which goes on while this looks
                    continue
        return total

    def remove(self) -> None:
        """Remove everything, folders that the job locked included."""
        for _ in range(3):  # the last processes of a killed job may still be writing
            for folder, names, _ in os.walk(self.root):
                for name in names:
                    path = Path(folder, name)
                    if not path.is_symlink():
                        path.chmod(0o700)
            shutil.rmtree(self.root, ignore_errors=True)
            if not self.root.exists():
                return
        raise KibitzError("internal", "A scratch folder of the sandbox could not be removed.", str(self.root))
