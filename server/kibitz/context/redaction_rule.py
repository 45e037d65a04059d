"""What a rule for secrets is: where it is tried, what the secret looks like, and what else must be true of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from attrs import frozen

from kibitz.context.redaction_values import FEWEST_CHARACTERS, wordlike

SHORTEST_TOKEN = 18
"""Of the formats below, beginning and all."""


@frozen
class Rule:
    """A format. It is looked for only where one of the `anchors` stands, so that texts without them cost nothing.

    The pattern has to match at the anchor; the secret is its group `value`, else all of it. `folded` anchors are
    lower-case and meet any case. A `whole` secret is, with its anchor, one run of at least SHORTEST_TOKEN characters
    that tokens are made of: where a text has no such run with an anchor in it, the rule is passed over. `lead` says
    how many characters before its anchor the secret begins.
    """

    anchors: tuple[str, ...]
    pattern: str
    true_of: Callable[[re.Match[str]], bool] | None = None
    folded: bool = False
    whole: bool = True
    lead: int = 0


@cache
def compiled(pattern: str, open_ended: bool = False) -> re.Pattern[str]:
    """The pattern, compiled when it is first needed: most texts need few of them.

    `open_ended`: what follows may be of another text, so it says nothing about where a secret ends.
    """
    return re.compile(pattern.replace(EDGE, "").replace(END, "") if open_ended else pattern)


def secret_of(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret of a match stands in the text."""
    return match.span("value") if "value" in match.re.groupindex else match.span()


def value_of(match: re.Match[str]) -> str:
    """The secret of a match."""
    start, end = secret_of(match)
    return match.string[start:end]


def varied(match: re.Match[str]) -> bool:
    """Not the row of `x` that documentation shows."""
    return len(set(value_of(match)[-16:])) > FEWEST_CHARACTERS


def random(match: re.Match[str]) -> bool:
    """Drawn at random, as far as one can see: a name with words in it is not."""
    value = value_of(match)
    if not varied(match) or not any(c.isdigit() or c.isupper() for c in value):
        return False
    # chance makes words too, but hardly among digits and capitals
    digits = sum(map(str.isdigit, value))
    return not wordlike(value) or (digits >= 2 + (value == value.upper()) and value != value.lower())


START = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))"  # a line end written out does not belong to what follows
BEFORE = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
END = r"(?![A-Za-z0-9_-])"
EDGE = r"(?![A-Za-z0-9])"
