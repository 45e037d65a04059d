"""Secrets that are known by what stands around them: names, addresses, options, headers."""

from __future__ import annotations

import re

from kibitz.context.redaction_rule import Rule, random, value_of
from kibitz.context.redaction_values import filler, is_basic, password_like, token_like, wordlike

_EXPRESSION = re.compile(r"[\[\](){}\\|^$]")
"""In an address: a pattern for addresses, or a template."""


def _mixed(value: str) -> bool:
    return value.lower() != value != value.upper()


def _url_password(match: re.Match[str]) -> bool:
    value = value_of(match)
    if value == match["user"] or filler(value) or _EXPRESSION.search(value):
        return False
    digit, mixed = any(map(str.isdigit, value)), _mixed(value)
    return password_like(value, words=True) or (digit and mixed) or ((digit or mixed) and not wordlike(value))


def _assigned(match: re.Match[str]) -> bool:
    """A literal after a name: what the name promises, and how it is written, decide how much the value must show."""
    value, separator = match["value"], match["separator"].strip()
    firm = match["firm"] is not None
    if match["quote"] is not None:
        if separator == "," and not match["close"]:
            return False
        if token_like(value, 10 if firm else 12 if match["weak"] else 16):
            return True
        if separator == "," and not _called(match):
            return False
        return firm and password_like(value, words="=" in separator)
    if separator not in ("=", ":", ">"):
        return False
    if token_like(value, 10 if firm else 16):
        return True
    # a bare word after a name is mostly a variable: only what is written as in settings or connection strings counts
    after = match["after"].strip("\r\n")
    tight = separator == match["separator"]
    written = tight if separator != ":" else not after
    connects = _connects(match.string, match.start())
    shows = any(map(str.isdigit, value)) or (_mixed(value[1:]) and (connects or not wordlike(value)))
    return firm and written and shows and password_like(value, words=connects)


def _connects(text: str, at: int) -> bool:
    """Whether a connection string has led to a place: there a name is never a variable's."""
    return _CONNECTION.search(text, max(0, at - 400), at) is not None


_CONNECTION = re.compile(
    r"(?i:server|data ?source|host|address|user ?id|uid|user ?name|database|initial ?catalog)=[^;=\n\"']{1,120};"
    r"[ ]?(?:[A-Za-z ]{1,40}=[^;=\n\"']{0,120};[ ]?){0,8}\Z"
)


def _called(match: re.Match[str]) -> bool:
    """Whether the name is the first of what is given to a function: `define("DB_PASSWORD", "...")`."""
    begin = _ARGUMENT.search(match.string, max(0, match.start() - 60), match.start() + 1)
    return begin is not None


_ARGUMENT = re.compile(r"\([ \t]*[\"'][\w.-]*.\Z")
_GIVES = re.compile(r"(?:[sS]et_?|[wW]ith_?|\.)\Z")
_CLIENT = re.compile(r"(?<![\w-])(?:mysql|mariadb|sshpass)[^\n]*\Z")
"""Programs that take a password after `-p`."""

_AHEAD = r"(?=[\w-]{3,60}+[\"'`\\]{0,3}\]?[ \t]*[:=!<>,])"
"""Most names are not followed by anything: seen at a glance, they cost little."""

