"""Whether a string is a secret or only looks like one: words, placeholders and templates are not secrets."""

from __future__ import annotations

import base64
import binascii
import json
import re
from operator import add

SHORTEST_PASSWORD = 6
SHORTEST_TOKEN = 12
LONGEST_PATH = 40
LONGEST_JUDGED = 100
"""The beginning of a value says whether it is made of words."""

FEWEST_CHARACTERS = 5
"""A value of fewer different characters is filler, like `xxxxxxxx`."""

WORDLIKE = 0.34
"""The share of neighbouring characters that make a common pair: about 0.6 in names and prose, under 0.1 at random."""

_PAIRS = (
    "thheineranreonatenndtiesorteofedisitalarsttontngsehaasouiolevecomedehiriroicneearacelichllbemasiomur"
    "caeltalansdifohopeecprnoctusacotiltrlyncetutsssorsunlowageiewheewiemadolrtpowenaulnitsmoowpaimmiaish"
    "irsuidosiviaamficivipligtuevldrympfeblabghtyopwosaayexkeuiokeyrdfalt"
)
COMMON_PAIRS = frozenset(_PAIRS[i : i + 2] for i in range(0, len(_PAIRS), 2))
FILLERS = (
    "passw", "passphrase", "pwd", "secret", "token", "credential", "apikey", "api_key", "api-key", "access_key",
    "changeme", "change-me", "change_me", "changeit", "placeholder", "example", "dummy", "sample", "redacted",
    "fixme", "todo", "your", "insert", "replace", "fake", "mock", "test", "foobar", "none", "null", "undefined",
    "default", "required", "optional", "unknown", "invalid", "missing", "string", "hidden", "masked", "encrypted",
    "enabled", "disabled", "postgres", "admin", "qwerty", "letmein", "plaintext", "md5", "sha1", "sha2", "bcrypt",
)  # fmt: skip
"""What is said in the place of a secret, or about one."""

_SEQUENCES = "\n".join(("abcdefghijklmnopqrstuvwxyz0123456789", "01234567890" * 3, "9876543210"))
_ALNUM = re.compile(r"[^\W_]")
_FILLER = re.compile("|".join(map(re.escape, FILLERS)))
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_TEMPLATE = re.compile(
    r"\A[$%@]?<.*>\Z|\A\$[A-Za-z_({]|\$\{|\$\(|\{[\w.!:\[\]'\" -]*\}|%\(|(?<!\w)%[sdr](?!\w)|\A%\w+%\Z|\.\.\.|…"
)
_MARK = re.compile(r"[<${(%.…]")
"""No template is without one of these."""

_PATTERN = re.compile(r"\\[dswDSWb]|\[\^|\(\?|[\])][+*?]|\.[*+]")
_DOTTED = re.compile(r"[A-Za-z_]\w{0,15}(?:\.[A-Za-z_]\w{0,15})+")
_PATH = re.compile(r"[~.]{0,2}(?:/[\w.-]+)+/?")
_TYPE = re.compile(
    r"(?:u?int|float|bytes|string|char|bool|array|utf|vec|[iuf])[0-9]+(?:clamped)?(?:array|_t)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9_+/=.:~%-]+")


def wordlike(value: str) -> bool:
    """Whether the value is made of words, as names and phrases are; random characters are not."""
    pairs, value = 0, value[:LONGEST_JUDGED]
    for chunk in _CHUNK.findall(value):
        low = chunk.lower()
        pairs += sum(map(COMMON_PAIRS.__contains__, map(add, low, low[1:])))
    return pairs >= WORDLIKE * max(1, len(_ALNUM.findall(value)) - 1)


def filler(value: str) -> bool:
    """Whether the value stands in the place of a secret: a template, a row of one character, `changeme`."""
    low = value[:LONGEST_JUDGED].lower()
    if len(set(low)) < FEWEST_CHARACTERS or low in _SEQUENCES:
        return True
    if _MARK.search(value) is not None and _TEMPLATE.search(value) is not None:
        return True
    return _FILLER.search(low) is not None and wordlike(value)


def token_like(value: str, shortest: int = SHORTEST_TOKEN) -> bool:
    """Whether the value looks drawn at random: what a key or token is, and a name, path or date is not."""
    if len(value) < shortest or not _TOKEN.fullmatch(value) or filler(value) or wordlike(value):
        return False
    if _DOTTED.fullmatch(value) or (len(value) < LONGEST_PATH and _PATH.fullmatch(value)):
        return False
    letters = sum(map(str.isalpha, value))
    digits = sum(map(str.isdigit, value))
    return letters >= 4 and (digits >= 2 or (len(value) >= 16 and value.lower() != value != value.upper()))


def password_like(value: str, *, words: bool) -> bool:
    """Whether the value, given to a name that says password, is one; `words` takes one word without a digit too."""
    if len(value) < SHORTEST_PASSWORD or any(map(str.isspace, value)) or filler(value):
        return False
    if _PATTERN.search(value) or _DOTTED.fullmatch(value) or _PATH.fullmatch(value) or _TYPE.fullmatch(value):
        return False
    if not wordlike(value) or any(not c.isalpha() and c not in "_-./:" for c in value):
        return True
    return (words and value.isalpha()) or len(re.findall(r"[-_.]", value)) >= 3


def is_jwt(value: str) -> bool:
    """Whether the first part decodes to a JSON object, as a JSON Web Token's header does (RFC 7519)."""
    head = value.split(".", 1)[0]
    try:
        return isinstance(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))), dict)
    except ValueError:
        return False


def is_basic(value: str) -> bool:
    """Whether the value decodes to `user:password` (RFC 7617)."""
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False


def is_discord(value: str) -> bool:
    """Whether the first part decodes to a number, as a Discord token's does: the bot's id."""
    head = value.split(".", 1)[0]
    try:
        return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).isdigit()
    except binascii.Error:
        return False
