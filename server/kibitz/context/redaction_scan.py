"""Where the secrets in a text stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from kibitz.context.redaction_hidden import ESCAPED, backwards, encoded, in_pieces
from kibitz.context.redaction_rule import SHORTEST_TOKEN, compiled, secret_of
from kibitz.context.redaction_rules import CONTEXTS
from kibitz.context.redaction_tokens import TOKENS
from kibitz.context.redaction_values import wordlike

RULES = (*CONTEXTS, *TOKENS)

BEGINNINGS = tuple(
    anchor for rule in TOKENS if not rule.lead for anchor in rule.anchors if anchor[0] not in ":/.?&;="
)
"""What tokens begin with."""

Span = tuple[int, int]

DEPTH = 2
"""A secret in Base64 in Base64 is found."""

FEWEST_QUOTES = 4
"""Of strings in a string, for two of them."""

NEAR = 500
"""What says of a value that it is a secret stands nearer than this, and so do the pieces of one; an empty line, where parts
begin, is no end of either."""

PART = 700
"""A part has at least so many characters, and rarely three times as many."""

LONGEST_KEY = 20_000
"""How far from its first line the last line of a private key is looked for."""

_BORDER = re.compile(r"\n[ \t]*\r?\n(?=([^\n]+\n?[^\n]*))")
"""Parts begin behind some of the empty lines."""

_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_RUN = re.compile(
    r"\\.|(?P<value>[A-Za-z0-9+/]{16,}={0,2}"
    r"|[A-Za-z0-9+/]{4,15}={0,2}(?=(?:\\.|[^A-Za-z0-9+/=\\])*(?:[0-9]{1,6}\s)?\Z))"  # the short last line
)
_NEXT_RUN = re.compile(
    r"(?:[\s\"'+,()#*>]|\\[nr]|(?<=\s)[0-9]{1,6}(?=\s))*+(?P<value>[A-Za-z0-9+/]{16,}+={0,2})(?![A-Za-z0-9_.(])"
)
_ONLY_RUNS = re.compile(
    r"\s*+(?:[0-9]{1,6} )?[\s\"'+,()#*>]*+(?:[A-Za-z0-9+/]{4,}+={0,2}+(?:\\[nr])*+)*+[\s\"'+,()]*+"
)
_LONG = re.compile(rf"[A-Za-z0-9_+/=.:~%$-]{{{SHORTEST_TOKEN},}}+")


def find_secrets(text: str) -> list[Span]:
    """Start and end of each secret, in order; no two touch the same character.

    Found is what is written plainly, backwards, as Base64 or hex, or in pieces one after another.
    """
    spans = [*_anyhow(text, DEPTH), *in_pieces(text, BEGINNINGS, _in_joined)]
    for start, line in _escaped_lines(text):
        spans.extend((start + a, start + b) for a, b in in_pieces(line, BEGINNINGS, _in_joined))
    return merged(spans)


def find_secrets_again(text: str) -> list[Span]:
    """As `find_secrets`, for a text of which most was looked at a moment ago: of one without a secret only the parts that
    are new are read. A part is read with NEAR characters around it, and a text with a key of several lines as a whole.
    """
    found = [(m.start(1), crc32(m[1].encode("utf-8", "replace"))) for m in _BORDER.finditer(text)]
    borders = [found[n][0] for n in range(len(found)) if _least(found, n)]
    if not borders or "-----" in text:
        return find_secrets(text)
    for start, end in pairwise((0, *borders, len(text))):
        if _holds_one(text[max(0, start - NEAR) : end + NEAR]):
            return find_secrets(text)
    return []


def _least(found: list[tuple[int, int]], number: int) -> bool:
    """Whether this is the border with the smallest hash around: so parts have a length, and edits elsewhere do not move them."""
    at, value = found[number]
    for way in (range(number - 1, -1, -1), range(number + 1, len(found))):
        for other in way:
            there, smaller = found[other]
            if abs(there - at) > PART:
                break
            if smaller < value or (smaller == value and other < number):
                return False
    return True


@lru_cache(maxsize=256)
def _holds_one(part: str) -> bool:
    return bool(find_secrets(part))


def _in_joined(text: str) -> list[Span]:
    return merged(_anyhow(text, DEPTH, open_ended=True))


def _escaped_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that hold code in a string, as JSON does: where they begin, and the code with its own quotes and lines."""
    at = text.find('\\"')
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        line = text[start:end]
        if "\\n" in line and line.count('\\"') >= FEWEST_QUOTES:  # each mark is as long as what it stands for
            yield start, line.replace('\\"', ESCAPED + '"').replace("\\n", " \n")
        at = text.find('\\"', end)


