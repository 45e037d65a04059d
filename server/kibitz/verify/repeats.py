"""Whether a block was applied before: an answer that is given again must neither be retried nor change the file twice."""

from __future__ import annotations

from collections.abc import Sequence

from kibitz.verify.aligning import Place
from kibitz.verify.likeness import is_typo
from kibitz.verify.lines import blocks
from kibitz.verify.placing import Finder

_TELLING = 8
"""So many characters that are not whitespace make a line that a file does not have by chance."""


def is_there(finder: Finder, wanted: Sequence[str], new: Sequence[str], place: Place | None = None) -> bool:
    """Whether a block's new text stands in the document already, and says something that its search text did not.

    With `place`, where the search text is found, it must stand there, around it.
    """
    said = {line.strip() for line in wanted}
    fresh = [
        line.strip()
        for line in new
        if line.strip() not in said and not any(is_typo(other, line.strip()) for other in said)
    ]
    if not any(_telling(line) for line in fresh):
        return False
    if place is not None and not _only_adds(wanted, new):
        return False
    if place is None:
        return finder.count(new) == 1
    spots = finder.exact(_trimmed(new))
    size = len(_trimmed(new))
    return any(at <= place.first and place.end <= at + size for at in spots)


def _telling(line: str) -> bool:
    return len("".join(line.split())) >= _TELLING and any(char.isalpha() for char in line)


def _only_adds(wanted: Sequence[str], new: Sequence[str]) -> bool:
    return all(block.same or block.a == block.a_end for block in blocks(list(wanted), list(new)))


def _trimmed(lines: Sequence[str]) -> list[str]:
    """The lines without blank ones at either end."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return list(lines[filled[0] : filled[-1] + 1])
