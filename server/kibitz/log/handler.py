"""The log's thread: whoever logs queues a line and goes on; a disk that is slow or full stops nobody."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kibitz.log.file import BoundedFile
from kibitz.log.lines import line_of

ROOT = "kibitz"
MOST_BYTES = 2_000_000
BACKUPS = 2
MOST_WAITING = 10_000
"""Lines; what comes on top is counted and dropped."""

OnProblem = Callable[[Path, str], None]


class Handler(logging.Handler):
    """Writes to one file. `on_problem` is told once, in the log's thread, why that cannot be done; each later line is an
    attempt nevertheless."""

    def __init__(
        self, path: Path, on_problem: OnProblem, *, most_bytes: int = MOST_BYTES, backups: int = BACKUPS
    ) -> None:
        super().__init__()
        self.path = path
        self.problem: str | None = None
        self._file = BoundedFile(path, most_bytes, backups)
        self._on_problem = on_problem
        self._said = False
        self._dropped = 0
        self._waiting: queue.SimpleQueue[str | threading.Event | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; returns at once."""
        try:
            line = line_of(record)
        except (TypeError, ValueError):  # arguments that do not fit the message, and must not be told
            self._dropped += 1
            return
        self.put(line)

    def put(self, line: str) -> None:
        """Queue a line as it is; an empty one only tries whether the file can be written."""
        if self._waiting.qsize() >= MOST_WAITING:
            self._dropped += 1
            return
        self._waiting.put(line)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                    self._thread.start()

    def flush(self, timeout_s: float = 2.0) -> None:
        """Wait until what is queued now has been written, or given up."""
        if self._thread is not None and self._thread.is_alive():
            done = threading.Event()
            self._waiting.put(done)
            done.wait(timeout_s)

    def close(self) -> None:
        """End the thread when it has written what is queued; does not wait for it."""
        self._waiting.put(None)
        super().close()

    def _run(self) -> None:
        while True:
            lines: list[str] = []
            done: list[threading.Event] = []
            item = self._waiting.get()
            while item is not None:
                if isinstance(item, str):
                    lines.append(item)
                else:
                    done.append(item)
                try:
                    item = self._waiting.get_nowait()
                except queue.Empty:
                    break
            self._write(lines)
            for event in done:
                event.set()
            if item is None:
                return

    def _write(self, lines: list[str]) -> None:
        if not lines:
            return
        if dropped := self._dropped:
            self._dropped = 0
            lines.append(json.dumps({"level": "warning", "message": "lines were dropped", "count": dropped}))
        try:
            # in parts: a batch must not be longer than the file may be
            for at in range(0, len(lines), 100):
                text = "".join(line + "\n" for line in lines[at : at + 100] if line)
                self._file.append(text.encode("utf-8", "replace"))
        except OSError as error:
            self.problem = error.strerror or type(error).__name__
            if not self._said:
                self._said = True
                self._on_problem(self.path, self.problem)
        else:
            self.problem = None


def start(path: Path, level: str, on_problem: OnProblem, *, check: bool = False) -> None:
    """From now on this process's lines of this level (a setting's name) and above go to this file, and nowhere else.

    May be called again, with another level or file. `check` finds out now whether the file can be written.
    """
    root = logging.getLogger(ROOT)
    root.setLevel(level.upper())
    root.propagate = False
    before = current()
    if before is not None and before.path == path:
        return
    handler = Handler(path, on_problem)
    root.addHandler(handler)
    if before is not None:
        root.removeHandler(before)
        before.close()
    if check:
        handler.put("")


def current() -> Handler | None:
    """Where this process's lines go now."""
    return next((h for h in logging.getLogger(ROOT).handlers if isinstance(h, Handler)), None)


def flush() -> None:
    """Wait, for two seconds at most, until everything logged has been written."""
    if (handler := current()) is not None:
        handler.flush()


def stop() -> None:
    """Write what is queued and log nowhere from now on."""
    if (handler := current()) is not None:
        handler.flush()
        logging.getLogger(ROOT).removeHandler(handler)
        logging.getLogger(ROOT).propagate = True
        handler.close()


def level() -> int:
    """The level in force, as `logging` counts them: what a worker process need not report below."""
    return logging.getLogger(ROOT).getEffectiveLevel() if current() is not None else logging.CRITICAL


def relay(said: dict[str, Any]) -> None:
    """A line that a worker process made, written here: one process, one writer."""
    if (handler := current()) is not None:
        handler.put(json.dumps(said, ensure_ascii=False, separators=(",", ":")))
