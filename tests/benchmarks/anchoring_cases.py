"""What a model would send for blocks of real files, damaged in every way, and what must come of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from anchoring_damage import LOOSE, TWO_SIDED, WRITTEN, elide
from anchoring_wishes import Change, change, indent, is_code, stale

MUST_REFUSE = ("elided", "ambiguous", "gone")
KINDS = ("none", *WRITTEN, "stale", "gap", "near", "elided", "ambiguous", "gone", "twins")
_ALIKE = 0.6


class Case(NamedTuple):
    """What a model would send and what must come of it: `expected` is the file's text; None where only a refusal is right.

    `may_refuse` says that a refusal is as right; `loose` that blank lines cannot be known. `near` are the first and the last
    line of what was selected, `crlf` and `endless` how the file ends its lines and its last one.
    """

    text: str
    search: str
    replace: str
    expected: str | None
    may_refuse: bool = False
    loose: bool = False
    near: tuple[int, int] | None = None
    crlf: bool = False
    endless: bool = False


def bare(lines: Sequence[str], language: str) -> list[str]:
    """What a block says when one looks past how it is written."""
    return ["".join(x.split()).replace("'", '"') for x in lines if is_code(x, language)]


def places(have: list[str], wanted: list[str]) -> int:
    """How often lines stand one after the other."""
    size = len(wanted)
    return sum(1 for at in range(len(have) - size + 1) if have[at : at + size] == wanted)


def block(lines: list[str], language: str, rng: random.Random) -> tuple[int, int] | None:
    """Where a block of 3 to 14 lines stands; three of four begin and end with code."""
    size = rng.randrange(3, 15)
    if len(lines) < size + 2:
        return None
    first = rng.randrange(len(lines) - size)
    some = lines[first : first + size]
    if len(bare(some, language)) < 3:
        return None
    if rng.randrange(4) and not (is_code(some[0], language) and is_code(some[-1], language)):
        return None
    return first, first + size


def common_indent(lines: list[str]) -> int:
    return min(len(indent(line)) for line in lines if line.strip())


def joined(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)


def cases(
    sources: list[tuple[str, str, list[str]]], kind: str, count: int, rng: random.Random
) -> Iterator[tuple[str, str, Case]]:
    """(language, name, case) of one kind."""
    made = 0
    tries = 0
    said: dict[str, list[str]] = {}
    while made < count and tries < count * 400:
        tries += 1
        language, name, lines = rng.choice(sources)
        where = block(lines, language, rng)
        if where is None:
            continue
        wanted = lines[where[0] : where[1]]
        if name not in said:
            said[name] = bare(lines, language)
        twins = places(said[name], bare(wanted, language)) > 1
        exact = places(lines, wanted)
        if (kind == "ambiguous") != (exact > 1) or (kind == "twins") != (twins and exact == 1):
            continue
        case = _made(lines, where, language, kind, rng)
        if case is not None and case.search != case.replace:
            made += 1
            case = case._replace(
                loose=case.loose or (kind != "none" and not (wanted[0].strip() and wanted[-1].strip()))
            )
            yield language, f"{name}:{where[0] + 1}", _set(case, where, len(lines), kind, rng)


def _set(case: Case, where: tuple[int, int], lines: int, kind: str, rng: random.Random) -> Case:
    """The case in a file with other line ends, and with something selected."""
    near = None
    luck = rng.randrange(10)
    if kind not in ("ambiguous", "near") and luck < 3:
        near = (max(0, where[0] - 2), min(lines - 1, where[1] + 1))
    elif kind not in ("ambiguous", "near", "twins") and luck < 5:
        first = rng.randrange(lines)
        near = (first, min(lines - 1, first + rng.randrange(30)))
    return case._replace(near=near, crlf=rng.randrange(8) == 0, endless=rng.randrange(8) == 0)


def _made(
    lines: list[str], where: tuple[int, int], language: str, kind: str, rng: random.Random
) -> Case | None:
    if kind == "gap":
        return _gap(lines, where, language, rng)
    wish = change(lines[where[0] : where[1]], language, rng)
    text, expected = joined(lines), joined([*lines[: where[0]], *wish.new, *lines[where[1] :]])
    if kind == "stale":
        return _stale(lines, where, wish, language, rng)
    if kind == "gone":
        return _gone(lines, where, wish, language)
    if kind == "near":
        return _near(lines, where, wish, language, rng)
    if kind == "elided":
        left = elide(wish.old, language, rng)
        return Case(text, joined(left), joined(wish.new), None) if left is not None else None
    if kind == "none":
        return Case(text, joined(wish.old), joined(wish.new), expected)
    if kind == "ambiguous":
        some = WRITTEN["dedent"](wish.old, language, rng) if rng.randrange(2) else None
        return Case(text, joined(some or wish.old), joined(wish.new), None)
    name = rng.choice(("dedent", "blank lost", "comments", "tabs")) if kind == "twins" else kind
    case = _damaged(text, expected, wish, language, name, rng)
    return case._replace(may_refuse=True) if case is not None and kind == "twins" else case


def _damaged(
    text: str, expected: str, wish: Change, language: str, name: str, rng: random.Random
) -> Case | None:
    damaged = WRITTEN[name](wish.old, language, random.Random(rng.random()))
    if damaged is None or damaged == wish.old:
        return None
    if name == "first bare" and wish.new[0] != wish.old[0] and wish.new[0].strip() == wish.old[0].strip():
        return None  # which of two lines that say the same is gone cannot be known
    filled = [line for line in wish.old if line.strip()]
    edges = (filled[0], filled[-1])
    if "comments" in name and len(wish.touched) == len(wish.old) and any(map(_remark(language), edges)):
        return None  # whether comments around what is replaced go with it cannot be known
    new = wish.new
    loose = False
    if name in TWO_SIDED and rng.randrange(2) and not (name == "first bare" and wish.new[0] != wish.old[0]):
        both = _both_sides(wish, language, name, rng)
        if both is None:
            return None
        damaged, new = both
        loose |= name in LOOSE
    slipped = "typo" in name and any(
        a != b for n, (a, b) in enumerate(zip(wish.old, damaged, strict=False)) if n in wish.touched
    )
    return Case(
        text,
        joined(damaged),
        joined(new),
        expected,
        may_refuse=slipped or ("comments" in name and _among(wish, language)),
        loose=loose or name == "blank more" or ("blank" in name and _among(wish, language)),
    )


def _both_sides(
    wish: Change, language: str, name: str, rng: random.Random
) -> tuple[list[str], list[str]] | None:
    """The same damage to what is to be replaced and to the new lines; None where what was meant cannot be known then."""
    seed = rng.random()
    one = WRITTEN[name](wish.old, language, random.Random(seed))
    two = WRITTEN[name](wish.new, language, random.Random(seed))
    if name == "tabs":
        # one step is as wide in both
        together = WRITTEN[name]([*wish.old, *wish.new], language, random.Random(seed)) or []
        one, two = together[: len(wish.old)], together[len(wish.old) :]
    if one is None or two is None or one == wish.old:
        return None
    if "typo" in name:
        # the same slip: every line that is the same stays the same
        if any(wish.old.count(x) > 1 or wish.new.count(x) > 1 for x in wish.old):
            return None
        two = [one[wish.old.index(x)] if x in wish.old else x for x in wish.new]
    if "comments" in name and (
        _among(wish, language) or _remarks(wish.new, language) - _remarks(wish.old, language)
    ):
        return None
    if "dedent" in name and common_indent(wish.old) != common_indent(wish.new):
        return None
    return one, two


def _among(wish: Change, language: str) -> bool:
    """Whether which of two changed lines something between them belongs to cannot be known."""
    code = [n for n, line in enumerate(wish.old) if is_code(line, language)]
    return any({a, b} <= wish.touched for a, b in pairwise(code))


def _remark(language: str) -> Callable[[str], bool]:
    return lambda line: bool(line.strip()) and not is_code(line, language)


def _remarks(lines: list[str], language: str) -> Counter[str]:
    return Counter(line.strip() for line in filter(_remark(language), lines))


def _stale(
    lines: list[str], where: tuple[int, int], wish: Change, language: str, rng: random.Random
) -> Case | None:
    """The file has one line of the block otherwise than the answer has it."""
    number = rng.choice([n for n, line in enumerate(wish.old) if is_code(line, language)])
    line = wish.old[number]
    since = stale(line, language, rng)
    newer = since.newer(line)
    if newer == line:
        return None
    now = [*lines[: where[0] + number], newer, *lines[where[0] + number + 1 :]]
    merged: list[str] | None = list(wish.new)
    assert merged is not None
    if number in wish.renamed:
        word = wish.renamed[number]
        wanted = line.replace(word, "renamed_here", 1)
        both = since.newer(wanted)
        if since.replaced or both != newer.replace(word, "renamed_here", 1) or wish.new.count(wanted) != 1:
            merged = None
        else:
            merged[wish.new.index(wanted)] = both
    else:
        same = [n for n, x in enumerate(wish.new) if x.strip() == line.strip()]
        if sum(x.strip() == line.strip() for x in wish.old) > 1 or len(same) > 1:
            return None
        if same:
            merged[same[0]] = since.newer(wish.new[same[0]])
        elif number in wish.touched:
            merged = None
        else:
            return None
    expected = None if merged is None else joined([*now[: where[0]], *merged, *now[where[1] :]])
    return Case(joined(now), joined(wish.old), joined(wish.new), expected, may_refuse=number in wish.touched)


def _gap(lines: list[str], where: tuple[int, int], language: str, rng: random.Random) -> Case | None:
    """The middle left out without a word, in the new text too, or in it alone not."""
    old = lines[where[0] : where[1]]
    if len(old) < 6:
        return None
    first = rng.randrange(1, len(old) - 3)
    last = rng.randrange(first + 2, len(old))
    head, middle, tail = old[:first], old[first:last], old[last:]
    if min(len(bare(x, language)) for x in (head, tail)) < 1 or len(bare(middle, language)) < 2:
        return None
    if not is_code(head[-1], language) or not is_code(tail[0], language):
        return None
    if places(bare(lines, language), bare([*head, *tail], language)):
        return None  # what is left is another block of the file
    mark = f"{indent(middle[0])}the_middle"
    wish = change([*head, mark, *tail], language, rng)
    if wish.touched & {first - 1, first, first + 1} or mark not in wish.new:
        return None
    at = wish.new.index(mark)
    full = [*wish.new[:at], *middle, *wish.new[at + 1 :]]
    new = full if rng.randrange(3) == 0 else [*wish.new[:at], *wish.new[at + 1 :]]
    expected = joined([*lines[: where[0]], *full, *lines[where[1] :]])
    return Case(joined(lines), joined([*head, *tail]), joined(new), expected, may_refuse=True)


def _near(
    lines: list[str], where: tuple[int, int], wish: Change, language: str, rng: random.Random
) -> Case | None:
    """The file has nearly the same lines again, with another name in them."""
    low, high = max(0, where[0] - 3), min(len(lines), where[1] + 3)
    spots = [
        word
        for line in wish.old
        if is_code(line, language)
        for word in line.replace(".", " ").replace("(", " ").split()
        if word.isidentifier() and len(word) > 3
    ]
    around = "\n".join(lines[low:high])
    if not spots or around.count("/*") != around.count("*/") or around.count('"""') % 2:
        return None
    word = rng.choice(spots)
    copy = [line.replace(word, f"{word}_{rng.choice('bcd')}") for line in lines[low:high]]
    name = rng.choice(
        ("none", "dedent", "blank lost", "comments", "tabs", "quotes", "typo", "wrapped", "stale")
    )
    if name == "stale":
        case = _stale(lines, where, wish, language, rng)
    elif name == "none":
        case = Case(
            "",
            joined(wish.old),
            joined(wish.new),
            joined([*lines[: where[0]], *wish.new, *lines[where[1] :]]),
        )
    else:
        expected = joined([*lines[: where[0]], *wish.new, *lines[where[1] :]])
        case = _damaged("", expected, wish, language, name, rng)
    if case is None:
        return None
    text = case.text or joined(lines)
    above = rng.randrange(2) == 1

    def doubled(some: str) -> str:
        have = some.split("\n")[:-1]
        at = low if above else high + len(have) - len(lines)
        return joined([*have[:at], *copy, *have[at:]])

    return case._replace(
        text=doubled(text),
        expected=None if case.expected is None else doubled(case.expected),
        may_refuse=case.may_refuse or name in ("typo", "stale"),
    )


def _gone(lines: list[str], where: tuple[int, int], wish: Change, language: str) -> Case | None:
    """The lines are not in the file any more, nor others that could be what became of them."""
    left = [*lines[: where[0]], *lines[where[1] :]]
    have, wanted = bare(left, language), Counter(bare(wish.old, language))
    size = sum(wanted.values())
    for at in range(len(have)):
        if (Counter(have[at : at + size + 2]) & wanted).total() >= _ALIKE * size:
            return None
    return Case(joined(left), joined(wish.old), joined(wish.new), None)
