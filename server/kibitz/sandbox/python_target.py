"""Runs inside the sandbox: imports the code under test from the text at hand, and sees which of its lines run.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any


class TooSlow(BaseException):
    """Raised in code that ran longer than it may; not an Exception, so that it is not caught by the way."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module from a text, under the file name it really has."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._spec["name"]:
            return None
        filename = self._spec["filename"]
        folders = [os.path.dirname(filename)] if self._spec["package"] else None  # noqa: PTH120
        return importlib.util.spec_from_file_location(
            fullname, filename, loader=self, submodule_search_locations=folders
        )

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.get_source(fullname), self._spec["filename"], "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        return str(self._spec["text"]).removeprefix("\ufeff")


def load(spec: dict[str, Any]) -> ModuleType:
    """Import the target. What the interpreter has loaded already is kept where it is the same text."""
    sys.path[0:0] = [os.getcwd(), *spec["folders"]]  # noqa: PTH109
    sys.meta_path.insert(0, _Finder(spec))
    name = spec["name"]
    loaded = sys.modules.get(name)
    if loaded is not None and not _same(loaded, spec["text"]):
        del sys.modules[name]
    return importlib.import_module(name)


def _same(module: ModuleType, text: str) -> bool:
    filename = getattr(module, "__file__", None)
    try:
        return filename is not None and Path(filename).read_bytes() == text.encode("utf-8", "surrogatepass")
    except OSError:
        return False


class Lines:
    """Which lines of the target run while it is entered; `seen` starts empty each time."""

    def __init__(self, module: ModuleType, filename: str) -> None:
        self.files = {filename, getattr(module, "__file__", filename), f"<frozen {module.__name__}>"}
        self.seen: set[int] = set()

    def __enter__(self) -> Lines:
        self.seen = set()
        threading.settrace(self._call)
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def _call(self, frame: FrameType, event: str, arg: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in self.files:
            return None
        return self._line

    def _line(self, frame: FrameType, event: str, arg: object) -> Callable[..., Any]:
        if event == "line":
            self.seen.add(frame.f_lineno)
        return self._line


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises TooSlow in the block after `seconds`, again and again where it is swallowed. Main thread only."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.25)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
