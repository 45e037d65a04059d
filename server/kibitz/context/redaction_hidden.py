"""Secrets that are written in another way: backwards, as Base64, as hex, or in pieces that stand one after another."""

from __future__ import annotations

import base64
import re
import string
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, chain, islice, repeat

from kibitz.context.redaction_rule import SHORTEST_TOKEN

Span = tuple[int, int]
Find = Callable[[str], list[Span]]

LONGEST_RUN = 400
"""How many characters a line that is a piece of a secret may have."""

CONTEXT = 80
"""How far before a chain the name is looked for that says what it is."""

FEWEST_BYTES = 8
"""As hex, each with a mark before it."""

LONGEST_SECRET = 3000
"""Where one begins in the middle of a chain, so many characters of it are joined."""

CERTAIN = 6
"""So many characters of a token's beginning are not there by chance."""

MOST_BEGINNINGS = 8
"""In how many places of one chain a secret is thought to begin."""

# Base64 of ASCII text: the high bit of each of three bytes is not set, and the first is printable or a line break
_GROUP = r"[CDI-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_BASE64 = re.compile(rf"(?:{_GROUP}){{4,}}+(?:[A-Za-z0-9+/_-]{{1,3}}(?![A-Za-z0-9+/_-]))?")
_HEX = re.compile(r"(?:(?:[2-7][0-9a-fA-F]|0[9aAdD]):?){8,}+")
_MARKS = ("\\x", "\\u00", "0x", "%", "&#x")
_MARKED_HEX = re.compile(r"(?:(?:\\x|\\u00|0x|%|&#x)(?:[2-7][0-9a-fA-F]|0[9aAdD])[;, \t\r\n]{0,12}+){8,}+")
_MARK = re.compile(r"\\x|\\u00|0x|[%&#x;, :\t\r\n]")
_TEXT = re.compile(r"[\t\n\r -~]{12,}")

ESCAPED = "\x01"
"""Before a quote that is escaped, in place of its backslash."""

_PIECE = r"(?:[^\"'`\\\n\x01]|\\.){1,4000}+"
_WORD = r"[A-Za-z_$][\w.$\[\]]{0,40}+"
_BETWEEN = (
    r"\x01?[\"'`][ \t\r\n+.&,;\\()\[\]<>|_]{0,200}+"
    rf"(?:(?:(?:{_WORD}[ \t]++){{0,3}}?{_WORD}[ \t]*+[+.:]?=|(?:\w{{1,20}}\.)?(?i:append|push|push_back|push_str|concat|add"
    r"|write|writestring|join)\(|[-*](?=[ \t]))[ \t\r\n(]{0,80}+)?"
    r"[fFrRbBuU$@]{0,2}\x01?[\"'`]"
)
_QUOTED = re.compile(rf"[\"'`](?<!\\.){_PIECE}(?:{_BETWEEN}{_PIECE}){{1,400}}+(?=\x01?[\"'`])")
_QUOTED_BREAK = re.compile(rf"(?<!\\){_BETWEEN}")
_GIVEN = re.compile(r"(?P<name>[A-Za-z_$][\w$]*?)[0-9]*\]?[ \t]*[+.:]?=[ \t\r\n(]*[fFrRbBuU$@]{0,2}[\"'`]\Z")
_APART = re.compile(r"\n[ \t]*\r?\n|[;)\]][ \t\r\n,]*[fFrRbBuU$@]{0,2}[\"'`]\Z")
"""An empty line, or the end of a statement, without a word about what comes then."""

_RUN = r"[^\s\"'`\\,()\[\]{}<>|]{1,400}+"
_LAST_RUN = re.compile(
    rf"(?:\A[ \t]*+(?:(?:[#*>|+-]|//|--|[0-9]{{1,6}})[ \t]++)?|:[ \t]+|(?=[^ \t]++[ \t]*+\\))(?P<run>{_RUN})(?=[ \t]*+\\?[ \t]*+\r?\Z)"
)
_ALONE = re.compile(
    rf"\n[ \t]*+(?:(?:[#*>|+-]|//|--|[0-9]{{1,6}})[ \t]++|(?!--))(?P<run>{_RUN})[ \t]*+\\?[\"'`,;)\]]*+[ \t]*+\\?\r?(?=\n|\Z)"
)
"""A line that is one run of characters."""

