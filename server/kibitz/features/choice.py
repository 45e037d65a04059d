"""A model's choice of a refactoring that the built-in engine performs: read strictly, and found in the text or refused.

The model says what, where and under which name; how, it does not say. Models get the how wrong far more often: most of
their refusals and changed behaviours come from copying code, not from choosing it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast, get_args

from attrs import frozen

from kibitz.features.choice_names import check_name
from kibitz.models.tasks import RefactorKind
from kibitz.syntax.bindings import Bindings
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position, Range
from kibitz.verify.answer import refuse

FIELDS: dict[RefactorKind, tuple[frozenset[str], frozenset[str]]] = {
    "extract_function": (frozenset({"from", "to", "name"}), frozenset()),
    "extract_variable": (frozenset({"code", "name"}), frozenset({"line"})),
    "inline": (frozenset({"of"}), frozenset({"line"})),
    "rename": (frozenset({"of", "name"}), frozenset({"line"})),
    "organize_imports": (frozenset(), frozenset()),
    "invert_if": (frozenset({"line"}), frozenset()),
    "guard_clause": (frozenset({"line"}), frozenset()),
    "merge_ifs": (frozenset({"line"}), frozenset()),
    "comprehension_to_loop": (frozenset({"code"}), frozenset({"line"})),
    "loop_to_comprehension": (frozenset({"line"}), frozenset()),
}
"""What each kind has to be told, and what else it may be told."""

_FENCED = re.compile(
    r"\A\s*(?:[^`{}\n]*\n\s*)?(`{3,}|~{3,})(?:json)?[ \t]*\n(?P<inner>\s*\{.*\})\s*\n\1\s*\Z", re.DOTALL
)
_BARE = re.compile(r"\A\s*\{.*\Z", re.DOTALL)
_HEADS = re.compile(r"\b(?:if|unless|for|while|switch|match)\b")


_T = TypeVar("_T")


@frozen
class Choice:
    """The kind, the place and the name the engine is to work with."""

    kind: RefactorKind
    where: Range
    new_name: str | None


def choice(
    answer: str, document: Document, near: Range, kinds: frozenset[RefactorKind], instruction: str
) -> Choice | None:
    """The refactoring an answer chooses; None for an answer that is no choice, but code.

    `near` is what was asked about, `kinds` what there is to choose from; a name that stands in the instruction is taken
    as it is. Raises `bad_response` for a choice that is malformed, quotes what the text does not say, or names badly.
    """
    text = _object(answer)
    if text is None or not kinds:
        return None
    given = _fields(text)
    kind = given.pop("do", "")
    if kind not in kinds:
        raise refuse(
            f'There is no operation called "{kind[:40]}" here; there are: {", ".join(sorted(kinds))}.'
        )
    needed, more = FIELDS[kind]
    if given.keys() - needed - more or needed - given.keys():
        raise refuse(f"{kind} takes {_listed(needed) or 'nothing'}{_optional(more)}, and nothing else.")
    where = _Place(document, near).of(kind, given)
    name = given.get("name")
    if name is not None:
        check_name(document, where, kind, name, given.get("of"), instruction)
    return Choice(kind, where, name)


def _object(answer: str) -> str | None:
    """The JSON object an answer is, alone or in a fence of its own."""
    fenced = _FENCED.match(answer)
    if fenced is not None:
        return fenced["inner"] if re.search(r'"do"\s*:', fenced["inner"]) else None
    return answer.strip() if _BARE.match(answer) else None


def _fields(text: str) -> dict[str, str]:
    """The object's fields, all of them text. Raises `bad_response`."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise refuse("The choice says the same thing twice.")
        return dict(pairs)

    try:
        given = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise refuse("The choice is not one JSON object and nothing else.") from None
    if not all(isinstance(value, str) for value in given.values()):
        raise refuse("Every field of a choice is a text.")
    return cast("dict[str, str]", given)


def _listed(fields: frozenset[str]) -> str:
    return ", ".join(f'"{field}"' for field in sorted(fields))


