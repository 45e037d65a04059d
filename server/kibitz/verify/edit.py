"""From an answer to an edit: read, anchored, applied to a copy, checked; and moved along when the text moves."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from attrs import evolve, frozen

from kibitz.errors import StaleError
from kibitz.text import Document, Range, TextEdit
from kibitz.verify.anchor import apply_block
from kibitz.verify.answer import FileBlock, combine, parse_edits
from kibitz.verify.checks import Check, run_checks
from kibitz.verify.minimal import minimal_edits
from kibitz.verify.placing import lines_of
from kibitz.verify.rebase import rebase_edits
from kibitz.verify.refusal import RefusalError, excerpt, refuse

__all__ = ["FileEdit", "ProposedEdit", "file_edit", "minimal_edits", "propose", "rebase"]

Read = Callable[[str], Document | None]
"""The document an answer names, None where it does not exist or may not be touched."""


@frozen
class FileEdit:
    """One file's change: `edits` are minimal, speak of `document` and give `after`. `create` for a file that is new;
    `asked` is the part of the document that was to be changed."""

    document: Document
    after: Document
    edits: tuple[TextEdit, ...]
    create: bool = False
    asked: Range | None = None


@frozen
class ProposedEdit:
    """A change of one or more files with what was checked of it."""

    files: tuple[FileEdit, ...]
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that the change did not pass."""
        return tuple(check for check in self.checks if check.status == "failed")

    def unified_diff(self, root: Path | None) -> str:
        """The change as `git apply` takes it, the paths relative to `root` where they lie inside."""
        return "".join(_unified(file, root) for file in self.files)


def file_edit(
    before: Document, after_text: str, *, create: bool = False, asked: Range | None = None
) -> FileEdit:
    """The edit that gives a document a new text."""
    return FileEdit(before, _with_text(before, after_text), minimal_edits(before, after_text), create, asked)


async def propose(
    text: str,
    document: Document,
    near: Range | None,
    read: Read,
    *,
    trusted: bool = True,
    public_api: bool = True,
    behaviour: bool = False,
    asked: Range | None = None,
) -> ProposedEdit:
    """The change that an answer asks for, checked.

    `document` and `near` are what was asked about; `read` gives the other files an answer names. `public_api`,
    `behaviour` and `asked` (a part of `document`) are as `run_checks` takes them. Raises
    `bad_response` for an answer that cannot be read, has no place, names a file out of bounds or changes nothing.
    """
    try:
        files = await asyncio.to_thread(_apply, text, document, near, read)
    except RefusalError as refusal:
        if not refusal.shown and near is not None:
            first, last = lines_of(near)
            refusal.shown = excerpt(document, [(first, last + 1)])
        raise
    checks = [
        await run_checks(
            file.document,
            file.after,
            trusted=trusted,
            public_api=public_api,
            behaviour=behaviour,
            asked=asked if file.document.uri == document.uri else None,
        )
        for file in files
    ]
    return ProposedEdit(
        files, _together([(_name(f.document), c) for f, c in zip(files, checks, strict=True)])
    )


def rebase(edit: FileEdit, now: Document, changes: Iterable[TextEdit] | None = None) -> FileEdit:
    """The edit for a later version of its document, `changes` being what was typed between the two.

    Raises StaleError where a line that it touches or was made for changed, and where the texts differ and it is not
    known by what.
    """
    if now.text == edit.document.text:
        return evolve(edit, document=now, after=_with_text(now, edit.after.text))
    if changes is None:
        raise StaleError
    edits = rebase_edits(edit.document, edit.edits, now, changes, edit.asked)
    return FileEdit(now, now.replaced(edits), edits, edit.create)


def _with_text(document: Document, text: str) -> Document:
    return Document(document.uri, text, document.language, document.version, document.path)


def _apply(text: str, document: Document, near: Range | None, read: Read) -> tuple[FileEdit, ...]:
    by_uri: dict[str, tuple[Document, list[FileBlock]]] = {}
    for block in parse_edits(text):
        target = document if block.path is None else _resolve(block, block.path, document, read)
        by_uri.setdefault(target.uri, (target, []))[1].append(block)
    files: list[FileEdit] = []
    done: RefusalError | None = None
    for target, blocks in by_uri.values():
        try:
            after = apply_block(target, combine(blocks), near if target is document else None)
        except RefusalError as refusal:
            if refusal.again:
                raise
            done = refusal
            continue
        if after.text != target.text:
            asked = near if target is document and near != document.whole else None
            files.append(file_edit(target, after.text, create=_is_new(target), asked=asked))
    if done is not None and not files:
        raise done
    if not files:
        raise refuse("The answer changes nothing.", "Say what should change, or ask again.")
    return tuple(files)


def _resolve(block: FileBlock, path: str, document: Document, read: Read) -> Document:
    found = read(path)
    if (
        (found is None or _is_new(found))
        and _is_tail(path, document)
        and any(search.strip() for search, _ in block.replacements or ())
    ):
        # lines to be replaced are in a file that is there: its name was cut short
        return document
    if found is None:
        raise refuse(
            "The answer changes a file that is outside the project or does not exist.",
            "Ask again, or open the folder that has the file.",
        )
    return document if found.uri == document.uri else found


def _is_tail(path: str, document: Document) -> bool:
    """Whether a relative path is the end of the document's."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return document.path is not None and bool(parts) and document.path.parts[-len(parts) :] == parts


def _is_new(document: Document) -> bool:
    return (
        not document.text
        and document.version is None
        and document.path is not None
        and not document.path.exists()
    )


_WORSE = {"passed": 0, "skipped": 1, "failed": 2}


def _name(document: Document) -> str:
    return document.path.name if document.path is not None else document.uri.rsplit("/", 1)[-1]


def _together(results: list[tuple[str, tuple[Check, ...]]]) -> tuple[Check, ...]:
    """One check of each name over all files: the worst status decides, details say which file they speak of."""
    if len(results) == 1:
        return results[0][1]
    merged: list[Check] = []
    for number, first in enumerate(results[0][1]):
        same = [(name, checks[number]) for name, checks in results]
        worst = max((check for _, check in same), key=lambda check: _WORSE[check.status]).status
        detail = "; ".join(f"{name}: {c.detail}" for name, c in same if c.status == worst and c.detail)
        merged.append(Check(first.name, worst, detail))
    return tuple(merged)


def _unified(file: FileEdit, root: Path | None) -> str:
    name = _shown(file.document, root)
    old = "/dev/null" if file.create else f"a/{name}"
    lines = difflib.unified_diff(
        _diff_lines(file.document.text), _diff_lines(file.after.text), _tabbed(old), _tabbed(f"b/{name}")
    )
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


def _shown(document: Document, root: Path | None) -> str:
    if document.path is None:
        return document.uri.rsplit("/", 1)[-1]
    path = document.path
    if root is not None and path.is_relative_to(root):
        path = path.relative_to(root)
    return path.as_posix().lstrip("/")


def _tabbed(name: str) -> str:
    """A name with a blank in it ends at a tab."""
    return name + "\t" if " " in name else name


def _diff_lines(text: str) -> list[str]:
    """Lines as diff knows them: they end at LF alone."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
