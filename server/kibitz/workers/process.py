"""Starting programs: kept helpers that run once and answer, and children that are talked to."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from kibitz.errors import KibitzError


@frozen
class ToolResult:
    """What a program said, decoded as UTF-8, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str


def find_tool(name: str) -> str | None:
    """The program that was installed beside this interpreter, else the one on the search path."""
    beside = Path(sys.executable).parent / (name + (".exe" if sys.platform == "win32" else ""))
    return str(beside) if beside.is_file() else shutil.which(name)


async def run_tool(
    argv: Sequence[str],
    *,
    stdin: str = "",
    cwd: Path | None = None,
    timeout_s: float = 30,
    env: Mapping[str, str] | None = None,
) -> ToolResult:
    """Run a trusted program to its end. A cancelled wait kills it.

    Raises `timeout` after `timeout_s` seconds and `not_found` where the program does not start.
    """
    process = await start(argv, cwd=cwd, env=env, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(timeout_s):
            out, err = await process.communicate(stdin.encode("utf-8", "surrogateescape"))
    except TimeoutError:
        raise KibitzError(
            "timeout", f"{Path(argv[0]).name} took longer than {timeout_s:.0f} s.", "Try a smaller file."
        ) from None
    finally:
        await kill(process)
    return ToolResult(process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


async def start(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stderr: int | None = asyncio.subprocess.DEVNULL,
) -> asyncio.subprocess.Process:
    """A child with both its standard streams as pipes. Raises `not_found`."""
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            cwd=cwd,
            env=dict(env) if env is not None else None,
        )
    except OSError as error:
        name = Path(argv[0]).name
        raise KibitzError(
            "not_found", f"{name} could not be started: {error.strerror}.", f"Install {name} again."
        ) from None


async def kill(process: asyncio.subprocess.Process) -> None:
    """End a child for certain and collect it; nothing happens to one that has ended."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    # asyncio keeps the pipes of a killed child open until its transport is closed
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()
