"""Checks of a refactoring that owe nothing to the engine: undo, references left behind, and rope by itself."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import jedi
import rope.base.project
from engine_choices import Choice
from engine_packages import Copy, Outcomes, Suites, differences
from rope.base.exceptions import RopeError
from rope.refactor.extract import ExtractMethod, ExtractVariable
from rope.refactor.inline import create_inline
from rope.refactor.rename import Rename

from kibitz.text import Document, Range, TextEdit, apply_edits, decode, encoding_of
from kibitz.verify.minimal import minimal_edits

_DECLINED = (
    RopeError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""rope's refusals, and what its mistakes look like."""


def undone(before: bytes, path: Path, after: str) -> bool:
    """Whether the edits an editor is sent give `after`, and taking each of them back gives the same bytes."""
    old = Document(path.as_uri(), decode(before, path.name), "python", 1, path)
    edits = minimal_edits(old, after)
    if apply_edits(old, edits) != after:
        return False
    new = Document(path.as_uri(), after, "python", 2, path)
    back = apply_edits(new, _inverse(old, new, edits))
    return back.encode(encoding_of(before)) == before


def _inverse(old: Document, new: Document, edits: Sequence[TextEdit]) -> list[TextEdit]:
    """What an editor's undo does: each edit's new text becomes its old text again."""
    found, moved = [], 0
    for edit in sorted(edits, key=lambda e: old.offset(e.range.start)):
        start, end = old.offset(edit.range.start), old.offset(edit.range.end)
        at = start + moved
        where = Range(new.position(at), new.position(at + len(edit.new_text)))
        found.append(TextEdit(where, old.text[start:end]))
        moved += len(edit.new_text) - (end - start)
    return found


def missed(copy: Copy, choice: Choice, after: dict[Path, bytes]) -> list[str]:
    """Where the old name is left although jedi leads from there to what was renamed; the copy is as it was before."""
    project = jedi.Project(copy.root, added_sys_path=[str(copy.root / "src")])

    def definitions(path: Path, line: int, column: int) -> set[tuple[str, int | None, int | None]]:
        script = jedi.Script(path=path, project=project)
        try:
            led = script.goto(line, column, follow_imports=True)
        except (jedi.InternalError, RecursionError, AttributeError, ValueError, TypeError):
            return set()  # jedi gave up: no static truth
        return {(str(name.module_path), name.line, name.column) for name in led}

    start = choice.where.start
    wanted = definitions(choice.path, start.line + 1, start.character)
    if (str(choice.path), start.line + 1, start.character) not in wanted:
        return []  # jedi takes the definition itself for a use of something else: no static truth
    left = []
    old_name = re.compile(rb"(?<!\w)" + re.escape((choice.old_name or "").encode()) + rb"(?!\w)")
    for path in sorted(copy.root.rglob("*.py")):
        data = path.read_bytes()
        if not old_name.search(after.get(path, data)):
            continue
        was, now = _names(data), _names(after.get(path, data))
        if len(was) != len(now):
            left.append(f"{path.name}: other names")
            continue
        for (word, line, column), (new, *_) in zip(was, now, strict=True):
            if word == new == choice.old_name and wanted & definitions(path, line, column):
                left.append(f"{path.name}:{line}:{column}")
    return left


def _names(data: bytes) -> list[tuple[str, int, int]]:
    """The words of a file that are no part of a string or comment, with their places."""
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(data).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return []
    return [(t.string, *t.start) for t in tokens if t.type == tokenize.NAME]


def rope_alone(
    copy: Copy, choice: Choice, suites: Suites, before: Outcomes, unstable: set[str]
) -> Counter[str]:
    """What comes of one choice without our selection, proof and repair; the copy is changed."""
    text = decode(choice.path.read_bytes(), choice.path.name)
    document = Document(choice.path.as_uri(), text, "python", 1, choice.path)
    start, end = document.offset(choice.where.start), document.offset(choice.where.end)
    project = rope.base.project.Project(str(copy.root), ropefolder=None)
    resource = project.get_file(choice.path.relative_to(copy.root).as_posix())
    try:
        match choice.kind:
            case "extract_function":
                changes = ExtractMethod(project, resource, start, end).get_changes("extracted_here")
            case "extract_variable":
                changes = ExtractVariable(project, resource, start, end).get_changes("extracted_here")
            case "inline":
                changes = create_inline(project, resource, start).get_changes()
            case _:
                changes = Rename(project, resource, start).get_changes(choice.new_name)
        changed = [r.real_path for r in changes.get_changed_resources()]
        project.do(changes)
    except _DECLINED:
        return Counter(tried=1)
    finally:
        project.close()
    found = Counter(tried=1, performed=1)
    if not all(_parses(Path(path)) for path in changed):
        found["broken"] = 1
    renamed = [(choice.old_name, choice.new_name)] if choice.old_name and choice.new_name else []
    after = {n: k for n, k in suites.outcomes(copy, renamed).items() if n not in unstable}
    found["different"] = bool(differences(before, after))
    return found


def _parses(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return False
    return True