def _optional(fields: frozenset[str]) -> str:
    return f" and may take {_listed(fields)}" if fields else ""


class _Place:
    """Finds what a choice quotes."""

    def __init__(self, document: Document, near: Range) -> None:
        self.document = document
        self.near = near

    def of(self, kind: RefactorKind, given: dict[str, str]) -> Range:
        """The range the engine is to work on. Raises `bad_response`."""
        if kind == "organize_imports":
            return self.near
        if "from" in given:
            first = self._line("from", given["from"])
            last = self._line("to", given["to"], after=first)
            return Range(Position(first, 0), Position(last, len(self.document.line(last))))
        if "code" in given:
            return self._code(given["code"], given.get("line"))
        if "of" in given:
            return self._name(given["of"], given.get("line"))
        line = self._line("line", given["line"])
        text = self.document.line(line)
        head = _HEADS.search(text)
        at = head.start() if head is not None else len(text) - len(text.lstrip())
        return Range(Position(line, at), Position(line, at))

    def _line(self, field: str, quoted: str, after: int = -1) -> int:
        """The line that says what is quoted: the one in what was asked about, else the only one."""
        wanted = _spaced(quoted)
        lines = self.document.lines
        found = [n for n in range(max(0, after), len(lines)) if wanted and _spaced(lines[n]) == wanted]
        inside = [n for n in found if self.near.start.line <= n <= self.near.end.line]
        return self._one(f'the line quoted as "{field}"', inside or found, lambda n: n)

    def _code(self, quoted: str, line: str | None) -> Range:
        """The range of a piece of code, quoted to the letter but for white space."""
        words = quoted.split()
        if not words:
            raise refuse('The quoted "code" is empty.')
        spaces = r"\s+".join(map(re.escape, words))
        pattern = re.compile(rf"(?<!\w){spaces}(?!\w)" if words[0][:1].isidentifier() else spaces)
        found = [
            Range(self.document.position(m.start()), self.document.position(m.end()))
            for m in pattern.finditer(self.document.text)
        ]
        return self._one('the quoted "code"', self._nearest(found, line), lambda r: r.start.line)

    def _name(self, name: str, line: str | None) -> Range:
        """The start of a name; several places of the same variable are one."""
        if not name.isidentifier():
            raise refuse(f'"{name[:40]}" is not a name.')
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        found = [self.document.position(m.start()) for m in pattern.finditer(self.document.text)]
        tree = parse(self.document)
        if tree is not None:
            known = {n.range.start for n in tree.identifiers if n.name == name}
            found = [at for at in found if at in known] if known else found
        places = self._nearest([Range(at, at) for at in found], line)
        if len(places) > 1 and tree is not None:
            bindings = Bindings(tree, {name})
            variables = {item.range.start for item in bindings.occurrences()}
            meant = {bindings.scope(p.start) if p.start in variables else name for p in places}
            places = places[:1] if len(meant) == 1 else places
        return self._one(f"the name `{name}`", places, lambda r: r.start.line)

    def _nearest(self, found: list[Range], line: str | None) -> list[Range]:
        """Those on the quoted line, else those in what was asked about, else all."""
        if line is not None:
            number = self._line("line", line)
            return [r for r in found if r.start.line <= number <= r.end.line]
        first, last = self.near.start.line, self.near.end.line
        return [r for r in found if first <= r.start.line and r.end.line <= last] or found

    def _one(self, what: str, found: list[_T], line_of: Callable[[_T], int]) -> _T:
        if len(found) == 1:
            return found[0]
        if not found:
            raise refuse(f"The file does not have {what}. Quote it exactly.")
        lines = ", ".join(str(line_of(one) + 1) for one in found[:5])
        raise refuse(
            f'The file has {what} in several places (lines {lines}). Quote one more exactly, or give its "line".'
        )


def _spaced(line: str) -> str:
    return " ".join(line.split())


CHOOSABLE = frozenset(FIELDS) & frozenset(get_args(RefactorKind))
"""The kinds a model may choose. The others need no choice: they are done where they are asked for."""
