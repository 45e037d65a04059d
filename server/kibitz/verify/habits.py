"""The habits of a file that an answer must not change by accident: line ends, the final one, the byte order mark."""

from __future__ import annotations

from collections import Counter

from kibitz.text import Document, split_lines
from kibitz.verify.lines import blocks

_MARK = "\ufeff"


def line_end(line: str) -> str:
    """The end of a line: LF, CRLF, CR or nothing."""
    return line[len(line.rstrip("\r\n")) :]


def dominant_end(document: Document) -> str:
    """The line end most lines use; LF in a document of one line."""
    if "\r" not in document.text:
        return "\n"
    counts = Counter(line_end(line) for line in document.lines[:-1])
    return counts.most_common(1)[0][0] if counts else "\n"


def settle(before: Document, after: str) -> str:
    """A changed text with the habits of the file it is for.

    Lines that were there keep their own ends, new ones take the most common; the last line has an end where it had
    one; a byte order mark stays. A text whose only change is the missing end of its last line keeps that. What goes
    into an empty file ends with a line end.
    """
    if not before.text or not after:
        return after + "\n" if after and not line_end(after) else after
    if before.text.startswith(_MARK) and not after.startswith(_MARK):
        after = _MARK + after
    if "\r" not in before.text and "\r" not in after:
        return _ended(before.text, after)
    old, new = _contents(before.text), _contents(after)
    usual = dominant_end(before)
    ended = bool(line_end(before.text))
    ends = [usual] * len(new)
    for block in blocks(old, new):
        if block.same:
            ends[block.b : block.b_end] = [
                line_end(line) or usual for line in before.lines[block.a : block.a_end]
            ]
    settled = "".join(content + end for content, end in zip(new, ends, strict=True))
    if not ended and new:
        settled = settled[: len(settled) - len(ends[-1])]
    if settled == before.text and not ended and after != before.text and after.rstrip("\r\n") == before.text:
        return before.text + usual
    return settled


def _ended(before: str, after: str) -> str:
    """The same where all lines end with LF."""
    if before.endswith("\n"):
        return after if after.endswith("\n") else after + "\n"
    settled = after.removesuffix("\n")
    return after if settled == before else settled


def _contents(text: str) -> list[str]:
    lines = [line.rstrip("\r\n") for line in split_lines(text)]
    return lines[:-1] if lines[-1] == "" else lines
