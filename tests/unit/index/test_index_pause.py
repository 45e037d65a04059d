"""Builds wait for completions, but never for long."""

from __future__ import annotations

import struct
import threading
import time
from pathlib import Path

from kibitz.index.pause import MOST_S, NAME, Pause


def waits(pause: Pause) -> tuple[threading.Thread, threading.Event]:
    done = threading.Event()

    def run() -> None:
        pause.wait()
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, done


def test_nobody_waits_where_nobody_asks(tmp_path: Path) -> None:
    started = time.thread_time()
    Pause(tmp_path).wait()
    assert time.thread_time() - started < MOST_S


def test_a_build_waits_for_another_process_s_question(tmp_path: Path) -> None:
    asker, builder = Pause(tmp_path), Pause(tmp_path)
    with asker.asking():
        assert builder._until(time.monotonic()) > 0
    assert builder._until(time.monotonic()) == 0


def test_one_that_asks_for_ever_is_not_waited_for(tmp_path: Path) -> None:
    asker, builder = Pause(tmp_path), Pause(tmp_path)
    with asker.asking():
        thread, done = waits(builder)
        assert done.wait(30)
    thread.join()


def test_a_moment_of_before_a_restart_is_none(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(struct.pack("d", time.monotonic() + 10_000))
    assert Pause(tmp_path)._until(time.monotonic()) == 0


def test_a_folder_that_cannot_be_written_holds_nothing_up(tmp_path: Path) -> None:
    pause = Pause(tmp_path / "missing" / "folder")
    with pause.asking():
        assert pause._until(time.monotonic()) > 0
    pause.wait()
