"""Replacing several files at once: all of them or none, whatever fails, and where the process is killed, at the next start.

Each file's new content is written beside it, and its old one is kept beside it under another name, before the first is
replaced; a journal in the user's data folder says which names these are. It is locked as long as its process lives.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import cattrs
from attrs import frozen

from kibitz.features.disk import BINARY, content_of, locked, settle, write, write_file

log = logging.getLogger("kibitz.features")

_READY, _DONE = b"P", b"D"
"""A journal's first byte: whether what it says may have to be taken back."""


@frozen
class Replacement:
    """A file's new content; `before` is what it has now, None where there must be no file yet."""

    target: Path
    before: bytes | None
    after: bytes


@frozen
class _Entry:
    """A file in the journal: where its new and old content are kept, and their digests; no old one for a new file."""

    target: Path
    new: Path
    old: Path
    after: str
    before: str | None


@frozen
class _Plan:
    """What a journal says: files, and folders that have to be made for them, the outer ones first."""

    entries: tuple[_Entry, ...]
    folders: tuple[Path, ...]


class NotUndoneError(OSError):
    """A change failed halfway and could not be taken back either; the journal is kept for the next start."""


def replace_all(files: Sequence[Replacement], journals: Path) -> bool:
    """Give every file its new content; False, and nothing done, where one is not what it was.

    A file keeps its mode, owner and attributes; of one that has several names, only this name gets the new content.
    Where no journal can be kept, only a kill halfway is not provided for. Raises OSError where a file cannot be written:
    then every file is as it was, but for NotUndoneError, after which `recover` takes back what was done.
    """
    plan = _plan(files)
    path = journals / f"{uuid.uuid4().hex}.journal"
    handle: int | None = None
    try:
        handle = _begin(path, plan)
    except OSError as error:
        log.warning("files are written without a journal: %s", error.strerror)
    finished = False
    try:
        done = _replace(files, plan, handle)
        with suppress(OSError):  # what is left over, the next start removes
            if handle is not None:
                os.fsync(handle)
            _tidy(plan)
            finished = True
    except NotUndoneError:
        raise
    except OSError:
        finished = True
        raise
    finally:
        if handle is not None:
            os.close(handle)
            if finished:
                with suppress(OSError):
                    path.unlink()
    return done


def _begin(path: Path, plan: _Plan) -> int:
    """A journal on the disk, locked; its handle."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
    begun = False
    try:
        # between the two a process that starts may have taken it for one that was left
        if not locked(handle) or not path.exists():
            raise OSError(errno.EAGAIN, "another process is putting files back")
        write(handle, _READY + json.dumps(cattrs.unstructure(plan)).encode())
        os.fsync(handle)
        settle(path.parent)
        begun = True
    finally:
        if not begun:
            os.close(handle)
            with suppress(OSError):
                path.unlink()
    return handle


def _replace(files: Sequence[Replacement], plan: _Plan, handle: int | None) -> bool:
    done = False
    try:
        for folder in plan.folders:
            folder.mkdir()
        for file, entry in zip(files, plan.entries, strict=True):
            _prepare(file, entry)
        places = {entry.target.parent for entry in plan.entries}
        for folder in places:
            settle(folder)
        if all(content_of(file.target) == file.before for file in files):
            for entry in plan.entries:
                _put(entry)
            for folder in places:
                settle(folder)
            _mark(handle, _DONE)
            done = True
    finally:
        if not done:
            with suppress(OSError):
                _mark(handle, _READY)
            _take_back(plan)
    return done


def recover(journals: Path) -> list[Path]:
    """Take back the changes of processes that were killed halfway, and remove what they left; the files it put back.

    Those of processes that live are theirs. Where somebody has worked on in one of a change's files, the files stay as
    they are. What cannot be taken back now is tried again at the next start.
    """
    undone: list[Path] = []
    for journal in sorted(journals.glob("*.journal")) if journals.is_dir() else ():
        try:
            handle = os.open(journal, os.O_RDWR | BINARY)
        except OSError:
            continue
        finished = False
        try:
            if locked(handle):
                undone += _recovered(os.read(handle, 100_000_000))
                finished = True
        except OSError as error:
            log.warning("an interrupted change could not be taken back: %s", type(error).__name__)
        finally:
            os.close(handle)
        if finished:
            with suppress(OSError):
                journal.unlink()
    return undone


def _recovered(data: bytes) -> list[Path]:
    try:
        plan = cattrs.structure(json.loads(data[1:]), _Plan)
    except (ValueError, TypeError, cattrs.BaseValidationError):
        return []  # it was being written: nothing else had begun
    undone: list[Path] = []
    if data[:1] == _READY:
        found = [_digest(content_of(entry.target)) for entry in plan.entries]
        replaced = [now == entry.after for now, entry in zip(found, plan.entries, strict=True)]
        ours = all(now in (entry.before, entry.after) for now, entry in zip(found, plan.entries, strict=True))
        kept = all(
            entry.before is None or entry.old.exists()
            for now, entry in zip(found, plan.entries, strict=True)
            if now == entry.after != entry.before
        )
        if ours and kept and not all(replaced):
            undone = _take_back(plan)
    _tidy(plan)
    return undone


def _plan(files: Sequence[Replacement]) -> _Plan:
    name = uuid.uuid4().hex[:12]
    entries = []
    folders: dict[Path, None] = {}
    for number, file in enumerate(files):
        new, old = (file.target.with_name(f".kibitz-{name}-{number}.{kind}") for kind in ("new", "old"))
        entries.append(_Entry(file.target, new, old, _digest(file.after) or "", _digest(file.before)))
        folders |= dict.fromkeys(folder for folder in reversed(file.target.parents) if not folder.exists())
    return _Plan(tuple(entries), tuple(folders))


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _mark(handle: int | None, state: bytes) -> None:
    if handle is None:
        return
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, state)


def _prepare(file: Replacement, entry: _Entry) -> None:
    """The new content beside the file, and the old one under another name: the file itself, where links can be made."""
    if file.before is None:
        write_file(entry.new, file.after, None)
        return
    file.target.stat()  # it may be gone
    if not os.access(file.target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    write_file(entry.new, file.after, file.target)
    try:
        entry.old.hardlink_to(file.target)
    except (OSError, NotImplementedError):
        entry.old.unlink(missing_ok=True)
        write_file(entry.old, file.before, file.target)


def _put(entry: _Entry) -> None:
    """The new content in its place; a new file never takes the place of one that came meanwhile."""
    if entry.before is None:
        try:
            entry.target.hardlink_to(entry.new)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # no links here
            if entry.target.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            entry.new.replace(entry.target)
    else:
        entry.new.replace(entry.target)


def _take_back(plan: _Plan) -> list[Path]:
    """Put back what was replaced, and leave alone what is neither old nor new: somebody else wrote that. The files that
    were put back. Raises NotUndoneError."""
    undone = []
    try:
        for entry in reversed(plan.entries):
            if entry.after == entry.before or _digest(content_of(entry.target)) != entry.after:
                continue
            if entry.before is None:
                entry.target.unlink()
            else:
                entry.old.replace(entry.target)
            undone.append(entry.target)
        _tidy(plan)
        for folder in reversed(plan.folders):
            with suppress(OSError):  # not empty any more, or never made
                folder.rmdir()
    except OSError as error:
        raise NotUndoneError(error.errno, error.strerror) from error
    return undone


def _tidy(plan: _Plan) -> None:
    for entry in plan.entries:
        for path in (entry.new, entry.old):
            with suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
