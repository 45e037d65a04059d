"""A Neovim with the fake server, for every test in this folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]  # the wheel that brings Neovim is installed on Linux only

from editors.neovim.driver import FAKE_SERVER, Editor, editor

Start = Callable[..., Editor]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a Neovim with an empty file and the fake server attached; `before` is Lua to run first."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with ExitStack() as stack:

        def run(before: str = "", ghost: str = "{}") -> Editor:
            nvim = stack.enter_context(editor())
            nvim.lua("dofile(...)", str(FAKE_SERVER))
            nvim.nvim.command(f"edit {tmp_path / 'a.txt'}")
            nvim.lua(before)
            nvim.lua(f"Fake.attach({ghost})")
            nvim.until(nvim.attached, "client")
            return nvim

        yield run


@pytest.fixture
def nvim(start: Start) -> Editor:
    """The same with nothing special about it."""
    return start()
