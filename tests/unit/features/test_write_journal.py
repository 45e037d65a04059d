"""Changes of several files on a disk that fails: all of them old, or all of them new."""

from __future__ import annotations

import os
import random
import sys
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest

from kibitz.errors import KibitzError, StaleError
from kibitz.features.disk import locked
from kibitz.features.journal import NotUndoneError, Replacement, recover, replace_all
from kibitz.features.write import journal_folder, take_back_interrupted, write_edit
from kibitz.text import Document, decode
from kibitz.verify.edit import ProposedEdit, file_edit
from support.broken_disk import ERRORS, Disk, Fault, Killed, Project, in_place, project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


def operations(tmp_path: Path, seed: int) -> int:
    """How many operations the change needs."""
    disk, files = Disk("none", 0), project(random.Random(seed), tmp_path / "count", size=200)
    with disk.broken():
        assert replace_all(files.files, files.journals)
    assert files.state() == "new"
    assert files.leftovers == []
    return disk.count


def failing(files: Project, disk: Disk) -> BaseException | None:
    """What comes of a change on a broken disk."""
    with disk.broken():
        try:
            replace_all(files.files, files.journals)
        except (OSError, Killed) as error:
            return error
    return None


@pytest.mark.parametrize("fault", ["once", "after", "short", "from", "kill"])
@pytest.mark.parametrize("seed", [1, 4])
def test_whichever_operation_fails(tmp_path: Path, fault: Fault, seed: int) -> None:
    for at in range(operations(tmp_path, seed)):
        files = project(random.Random(seed), tmp_path / str(at), size=200)
        error = failing(files, Disk(fault, at, ERRORS[at % len(ERRORS)]))
        if error is None:
            assert files.state() == "new", at
        elif fault in ("once", "after", "short"):
            assert not isinstance(error, NotUndoneError), at
            assert files.state() == "old", at
        put_back = recover(files.journals)
        assert files.state() in ("old", "new"), at
        assert files.leftovers == [], at
        assert not put_back or files.state() == "old"


def test_a_simpler_writer_does_not_pass(tmp_path: Path) -> None:
    states = set()
    for at in range(12):
        files = project(random.Random(4), tmp_path / str(at), size=200)
        with Disk("once", at).broken(), suppress(OSError):
            in_place(files.files, files.journals)
        states.add(files.state())
    assert "torn" in states


def halfway(tmp_path: Path) -> tuple[list[Path], Path]:
    """Two files of a change whose process was killed between them."""
    paths = [tmp_path / "one.py", tmp_path / "two.py"]
    for path in paths:
        path.write_bytes(b"old\n")
    replaced: list[object] = []

    def second_is_too_late(path: Path, target: Path) -> Path:
        replaced.append(path)
        if len(replaced) > 1:
            raise Killed
        os.rename(path, target)
        return target

    files = [Replacement(path, b"old\n", b"new\n") for path in paths]
    with mock.patch.object(Path, "replace", second_is_too_late), pytest.raises(Killed):
        replace_all(files, journal_folder())
    assert [path.read_bytes() for path in paths] == [b"new\n", b"old\n"]
    return paths, journal_folder()


def test_the_next_start_puts_files_back_and_says_so(tmp_path: Path) -> None:
    paths, journals = halfway(tmp_path)
    said = take_back_interrupted()
    assert str(paths[0]) in said
    assert str(paths[1]) not in said
    assert [path.read_bytes() for path in paths] == [b"old\n", b"old\n"]
    assert sorted(path.name for path in tmp_path.glob(".kibitz-*")) == []
    assert list(journals.iterdir()) == []
    assert take_back_interrupted() == ""


def test_what_somebody_worked_on_since_stays(tmp_path: Path) -> None:
    paths, journals = halfway(tmp_path)
    paths[1].write_bytes(b"mine\n")
    assert recover(journals) == []
    assert [path.read_bytes() for path in paths] == [b"new\n", b"mine\n"]
    assert list(tmp_path.glob(".kibitz-*")) == []
    assert list(journals.iterdir()) == []


def test_a_change_under_way_in_another_process_is_left_alone(tmp_path: Path) -> None:
    paths, journals = halfway(tmp_path)
    (journal,) = journals.iterdir()
    with journal.open("rb+") as held:
        assert locked(held.fileno())
        assert recover(journals) == []
    assert [path.read_bytes() for path in paths] == [b"new\n", b"old\n"]
    assert recover(journals) == [paths[0]]


