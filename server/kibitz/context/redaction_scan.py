"""Where the secrets in a text stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kibitz.context.redaction_rules import RULES, SHORTEST_TOKEN, compiled, secret_of
from kibitz.context.redaction_values import wordlike

Span = tuple[int, int]

LONGEST_KEY = 20_000
"""How far from its first line the last line of a private key is looked for."""

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
_LONG = re.compile(rf"[A-Za-z0-9_+/=.:~%-]{{{SHORTEST_TOKEN},}}+")


def find_secrets(text: str) -> list[Span]:
    """Start and end of each secret, in order; no two touch the same character."""
    folded = text.lower()
    if len(folded) != len(
        text
    ):  # a few letters grow when they are folded, and every place after them would be wrong
        folded = "".join(c.lower() if c.isascii() else c for c in text)
    long = "\n".join(_LONG.findall(text))
    spans: list[Span] = []
    for rule in RULES:
        where = folded if rule.folded else text
        for anchor in rule.anchors:
            if rule.whole and anchor not in long:
                continue
            at = where.find(anchor)
            if at >= 0:
                pattern = compiled(rule.pattern)
            while at >= 0:
                match = pattern.match(text, at)
                if match is not None and (rule.true_of is None or rule.true_of(match)):
                    spans.append(secret_of(match))
                at = where.find(anchor, at + 1)
    if "PRIVATE KEY" in text:
        spans.extend(_private_keys(text))
    return merged(spans)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap made one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
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
    for match in _RUN.finditer(text, start, end):
        if match["value"] is not None and not wordlike(match["value"]):
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
