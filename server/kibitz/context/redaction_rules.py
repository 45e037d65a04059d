"""The formats of secrets: where each begins, what it looks like, and what else must be true of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from attrs import frozen

from kibitz.context.redaction_values import (
    FEWEST_CHARACTERS,
    is_basic,
    is_discord,
    is_jwt,
    password_like,
    token_like,
    wordlike,
)

SHORTEST_TOKEN = 18
"""Of the formats below, beginning and all."""


@frozen
class Rule:
    """A format. It is looked for only where one of the `anchors` stands, so that texts without them cost nothing.

    The pattern has to match at the anchor; the secret is its group `value`, else all of it. `folded` anchors are
    lower-case and meet any case. A `whole` secret is, with its anchor, one run of at least SHORTEST_TOKEN characters
    that tokens are made of: where a text has no such run with an anchor in it, the rule is passed over.
    """

    anchors: tuple[str, ...]
    pattern: str
    true_of: Callable[[re.Match[str]], bool] | None = None
    folded: bool = False
    whole: bool = True


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is first needed: most texts need few of them."""
    return re.compile(pattern)


def secret_of(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret of a match stands in the text."""
    return match.span("value") if "value" in match.re.groupindex else match.span()


def _value(match: re.Match[str]) -> str:
    start, end = secret_of(match)
    return match.string[start:end]


def _mixed(value: str) -> bool:
    return value.lower() != value != value.upper()


def _varied(match: re.Match[str]) -> bool:
    """Not the row of `x` that documentation shows."""
    return len(set(_value(match)[-16:])) > FEWEST_CHARACTERS


def _random(match: re.Match[str]) -> bool:
    value = _value(match)
    return _varied(match) and any(c.isdigit() or c.isupper() for c in value) and not wordlike(value)


def _aws_secret(match: re.Match[str]) -> bool:
    value = _value(match)
    return _mixed(value) and not wordlike(value)


def _url_password(match: re.Match[str]) -> bool:
    value = _value(match)
    return value != match["user"] and password_like(value, words=True)


def _assigned(match: re.Match[str]) -> bool:
    """A literal after a name: what the name promises, and how it is written, decide how much the value must show."""
    value, separator = match["value"], match["separator"].strip()
    firm = match["firm"] is not None
    if match["quote"] is not None:
        if separator == "," and not match["close"]:
            return False
        if token_like(value, 10 if firm else 12 if match["weak"] else 16):
            return True
        return firm and separator != "," and password_like(value, words="=" in separator)
    if separator not in ("=", ":", ">"):
        return False
    if token_like(value, 10 if firm else 16):
        return True
    # a bare word after a name is mostly a variable: only what is written as in settings or connection strings counts
    after = match["after"].strip("\r\n")
    tight = separator == match["separator"]
    written = tight if separator != ":" else not after
    shows = any(map(str.isdigit, value)) or (len(value) >= 10 and _mixed(value) and not wordlike(value))
    return firm and written and shows and password_like(value, words=False)


_AHEAD = r"(?=[\w-]{3,60}+[\"'`\\]{0,3}\]?[ \t]*[:=!>,])"
"""Most names are not followed by anything: seen at a glance, they cost little."""
_START = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))"  # a line end written out does not belong to what follows
_BEFORE = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
_END = r"(?![A-Za-z0-9_-])"
_EDGE = r"(?![A-Za-z0-9])"

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
    r"(?P<separator>[ \t]*(?:=>|:=|={1,3}|!={1,2}|[:,>])[ \t]*)"
    r"(?:[brufBRUF]{0,2}(?P<quote>\\[\"']|\"\"\"|'''|[\"'`]))?"
    r"(?P<value>(?(quote)(?:(?!(?P=quote))(?:\\.|[^\\\n])){0,5000}+|[^\s\"'`<>(){}\[\],;&|$#\\*]{6,300}+))"
    r"(?(quote)(?:(?P=quote)|(?=\n|\Z))|(?=(?P<after>[;&\"'\\<\s]|\Z)))"
)

RULES: tuple[Rule, ...] = (
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
    Rule(("://",), r"://(?P<value>[A-Za-z0-9_-]{20,200})(?::x-oauth-basic|:)?@", _random),
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
        ("curl",),
        r"curl[ \t][^\n]{0,300}?(?:-u|--user)[ \t]+[\"']?[\w.@-]{1,64}:(?P<value>[^\s\"':]{6,200})",
        lambda match: password_like(match["value"], words=True),
        whole=False,
    ),
    Rule(
        ("eyJ",),
        _BEFORE + r"eyJ[\w-]{8,4000}(?:\.[\w-]{4,20000}){1,4}(?:\.(?![\w-]))?",
        lambda match: match[0].count(".") in (2, 4) and is_jwt(match[0]),
    ),
    # clouds
    Rule(("AKIA", "ASIA", "ABIA", "ACCA"), _START + r"A[A-Z]{3}[A-Z0-9]{16}" + _EDGE, _varied),
    Rule(
        ("AKIA", "ASIA"),
        r"A[A-Z]{3}[A-Z0-9]{16}[\s\S]{0,200}?(?<![A-Za-z0-9+/=])(?P<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])",
        _aws_secret,
    ),
    Rule(("AIza",), r"AIza[\w-]{35}" + _END, _varied),
    Rule(("GOCSPX-",), r"GOCSPX-[\w-]{28}" + _END, _varied),
    Rule(("ya29.",), _START + r"ya29\.[\w-]{20,1000}", _varied),
    Rule(
        ("AccountKey=", "SharedAccessKey="),
        r"[A-Z]\w{8,14}Key=(?P<value>[A-Za-z0-9+/]{40,100}={0,2})",
        _varied,
    ),
    Rule(("sig=",), r"(?<=[?&;])sig=(?P<value>[A-Za-z0-9%+/]{40,80}(?:=|%3D)?)", _varied),
    Rule(("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[a-f0-9]{64}" + _EDGE),
    Rule(("hvs.", "hvb."), _START + r"hv[sb]\.[\w-]{20,300}", _random),
    Rule(("dapi",), _START + r"dapi[a-f0-9]{32}(?:-[0-9])?" + _EDGE),
    # code hosts and package registries
    Rule(("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{30,255}" + _EDGE, _varied),
    Rule(("github_pat_",), r"github_pat_\w{22,255}" + _END, _varied),
    Rule(
        ("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "gloas-", "glagent-"),
        r"gl[a-z]{2,6}-[\w-]{20,300}(?:\.[\w-]{2,20})*",
        _varied,
    ),
    Rule(("npm_",), r"npm_[A-Za-z0-9]{36}" + _EDGE, _varied),
    Rule(("pypi-",), r"pypi-[\w-]{50,1000}", _random),
    Rule(("dckr_pat_",), r"dckr_pat_[\w-]{20,60}", _varied),
    Rule(("ATATT3",), _START + r"ATATT3[\w=-]{60,300}", _varied),
    # messages
    Rule(("xox", "xapp-"), r"x(?:ox[a-z]|app)-[A-Za-z0-9-]{14,300}", _random),
    Rule(
        ("hooks.slack.com/",), r"hooks\.slack\.com/[a-z]{4,12}/(?P<value>T\w{6,14}/[A-Z]\w{6,14}/\w{16,40})"
    ),
    Rule(("/api/webhooks/",), r"/api/webhooks/[0-9]{15,22}/(?P<value>[\w-]{50,100})"),
    Rule(
        tuple(f"{first}{second}" for first in "MNO" for second in "DTjz"),
        _BEFORE + r"[MNO][\w-]{22,30}\.[\w-]{5,8}\.[\w-]{26,45}" + _END,
        lambda match: is_discord(match[0]),
    ),
    Rule((":AA",), r"(?<=[0-9]{8}):(?P<value>AA[\w-]{32,34})" + _END, _random),
    Rule(("SG.",), r"SG\.[\w-]{16,32}\.[\w-]{16,64}" + _END, _random),
    Rule(("SK", "AC"), _START + r"(?:SK|AC)[a-f0-9]{32}" + _EDGE, _random),
    Rule(("key-",), _START + r"key-[0-9a-z]{32}" + _EDGE, _random),
    # money
    Rule(
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_"),
        r"[rs]k_(?:live|test)_[A-Za-z0-9]{10,250}",
        _varied,
    ),
    Rule(("whsec_",), r"whsec_[A-Za-z0-9+/=]{20,100}", _varied),
    Rule(("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}" + _EDGE),
    Rule(("sq0",), _START + r"sq0[a-z]{3}-[\w-]{22,60}", _random),
    # models
    Rule(("sk-",), _START + r"(?<!-)sk-[\w-]{20,300}", _random),
    Rule(("hf_",), _START + r"hf_[A-Za-z0-9]{34,40}" + _EDGE, _varied),
    Rule(("gsk_", "xai-", "pplx-"), _START + r"(?:gsk_|xai-|pplx-)[A-Za-z0-9]{40,100}" + _EDGE, _random),
    Rule(("r8_",), _START + r"r8_[A-Za-z0-9]{37}" + _EDGE, _random),
    # the rest
    Rule(
        ("lin_api_", "ntn_", "figd_", "sbp_", "pscale_", "PMAK-", "NRAK-"),
        _START + r"(?:lin_api_|ntn_|figd_|sbp_|pscale_[a-z]{2,6}_|PMAK-|NRAK-)[\w-]{24,100}",
        _random,
    ),
    Rule(("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
)
