"""Answers kept for the keys that follow: what was suggested somewhere is the answer wherever its text is typed on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from attrs import field, frozen

from kibitz.features.completion.place import AFTER, COMPARED, MOST_CLOSERS, Place, closed_with
from kibitz.models.protocol import Usage
from kibitz.verify.checks import Check

KEPT = 120
"""Answers kept for a document."""

DOCUMENTS = 40
MOST_DELETED = 24
"""So many characters may have been deleted before an answer's place for it to be offered with them put back."""


@frozen
class Kept:
    """An answer: where it was asked for (see `Place.near`), of whom, who answered, and what to insert; an empty text is an answer too.

    `unknown` and `more`: see `complete.Answered`.
    """

    place: Place
    model: str
    engine: str
    text: str
    checks: tuple[Check, ...] = ()
    usage: Usage = field(factory=Usage)
    unknown: int = 0
    more: str = ""


@frozen
class Hit:
    """What is left of an answer at a place; `over` characters after the cursor are replaced by it."""

    kept: Kept
    text: str
    over: int = 0


class Answers:
    """The newest answers of the documents used last. Each is found in its document only."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, OrderedDict[tuple[str, str, str], Kept]] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(kept) for kept in self._documents.values())

    def keep(self, answer: Kept) -> None:
        """Remember an answer; a newer one for the same place and model takes its place."""
        place = answer.place
        kept = self._documents.setdefault(place.uri, OrderedDict())
        self._documents.move_to_end(place.uri)
        key = (answer.model, place.prefix[-COMPARED:], place.suffix)
        kept.pop(key, None)
        kept[key] = answer
        while len(kept) > KEPT:
            kept.popitem(last=False)
        while len(self._documents) > DOCUMENTS:
            self._documents.popitem(last=False)

    def find(self, place: Place, model: str) -> Hit | None:
        """The newest answer that the text at a place continues; what has been typed of it is taken off.

        An answer that is typed to its end is none any more; one that was empty answers for its own place alone.
        """
        for kept in reversed(self._documents.get(place.uri, {}).values()):
            if kept.model == model and (hit := _rest(kept, place)) is not None:
                return hit
        return None

    def forget(self, uri: str | None = None) -> None:
        """Forget a document's answers, or all."""
        if uri is None:
            self._documents.clear()
        else:
            self._documents.pop(uri, None)


def _rest(kept: Kept, place: Place) -> Hit | None:
    closers = _closers(kept.place, place)
    if closers is None:
        return None
    for typed in _typed(kept, place):
        rest = kept.text[typed:] if typed >= 0 else kept.place.before[typed:] + kept.text
        if (not rest and kept.text) or not _stands(kept, place, typed):
            continue
        if not closers:
            return Hit(kept, rest)
        if rest.endswith(closers):
            return Hit(kept, rest[: -len(closers)]) if len(rest) > len(closers) else None
        if "\n" not in rest and closers in rest:
            return Hit(kept, rest, len(closers))
    return None


def _closers(then: Place, place: Place) -> str | None:
    """Characters the editor closed by itself since; None where another text follows the cursor."""
    closers = closed_with(place.after, then.after)
    if closers is None:
        return None
    size = AFTER - MOST_CLOSERS
    return closers if place.suffix[len(closers) : size] == then.suffix[: size - len(closers)] else None


def _typed(kept: Kept, place: Place) -> Iterator[int]:
    """How much of an answer may have been typed, judged by the line alone; below 0 for characters deleted before it."""
    then, now = kept.place.before, place.before
    if now.startswith(then):
        typed = now[len(then) :]
        if kept.text.startswith(typed):
            yield len(typed)
    elif kept.text and then.startswith(now) and len(then) - len(now) <= MOST_DELETED and now.strip():
        yield len(now) - len(then)
    at = kept.text.find("\n")
    while at >= 0:
        if kept.text.startswith(now, at + 1):
            yield at + 1 + len(now)
        at = kept.text.find("\n", at + 1)


def _stands(kept: Kept, place: Place, typed: int) -> bool:
    """Whether the text before the answer's place is still there, followed by what was typed of it."""
    if typed < 0:
        return kept.place.prefix[:typed][-COMPARED:] == place.prefix[-COMPARED:]
    text = kept.text[:typed]
    return place.prefix.endswith(text) and place.prefix[: len(place.prefix) - typed][-COMPARED:] == _last(
        kept.place.prefix, len(place.prefix) - typed
    )


def _last(prefix: str, most: int) -> str:
    return prefix[-min(COMPARED, most) :] if most > 0 else ""