_FIRM = (
    r"passw(?:or)?d|passphrase|passcode|pwd|(?<=[_-])pass(?![a-z])|(?-i:(?<=[a-z])Pass(?![a-z]))"
    r"|secret(?:[_-]?access)?(?:[_-]?key)?"
)
_WEAK = r"token|credentials?|auth(?:orization)?(?:[_-]?(?:token|key))?|access[_-]?key"
_KEY = r"(?<=[a-z0-9_-])(?<!public)(?<!public[_-])(?<!primary[_-])(?<!foreign[_-])key"
_ASSIGNMENT = (
    rf"{_AHEAD}(?i:(?P<firm>{_FIRM})|(?P<weak>{_WEAK})|(?P<key>{_KEY}))"
    r"(?i:[_-]?(?:key|value|val|string|str|text|b64|base64|hex|prod|dev|live|old|new|v?[0-9]{1,2}))?"
    r"(?P<close>(?:\\?[\"'`])?)\]?"
    r"(?:[ \t]*:[ \t]*[A-Za-z_][\w.\[\] |]{0,40}?(?=[ \t]*=))?"  # a type
    r"(?P<separator>[ \t]*(?:=>|:=|<-|={1,3}|!={1,2}|[:,>])[ \t]*)"
    r"(?:[brufBRUF]{0,2}(?P<quote>\\[\"']|\"\"\"|'''|[\"'`]))?"
    r"(?P<value>(?(quote)(?:[^\\\n\"'`]{1,500}+|(?!(?P=quote))(?:\\.|[\"'`])){0,500}+|[^\s\"'`<>(){}\[\],;&|$#\\*]{6,300}+))"
    r"(?(quote)(?:(?P=quote)|(?=\n|\Z))|(?=(?P<after>[;&\"'\\<\s]|\Z)))"
)

CONTEXTS: tuple[Rule, ...] = (
    Rule(
        ("pass", "pwd", "secret", "token", "credential", "auth", "access", "key"),
        _ASSIGNMENT,
        _assigned,
        folded=True,
        whole=False,
    ),
    Rule(
        ("--",),
        r"--[a-z-]{0,20}?(?:password|token|secret|key)(?:=|[ \t]+)[\"']?(?P<value>[^\s\"'`<>(){}\[\],;&|$]{8,200})",
        lambda match: token_like(match["value"]),
        whole=False,
    ),
    # what travels with a request
    Rule(
        ("://",),
        r"://(?P<user>[^\s/?#@:\"'`<>{}]{0,100}):(?P<value>[^\s/?#@\"'`<>]{3,200})@",
        _url_password,
        whole=False,
    ),
    Rule(("://",), r"://(?P<value>[A-Za-z0-9_-]{20,200})(?::x-oauth-basic|:)?@", random),
    Rule(
        ("bearer",),
        r"(?i:bearer)[ \t]+(?P<value>[A-Za-z0-9._~+/-]{12,2000}=*)",
        lambda match: token_like(match["value"]),
        folded=True,
        whole=False,
    ),
    Rule(
        ("basic",),
        r"(?i:basic)[ \t]+(?P<value>[A-Za-z0-9+/]{8,500}={0,2})",
        lambda match: is_basic(match["value"]),
        folded=True,
        whole=False,
    ),
    Rule(
        ("password(",),
        r"(?<=[a-z._])(?i:password)\([ \t]*(?P<quote>[\"'`])(?P<value>[^\s\"'`\\]{6,200})(?P=quote)",
        lambda match: (
            _GIVES.search(match.string, max(0, match.start() - 6), match.start()) is not None
            and password_like(match["value"], words=False)
        ),
        folded=True,
        whole=False,
    ),
    Rule(
        (" -p",),
        r" -p[ \t]?[\"']?(?P<value>[^\s\"']{6,200})",
        lambda match: (
            _CLIENT.search(match.string, max(0, match.start() - 200), match.start()) is not None
            and password_like(match["value"], words=False)
        ),
        whole=False,
    ),
    Rule(
        ("login",),
        r"(?i:login)[ \t]+[^\s\"']{1,64}[ \t\r\n]+(?i:password)[ \t]+(?P<value>[^\s\"'`<>{}]{6,200})",
        lambda match: password_like(match["value"], words=False),
        folded=True,
        whole=False,
    ),
    Rule(
        ("curl",),
        r"curl[ \t][^\n]{0,300}?(?:-u|--user)[ \t]+[\"']?[\w.@-]{1,64}:(?P<value>[^\s\"':]{6,200})",
        lambda match: password_like(match["value"], words=True),
        whole=False,
    ),
)
"""Secrets that what stands around them gives away."""
