"""Jobs for a Python interpreter: what it needs to see, found without running it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.sandbox.job import Job, Limits
from kibitz.sandbox.selftest import own_interpreter

_NAME = re.compile(r"(python|pypy)[\d.]*[a-z]?$")


def interpreter_folders(interpreter: Path) -> tuple[Path, ...]:
    """The folders `interpreter` needs: its virtual environment and the installation behind it.

    Read from its place and its pyvenv.cfg alone; both may come from a project, so only a folder that holds a
    Python library counts. Raises KibitzError `not_found` or `invalid` where it is not an interpreter itself.
    """
    if not interpreter.is_absolute() or not interpreter.is_file():
        raise KibitzError("not_found", "The Python interpreter for the sandbox does not exist.")
    if interpreter == Path(sys.executable):
        return (*own_interpreter(), interpreter)
    real = interpreter.resolve()
    with real.open("rb") as file:
        if not _NAME.match(real.name) or file.read(2) == b"#!":
            raise KibitzError(
                "invalid",
                "What should be the Python interpreter for the sandbox is a script or another program.",
                "Name the interpreter itself, not a shim.",
            )
    prefixes = [_installation(real)]
    venv = interpreter.parent.parent
    config = venv / "pyvenv.cfg"
    if config.is_file():
        home = re.search(r"^home\s*=\s*(.+?)\s*$", config.read_text("utf-8", "replace"), re.MULTILINE)
        prefixes.append(venv)
        if home:
            prefixes.append(_installation(Path(home[1]) / real.name))
    return (*dict.fromkeys(prefixes), interpreter)


def _installation(program: Path) -> Path:
    """The prefix whose `bin` holds `program`, where a Python library is beside it."""
    prefix = program.parent.parent
    if not any(prefix.glob("lib*/py*/os.py")):
        raise KibitzError("invalid", "The Python interpreter for the sandbox has no library beside it.")
    return prefix


def python_job(
    interpreter: Path,
    args: Sequence[str],
    *,
    files: Mapping[str, str | bytes] | None = None,
    readable: Sequence[Path] = (),
    import_from: Sequence[str | Path] = (".",),
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    limits: Limits | None = None,
    collect: Sequence[str] = (),
) -> Job:
    """A job that runs `interpreter` with `args` (`["-m", "pytest", "-q"]`, `["script.py"]`).

    It sees its own installation, `readable` and the scratch folder, imports from `import_from` first (relative
    ones are inside the scratch folder) and from nowhere else but its installation: no user packages, no folder that
    happens to hold a script. Hashes are the same in every run unless `env` sets PYTHONHASHSEED. A project's
    package is importable where its folder is in both `readable` and `import_from`.
    """
    settings = {
        "PYTHONPATH": ":".join(map(str, import_from)),
        # As variables, not as options: they hold for the interpreters it starts, and older ones ignore what they lack.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        **(env or {}),
    }
    return Job(
        argv=(str(interpreter), *args),
        files=files or {},
        readable=(*interpreter_folders(interpreter), *readable),
        env=settings,
        stdin=stdin,
        limits=limits or Limits(),
        collect=tuple(collect),
    )
