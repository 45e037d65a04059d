"""Building an index waits while a completion's context is read: two processes at work share the caches of one machine."""

from __future__ import annotations

import logging
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_log = logging.getLogger(__name__)
_DEADLINE = struct.Struct("d")
NAME = "asked"
MOST_S = 0.08
"""Nobody waits longer for one answer: whoever asked may be gone."""
STEP_S = 0.002


class Pause:
    """A moment, kept in a few bytes that all processes see who use indexes of one folder: until then somebody reads.

    The moment is one of `time.monotonic`, which is the same for all processes of a machine. Where the folder cannot be
    written, only this process sees it.
    """

    def __init__(self, folder: Path) -> None:
        self._shown: mmap.mmap | bytearray
        try:
            handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                os.ftruncate(handle, _DEADLINE.size)
                self._shown = mmap.mmap(handle, _DEADLINE.size)
            finally:
                os.close(handle)
        except (OSError, ValueError) as error:
            _log.info("Builds by other processes do not wait for completions: %s", type(error).__name__)
            self._shown = bytearray(_DEADLINE.size)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Whoever builds waits within this, but not for longer than MOST_S."""
        _DEADLINE.pack_into(self._shown, 0, time.monotonic() + MOST_S)
        try:
            yield
        finally:
            _DEADLINE.pack_into(self._shown, 0, 0.0)

    def wait(self) -> None:
        """Come back when nobody reads, MOST_S later at the latest."""
        ends = time.monotonic() + MOST_S
        while (now := time.monotonic()) < min(self._until(now), ends):
            time.sleep(STEP_S)

    def _until(self, now: float) -> float:
        """The moment that is shown; none where it lies further off than anybody sets it, as after a restart."""
        shown = float(_DEADLINE.unpack_from(self._shown)[0])
        return shown if shown <= now + MOST_S else 0.0