_NAME = re.compile(
    r"(?<![\w-])[\w-]{3,60}+[\"'`]?\]?[ \t]*(?:=>|:=|[:=])[ \t]*(?:[(\[{][ \t\r\n]*|[>|][+-]?[ \t\r\n]*|\\\r?\n[ \t]*)?"
    r"(?:-[ \t]+)?[fFrRbBuU$@]{0,2}\\?[\"'`]?\Z"
)


def backwards(
    text: str, begins: tuple[str, ...], find: Find, wordlike: Callable[[str], bool]
) -> Iterator[Span]:
    """Secrets that are there when the text is read from its end; `begins` are what tokens begin with."""
    size = len(text)
    certain = tuple(begin[::-1] for begin in begins if len(begin) >= CERTAIN)
    # what was escaped once is still so
    for start, end in find(text[::-1].replace('"\\', '\\"')):
        value = text[size - end : size - start]
        digits = sum(map(str.isdigit, value))
        # chance makes words of few characters, and among digits and capitals
        chance = len(value) < SHORTEST_TOKEN or digits >= 3 or (digits and value != value.lower())
        if chance or value.endswith(certain) or not wordlike(value):
            yield size - end, size - start


def encoded(text: str, long: list[re.Match[str]], find: Find) -> Iterator[Span]:
    """Runs of Base64 or hex that hold a secret; `long` are the runs of the text that are long enough to."""
    runs = "\n".join(match[0] for match in long)
    decoded: list[str] = []
    places: list[tuple[int, int, str]] = []
    for pattern, alphabet, decode in _CODES:
        for match in pattern.finditer(runs):
            for found in decode(match[0]):
                decoded.append(found)
                places.append((*match.span(), alphabet))
    if max(map(text.count, _MARKS)) >= FEWEST_BYTES:
        for match in _MARKED_HEX.finditer(text):
            for found in _from_hex(match[0]):
                decoded.append(found)
                places.append((*match.span(), ""))
    if not decoded:
        return
    ends = list(accumulate(len(one) + 2 for one in decoded))
    starts = list(accumulate((len(match[0]) + 1 for match in long), initial=0))
    for at in {bisect_right(ends, found[0]) for found in find("\n\n".join(decoded))}:
        start, end, alphabet = places[at]
        if alphabet:
            run = bisect_right(starts, start) - 1
            moved = long[run].start() - starts[run]
            yield _whole(text, start + moved, end + moved, alphabet)
        else:
            yield start, end


def _whole(text: str, start: int, end: int, alphabet: str) -> Span:
    """The whole run of which a part could be decoded: what is before and after may be binary."""
    while start > 0 and text[start - 1] in alphabet:
        start -= 1
    while end < len(text) and text[end] in alphabet:
        end += 1
    return start, end


