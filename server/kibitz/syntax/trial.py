"""Texts tried at one place: whether the code around it parses with them, without parsing the whole file for each."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from kibitz.syntax.delta import parses_in_place
from kibitz.syntax.python_check import NEWER, python_error
from kibitz.syntax.region import Region, region, whole
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Position, Range, TextEdit

if TYPE_CHECKING:
    from kibitz.syntax.source import Source

_LARGE = 60_000
_VERY_LARGE = 150_000
_HEADER = re.compile(r"\s*(?:async|class|def|elif|else|except|finally|for|if|match|case|try|while|with)\b")
_moved: dict[tuple[object, ...] | None, str | None] = {}
"""How lines between these two parts of a document should be indented, where they are not: found once, while the line is typed."""
_MOST_MOVED = 8


class Trial:
    """A place in a document, and what was found out about the code around it; cheap to ask again."""

    def __init__(self, document: Document, position: Position, *, like: Trial | None = None) -> None:
        """`like` is a trial of a document with the same lines but for white space: nothing but the part is parsed anew then."""
        self.document = document
        self.position = document.clamp(position)
        self._follows = like is not None  # of the other one no more is kept: it keeps this one
        self.tree: Tree | None = parse(document) if like is None else like.tree
        self._answers: dict[str, bool] = {}
        self._look_at(region(document, self.position, self.tree))

    def _look_at(self, part: Region) -> None:
        self.region = part
        self._text = part.lead + self.document.text[part.start : part.end]
        self._at = len(part.lead) + self.document.offset(self.position) - part.start
        everything = part.size == len(self.document.text)
        self._base = (self._raw if everything else None) or self._source(self._text, None)
        partly = bool(part.lead) or part.size < len(self.document.text)
        if partly and self._base is not None and self._base.root.has_error and self._whole is not None:
            self._look_at(whole(self.document))  # the part means something else alone than where it stands

    @property
    def _raw(self) -> Source | None:
        if self._follows:
            return None
        return self.tree._source if self.tree is not None else None  # noqa: SLF001 - one room

    @property
    def known(self) -> bool:
        """Whether there is a grammar to ask."""
        return self.tree is not None

    @cached_property
    def _whole(self) -> Source | None:
        """The whole document's parse, where it has no error: then no text may bring one anywhere."""
        source = self._raw
        return source if source is not None and not source.root.has_error else None

    @cached_property
    def broken(self) -> bool:
        """Whether the code around has errors that no text at the place is to blame for, nor could mend: those above the
        line, and those below another definition."""
        if self._base is None or not self._base.root.has_error or not _even(self._text):
            return False
        part = Document(self.document.uri, self._text, self.document.language)
        from kibitz.syntax.issues import issues

        here = part.position(self._at).line
        below = self._leaves(part, here)
        return all(i.range.end.line < here or i.range.start.line >= below for i in issues(self._base))

    @staticmethod
    def _leaves(part: Document, here: int) -> int:
        """The line below a place that belongs to something else: behind a blank one, and indented less."""
        filled = next((line for line in reversed(part.lines[: here + 1]) if line.strip()), "")
        depth = len(filled) - len(filled.lstrip())
        for at in range(here + 2, len(part.lines)):
            line = part.lines[at]
            indent = len(line) - len(line.lstrip())
            if line.strip() and indent < max(1, depth) and not part.lines[at - 1].strip():
                return at
        return len(part.lines) + 1

    @property
    def costly(self) -> bool:
        """Whether each text takes milliseconds, because nothing smaller than a large file could be looked at."""
        return len(self._text) > _LARGE

    def fits(self, text: str) -> bool:
        """Whether the code around parses with a text at the place: all of it, or, where it has errors of its own, as well as before."""
        if text not in self._answers:
            self._answers[text] = self._fits(text)
        return self._answers[text]

    def _fits(self, text: str) -> bool:
        if self.tree is None:
            return True
        if "\n" not in text and _moved.get(self._line) is not None and self._straight is not None:
            return self._straight.fits(text)  # as the line is indented nothing can
        if not self._clean(self._text[: self._at] + text + self._text[self._at :]):
            if self.broken and self._no_worse(text):
                return True
            return "\n" not in text and self._straight is not None and self._straight.fits(text)
        at = self.document.offset(self.position)
        everything = self.document.text[:at] + text + self.document.text[at:]
        if self._leaves_part(text) and (len(everything) > _LARGE or python_error(everything) is not None):
            return False
        if self._whole is None or self._whole is self._base or len(everything) > _VERY_LARGE:
            return True  # the part is complete in itself, and a very large file takes longer than a key may
        source = self._source(everything, self._whole)
        return source is not None and not source.root.has_error

    def prepare(self) -> None:
        """Find out what costs most to find out, before there is a text."""
        if (
            self._line is not None
            and self._line not in _moved
            and self.fits("x")
            and self._line not in _moved
        ):
            _remember(self._line, None)
        if _moved.get(self._line) is not None:
            _ = self._straight

    @cached_property
    def _line(self) -> tuple[object, ...] | None:
        """What decides how the place's line has to be indented; None where the line cannot be at fault."""
        if self._follows or self.document.language != "python":
            return None
        number, line = self.position.line, self.document.line(self.position.line)
        white = line[: len(line) - len(line.lstrip())]
        if len(white) >= self.position.character:
            return None
        lines = self.document.lines
        around = "".join(lines[:number]), "".join(lines[number + 1 :])
        return self.document.uri, white, _HEADER.match(line) is not None, *around

    @cached_property
    def _straight(self) -> Trial | None:
        """This place with the line indented as it has to be, where that alone is what is wrong (Python).

        No text could make such a line parse, and it is not the text's fault.
        """
        if self._line is None:
            return None
        line = self.document.line(self.position.line)
        white = line[: len(line) - len(line.lstrip())]
        if self._line not in _moved:
            header = _HEADER.match(line) is not None
            _remember(self._line, self._right_indent(white, line, header=header))
        other = _moved.get(self._line)
        return None if other is None else self._indented(white, other)

    def _right_indent(self, white: str, line: str, *, header: bool) -> str | None:
        """How this line should be indented, whatever else is on it; None where it is right, or nothing is known to be."""
        number = self.position.line
        below = next(
            (text for at in range(number + 1, number + 50) if (text := self.document.line(at)).strip()), ""
        )
        block = f"if x:\n{below[: len(below) - len(below.lstrip())]}pass"
        statements = ("x", "if x:", block) if header else ("x",)
        whole_line = Range(Position(number, 0), Position(number, len(line)))

        def stands(indent: str) -> bool:
            for statement in statements:
                document = self.document.replaced([TextEdit(whole_line, indent + statement)])
                place = Trial(document, Position(number, len(indent)), like=self)
                if place._clean(place._text):
                    return True
            return False

        if stands(white):
            return None
        return next(filter(stands, sorted(self._indents_around(number) - {white})), None)

    def _indented(self, white: str, other: str) -> Trial:
        """The same place with its line indented in another way."""
        number = self.position.line
        edit = TextEdit(Range(Position(number, 0), Position(number, len(white))), other)
        column = self.position.character - len(white) + len(other)
        return Trial(self.document.replaced([edit]), Position(number, column), like=self)

    def _indents_around(self, number: int) -> set[str]:
        """What the nearest lines of code above and below a line are indented by."""
        found = set()
        for near in (range(number - 1, -1, -1), range(number + 1, len(self.document.lines))):
            line = next((text for at in near[:50] if (text := self.document.line(at)).strip()), "")
            found.add(line[: len(line) - len(line.lstrip())])
        return found

    def _leaves_part(self, text: str) -> bool:
        """Whether a line stands further left than the function that is looked at alone, where nothing alone can judge it."""
        if not self.region.lead:
            return False
        header = self.document.lines[self.region.first]
        least = len(header) - len(header.lstrip())
        line = self.document.line(self.position.line)[: self.position.character]
        lines = (line + text).replace("\r", "\n").split("\n")
        return any(each.strip() and len(each) - len(each.lstrip()) < least for each in lines)

    def _clean(self, text: str) -> bool:
        source = self._source(text, self._base)
        if source is None or source.root.has_error:
            return False
        return self.document.language != "python" or self._python(text)

    def _no_worse(self, text: str) -> bool:
        """Judged on the part alone: errors that stood there before are nobody's fault, those the text touches are."""
        part = Document(f"{self.document.uri}#part", self._text, self.document.language)
        at = part.position(self._at)
        if len(self._text) > _LARGE or not parses_in_place(part, TextEdit(Range(at, at), text)):
            return False
        if self.document.language != "python":
            return True
        before, after = (
            python_error(self._text),
            python_error(self._text[: self._at] + text + self._text[self._at :]),
        )
        if before is None or after is None:
            return after is None
        here, last = at.line + 1, at.line + 1 + text.count("\n")
        return not here <= (after.lineno or 0) <= last + 1

    def _source(self, text: str, before: Source | None) -> Source | None:
        from kibitz.syntax.source import parse_source

        if self.tree is None:
            return None
        return parse_source(Document(self.document.uri, text, self.document.language), before)

    def _python(self, text: str) -> bool:
        """Whether Python's own parser agrees; what only a newer Python may know is let pass."""
        error = python_error(text) if len(text) < _LARGE else None
        if error is None:
            return True
        line = (error.text or "").rstrip("\n")
        if isinstance(error, IndentationError) or not NEWER.search(line):
            return False
        return (error.msg or "").startswith("f-string") or python_error(self._text) is not None


def _remember(line: tuple[object, ...], indent: str | None) -> None:
    _moved[line] = indent
    for old in list(_moved)[:-_MOST_MOVED]:
        _moved.pop(old, None)


def _even(text: str) -> bool:
    """Whether as many brackets are closed as opened: else the error is where one is missing, and that may be anywhere."""
    brackets = all(text.count(opened) == text.count(closed) for opened, closed in ("()", "[]", "{}"))
    return brackets and not any(text.count(quote) % 2 for quote in ('"""', "'''", "`"))
