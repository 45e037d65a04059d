"""Whether the brackets around a place come out even with a text: told by their marks alone, far sooner than by a parse."""

from __future__ import annotations

from kibitz.features.completion.scan import LINE_COMMENT, Scanner, lacking
from kibitz.features.completion.spot import Spot


class Brackets:
    """The brackets above and below a line, in the part of the document that is looked at."""

    def __init__(self, spot: Spot) -> None:
        self._spot = spot
        lines, part, here = spot.document.lines, spot.region, spot.position.line
        above, below = Scanner(spot.language), Scanner(spot.language)
        above.feed(part.lead)
        for line in lines[part.first : here]:
            above.feed(line)
        for line in lines[here + 1 : part.last]:
            below.feed(line)
        self._opened, self._inside = above.stack, above.inside
        self._closers = below.closers
        self._wrong = bool(above.surplus or below.stack)

    def uneven(self, text: str) -> bool:
        """Whether one is missing, or too many, with a text at the place."""
        return self._uneven(self._spot.current + text + self._spot.rest)

    @property
    def uneven_elsewhere(self) -> bool:
        """Whether one is without anything on the line."""
        return self._uneven("")

    def _uneven(self, line: str) -> bool:
        scanner = Scanner(self._spot.language, self._opened, self._inside)
        scanner.feed(line + "\n")
        if scanner.inside not in ("", LINE_COMMENT):
            return False  # where a string goes on, the lines below were read as what they are not
        return self._wrong or bool(scanner.surplus) or any(lacking(scanner.stack, self._closers))