@pytest.mark.parametrize(
    "content", [b"", b"P", b"P{", b"P[]", b'P{"entries": 7, "folders": []}', b"\xff\xfe"]
)
def test_a_journal_that_was_not_finished_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.journal").write_bytes(content)
    assert recover(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
    assert recover(tmp_path / "nowhere") == []


def test_files_that_are_not_what_they_were_are_left_alone(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"old")
    two.write_bytes(b"somebody was here")
    assert not replace_all(
        [Replacement(one, b"old", b"new"), Replacement(two, b"old", b"new")], tmp_path / "j"
    )
    assert (one.read_bytes(), two.read_bytes()) == (b"old", b"somebody was here")
    with pytest.raises(FileNotFoundError):
        replace_all(
            [Replacement(one, b"old", b"new"), Replacement(tmp_path / "gone", b"old", b"n")], tmp_path / "j"
        )
    assert one.read_bytes() == b"old"
    assert not replace_all([Replacement(one, None, b"new")], tmp_path / "j"), "a new file replaces none"
    assert one.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["j", "one", "two"]


def test_where_links_cannot_be_made_contents_are_kept(tmp_path: Path) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    with mock.patch.object(os, "link", no_links):
        for at in range(30):
            files = project(random.Random(4), tmp_path / str(at), size=200)
            disk = Disk("once", at)
            error = failing(files, disk)
            assert files.state() == ("new" if error is None else "old")
            assert files.leftovers == []


def document(path: Path) -> Document:
    data = path.read_bytes()
    return Document(path.as_uri(), decode(data, path.name), "python", None, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_edit_keeps_encoding_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    text = end.join(["x = 'é😀'", "y = 1", "z = 2"])  # and no final line end
    path = tmp_path / "a.py"
    path.write_bytes(text.encode(encoding))
    before = document(path)
    write_edit(ProposedEdit((file_edit(before, before.text.replace("y = 1", "y = '𝒳'")),), ()))
    assert path.read_bytes() == text.replace("y = 1", "y = '𝒳'").encode(encoding)
    now = document(path)
    write_edit(ProposedEdit((file_edit(now, before.text),), ()))
    assert path.read_bytes() == text.encode(encoding), "and back again"


def test_of_two_files_one_of_which_moved_on_none_is_written(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.py", "b.py")]
    for path in paths:
        path.write_text("x = 1\n", "utf-8")
    edit = ProposedEdit(tuple(file_edit(document(path), "x = 2\n") for path in paths), ())
    paths[1].write_text("x = 3\n", "utf-8")
    with pytest.raises(StaleError):
        write_edit(edit)
    assert [path.read_text("utf-8") for path in paths] == ["x = 1\n", "x = 3\n"]
    paths[1].unlink()
    with pytest.raises(StaleError):
        write_edit(edit)
    assert paths[0].read_text("utf-8") == "x = 1\n"


def test_a_new_file_that_came_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.py"
    edit = ProposedEdit(
        (file_edit(Document(path.as_uri(), "", "python", None, path), "x = 1\n", create=True),), ()
    )
    path.parent.mkdir()
    path.write_text("mine\n", "utf-8")
    with pytest.raises(StaleError):
        write_edit(edit)
    assert path.read_text("utf-8") == "mine\n"
    path.unlink()
    path.parent.rmdir()
    write_edit(edit)
    assert path.read_text("utf-8") == "x = 1\n"


def test_without_a_journal_files_are_written_all_the_same(tmp_path: Path) -> None:
    journal_folder().parent.mkdir(parents=True, exist_ok=True)
    journal_folder().write_text("a file where the folder should be", "utf-8")
    path = tmp_path / "a.py"
    path.write_text("x = 1\n", "utf-8")
    write_edit(ProposedEdit((file_edit(document(path), "x = 2\n"),), ()))
    assert path.read_text("utf-8") == "x = 2\n"
    assert list(tmp_path.glob(".kibitz-*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has them")
def test_attributes_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n", "utf-8")
    try:
        os.setxattr(path, "user.mine", b"kept")
    except OSError:
        pytest.skip("this file system has no attributes")
    write_edit(ProposedEdit((file_edit(document(path), "x = 2\n"),), ()))
    assert os.getxattr(path, "user.mine") == b"kept"


def test_a_file_named_twice_is_refused(tmp_path: Path) -> None:
    path, link = tmp_path / "a.py", tmp_path / "b.py"
    path.write_text("x = 1\n", "utf-8")
    link.symlink_to(path)
    edit = ProposedEdit(tuple(file_edit(document(p), "x = 2\n") for p in (path, link)), ())
    with pytest.raises(KibitzError) as caught:
        write_edit(edit)
    assert caught.value.kind == "invalid"
    assert path.read_text("utf-8") == "x = 1\n"


def test_what_cannot_be_put_back_is_said(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.py", "b.py")]
    for path in paths:
        path.write_text("x = 1\n", "utf-8")
    edit = ProposedEdit(tuple(file_edit(document(path), "x = 2\n") for path in paths), ())
    real, calls = os.replace, []

    def only_the_first(*given: Path) -> None:
        calls.append(given)
        if len(calls) > 1:
            raise OSError(30, "Read-only file system")
        real(*given)

    with mock.patch.object(os, "replace", only_the_first), pytest.raises(KibitzError) as caught:
        write_edit(edit)
    assert "Read-only" in caught.value.message
    assert "start kibitz again" in caught.value.hint
    write_edit(ProposedEdit((file_edit(document(paths[1]), "x = 4\n"),), ()))  # the next start
    assert [path.read_text("utf-8") for path in paths] == ["x = 1\n", "x = 4\n"]
