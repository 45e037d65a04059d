"""What a means keeps closed, proved by trying every door from inside."""

from __future__ import annotations

import os
import socket
import sys
import sysconfig
import tempfile
from pathlib import Path

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.sandbox.job import Job, Limits, Means
from kibitz.sandbox.process import execute

# Prints the names of the doors that were open.
_PROBE = """
import os, socket, sys
secret, folder, port, home = sys.argv[1:]
def tcp():
    socket.create_connection(("127.0.0.1", int(port)), 1)
def udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))
def local():
    socket.socket(socket.AF_UNIX).connect(os.path.join(os.path.dirname(secret), "socket"))
def outside():
    open(secret).close()
def home_file():
    open(home or os.devnull + "/none").close()
def readable():
    open(os.path.join(folder, "file")).close()
def change():
    open(os.path.join(folder, "file"), "r+").close()
def truncate():
    os.truncate(os.path.join(folder, "file"), 0)
def create():
    open(os.path.join(folder, "new"), "w").close()
def scratch():
    open("written", "w").close()
for door in (tcp, udp, local, outside, home_file, readable, change, truncate, create, scratch):
    try:
        door()
    except OSError:
        continue
    print(door.__name__)
"""
_OPEN = {"readable", "scratch"}
_SENTENCES = {
    "tcp": "the network can be reached",
    "udp": "the network can be reached",
    "local": "sockets of other programs can be reached",
    "outside": "files of other folders can be read",
    "home_file": "the home folder can be read",
    "change": "the project can be changed",
    "truncate": "the project can be changed",
    "create": "the project can be changed",
}


@frozen
class Finding:
    """Whether a means works here, in a sentence."""

    means: Means
    works: bool
    detail: str


def own_interpreter() -> tuple[Path, ...]:
    """The folders this very interpreter needs to run."""
    paths = sysconfig.get_paths()
    names = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    return tuple(Path(name) for name in sorted(names | {paths["stdlib"], paths["platstdlib"]}))


def _a_file(home: str) -> str:
    """Some file of the home folder that can be read, or nothing."""
    try:
        with os.scandir(home or "/nonexistent") as entries:
            return next((e.path for e in entries if e.is_file() and os.access(e.path, os.R_OK)), "")
    except OSError:
        return ""


async def try_means(means: Means, *, bwrap: str, home: str) -> Finding:
    """Run the probe by `means`: it works where every door but the two meant to be open is closed."""
    with tempfile.TemporaryDirectory(prefix="kibitz-probe-") as name, socket.socket() as server:
        folder = Path(name)
        (folder / "secret").write_text("secret")
        (folder / "project").mkdir()
        (folder / "project" / "file").write_text("file")
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.socket(socket.AF_UNIX) as local:
            local.bind(str(folder / "socket"))
            local.listen()
            arguments = (
                str(folder / "secret"),
                str(folder / "project"),
                str(server.getsockname()[1]),
                _a_file(home),
            )
            job = Job(
                argv=(sys.executable, "-I", "-S", "-c", _PROBE, *arguments),
                readable=(*own_interpreter(), folder / "project"),
                limits=Limits(timeout_s=10, memory_mb=256, file_mb=1, output_bytes=10_000),
            )
            try:
                ended = await execute(job, means=means, bwrap=bwrap, home=home)
            except KibitzError as error:
                return Finding(means, False, error.message)
            except OSError as error:
                return Finding(means, False, f"The {means} sandbox could not be tried: {error.strerror}.")
        if (folder / "project" / "file").read_text() != "file" or (folder / "project" / "new").exists():
            return Finding(means, False, f"{means} does not work here: the project was changed.")
    outcome = ended.outcome
    if outcome.exit_code != 0:
        return Finding(means, False, f"{means} does not work here: a program in it did not run to its end.")
    found = set(outcome.stdout.split())
    if found != _OPEN:
        wrong = sorted({_SENTENCES[door] for door in found - _OPEN}) or ["its own folders cannot be used"]
        return Finding(means, False, f"{means} does not hold here: {', '.join(wrong)}.")
    return Finding(means, True, _detail(means, ended.abi or 0))


def _detail(means: Means, abi: int) -> str:
    if means == "bubblewrap":
        return "bubblewrap works: no network, no other processes, everything but the scratch folder read-only or absent."
    detail = (
        f"Landlock (ABI {abi}) with a system call filter works: no new sockets of any kind, no files but the ones shown. "
        "Not covered: permissions and times of files that you own can be changed, other processes can be seen"
    )
    return detail + (
        "." if abi >= 6 else " and, on this kernel, sent signals: code made to resist may outlive its job."
    )
