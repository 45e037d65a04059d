"""Secrets out and back: every format, nothing else, exactly."""

from __future__ import annotations

import ast
import inspect
import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.context.redaction import STEM, Redactor
from support.secrets_made import ALNUM, LINES, TOKENS, drawn, private_key

ROUNDS = 25
DICE = Random("redaction")
MADE = [make(DICE) for make in TOKENS.values()] + [
    line.format(make(DICE)) for make, line in LINES.values() for _ in range(2)
]


@pytest.mark.parametrize("name", TOKENS)
def test_tokens_are_known_by_themselves(name: str) -> None:
    dice = Random(name)
    for _ in range(ROUNDS):
        secret = TOKENS[name](dice)
        for text in (f'call("{secret}")', f"# {secret}", f"a line\\n{secret}\\n", secret):
            redactor = Redactor()
            left = redactor.redact(text)
            assert secret not in left
            assert STEM + "1" in left
            assert redactor.count == 1
            assert redactor.restore(left) == text


@pytest.mark.parametrize("name", LINES)
def test_values_are_known_by_what_stands_around_them(name: str) -> None:
    dice = Random(name)
    make, line = LINES[name]
    for _ in range(ROUNDS):
        secret = make(dice)
        text = f"first = 1\n{line.format(secret)}\nlast = 2\n"
        redactor = Redactor()
        left = redactor.redact(text)
        assert secret not in left
        assert left.startswith("first = 1\n")
        assert left.endswith("\nlast = 2\n")
        assert redactor.restore(left) == text


@pytest.mark.parametrize(
    "line",
    [
        'password = os.environ["DB_PASSWORD"]',
        'password = os.getenv("DB_PASSWORD")',
        'password = ""',
        'password = "changeme"',
        'api_key = "your-api-key-here"',
        'api_key = "<your key>"',
        'api_key = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
        'api_key = "${API_KEY}"',
        'password = f"{user.password}"',
        'password = "%s" % given',
        'TOKEN = "{{ token }}"',
        'password_label = "Enter your password"',
        '{"password": "password_hash", "token": "access_token"}',
        'token = "end_of_statement_marker"',
        'secret = get_secret("projects/main/secrets/db")',
        'reset_password_url = "/accounts/reset/password/"',
        "password: string;",
        "secretKey: Uint8Array",
        "password=password, token=self.token",
        "SECRET_KEY=$(cat /run/secrets/key1)",
        'if token == "END2END":',
        'cache_key = "user:profile:settings:v2"',
        'key_pattern = r"[A-Za-z0-9_]{8,64}"',
        'primary_key = "a81bc81bdead4e5d"',
        '"integrity": "sha512-' + "Q7x9" * 21 + 'Qw=="',
        "commit = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'",
        "url = 'https://user:password@example.com/'",
        "url = f'https://{user}:{password}@{host}/'",
        "see http://localhost:8080/@scope/name",
        '"Authorization: Bearer " + token',
        "Basic authentication needs a name",
        "Bearer authentication-schemes are described",
        '<div class="sk-fading-circle sk-circle-of-dots-and-words">',
        "ghp_" + "x" * 36,
        "from secrets import token_hex",
        '-----BEGIN CERTIFICATE-----\nMIIB"',
        'text.startswith("-----BEGIN PRIVATE ' + 'KEY-----") and some_reader.parse(text)',
    ],
)
def test_what_only_looks_like_a_secret_stays(line: str) -> None:
    redactor = Redactor()
    assert redactor.redact(line) == line
    assert redactor.count == 0


def test_ordinary_code_has_no_secrets() -> None:
    import argparse
    import configparser
    import http.client
    import smtplib
    import ssl
    import token
    import tokenize

    for module in (argparse, configparser, http.client, smtplib, ssl, token, tokenize):
        text = inspect.getsource(module)
        assert Redactor().redact(text) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\\n", '\\n"\n    "', "\n  12 "])
def test_a_private_key_keeps_its_frame_and_its_lines(end: str) -> None:
    key = private_key(Random(end), end=end)
    text = f'KEY = """{key}"""\nprint(KEY)\n'
    redactor = Redactor()
    left = redactor.redact(text)
    first, *middle, last = key.split(end)
    assert not any(line in left for line in middle)
    assert first in left
    assert last in left
    assert left.count("\n") == text.count("\n")
    assert redactor.restore(left) == text


@pytest.mark.parametrize(("first", "last"), [(0, 12), (12, None)])
def test_a_private_key_that_the_window_cut(first: int, last: int | None) -> None:
    lines = private_key(Random("cut")).split("\n")[first:last]
    code = ["from somewhere import something", "x = 1"]
    text = "\n".join([*lines, *code] if last else [*lines[1:], *code])
    redactor = Redactor()
    left = redactor.redact(text)
    assert not any(line in left for line in lines if "-----" not in line)
    assert left.endswith("\n".join(code))
    assert redactor.restore(left) == text


def test_one_secret_has_one_placeholder_wherever_it_stands() -> None:
    secret = "swordfish" + "77"
    redactor = Redactor()
    texts = [f"What is {secret} for?", f'password = "{secret}"', "nothing"]
    for text in texts:
        redactor.learn(text)
    assert [redactor.redact(text) for text in texts] == [
        f"What is {STEM}1 for?",
        f'password = "{STEM}1"',
        "nothing",
    ]
    assert redactor.count == 1


def test_a_placeholder_that_was_there_before_is_no_secret() -> None:
    secret = drawn(Random(1), ALNUM, 24)
    text = f'note = "{STEM}1"\napi_key = "{secret}"'
    redactor = Redactor()
    left = redactor.redact(text)
    assert f'note = "{STEM}1"' in left
    assert secret not in left
    assert redactor.restore(left) == text
    # one that comes when placeholders have been handed out
    own = left.rpartition('"')[0].rpartition('"')[2]
    later = f"{own} and {own}0"
    assert own not in redactor.redact(later).split()
    assert redactor.restore(redactor.redact(later)) == later


