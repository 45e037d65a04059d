"""A user who goes on typing while an edit is made, and an oracle that knows where the edited lines went.

The oracle follows intervals of a plain string through every keystroke and shares no code with what it judges; columns are
counted in the client's units by its own words of the standard.
"""

from __future__ import annotations

import random
import re
from typing import Any, NamedTuple

from attrs import define, evolve, field, frozen
from lsprotocol import types as lsp

from kibitz.errors import StaleError
from kibitz.lsp.convert import from_range
from kibitz.lsp.documents import LiveDocument
from kibitz.text import Document, Encoding, Range, TextEdit, span
from kibitz.verify.edit import FileEdit, file_edit, rebase

URI = "file:///meanwhile.py"
ENDS = ("\n", "\r\n", "\r")
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
WORDS = ("x", "if y:", "    return 1", "😀", "é", "}", "", "  ", "def f(a):", "𝒳 = 'ü'", "pass")
BREAK = re.compile(r"\r\n|\r|\n")


class Region(NamedTuple):
    """Whole lines that one hunk is about: where their text is now, what it said, and what it shall say."""

    start: int
    end: int
    said: str
    says: str


@frozen
class State:
    """A text, where the regions are in it, and its line end."""

    text: str
    regions: tuple[Region, ...]
    eol: str

    def typed(self, start: int, end: int, text: str) -> State:
        """After a replacement: a region it reaches into grows around it, and says something else from then on."""
        by = len(text) - (end - start)
        regions = []
        for region in self.regions:
            if (
                region.start == region.end == start == end
            ):  # an empty line: either side of what was typed is it
                moved = region._replace(end=region.end + by)
            elif end <= region.start:
                moved = region._replace(start=region.start + by, end=region.end + by)
            elif start >= region.end:
                moved = region
            else:
                moved = region._replace(start=min(region.start, start), end=max(region.end, end) + by)
            regions.append(moved)
        return State(self.text[:start] + text + self.text[end:], tuple(regions), self.eol)

    def with_ends(self, eol: str) -> State:
        """After all line ends were changed."""

        def at(offset: int) -> int:
            return len(BREAK.sub(eol, self.text[:offset]))

        def again(text: str) -> str:
            return BREAK.sub(eol, text)

        regions = tuple(Region(at(r.start), at(r.end), again(r.said), again(r.says)) for r in self.regions)
        return State(again(self.text), regions, eol)

    @property
    def untouched(self) -> bool:
        """Whether every region still stands there, in lines of its own."""
        return all(
            self.text[r.start : r.end] == r.said
            and (r.start == 0 or self.text[r.start - 1] in "\r\n")
            and (r.end == len(self.text) or self.text[r.end] in "\r\n")
            for r in self.regions
        )

    @property
    def wanted(self) -> str:
        """The text with every region saying what it shall."""
        parts, at = [], 0
        for region in self.regions:
            parts += [self.text[at : region.start], region.says]
            at = region.end
        return "".join([*parts, self.text[at:]])

    @property
    def tolerable(self) -> set[str]:
        """The texts that are right too though a region was typed into: its lines stand whole before or after what was
        typed, which is the same as if that had been typed beside them."""
        states = [self]
        for number, region in enumerate(self.regions):
            inside = self.text[region.start : region.end]
            size, places = len(region.said), [(region.start, region.end)]
            if inside != region.said:
                places = [
                    (start, start + size)
                    for start in (region.start, region.end - size)
                    if self.text[start : start + size] == region.said and region.start <= start
                ]
            states = [
                evolve(
                    state,
                    regions=tuple(
                        r._replace(start=start, end=end) if n == number else r
                        for n, r in enumerate(state.regions)
                    ),
                )
                for state in states
                for start, end in places
            ]
        return {state.wanted for state in states if state.untouched}


def position(text: str, offset: int, encoding: Encoding) -> lsp.Position:
    """An offset as the client counts it."""
    line, begin = 0, 0
    for found in BREAK.finditer(text):
        if found.end() > offset:
            break
        line, begin = line + 1, found.end()
    return lsp.Position(line, units(text[begin:offset], encoding))


def units(text: str, encoding: Encoding) -> int:
    """How many units a text takes."""
    return (
        len(text.encode("utf-32-le" if encoding == "utf-32" else encoding.replace("16", "16-le")))
        // {
            "utf-8": 1,
            "utf-16": 2,
            "utf-32": 4,
        }[encoding]
    )


def offset(text: str, where: lsp.Position, encoding: Encoding) -> int:
    """Where the client's position is; it must be one that exists."""
    begins = [0, *(found.end() for found in BREAK.finditer(text))]
    at, left = begins[where.line], where.character
    while left:
        left -= units(text[at], encoding)
        at += 1
    assert left == 0, "a position inside a character"
    return at


def client_applies(
    text: str, edits: list[tuple[lsp.Range, str]], encoding: Encoding
) -> tuple[str, list[Any]]:
    """The text after a client applied edits, and what its undo will do: (start, end, text) from the last to the first."""
    spans = [(offset(text, r.start, encoding), offset(text, r.end, encoding), new) for r, new in edits]
    assert spans == sorted(spans), "edits are in order"
    undo = []
    for start, end, new in reversed(spans):
        undo.append((start, start + len(new), text[start:end]))
        text = text[:start] + new + text[end:]
    return text, undo[::-1]


