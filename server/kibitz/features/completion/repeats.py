"""Answers that go round in circles."""

from __future__ import annotations

import re

LONGEST_LINE = 500
"""No line anybody wants to be offered is longer."""
_LONGEST_CYCLE = 8
_TIMES = 3
_RUN = re.compile(r"(\S.{0,23}?)\1{11,}", re.DOTALL)
_TRIVIAL = re.compile(r"[\s)\]}({\[;,]*\Z")


def cycle(lines: list[str]) -> int | None:
    """Where the lines begin to repeat: the number of lines to keep, the first round of those that came three times.

    Looks at the end alone, so that it can be asked after each line.
    """
    for period in range(1, min(_LONGEST_CYCLE, len(lines) // _TIMES) + 1):
        tail = lines[-period * _TIMES :]
        tail = [line.strip() for line in tail]
        if all(_TRIVIAL.match(line) for line in tail):
            continue
        if tail[:period] == tail[period : 2 * period] == tail[2 * period :]:
            return len(lines) - (_TIMES - 1) * period
    return None


def without_repeats(text: str) -> str:
    """The text up to the end of the first round of what is said again and again, and without a line that has no end."""
    if len(text) > 200 and (run := _RUN.search(text)) is not None and run.group(1).strip():
        line_start = text.rfind("\n", 0, run.start()) + 1
        line_end = text.find("\n", run.start())
        if run.end() - run.start() > 120 and (line_end < 0 or run.end() <= line_end):
            text = text[:line_start].rstrip()
    kept: list[str] = []
    seen: list[str] = []
    places: list[int] = []
    for line in text.split("\n"):
        if len(line) > LONGEST_LINE:
            break
        kept.append(line)
        if line.strip():
            seen.append(line)
            places.append(len(kept))
            if (keep := cycle(seen)) is not None:
                return "\n".join(kept[: places[keep - 1]])
    return "\n".join(kept)