def _anyhow(text: str, depth: int, open_ended: bool = False) -> Iterator[Span]:
    """Secrets of a text and of what its parts stand for; `depth` is how often one may be wrapped in another."""
    runs = list(_LONG.finditer(text))
    long = "\n".join(run[0] for run in runs)
    yield from _plainly(text, long, open_ended)
    yield from backwards(text, BEGINNINGS, lambda turned: _plainly(turned, long[::-1]), wordlike)
    if depth:
        yield from encoded(text, runs, lambda decoded: list(_anyhow(decoded, depth - 1)))


def _plainly(text: str, long: str, open_ended: bool = False) -> list[Span]:
    """Secrets that stand there as they are; `long` are the runs of the text that are as long as a token."""
    folded = text.lower()
    if len(folded) != len(
        text
    ):  # a few letters grow when they are folded, and every place after them would be wrong
        folded = "".join(c.lower() if c.isascii() else c for c in text)
    spans: list[Span] = []
    for rule in RULES:
        where = folded if rule.folded else text
        for anchor in rule.anchors:
            if rule.whole and anchor not in long:
                continue
            at = where.find(anchor)
            if at >= 0:
                pattern = compiled(rule.pattern, open_ended)
            while at >= 0:
                match = pattern.match(text, at - rule.lead) if at >= rule.lead else None
                if match is not None and (rule.true_of is None or rule.true_of(match)):
                    spans.append(secret_of(match))
                at = where.find(anchor, at + len(anchor))
    if "PRIVATE KEY" in text:
        spans.extend(_private_keys(text))
    return spans


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap made one."""
    result: list[Span] = []
    last = 0
    for start, end in sorted(spans):
        if result and start < last:
            if end > last:
                result[-1] = (result[-1][0], end)
                last = end
        elif start < end:
            result.append((start, end))
            last = end
    return result


def _private_keys(text: str) -> Iterator[Span]:
    """The Base64 between the first and the last line of private keys, either of which may have been cut off."""
    begins = list(_BEGINS.finditer(text))
    limits = [*(begin.start() for begin in begins[1:]), len(text)]
    closed = set()
    for begin, limit in zip(begins, limits, strict=False):
        limit = min(limit, begin.end() + LONGEST_KEY)
        end = _ENDS.search(text, begin.end(), limit)
        if end is None:
            yield from _following(text, begin.end(), limit)
        else:
            closed.add(end.start())
            yield from _runs(text, begin.end(), end.start())
    for end in _ENDS.finditer(text):
        if end.start() not in closed:
            yield from _preceding(text, end.start())


def _runs(text: str, start: int, end: int) -> Iterator[Span]:
    found = False
    for match in _RUN.finditer(text, start, end):
        # chance makes words of few characters
        if match["value"] is not None and (found or not wordlike(match["value"])):
            found = True
            yield match.span("value")


def _following(text: str, at: int, limit: int) -> Iterator[Span]:
    while (match := _NEXT_RUN.match(text, at, limit)) and not wordlike(match["value"]):
        yield match.span("value")
        at = match.end()


def _preceding(text: str, end: int) -> Iterator[Span]:
    start = end
    while start > 0 and end - start < LONGEST_KEY:
        line = text.rfind("\n", 0, start - 1) + 1
        if not _ONLY_RUNS.fullmatch(text, line, start):
            break
        start = line
    yield from _runs(text, start, end)
