"""Several problems of a text mended at once: each change is made where the others have left it room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from kibitz.models.offline.fix_case import Change
from kibitz.models.offline.fix_rules import family, mend
from kibitz.models.tasks import Problem
from kibitz.text import Document, Range

MOST = 200
"""More problems than this are not mended at once: nobody would read what changed."""
ROUNDS = 40


@frozen
class Plan:
    """The text with the problems mended, which they were, and why the others were left."""

    after: Document
    mended: tuple[Problem, ...]
    left: tuple[tuple[Problem, str], ...]
    titles: tuple[str, ...] = ()


@frozen
class _Open:
    """A problem on its way: as it was given, and where it is in the text as it is now."""

    given: Problem
    now: Problem


def plan(
    document: Document,
    problems: Iterable[Problem],
    *,
    certain: bool = False,
    others: Mapping[Problem, Change] | None = None,
) -> Plan:
    """Mend what can be mended by text and code alone; with `certain`, only what nobody would want otherwise.

    Changes that touch are made one after the other, each looked up anew in the text the last one left. `others` are
    changes of the document itself that a checker offers for some of the problems; they are made where no rule has one.
    """
    others = others or {}
    waiting = [_Open(p, p) for p in dict.fromkeys(problems)]
    left = [(o.given, "more were asked for at once than anyone would read") for o in waiting[MOST:]]
    waiting = waiting[:MOST]
    mended: list[Problem] = []
    titles: list[str] = []
    text = document
    for _ in range(ROUNDS):
        chosen: list[tuple[_Open, Change]] = []
        later: list[_Open] = []
        for item in waiting:
            change = _change(text, item, others if text is document else {})
            if change is None or (certain and not change.certain):
                left.append((item.given, _why(change is not None)))
            elif any(_touch(change.span, other.span) for _, other in chosen):
                later.append(item)
            else:
                chosen.append((item, change))
        if not chosen:
            break
        changes = [change for _, change in chosen]
        after = text.replaced([edit for change in changes for edit in change.edits(text)])
        mended += [item.given for item, _ in chosen]
        titles += [change.title for change in changes]
        moved = [_moved(item, text, after, changes) for item in later]
        left += [
            (item.given, "another change took its place")
            for item, now in zip(later, moved, strict=True)
            if now is None
        ]
        waiting = [now for now in moved if now is not None]
        text = after
        if not waiting:
            break
    left += [
        (item.given, "too many changes touch each other here")
        for item in waiting
        if _open(item, mended, left)
    ]
    return Plan(text, tuple(mended), tuple(left), tuple(titles))


def _change(text: Document, item: _Open, others: Mapping[Problem, Change]) -> Change | None:
    found = mend(text, item.now)
    own = others.get(item.given)
    if own is not None and found is None and not own.certain and family(text, item.now):
        return None  # a rule of ours knows this kind and would rather not
    if own is not None and (found is None or (own.certain and not found[1].certain)):
        return own
    return found[1] if found is not None else None


def _open(item: _Open, mended: list[Problem], left: list[tuple[Problem, str]]) -> bool:
    return item.given not in mended and all(item.given != problem for problem, _ in left)


def _why(uncertain: bool) -> str:
    return (
        "what is meant is not certain"
        if uncertain
        else "it is not in the text as reported, or has no certain fix"
    )


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _moved(item: _Open, before: Document, after: Document, changes: list[Change]) -> _Open | None:
    """Where a problem is after the changes; None where one of them replaced its place."""
    start, end = before.offset(item.now.range.start), before.offset(item.now.range.end)
    splices = sorted(s for change in changes for s in change.splices)
    shift = grown = 0
    for splice in splices:
        size = len(splice.text) - (splice.end - splice.start)
        if splice.end <= start:
            shift += size
        elif splice.start < end:
            if splice.start <= start and splice.end >= end:
                return None
            grown += size
    now = Range(after.position(start + shift), after.position(max(start, end + grown) + shift))
    return evolve(item, now=evolve(item.now, range=now))
