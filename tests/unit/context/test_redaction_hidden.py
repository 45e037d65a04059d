"""Secrets that are written backwards, as Base64, as hex or in pieces; and what only looks like them."""

from __future__ import annotations

import base64
import json
import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.context.redaction import STEM, Redactor
from support.leaks import grams, leaked
from support.secret_formats import NAMES, Made, make
from support.secrets_made import ALNUM, TOKENS, drawn


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def pieces(text: str, dice: Random) -> list[str]:
    """The text cut in two to five places."""
    cuts = sorted(dice.sample(range(3, len(text) - 2), min(len(text) // 8, dice.randint(1, 4))))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def shapes(made: Made, dice: Random) -> list[str]:
    """The secret in every writing."""
    text = made.text
    code = base64.b64encode(f"export X={text}\n".encode()).decode()
    digits = text.encode().hex()
    parts = [f'"{escaped(piece)}"' for piece in pieces(text, dice)]
    return [
        f'x = """{text}"""',
        f"see {text} there",
        f'x = """{text[::-1]}"""',
        f'x = "{base64.b64encode(text.encode()).decode()}"',
        f"x: {base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')}",
        f'x = """\n{base64.encodebytes(code.encode()).decode()}"""',
        f'x = "{digits}"',
        "x = b'" + "".join(f"\\x{digits[at : at + 2]}" for at in range(0, len(digits), 2)) + "'",
        "x = (\n    " + "\n    ".join(parts) + "\n)",
        "x = " + " +\n    ".join(parts) + ";",
        'x = "".join([' + ", ".join(parts) + "])",
        "\n".join(f"x{number} = {part}" for number, part in enumerate(parts)),
        f"x = {parts[0]}\n" + "\n".join(f"x += {part}" for part in parts[1:]),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_in_every_writing(name: str) -> None:
    dice = Random(f"hidden {name}")
    for shape in shapes(made := make(name, dice), dice):
        text = f"first = 1\n\n{shape}\n\nlast = 2\n"
        redactor = Redactor()
        left = redactor.redact(text)
        assert leaked(made.parts, grams(left)) == 0, left
        assert left.startswith("first = 1\n")
        assert left.endswith("\nlast = 2\n")
        assert redactor.restore(left) == text


@pytest.mark.parametrize(
    "shape",
    [
        "x: >-\n  {0}\n  {1}\n  {2}\n",
        "run \\\n  {0}\\\n  {1}\\\n  {2}\n",
        "# {0}\n# {1}\n# {2}\n",
        "x:\n  - {0}\n  - {1}\n  - {2}\n",
        '$x = "{0}"\n  . "{1}"\n  . "{2}";\n',
        'b.append("{0}")\n .append("{1}")\n .append("{2}");\n',
        'local x = "{0}" .. "{1}" .. "{2}"\n',
    ],
)
@pytest.mark.parametrize("name", TOKENS)
def test_lines_and_other_languages(name: str, shape: str) -> None:
    dice = Random(shape + name)
    token = TOKENS[name](dice)
    third = len(token) // 3
    text = "first\n\n" + shape.format(token[:third], token[third : 2 * third], token[2 * third :]) + "\nlast"
    redactor = Redactor()
    left = redactor.redact(text)
    assert leaked([token[8:]], grams(left)) == 0
    assert redactor.restore(left) == text


def test_a_password_that_is_known_is_known_in_every_writing() -> None:
    password = "swordfish" + "77!x"
    data = password.encode()
    for writing in (
        password[::-1],
        data.hex(),
        data.hex().upper(),
        *(
            base64.b64encode(before + data + b" and more").decode()
            for before in (b"", b"u:", b"user:", b"me:")
        ),
    ):
        redactor = Redactor()
        redactor.learn(f'password = "{password}"')
        left = redactor.redact(f"log: {writing} was seen")
        assert STEM in left
        assert leaked([password], grams(left)) == 0
        assert redactor.restore(left) == f"log: {writing} was seen"


def test_a_password_in_pieces_has_its_name_before_it() -> None:
    secret = drawn(Random(8), ALNUM, 20)
    text = f'db_password = (\n    "{secret[:9]}"\n    "{secret[9:]}"\n)\n'
    left = Redactor().redact(text)
    assert leaked([secret], grams(left)) == 0


def test_a_secret_in_a_secret_that_is_encoded_twice() -> None:
    token = TOKENS["github"](Random(9))
    once = base64.b64encode(f'{{"auth": "{token}"}}'.encode()).decode()
    text = f"config: {base64.b64encode(once.encode()).decode()}"
    assert Redactor().redact(text) == f"config: {STEM}1"


@pytest.mark.parametrize(
    "text",
    [
        'greeting = "'
        + base64.b64encode(b"Good morning, dear reader of configuration files!").decode()
        + '"',
        'greeting = bytes.fromhex("' + b"Good morning, dear reader".hex() + '")',
        "image = 'data:image/png;base64," + base64.b64encode(Random(1).randbytes(300)).decode() + "'",
        'names = [\n    "password", "passphrase", "secret_key", "token2", "key9"\n]',
        'password_names = ["username1", "maiden_name2", "street3"]',
        '"ChangeToken": None,\n"Name": "MySampleSet",\n"MetricName": "Bytes2"',
        'for hook in (\n    "success_callback",\n    "_async_success_callback",\n):',
        "@frozen\nclass Token:\n    name\n    value\n    else:\n",
        "__all__ = [\n    'AccountKeyNotFound',\n    'SharedAccessKeyMissing',\n]",
        "--hash=sha256:"
        + Random(2).randbytes(32).hex()
        + " \\\n    --hash=sha256:"
        + Random(3).randbytes(32).hex(),
        "x = 'drowssap = \"elpmaxe\"'",
        "numbers = [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a]",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert Redactor().redact(text) == text


def test_json_from_a_tool_is_read_as_what_it_holds() -> None:
    token = TOKENS["github"](Random(10))
    value = {
        "path": "a.py",
        "text": f'first\nkey = "{"a81bc81b-dead-4e5d-abff-90865d1e13b1"}"\nx = ("{token[:20]}"\n "{token[20:]}")',
    }
    redactor = Redactor()
    redactor.learn_json(value)
    left = redactor.redact_json(value)
    assert leaked([token], grams(json.dumps(left))) == 0
    assert "a81bc81b-dead-4e5d-abff-90865d1e13b1" in left["text"]
    assert redactor.restore_json(left) == value


def test_code_in_a_string_of_json() -> None:
    token = TOKENS["github"](Random(11))
    code = f'x = (\n    "{token[:14]}"\n    "{token[14:]}"\n)\nprint("done")\n'
    text = json.dumps({"name": "a.py", "text": code})
    redactor = Redactor()
    left = redactor.redact(text)
    assert leaked([token[4:]], grams(left)) == 0
    assert json.loads(left)["text"].endswith('"\n)\nprint("done")\n')
    assert redactor.restore(left) == text


PARTS = [
    "password='", "password=a1b2c3 ", "key=", "eyJa.", "://a:b@", "-----BEGIN PRIVATE " + "KEY-----\n", "curl -u ", "--password ", '"a" + ',
    '"a",\n', "'a'.b('c') ", "\\'", "a\n", "a\\\n", "- a\n", "a b c = '", "SGVsbG8g", "SGVs\n", "6162", "\\x61", "0x61, ", "sk-a", "MTa.",
    "login a password ", "AZDO", "8Q~", "drowssap", "//:", "x = 'aB3' +\n", "\u0130", " ", "a1", "KIBITZ_SECRET_1",
]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3))
def test_no_text_takes_long(parts: list[str]) -> None:
    """A careless pattern takes minutes; the limit leaves room for a busy machine."""
    part = "".join(parts)
    text = part * (60_000 // len(part))
    started = time.process_time()
    redactor = Redactor()
    assert redactor.restore(redactor.redact(text)) == text
    assert time.process_time() - started < 5


def test_a_known_beginning_is_certain_although_the_rest_reads_like_words() -> None:
    secret = "glpat-" + "FjE_-YWpnUpdnITESisa"
    for text in (secret, f'raw = "{secret[::-1]}"[::-1]'):
        left = Redactor().redact(text)
        assert leaked((secret,), grams(left)) == 0, left


def test_a_password_of_letters_in_a_connection_string() -> None:
    text = "Server=db.internal;Database=orders;User ID=svc;Password=JybUndMorletCas;Encrypt=true"
    for written in (text, f'x = "{text.encode().hex()}"'):
        left = Redactor().redact(written)
        assert leaked(("JybUndMorletCas",), grams(left)) == 0, left


def test_a_piece_in_a_comment_may_begin_like_an_option() -> None:
    pieces = [
        "hvs.VY8fhq0qaUgJP5Uy14wG-",
        "gxAst4lkNFhvPsMXrPss_RoWVDI5kx4p1eHbOY",
        "--aBHipElwNWQ1apkCVR1w4QT15_8fUVXO80",
    ]
    left = Redactor().redact("a = 1\n" + "".join(f"# {piece}\n" for piece in pieces) + "b = 2\n")
    assert leaked(("".join(pieces),), grams(left)) == 0, left