def _from_base64(run: str) -> Iterator[str]:
    plain = run.replace("-", "+").replace("_", "/")
    for shift in range(4):  # the first place that fits need not be the one where a group begins
        part = plain[shift:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield from _texts(base64.b64decode(part + "=" * (-len(part) % 4)))


def _from_hex(run: str) -> Iterator[str]:
    run = _MARK.sub("", run)
    for shift in range(2):
        part = run[shift:]
        yield from _texts(bytes.fromhex(part[: len(part) // 2 * 2]))


_CODES = (
    (_BASE64, string.ascii_letters + string.digits + "+/-_=", _from_base64),
    (_HEX, string.hexdigits + ":", _from_hex),
)


def _texts(data: bytes) -> list[str]:
    return _TEXT.findall(data.decode("latin-1"))


def in_pieces(text: str, begins: tuple[str, ...], find: Find) -> Iterator[Span]:
    """The pieces of secrets that are written as several strings or lines, without what stands between them.

    `begins` are what secrets begin with: one may begin with any of the pieces.
    """
    parts: list[str] = []
    places: list[
        tuple[int, int, int]
    ] = []  # where a piece begins in the joined text, in the text, and its length
    size = 0
    for pieces, second in chain(zip(_strings(text), repeat(1)), zip(_lines(text), repeat(2))):
        if len(pieces) < 2 or sum(end - start for start, end in pieces) < SHORTEST_TOKEN:
            continue
        # what stands before the first line may not belong to it
        firsts = (at for at, (start, _) in enumerate(pieces) if at < second or text.startswith(begins, start))
        for first in islice(firsts, MOST_BEGINNINGS):
            before, after = _around(text, pieces) if first == 0 else ("\n\n", "\n\n")
            parts.append(before)
            size += len(before)
            enough = size + LONGEST_SECRET if first else sys.maxsize
            for start, end in islice(pieces, first, None):
                places.append((size, start, end - start))
                parts.append(text[start:end])
                size += end - start
                if size > enough:
                    break
            parts.append(after)
            size += len(after)
    starts = [place[0] for place in places]
    for start, end in find("".join(parts)) if parts else ():
        for begin, origin, length in islice(places, max(0, bisect_right(starts, start) - 1), None):
            if begin >= end:
                break
            low, high = max(start, begin), min(end, begin + length)
            if low < high:
                yield origin + low - begin, origin + high - begin


def _strings(text: str) -> Iterator[list[Span]]:
    """Strings one after another that are put together: added, listed, or given to one name or to `part1`, `part2`."""
    for whole in _QUOTED.finditer(text):
        pieces, at = [], whole.start() + 1
        name: str | None = None
        for gap in _QUOTED_BREAK.finditer(text, whole.start() + 1, whole.end()):
            pieces.append((at, gap.start()))
            at = gap.end()
            between = gap[0]
            if "=" in between and (given := _GIVEN.search(between)) is not None:
                if name is None:
                    before = _GIVEN.search(text[max(0, whole.start() - CONTEXT) : whole.start() + 1])
                    name = before["name"] if before is not None else ""
                if given["name"] != name:
                    yield pieces
                    pieces, name = [], given["name"]
            elif _APART.search(between) is not None:
                yield pieces
                pieces, name = [], None
        yield [*pieces, (at, whole.end())]


def _lines(text: str) -> Iterator[list[Span]]:
    """Lines of one run each, after a line that ends with one."""
    pieces: list[Span] = []
    last = -1
    for line in _ALONE.finditer(text):
        if line.start() != last:
            if len(pieces) > 1:
                yield pieces
            begin = max(text.rfind("\n", 0, line.start()) + 1, line.start() - LONGEST_RUN)
            first = _LAST_RUN.search(text[begin : line.start()])
            pieces = [] if first is None else [(begin + first.start("run"), begin + first.end("run"))]
        pieces.append(line.span("run"))
        last = line.end()
    if len(pieces) > 1:
        yield pieces


def _around(text: str, pieces: list[Span]) -> tuple[str, str]:
    """What is put around joined pieces: the name they are given to, or the rest of the first line; and of the last."""
    start, end = pieces[0][0], pieces[-1][1]
    if "," in text[pieces[0][1] : pieces[1][0]]:  # what a list is called is not what is in it
        return "\n\n", "\n\n"
    rest = text[end : end + CONTEXT].split("\n", 1)[0]
    name = _NAME.search(text, max(0, start - CONTEXT), start)
    if name is not None:
        said = name[0].rstrip(" \t\r\n-fFrRbBuU$@\\\"'`([{>|+")
        return f'\n\n{said}"' if said[-1:] in ":=" else f'\n\n{said}>"', f'"{rest}\n\n'
    line = text[max(0, start - CONTEXT) : start].rpartition("\n")[2]
    return f"\n\n{line}", f"{rest}\n\n"