@define
class Meanwhile:
    """One edit that is being made, and all that is typed until it is offered."""

    rng: random.Random
    encoding: Encoding
    first: State
    state: State
    made: FileEdit
    live: LiveDocument
    whole: bool
    undos: list[tuple[State, int, int, str]] = field(factory=list)
    version: int = 1

    @property
    def right(self) -> set[str]:
        """The texts that an offer may give."""
        return self.state.tolerable | self._by_the_ends()

    def _by_the_ends(self) -> set[str]:
        """Where all from an edit's lines to the end of the text, or from its beginning to them, is as it was, they are
        where they were, whichever of two equal copies was removed."""
        first, text, eol = self.first.with_ends(self.state.eol), self.state.text, self.state.eol
        low, high = first.regions[0].start, first.regions[-1].end
        below, above = first.text[low:], first.text[:high]
        wanted = first.wanted
        grown = len(wanted) - len(first.text)
        found = set()
        if text.endswith(below) and (text == below or text[: -len(below)].endswith(eol)):
            found.add(text[: -len(below)] + wanted[low:])
        if text.startswith(above) and (text == above or text[high:].startswith(eol)):
            found.add(wanted[: high + grown] + text[high:])
        return found

    def send(self, start: int, end: int, text: str) -> None:
        """One change: to the oracle and, as an editor tells it, to the document."""
        self.undos.append((self.state, start, start + len(text), self.state.text[start:end]))
        self._tell(start, end, text)
        self.state = self.state.typed(start, end, text)

    def undo(self) -> None:
        """Take the last change back, as an editor does: by the change that undoes it."""
        before, start, end, text = self.undos.pop()
        self._tell(start, end, text)
        self.state = before

    def change_ends(self, eol: str) -> None:
        """All line ends become others: one change of everything."""
        before, after = self.state, self.state.with_ends(eol)
        self.undos.append((before, 0, len(after.text), before.text))
        self._tell(0, len(before.text), after.text)
        self.state = after

    def _tell(self, start: int, end: int, text: str) -> None:
        old = self.state.text
        change: Any
        if self.whole:
            change = lsp.TextDocumentContentChangeWholeDocument(old[:start] + text + old[end:])
        else:
            where = lsp.Range(position(old, start, self.encoding), position(old, end, self.encoding))
            change = lsp.TextDocumentContentChangePartial(where, text)
        self.version += 1
        self.live.change([change], self.version, self.encoding)

    def offered(self) -> str | None:
        """The text after the client applied what is offered now; None where that is a refusal."""
        now = self.live.snapshot()
        assert now.text == self.state.text
        try:
            moved = rebase(self.made, now, self.live.since(self.made.document.version))
        except StaleError:
            return None
        assert moved.after.text == now.replaced(moved.edits).text
        edits = [(from_range(now, e.range, self.encoding), e.new_text) for e in moved.edits]
        return client_applies(now.text, edits, self.encoding)[0]


def begin(rng: random.Random, lines: list[str], eol: str, encoding: Encoding, whole: bool) -> Meanwhile:
    """An edit of some of the lines: one hunk, an insertion, two hunks far apart, or two in one piece that was asked about."""
    if not any(line.strip() for line in lines):
        lines = ["x = 1"]
    final = rng.random() < 0.8
    text = eol.join(lines) + (eol if final else "")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + len(eol))

    def region(first: int, end: int, new: list[str]) -> Region:
        stop = starts[end] - len(eol)
        return Region(starts[first], stop, text[starts[first] : stop], eol.join(new))

    size = rng.choice((1, 1, 2, 5))
    first = rng.randrange(max(1, len(lines) - size))
    end = min(len(lines), first + size)
    new = [f"NEW {n} {rng.choice(WORDS)}" for n in range(rng.choice((1, 1, 2)))]
    asked: Range | None = None
    regions: tuple[Region, ...]
    kind = rng.choice(("hunk", "insertion", "two", "asked"))
    if kind == "insertion" and first > 0:
        regions = (region(first - 1, first + 1, [lines[first - 1], *new, lines[first]]),)
    elif kind == "two" and len(lines) > first + 8:
        far = rng.randrange(first + 5, len(lines) - 1)
        regions = (region(first, first + 1, new), region(far, far + 1, ["AND " + lines[far]]))
    elif kind == "asked" and len(lines) > first + 8:
        end = first + 8
        inner = ["FIRST " + lines[first], *lines[first + 1 : end - 1], "LAST " + lines[end - 1]]
        regions, asked = (region(first, end, inner),), span(first, 0, end - 1, len(lines[end - 1]))
    else:
        regions = (region(first, end, new),)
    if not all(region.said.strip() for region in regions):  # of blank lines nobody can say which is which
        return begin(rng, lines, eol, encoding, whole)
    state = State(text, regions, eol)
    live = LiveDocument(URI, "python", 1, text)
    made = file_edit(live.snapshot(), state.wanted, asked=asked)
    return Meanwhile(rng, encoding, state, state, made, live, whole)


def verdict(it: Meanwhile) -> str:
    """What is offered now: `right`, `refused` where a line was touched, `needless` where none was, or `misplaced`."""
    given = it.offered()
    if given is None:
        return "needless" if it.state.untouched else "refused"
    return "right" if given in it.right else "misplaced"


def blindly(it: Meanwhile) -> str:
    """The baseline: the edit at its old lines and columns, whatever stands there now."""
    lines = it.live.snapshot()
    try:
        after = lines.replaced([TextEdit(e.range, e.new_text) for e in it.made.edits]).text
    except ValueError:
        return "refused"
    return "right" if after in it.right else "misplaced"


def inverted(before: Document, made: FileEdit, encoding: Encoding) -> str:
    """The text after a client applied an edit and its user undid it."""
    edits = [(from_range(before, e.range, encoding), e.new_text) for e in made.edits]
    text, undo = client_applies(before.text, edits, encoding)
    assert text == made.after.text
    for start, end, old in undo:
        text = text[:start] + old + text[end:]
    return text
