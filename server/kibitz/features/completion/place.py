"""Where a completion was asked for, and what has been typed there since."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from kibitz.text import Document, Position

BEFORE = 6000
"""Characters before the cursor that a place remembers: what it is compared by, and what may be typed on from it."""

COMPARED = 1500
"""Characters before an answer's place that must still stand there."""

NEAR = COMPARED + 100
"""So many characters before the cursor are enough to compare by, also where some of them were deleted."""

AFTER = 600
"""Characters after the cursor that must still stand there."""

CLOSERS = frozenset(")]}>\"'`")
"""What editors close by themselves when its opening is typed."""

MOST_CLOSERS = 3


@frozen
class Place:
    """A cursor in a text: its line's number, the document's number of lines, and the text around it."""

    uri: str
    line: int
    lines: int
    before: str
    after: str
    prefix: str
    suffix: str

    @classmethod
    def at(cls, document: Document, position: Position) -> Place:
        """The place of a position, which must lie in the text. Takes time for the window alone, not for the document."""
        line = document.line(position.line)
        before, after = line[: position.character], line[position.character :]
        rest = document.lines[position.line][position.character :]
        return cls(
            document.uri,
            position.line,
            len(document.lines),
            before,
            after,
            _upwards(document.lines, position.line, before),
            _downwards(document.lines, position.line, rest),
        )

    def near(self) -> Place:
        """The place with no more of the text before it than another one is compared by."""
        return evolve(self, prefix=self.prefix[-NEAR:])

    def behind(self, text: str) -> Place:
        """The place behind a text inserted here."""
        line_end = text.rfind("\n") + 1
        return Place(
            self.uri,
            self.line + text.count("\n"),
            self.lines + text.count("\n"),
            text[line_end:] if line_end else self.before + text,
            self.after,
            (self.prefix + text)[-BEFORE:],
            self.suffix,
        )


def _upwards(lines: Sequence[str], line: int, before: str) -> str:
    parts, size = [before], len(before)
    while line > 0 and size < BEFORE:
        line -= 1
        parts.append(lines[line])
        size += len(lines[line])
    return "".join(reversed(parts))[-BEFORE:]


def _downwards(lines: Sequence[str], line: int, rest: str) -> str:
    parts, size = [rest], len(rest)
    while line + 1 < len(lines) and size < AFTER:
        line += 1
        parts.append(lines[line])
        size += len(lines[line])
    return "".join(parts)[:AFTER]


def typed_to(origin: Place, place: Place, lines: Sequence[str]) -> str | None:
    """What was typed from one place to a later one of the same document; None where anything else was done too.

    Closing brackets and quotes that the editor put after the cursor by itself are not counted.
    """
    if place.line < origin.line or place.lines - origin.lines != place.line - origin.line:
        return None
    if origin.line == place.line:
        if not place.before.startswith(origin.before):
            return None
        typed = place.before[len(origin.before) :]
    else:
        first = lines[origin.line]
        if not first.startswith(origin.before):
            return None
        middle = lines[origin.line + 1 : place.line]
        typed = first[len(origin.before) :] + "".join(middle) + place.before
    return typed if closed_with(place.after, origin.after) is not None else None


def typed_in(origin: Place, lines: Sequence[str]) -> tuple[str, ...]:
    """What may have been typed at a place, by the text that stands there now; nothing where that line is gone.

    Closing characters at its end may be the editor's own.
    """
    more = len(lines) - origin.lines
    if more < 0 or origin.line + more >= len(lines) or not lines[origin.line].startswith(origin.before):
        return ()
    last = origin.line + more
    text = ("".join(lines[origin.line : last]) + lines[last].rstrip("\r\n"))[len(origin.before) :]
    if not text.endswith(origin.after):
        return ()
    typed = [text[: len(text) - len(origin.after)]]
    while len(typed) <= MOST_CLOSERS and typed[-1] and typed[-1][-1] in CLOSERS:
        typed.append(typed[-1][:-1])
    return tuple(typed)


def closed_with(after: str, then: str) -> str | None:
    """The closing characters that were put in front of what stood after the cursor; None where it is another text."""
    more = len(after) - len(then)
    if after == then:
        return ""
    if 0 < more <= MOST_CLOSERS and after.endswith(then) and CLOSERS.issuperset(after[:more]):
        return after[:more]
    return None