def test_a_secret_with_the_cursor_in_it() -> None:
    secret = TOKENS["github"](Random(2))
    before, after = f'TOKEN = "{secret[:20]}', f'{secret[20:]}"\nnext_line()'
    redactor = Redactor()
    redactor.learn(before, after)
    message = redactor.redact(f"{before}<|cursor|>{after}")
    left = redactor.redact(before), redactor.redact(after)
    assert left == (f'TOKEN = "{STEM}1', f'{STEM}2"\nnext_line()')
    assert message == f"{left[0]}<|cursor|>{left[1]}"
    assert (redactor.restore(left[0]), redactor.restore(left[1])) == (before, after)


def test_redacted_code_still_parses() -> None:
    secret = drawn(Random(3), ALNUM, 9)
    source = (
        f"password = '{secret}'\n"
        f'passwords = {{"password": b"{secret}\\x00\\\\{secret}"}}\n'
        f'token: str = """{secret}{secret}"""\n'
        f'connect(password="{secret}", dsn=f"postgres://a:{secret}@{{host}}/")\n'
    )
    left = Redactor().redact(source)
    ast.parse(left)
    assert secret not in left


def test_json_values() -> None:
    secret = drawn(Random(4), ALNUM, 20)
    value = {"path": "a.py", "password": secret, "lines": [1, None, f"x = '{secret}'"]}
    redactor = Redactor()
    redactor.learn_json(value)
    left = redactor.redact_json(value)
    assert left == {"path": "a.py", "password": STEM + "1", "lines": [1, None, f"x = '{STEM}1'"]}
    assert redactor.restore_json(left) == value


def test_what_goes_back_into_json_is_quoted() -> None:
    line = 'password = "' + r"ab\"cd\\e5\x00" + '"'
    redactor = Redactor()
    quoted = json.dumps([{"quote": redactor.redact(line)}])
    assert quoted == f'[{{"quote": "password = \\"{STEM}1\\""}}]'
    restored = redactor.restore(quoted, quoted=True)
    assert json.loads(restored) == [{"quote": line}]
    again = Redactor()
    again.learn(line)
    assert "cd" not in again.redact(restored)


def test_a_name_in_json_gives_its_value_away_however_it_is_written() -> None:
    secret = 'ab"cd\\' + drawn(Random(5), ALNUM, 12)
    redactor = Redactor()
    redactor.learn_json({"password": secret})
    assert redactor.redact_json({"password": secret, "text": f"{secret}!"}) == {
        "password": STEM + "1",
        "text": STEM + "1!",
    }


def test_what_nobody_was_given_stays() -> None:
    redactor = Redactor()
    redactor.redact(MADE[0])
    assert redactor.restore(f"{STEM}1 {STEM}2 {STEM} {STEM}01") == f"{MADE[0]} {STEM}2 {STEM} {STEM}01"


pieces = st.one_of(
    st.sampled_from(MADE),
    st.sampled_from(
        [STEM, STEM + "1", STEM + "12", STEM + "X_1", STEM[:5], "1", "23", '"', "'", "\\", "\n", " "]
    ),
    st.text(max_size=8),
)
texts = st.lists(pieces, max_size=8).map("".join)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_restoring_gives_exactly_the_text(given_texts: list[str]) -> None:
    redactor = Redactor()
    left = [redactor.redact(text) for text in given_texts]
    assert [redactor.restore(text) for text in left] == given_texts


@settings(deadline=None)
@given(texts, texts)
def test_a_text_in_two_parts_comes_back_too(before: str, after: str) -> None:
    redactor = Redactor()
    redactor.learn(before, after)
    left = redactor.redact(before), redactor.redact(after)
    assert (redactor.restore(left[0]), redactor.restore(left[1])) == (before, after)


@settings(deadline=None)
@given(texts, texts, st.data())
def test_a_stream_restores_as_the_whole_does(text: str, more: str, data: st.DataObject) -> None:
    redactor = Redactor()
    answer = redactor.redact(text) + more
    restorer = redactor.stream_restorer()
    shown, at = "", 0
    while at < len(answer):
        size = data.draw(st.integers(1, 20))
        shown += restorer.feed(answer[at : at + size])
        at += size
        assert redactor.restore(answer).startswith(shown)
    assert shown + restorer.finish() == redactor.restore(answer)


def test_a_stream_holds_back_only_what_may_be_a_placeholder() -> None:
    redactor = Redactor()
    redactor.redact(MADE[0])
    restorer = redactor.stream_restorer()
    fed = [restorer.feed(delta) for delta in ("one K", "ey, KIBITZ", "_SECRET", "_", "1", "; KIB", "BLE")]
    assert fed == ["one ", "Key, ", "", "", "", MADE[0] + "; ", "KIBBLE"]
    assert restorer.finish() == ""


def test_a_stream_without_secrets_is_passed_on_at_once() -> None:
    restorer = Redactor().stream_restorer()
    assert [restorer.feed(delta) for delta in ("K", STEM)] == ["K", STEM]


def test_no_text_takes_long() -> None:
    """Not a measurement: texts that take a careless pattern minutes."""
    for part in (
        "password='",
        "key",
        "eyJ.",
        "://a:",
        "-----BEGIN PRIVATE " + "KEY-----\n",
        "A",
        "curl -u ",
        "--",
    ):
        text = part * (50_000 // len(part)) + "-----END PRIVATE " + "KEY-----"
        redactor = Redactor()
        assert redactor.restore(redactor.redact(text)) == text
