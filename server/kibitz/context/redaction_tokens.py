"""The formats of keys and tokens that are known by themselves, as those who issue them document them."""

from __future__ import annotations

import re
from collections.abc import Callable

from kibitz.context.redaction_rule import BEFORE, EDGE, END, START, Rule, random, value_of, varied
from kibitz.context.redaction_values import is_discord, is_jwt, wordlike

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _aws_secret(match: re.Match[str]) -> bool:
    value = value_of(match)
    return value.lower() != value != value.upper() and not wordlike(value)


def _of(
    prefixes: str, body: str, true_of: Callable[[re.Match[str]], bool] = varied, *, start: str = START
) -> Rule:
    """Tokens that begin with one of some prefixes."""
    anchors = tuple(prefixes.split())
    return Rule(anchors, f"{start}(?:{'|'.join(map(re.escape, anchors))}){body}", true_of)


TOKENS: tuple[Rule, ...] = (
    Rule(
        ("eyJ",),
        BEFORE + r"eyJ[\w-]{8,4000}+(?:\.[\w-]{4,20000}+){1,4}+(?:\.(?![\w-]))?",
        lambda match: match[0].count(".") in (2, 4) and is_jwt(match[0]),
    ),
    # clouds
    Rule(("AKIA", "ASIA", "ABIA", "ACCA"), START + r"A[A-Z]{3}[A-Z0-9]{16}" + EDGE, varied),
    Rule(
        ("AKIA", "ASIA"),
        START
        + r"A[A-Z]{3}[A-Z0-9]{16}[\s\S]{0,200}?(?<![A-Za-z0-9+/=])(?P<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])",
        _aws_secret,
    ),
    _of("IQoJb3JpZ2luX2 FwoGZXIvYXdz FQoGZXIvYXdz", r"[A-Za-z0-9+/=%]{40,4000}+", start=""),
    _of("AIza", r"[\w-]{35}" + END, start=""),
    _of("GOCSPX-", r"[\w-]{28}" + END, start=""),
    _of("ya29.", r"[\w-]{20,2000}+"),
    Rule(
        ("AccountKey=", "SharedAccessKey="),
        r"[A-Z]\w{6,14}Key=(?P<value>[A-Za-z0-9+/]{40,100}+={0,2})",
        varied,
    ),
    Rule(("sig=",), r"(?<=[?&;])sig=(?P<value>[A-Za-z0-9%+/]{40,80}+=?)", varied),
    Rule(("7Q~", "8Q~"), r"[A-Za-z0-9_~.]{3}[78]Q~[\w~.-]{31,34}", random, lead=3),
    Rule(("AZDO",), START + r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}" + EDGE, random, lead=76),
    _of("dop_v1_ doo_v1_ dor_v1_", r"[a-f0-9]{64}" + EDGE, start=""),
    _of("HRKU-AA", r"[\w-]{40,80}+", random),
    _of("LTAI4 LTAI5", r"[A-Za-z0-9]{11,20}" + EDGE),
    _of("dapi", r"[a-f0-9]{32}(?:-[0-9])?" + EDGE),
    _of("v1.0-", r"[a-f0-9]{24}-[a-f0-9]{146}" + EDGE),
    _of("FlyV1 fm2_ fm1a_ fm1r_ fo1_", r"[\w+/=,-]{40,2000}+", random),
    _of("nfp_ nfc_ nfo_ nfu_", r"[A-Za-z0-9]{36,50}" + EDGE),
    _of("hvs. hvb. hvr.", r"[\w-]{20,300}+", random),
    Rule((".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}+", lead=14),
    _of("pul-", r"[a-f0-9]{40}" + EDGE),
    Rule(
        ("dp.",), START + r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}" + EDGE
    ),
    _of("ops_eyJ", r"[A-Za-z0-9+/_=-]{100,4000}+", start=""),
    _of("sha256~", r"[\w-]{43}" + END, random),
    # code hosts and package registries
    _of("ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{30,255}" + EDGE, start=""),
    _of("github_pat_", r"\w{22,255}+", start=""),
    Rule(
        (
            "glpat-",
            "gldt-",
            "glrt-",
            "glptt-",
            "glcbt-",
            "glsoat-",
            "gloas-",
            "glagent-",
            "glft-",
            "glimt-",
            "glffct-",
        ),
        r"gl[a-z]{2,6}-[\w-]{20,300}+(?:\.[\w-]{2,20}+)*+",
        varied,
    ),
    _of("GR1348941", r"[\w-]{20,30}+"),
    _of("ATBB ATCTT3", r"[A-Za-z0-9_=-]{24,250}+", random),
    _of("ATATT3", r"[\w=-]{60,300}+"),
    _of("npm_", r"[A-Za-z0-9]{36}" + EDGE, start=""),
    _of("pypi-", r"[\w-]{50,1000}+", random, start=""),
    _of("dckr_pat_ dckr_oat_", r"[\w-]{20,60}+", start=""),
    _of("rubygems_", r"[a-f0-9]{48}" + EDGE),
    _of("cio", r"[A-Za-z0-9]{32}" + END, random),
    _of("oy2", r"[a-z0-9]{43}" + EDGE, random),
    _of("AKCp", r"[A-Za-z0-9]{60,80}" + EDGE),
    _of("sqp_ squ_ sqa_", r"[a-f0-9]{40}" + EDGE),
    _of("bkua_ bkaj_", r"[a-f0-9]{40}" + EDGE),
    _of("sgp_", r"(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}" + EDGE),
    _of("CCIPAT_ CCIPRJ_", r"[A-Za-z0-9]{18,26}_[a-f0-9]{40}" + EDGE),
    # messages
    Rule(("xox", "xapp-"), r"x(?:ox[a-z]|app)-[A-Za-z0-9-]{14,300}+", random),
    Rule(
        ("hooks.slack.com/",), r"hooks\.slack\.com/[a-z]{4,12}/(?P<value>T\w{6,14}/[A-Z]\w{6,14}/\w{16,40})"
    ),
    Rule(("/api/webhooks/",), r"/api/webhooks/[0-9]{15,22}/(?P<value>[\w-]{50,100})"),
    Rule(
        (".webhook.office.com/",),
        rf"\.webhook\.office\.com/\w{{8,12}}/(?P<value>{UUID}@{UUID}/\w{{8,20}}/\w{{32}}(?:/{UUID})?)",
    ),
    Rule(
        tuple(f"{first}{second}" for first in "MNO" for second in "DTjz"),
        BEFORE + r"[MNO][\w-]{22,30}\.[\w-]{5,8}\.[\w-]{26,45}" + END,
        lambda match: is_discord(match[0]),
    ),
    Rule((":AA",), r"(?<=[0-9]{8}):(?P<value>AA[\w-]{32,34})" + END, random),
    _of("SG.", r"[\w-]{16,32}\.[\w-]{16,64}" + END, random, start=""),
    _of("SK AC", r"[a-f0-9]{32}" + EDGE, random),
    _of("key-", r"[0-9a-z]{32}" + EDGE, random),
    Rule(("-us",), START + r"[0-9a-f]{32}-us[0-9]{1,2}" + EDGE, random, lead=32),
    _of("xkeysib- xsmtpsib-", r"[a-f0-9]{64}-[A-Za-z0-9]{16}" + EDGE),
    # money
    _of("sk_live_ sk_test_ rk_live_ rk_test_", r"[A-Za-z0-9]{10,250}+", start=""),
    _of("whsec_", r"[A-Za-z0-9+/=]{20,100}+", start=""),
    _of("sq0", r"[a-z]{3}-[\w-]{22,60}", random),
    _of("EAAA", r"[\w-]{50,70}" + END, random),
    _of("access_token$production$ access_token$sandbox$", r"[0-9a-z]{16}\$[0-9a-f]{32}" + EDGE),
    _of("shpat_ shpca_ shppa_ shpss_", r"[a-fA-F0-9]{32}" + EDGE, start=""),
    _of("access-production- access-sandbox- access-development-", UUID + EDGE),
    _of("shippo_live_ shippo_test_", r"[a-f0-9]{40}" + EDGE),
    _of("EZAK EZTK", r"[A-Za-z0-9]{54}" + EDGE, random),
    _of("FLWSECK- FLWSECK_TEST-", r"[a-zA-Z0-9]{32}(?:-X)?" + EDGE),
    # models
    _of("sk-", r"[\w-]{20,300}+", random, start=START + "(?<!-)"),
    _of("hf_ api_org_", r"[A-Za-z0-9]{34,40}" + EDGE),
    _of("gsk_ xai- pplx- csk-", r"[A-Za-z0-9]{40,100}" + EDGE, random),
    _of("r8_", r"[A-Za-z0-9]{37}" + EDGE, random),
    _of("nvapi-", r"[\w-]{60,75}+", random),
    _of("lsv2_pt_ lsv2_sk_", r"[a-f0-9]{32}_[a-f0-9]{10}" + EDGE),
    _of("pcsk_", r"[A-Za-z0-9]{5,8}_[A-Za-z0-9]{40,80}" + EDGE),
    # tools
    _of(
        "lin_api_ lin_oauth_ ntn_ figd_ figu_ figo_ sbp_ PMAK- NRAK- NRJS- pnu_ sntrys_ sntryu_",
        r"[\w=+/-]{20,400}+",
        random,
    ),
    Rule(("pscale_",), START + r"pscale_[a-z]{2,6}_[\w.=-]{32,64}", random),
    _of("secret_", r"[A-Za-z0-9]{43}" + EDGE, random),
    Rule(("pat",), START + r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}" + EDGE),
    Rule(("pat-",), START + rf"pat-[a-z]{{2}}[0-9]-{UUID}" + EDGE),
    _of("glc_ glsa_", r"[\w+/=-]{32,400}+", random),
    _of("dt0c01. dt0s01. dt0s16.", r"[A-Z0-9]{8,24}\.[A-Z0-9]{64}" + EDGE),
    _of("CFPAT-", r"[\w-]{43}" + END),
    Rule(
        ("0/", "1/", "2/"),
        START + r"[012]/[0-9]{12,20}(?:/[0-9]{12,20})?:(?P<value>[0-9a-f]{32})" + EDGE,
        random,
    ),
    _of("sl.", r"[\w-]{120,1500}+", random),
    _of("EAA", r"[A-Za-z0-9]{100,400}+", random),
    _of("A" * 21, r"[A-Za-z0-9%]{50,120}+", random),
    _of("AGE-SECRET-KEY-1", r"[A-Z0-9]{58}", start=""),
)
"""Asked in no order: what two of them find in one place is one secret."""
