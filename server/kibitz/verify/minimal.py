"""The smallest edits that turn one text into another."""

from __future__ import annotations

from kibitz.text import Document, Range, TextEdit, split_lines
from kibitz.verify.lines import blocks


def minimal_edits(before: Document, after_text: str) -> tuple[TextEdit, ...]:
    """Edits in order and without overlap; applied to `before` they give exactly `after_text`.

    Lines are matched first, then what a changed line has in common with its new text at either end is left alone.
    """
    new = split_lines(after_text)
    starts = [*before.line_starts, len(before.text)]
    edits: list[TextEdit] = []
    for block in blocks(before.lines, new):
        if block.same:
            continue
        if block.a_end - block.a == block.b_end - block.b:
            for a, b in zip(range(block.a, block.a_end), range(block.b, block.b_end), strict=True):
                edits += _edit(before, starts[a], starts[a + 1], new[b], trim=True)
        else:
            # only the last line has no end to be kept apart by
            trim = block.a_end == len(before.lines)
            edits += _edit(
                before, starts[block.a], starts[block.a_end], "".join(new[block.b : block.b_end]), trim=trim
            )
    return tuple(edits)


def _edit(before: Document, start: int, end: int, new: str, *, trim: bool) -> list[TextEdit]:
    """The replacement of a span of offsets, none where it changes nothing."""
    old = before.text[start:end]
    if old == new:
        return []
    if trim:
        same = _common(old, new)
        tail = _common(old[same:][::-1], new[same:][::-1])
        same = same - 1 if _inside_crlf(before.text, start + same) else same
        tail = tail - 1 if tail and _inside_crlf(before.text, end - tail) else tail
        start, end, new = start + same, end - tail, new[same : len(new) - tail]
    return [TextEdit(Range(before.position(start), before.position(end)), new)]


def _common(one: str, two: str) -> int:
    """How many characters two texts share at the beginning."""
    most = min(len(one), len(two))
    return next((at for at in range(most) if one[at] != two[at]), most)


def _inside_crlf(text: str, at: int) -> bool:
    """Whether an offset lies between CR and LF, where no position points."""
    return text[at - 1 : at] == "\r" and text[at : at + 1] == "\n"
