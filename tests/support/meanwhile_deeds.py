"""What a user does to a text while an edit for a part of it is being made."""

from __future__ import annotations

from support.meanwhile import BREAK, ENDS, WORDS, Meanwhile, Region


def interfere(it: Meanwhile) -> str:
    """One thing that a user does; its name."""
    what = it.rng.choices(list(_DEEDS), [weight for _, weight in _DEEDS.values()])[0]
    _DEEDS[what][0](it, it.rng.choice(it.state.regions))
    return what


def _somewhere(it: Meanwhile, low: int, high: int) -> int:
    return _between(it.state.text, it.rng.randint(low, high) if low < high else low)


def _words(it: Meanwhile) -> str:
    return it.state.eol.join(it.rng.choice(WORDS) for _ in range(it.rng.choice((1, 1, 1, 2, 3))))


def _above(it: Meanwhile, region: Region) -> None:
    at = _somewhere(it, 0, max(0, region.start - 1))
    it.send(at, at, _words(it))


def _below(it: Meanwhile, region: Region) -> None:
    at = _somewhere(it, min(len(it.state.text), region.end + 1), len(it.state.text))
    it.send(at, at, _words(it))


def _inside(it: Meanwhile, region: Region) -> None:
    at = _somewhere(it, region.start, region.end)
    it.send(at, at, _words(it))


def _edge(it: Meanwhile, region: Region) -> None:
    at, eol = _between(it.state.text, it.rng.choice((region.start, region.end))), it.state.eol
    typed = _words(it)
    it.send(at, at, it.rng.choice((typed, typed + eol, eol + typed)))


def _delete(it: Meanwhile, region: Region) -> None:
    low, high = _between(it.state.text, region.start), _between(it.state.text, region.end)
    if low < high:
        it.send(low, high, "")


def _cut(it: Meanwhile, _region: Region) -> None:
    low = _somewhere(it, 0, len(it.state.text))
    high = _between(it.state.text, min(len(it.state.text), low + it.rng.randint(1, 60)))
    it.send(low, max(low, high), "")


def _copy(it: Meanwhile, region: Region) -> None:
    """The region, with some lines around it, once more."""
    lines, around = _line_spans(it.state.text), it.rng.randrange(3)
    held = [n for n, (start, end) in enumerate(lines) if start <= region.end and end >= region.start]
    first, last = max(0, held[0] - around), min(len(lines) - 1, held[-1] + around)
    at = it.rng.choice(lines)[0]
    it.send(at, at, it.state.text[lines[first][0] : lines[last][1]] + it.state.eol)


def _undo(it: Meanwhile, _region: Region) -> None:
    for _ in range(min(len(it.undos), it.rng.randint(1, 3))):
        it.undo()


def _backspace(it: Meanwhile, _region: Region) -> None:
    if it.state.text:
        at = _somewhere(it, 1, len(it.state.text))
        it.send(_between(it.state.text, max(0, at - 1)), at, "")


def _ends(it: Meanwhile, _region: Region) -> None:
    ends = it.rng.choice(ENDS)
    if "\n" in it.state.text or "\r" in it.state.text:  # one line has no end that could be another
        it.change_ends(ends)


def _lines(it: Meanwhile, _region: Region) -> None:
    """Whole lines are doubled, above or below, or removed, as an editor's keys do it."""
    lines = _line_spans(it.state.text)
    first = it.rng.randrange(len(lines))
    last = min(len(lines) - 1, first + it.rng.randrange(4))
    low, high = lines[first][0], lines[last][1]
    piece = it.state.text[low:high]
    match it.rng.randrange(3):
        case 0:
            it.send(low, low, piece + it.state.eol)
        case 1:
            it.send(high, high, it.state.eol + piece)
        case _ if last + 1 < len(lines):
            it.send(low, lines[last + 1][0], "")


_DEEDS = {
    "above": (_above, 8),
    "below": (_below, 8),
    "inside": (_inside, 2),
    "edge": (_edge, 3),
    "delete": (_delete, 1),
    "cut": (_cut, 1),
    "copy": (_copy, 4),
    "undo": (_undo, 5),
    "backspace": (_backspace, 3),
    "ends": (_ends, 1),
    "lines": (_lines, 6),
}


def _line_spans(text: str) -> list[tuple[int, int]]:
    ends = [*BREAK.finditer(text)]
    return list(zip([0, *(e.end() for e in ends)], [*(e.start() for e in ends), len(text)], strict=True))


def _between(text: str, at: int) -> int:
    """A place that positions can point at: not inside of CRLF."""
    return at - 1 if text[at - 1 : at + 1] == "\r\n" else at
