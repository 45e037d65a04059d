"""A sandbox for each means that works on this machine, and Python in it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kibitz.sandbox.python import python_job
from kibitz.sandbox.run import Limits, Outcome, Sandbox

RunPython = Callable[..., Awaitable[Outcome]]


@pytest.fixture(params=["bubblewrap", "landlock"])
async def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Skips, with the self-test's own sentence, where the means does not work here."""
    box = Sandbox(means=request.param)
    test = await box.self_test()
    if test.means is None:
        pytest.skip(test.detail)
    return box


@pytest.fixture
def run_python(sandbox: Sandbox) -> RunPython:
    """Runs a piece of Python with arguments in the sandbox."""

    async def run(code: str, *args: str, timeout_s: float = 30, **options: object) -> Outcome:
        options.setdefault("limits", Limits(timeout_s=timeout_s))
        return await sandbox.run(python_job(Path(sys.executable), ["-c", code, *args], **options))  # type: ignore[arg-type]

    return run


@pytest.fixture
def processes_with() -> Callable[[str], list[int]]:
    """The living processes of this machine that have a text among their arguments."""

    def find(text: str) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                arguments = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if text.encode() in arguments:
                found.append(int(folder.name))
        return found

    return find


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Waits for a state; fails where it does not come."""

    async def wait(state: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not state():
                await asyncio.sleep(0.005)

    return wait
