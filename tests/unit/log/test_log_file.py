"""The file of the log: bounded, shared by processes, written by a thread, and done without where it cannot be."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kibitz import log
from kibitz.log.file import BoundedFile
from kibitz.log.handler import MOST_WAITING, Handler


def nobody(path: Path, why: str) -> None:
    raise AssertionError(f"{path} could not be written: {why}")


@pytest.fixture(autouse=True)
def no_log_left() -> Iterator[None]:
    yield
    log.stop()
    logging.getLogger("kibitz").setLevel(logging.NOTSET)


def all_lines(path: Path) -> list[str]:
    """Of all its files, oldest first."""
    files = sorted(path.parent.glob(f"{path.name}*"), key=lambda one: one.name, reverse=True)
    return [line for one in files for line in one.read_text("utf-8").splitlines()]


def test_it_never_grows(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.log"
    file = BoundedFile(path, 500, 2)
    for number in range(500):
        file.append(b"%d\n" % number)
        assert path.stat().st_size <= 500
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.log", "a.log.1", "a.log.2"]
    kept = [int(line) for line in all_lines(path)]
    assert kept == list(range(kept[0], 500)), "what is kept is the end, without a gap"
    assert path.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


WRITER = """
import sys
from pathlib import Path
from kibitz.log.file import BoundedFile
file = BoundedFile(Path(sys.argv[1]), 20_000, 3)
for number in range(400):
    file.append(b'{"who": "%b", "number": %d, "text": "%b"}\\n' % (sys.argv[2].encode(), number, b"x" * 60))
"""


def test_processes_share_it(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    said = [json.loads(line) for line in all_lines(path)]
    assert len(list(tmp_path.iterdir())) == 4
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) <= 4 * 20_000
    for name in "abc":
        numbers = [one["number"] for one in said if one["who"] == name]
        assert numbers == list(range(400 - len(numbers), 400)), "no line is lost but the oldest"


def test_a_file_that_was_taken_away_is_begun_anew(tmp_path: Path) -> None:
    file = BoundedFile(tmp_path / "a.log", 1000, 1)
    file.append(b"one\n")
    (tmp_path / "a.log").rename(tmp_path / "elsewhere")
    file.append(b"two\n")
    assert (tmp_path / "a.log").read_bytes() == b"two\n"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_who_stops_while_holding_the_lock_stops_nobody(tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "a.log"
    with path.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        BoundedFile(path, 1, 1).append(b"on it goes\n")
    assert path.read_bytes() == b"on it goes\n"


def test_lines_go_to_the_file_the_settings_name_and_level_and_file_change(tmp_path: Path) -> None:
    logger = logging.getLogger("kibitz.test")
    log.start(tmp_path / "a.log", "warning", nobody)
    logger.info("not this")
    logger.warning("this")
    log.start(tmp_path / "a.log", "debug", nobody)
    logger.debug("this too")
    log.flush()
    log.start(tmp_path / "b.log", "debug", nobody)
    logger.debug("elsewhere")
    log.stop()
    logger.error("after the end")
    assert [json.loads(line)["message"] for line in all_lines(tmp_path / "a.log")] == ["this", "this too"]
    assert [json.loads(line)["message"] for line in all_lines(tmp_path / "b.log")] == ["elsewhere"]


def test_nothing_to_say_makes_no_file(tmp_path: Path) -> None:
    log.start(tmp_path / "a.log", "warning", nobody)
    log.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_cannot_be_written_is_said_once(tmp_path: Path, check: bool) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "a.log"
    told: list[str] = []
    log.start(path, "info", lambda where, why: told.append(f"{where}: {why}"), check=check)
    for _ in range(3):
        logging.getLogger("kibitz.test").info("a line")
        log.flush()
    assert told == [f"{path}: Not a directory"]
    handler = log.current()
    assert handler is not None
    assert handler.problem == "Not a directory"
    (tmp_path / "file").unlink()
    logging.getLogger("kibitz.test").info("at last")
    log.flush()
    assert handler.problem is None
    assert json.loads(path.read_text())["message"] == "at last"


def test_a_full_disk_is_said_once_and_stops_nobody() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    told: list[str] = []
    handler = Handler(Path("/dev/full"), lambda _, why: told.append(why))
    for _ in range(3):
        handler.put("a line")
        handler.flush()
    handler.close()
    assert told == ["No space left on device"]


async def test_a_slow_disk_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    append = BoundedFile.append

    def slowly(self: BoundedFile, data: bytes) -> None:
        free.wait(30)
        append(self, data)

    monkeypatch.setattr(BoundedFile, "append", slowly)
    log.start(tmp_path / "a.log", "info", nobody)
    began = time.process_time()
    for number in range(MOST_WAITING + 500):
        logging.getLogger("kibitz.test").info("line %d", number)
    await asyncio.sleep(0)
    assert time.process_time() - began < 5
    assert not (tmp_path / "a.log").exists()
    free.set()
    log.stop()
    said = [json.loads(line) for line in all_lines(tmp_path / "a.log")]
    (dropped,) = [one["count"] for one in said if one["message"] == "lines were dropped"]
    assert len(said) - 1 + dropped == MOST_WAITING + 500


def test_arguments_that_do_not_fit_are_not_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log.start(tmp_path / "a.log", "info", nobody)
    logging.getLogger("kibitz.test").info("%d", "canary")
    logging.getLogger("kibitz.test").info("a line")
    log.stop()
    assert [json.loads(line)["message"] for line in all_lines(tmp_path / "a.log")] == [
        "a line",
        "lines were dropped",
    ]
    assert capfd.readouterr() == ("", "")
