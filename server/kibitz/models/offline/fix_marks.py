"""Punctuation that is missing or too much, and blanks where none belong."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Position

_MARKS = frozenset({";", ",", ":", ")", "]", "}", "("})
_COMMENT = re.compile(r"(?://|/\*|#)")


def expected(case: Case) -> Change | None:
    """The mark a parser misses: behind the token before, or where it says, if the text then parses better."""
    mark = case.group("mark")
    mark = {"semicolon": ";", "comma": ",", "colon": ":"}.get(mark.casefold(), mark)
    if mark not in _MARKS or case.tree is None:
        return None
    before = len(case.tree.errors)
    if before == 0:
        return None
    marks = (mark, *(_CLOSING if mark == "," else ""))
    tries = [(one, at) for one in marks for at in _places(case)]
    for one, at in tries[: max(2, _READ // (len(case.text) + 1))]:
        if (
            one == ":" and case.text[at : at + 1] == "="
        ):  # `:=` parses, and is not what anybody left a colon out of
            continue
        trial = parse_fresh(case.trial(Splice(at, at, one)))
        if trial is not None and (not trial.errors or (mark != "," and len(trial.errors) < before > 1)):
            return case.change(f"Insert `{one}`", Splice(at, at, one))
    return None


_READ = 200_000
"""Characters that are parsed to find a mark's place: about 50 ms."""


_CLOSING = ")]}"
"""In a list, a parser asks for a comma where a bracket was never closed."""


def semicolon(case: Case) -> Change | None:
    """One at the end of a statement that parses without it."""
    if case.tree is None:
        return None
    before = len(case.tree.errors)
    for at in _places(case):
        if case.text[at - 1 : at] in (";", "{", ""):
            continue
        trial = parse_fresh(case.trial(Splice(at, at, ";")))
        if trial is not None and len(trial.errors) <= before:
            return case.change("Insert `;`", Splice(at, at, ";"))
    return None


def _places(case: Case) -> list[int]:
    """Where a missing mark may belong: the ends of the code before and at the place, the place's own ends, its line's end."""
    line = case.problem.range.start.line
    start = case.document.offset(Position(line, 0))
    ends = [
        _code_end(case, case.start),
        case.start,
        case.end,
        _code_end(case, start + len(case.document.line(line))),
    ]
    missing = [
        case.document.offset(issue.range.start)
        for issue in (case.tree.errors if case.tree is not None else ())
        if issue.kind == "missing" and abs(issue.range.start.line - line) <= 1
    ]
    return list(dict.fromkeys([*ends[:1], *missing[:1], *ends[1:]]))


def _code_end(case: Case, at: int) -> int:
    """Where the last code before an offset ends, comments passed over."""
    while True:
        at = len(case.text[:at].rstrip())
        node = case.view(max(0, at - 1), at)
        if node is None or "comment" not in node.kind or node.start >= at:
            return at
        at = node.start


def extra(case: Case) -> Change | None:
    """A mark that does nothing goes: the one at the place, else the one on its line's end."""
    mark = case.group("mark") or ";"
    line = case.problem.range.start.line
    begin = case.document.offset(Position(line, 0))
    text = case.document.line(line)
    places = [case.start, case.end - 1]
    if (last := re.search(rf"{re.escape(mark)}(?=\s*(?:#|//|$))", text)) is not None:
        places.append(begin + last.start())
    at = next((p for p in places if case.text[p : p + 1] == mark), None)
    if at is None or case.tree is None or case.tree.in_string(case.document.position(at + 1)):
        return None
    trial = parse_fresh(case.trial(Splice(at, at + 1, "")))
    if trial is None or len(trial.errors) > len(case.tree.errors):
        return None
    return case.change(f"Remove `{mark}`", Splice(at, at + 1, ""))


def trailing_blanks(case: Case) -> Change | None:
    """The blanks at the end of the line."""
    line = case.problem.range.start.line
    text = case.document.line(line).rstrip("\r\n")
    kept = text.rstrip(" \t\f")
    if kept == text:
        return None
    begin = case.document.offset(Position(line, 0))
    if case.tree is not None and case.tree.in_string(Position(line, len(kept))):
        return None
    return case.change("Remove trailing blanks", Splice(begin + len(kept), begin + len(text), ""))


def final_newline(case: Case) -> Change | None:
    """A line break at the end of the file."""
    text = case.text
    if not text or text.endswith(("\n", "\r")):
        return None
    return case.change("End the file with a line break", Splice(len(text), len(text), _break(text)))


def final_blanks(case: Case) -> Change | None:
    """Blank lines at the end of the file."""
    text = case.text
    kept = text.rstrip()
    ending = _break(text)
    if not kept or text in (kept, kept + ending):
        return None
    return case.change("Remove blank lines at the end", Splice(len(kept), len(text), ending))


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
