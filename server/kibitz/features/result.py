"""What every answer carries beside itself, and how positions are written in JSON."""

from __future__ import annotations

import time
from typing import Any

from attrs import frozen

from kibitz.models.protocol import Usage
from kibitz.text import Document, Encoding, Range, TextEdit, width
from kibitz.verify.checks import Check


@frozen
class Envelope:
    """Which engine answered, how long it took in milliseconds, what it cost, and what was checked."""

    engine: str
    duration_ms: float
    usage: Usage = Usage()
    checks: tuple[Check, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape in CONTRACT §2."""
        return {
            "engine": self.engine,
            "durationMs": round(self.duration_ms, 1),
            "usage": self.usage.to_json(),
            "checks": [check.to_json() for check in self.checks],
        }


class Stopwatch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def ms(self) -> float:
        """The time so far."""
        return (time.perf_counter() - self._start) * 1000


def local(watch: Stopwatch) -> dict[str, Any]:
    """The envelope of what no engine made: answered here, no tokens, no cost."""
    return Envelope("offline", watch.ms).to_json()


@frozen
class Shapes:
    """Positions as LSP writes them, in one encoding."""

    encoding: Encoding = "utf-16"

    def position(self, document: Document, line: int, character: int) -> dict[str, int]:
        """A 0-based position in the encoding's units."""
        return {"line": line, "character": width(document.line(line)[:character], self.encoding)}

    def range(self, document: Document, where: Range) -> dict[str, Any]:
        """An LSP range."""
        start, end = document.clamp(where.start), document.clamp(where.end)
        return {"start": self.position(document, *start), "end": self.position(document, *end)}

    def edit(self, document: Document, edit: TextEdit) -> dict[str, Any]:
        """An LSP text edit."""
        return {"range": self.range(document, edit.range), "newText": edit.new_text}
