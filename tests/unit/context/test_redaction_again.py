"""Texts that come again with every key: what was looked at is not read again, and nothing is missed for that."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from kibitz.context import redaction_scan
from kibitz.context.redaction import STEM, Redactor
from kibitz.context.redaction_scan import find_secrets, find_secrets_again
from support.secret_formats import NAMES, make

CODE = Path(redaction_scan.__file__).with_name("redaction_hidden.py").read_text("utf-8")
HEX = (
    "x[] = {"
    + ", ".join(f"0x{byte:02x}" for byte in b"token = ghp_16C7e42F292c6912E7710c838347Ae178B4a")
    + "}\n"
)


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    redaction_scan._holds_one.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_is_found_wherever_it_stands(name: str) -> None:
    dice = Random(name)
    lines = CODE.splitlines(keepends=True)
    assert find_secrets(CODE) == find_secrets_again(CODE) == []
    for _ in range(6):
        at = dice.randrange(len(lines))
        around = dice.choice(["\n", "\n\n", ""])
        text = "".join([*lines[:at], around, make(name, dice).text, "\n", around, *lines[at:]])
        assert find_secrets_again(text) == find_secrets(text) != []


def test_only_what_is_new_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counting(text: str) -> list[tuple[int, int]]:
        read.append(len(text))
        return []

    monkeypatch.setattr(redaction_scan, "find_secrets", counting)
    text = "".join(f"def function_{n}(x):\n    y = x + {n}\n    return y\n\n\n" for n in range(300))
    middle = text.index("\n\n\ndef function_150")
    find_secrets_again(text)
    assert sum(read) >= len(text)
    for typed in ("v", "va", "val"):
        read.clear()
        find_secrets_again(text[:middle] + typed + text[middle:])
        assert 0 < sum(read) < len(text) / 3, "a key costs a part of the text"
    read.clear()
    find_secrets_again(text[2500:])
    assert sum(read) < len(text) / 3, "where the text begins does not move the parts"


def test_a_secret_that_is_typed_is_found_at_its_last_key() -> None:
    secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    middle = CODE.index("\n\n\ndef ", len(CODE) // 2)
    for size in range(len(secret) + 1):
        text = CODE[:middle] + f'\nTOKEN = "{secret[:size]}"' + CODE[middle:]
        assert find_secrets_again(text) == find_secrets(text)
    redactor = Redactor(often=True)
    left = redactor.redact(text)
    assert secret not in left
    assert STEM + "1" in left
    assert redactor.restore(left) == text


def test_bytes_in_hex_are_found_where_nothing_else_stands() -> None:
    assert find_secrets(HEX) != []
