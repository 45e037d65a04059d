"""Placeholders on their way back, whatever a model did to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.context.redaction import Redactor
from support.secrets_made import ALNUM, TOKENS, drawn

SECRETS = [TOKENS[name](Random(name)) for name in ("github", "slack bot", "jwt")]
REWRITES: list[Callable[[str], str]] = [
    str,
    str.lower,
    str.title,
    lambda text: text.replace("_", "\\_"),
    lambda text: text.replace("_", "\\\\_"),
    lambda text: text.replace("_", "-").lower(),
    lambda text: text.title().replace("_", ""),
]


def hidden() -> tuple[Redactor, list[str]]:
    redactor = Redactor()
    return redactor, [redactor.redact(secret) for secret in SECRETS]


@pytest.mark.parametrize("number", range(len(REWRITES)))
@pytest.mark.parametrize(
    "around", ["{}", '"{}"', "'{}'", "`{}`", "**{}**", "<{}>", "({}),", "{}.", "x={}&y", "http://{}@h"]
)
def test_a_placeholder_is_known_again(number: int, around: str) -> None:
    redactor, placeholders = hidden()
    for secret, placeholder in zip(SECRETS, placeholders, strict=True):
        answer = around.format(REWRITES[number](placeholder))
        assert redactor.restore(answer) == around.format(secret)


words = st.sampled_from(
    [
        "KIBITZ",
        "kibitz_",
        "_SECRET",
        "Secret",
        "_",
        "-",
        "\\",
        "\\_",
        "1",
        "7",
        "X_",
        " ",
        '"',
        "K",
        "kib",
        "\n",
    ]
)
rewritten = st.builds(
    lambda secret, rewrite: (secret, rewrite), st.integers(0, len(SECRETS) - 1), st.sampled_from(REWRITES)
)


@settings(deadline=None)
@given(st.lists(st.one_of(words, rewritten), max_size=12), st.data())
def test_a_stream_of_rewritten_placeholders(
    said: list[str | tuple[int, Callable[[str], str]]], data: st.DataObject
) -> None:
    redactor, placeholders = hidden()
    answer = "".join(one if isinstance(one, str) else one[1](placeholders[one[0]]) for one in said)
    restorer, shown, at = redactor.stream_restorer(), "", 0
    while at < len(answer):
        size = data.draw(st.integers(1, 9))
        shown += restorer.feed(answer[at : at + size])
        at += size
    assert shown + restorer.finish() == redactor.restore(answer)


@settings(deadline=None)
@given(st.lists(st.one_of(words, st.sampled_from(SECRETS)), max_size=10).map("".join))
def test_the_restored_answer_is_the_unredacted_one(text: str) -> None:
    """Whatever a model repeats of a text comes back as it was, though the text has words like placeholders."""
    redactor = Redactor()
    assert redactor.restore(redactor.redact(text)) == text


@settings(deadline=None)
@given(st.text(alphabet=ALNUM + '"\\!?%/\n\té漢', min_size=6, max_size=30))
def test_in_json_it_is_quoted(secret: str) -> None:
    redactor = Redactor()
    redactor.learn_json({"password": secret})
    left = redactor.redact_json({"password": secret})
    answer = json.dumps([left], ensure_ascii=False)
    assert json.loads(redactor.restore(answer, quoted=True)) == [{"password": secret}]
    assert redactor.restore_json(json.loads(answer)) == [{"password": secret}]


def test_names_like_placeholders_are_left_alone() -> None:
    token = drawn(Random(3), ALNUM, 30)
    text = f'api_key = "{token}"\nsee kibitz-secret-1, Kibitz_Secret_X_2 and kibitzSecret3'
    redactor = Redactor()
    left = redactor.redact(text)
    assert token not in left
    assert left.endswith("see kibitz-secret-1, Kibitz_Secret_X_2 and kibitzSecret3")
    assert redactor.restore(left) == text
