"""`kibitz models`: one model for all or for a feature, and keys in a keyring."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from kibitz.cli.config_file import with_value
from kibitz.errors import KibitzError
from support.cli import here, kibitz
from support.keyring import fake_keyring

CONFIGS = {
    "empty": "",
    "dotted": 'completion.model = "old/one"  # mine\ncompletion.max_lines = 3\n',
    "spaced": 'completion . "model"="old/one"\n',
    "table": '[models]\nchat = "keep/me"\n\n[completion] # typing\nmodel = "old/one" # mine\n',
    "table without it": "[budget]\nper_day_usd = 1\n[completion]\nmax_lines = 3",
    "the same name elsewhere": 'model = "old/top"\n[completion]\nmodel = "old/one"\n[x]\nmodel = "keep/me"\n',
    "crlf": 'model = "a/b"\r\n[completion]\r\nmax_lines = 3\r\n',
    "inline": 'model = "a/b"\ncompletion.max_lines = 3\n',
    "in a string": 'x = """\n[completion]\nmodel = "old/one"\n"""\n',
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_value_in_a_table_is_set_and_nothing_else(name: str) -> None:
    before = CONFIGS[name]
    after = with_value(before, "completion.model", "new/one")
    wanted = tomllib.loads(before)
    wanted.setdefault("completion", {})["model"] = "new/one"
    assert tomllib.loads(after) == wanted
    kept = [line for line in after.splitlines(keepends=True) if "new/one" not in line]
    old = before.splitlines(keepends=True)
    assert len(old) - len(kept) in (0, 1)
    assert all(line.rstrip("\r\n") in [o.rstrip("\r\n") for o in old] for line in kept)
    assert with_value(after, "completion.model", "new/one") == after


@pytest.mark.parametrize(
    "text", ["completion = 5\n", "completion = { max_lines = 3 }\n", "completion.model.x = 1\n[[a]]\n"]
)
def test_what_cannot_be_set_so_is_refused(text: str) -> None:
    try:
        after = with_value(text, "completion.model", "new/one")
    except KibitzError as error:
        assert error.kind == "invalid"
    else:
        assert tomllib.loads(after)["completion"]["model"] == "new/one"


def test_a_model_for_one_feature(kibitz_home: Path) -> None:
    ran = here("models", "use", "offline", "--feature", "complete", "--json")
    assert ran.code == 0, ran
    assert ran.json == {"model": "offline", "feature": "complete", "config": str(kibitz_home / "config.toml")}
    assert here("models", "use", "offline", "--feature", "chat").code == 0
    assert tomllib.loads((kibitz_home / "config.toml").read_text("utf-8")) == {
        "completion": {"model": "offline"},
        "models": {"chat": "offline"},
    }


@pytest.mark.parametrize("feature", ["", "analyze", "typing"])
def test_a_feature_that_is_none(kibitz_home: Path, feature: str) -> None:
    ran = here("models", "use", "offline", "--feature", feature, "--json")
    assert (ran.code, ran.error["kind"]) == (2, "invalid")
    assert "generate_tests" in ran.error["hint"]
    assert not (kibitz_home / "config.toml").exists()


def test_a_choice_the_environment_overrules_says_so(
    kibitz_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIBITZ_MODEL", "openai/other")
    ran = here("models", "use", "offline")
    assert ran.code == 0
    assert "openai/other" in ran.err


def test_what_still_has_its_own_model_is_named(kibitz_home: Path) -> None:
    here("models", "use", "openai/gpt-4o", "--feature", "chat")
    ran = here("models", "use", "offline")
    assert "`chat` is still answered by openai/gpt-4o" in ran.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["set", "nobody"], "openai"),
        (["set", "litellm_proxy"], "--host"),
        (["set", "openai", "--host", "a b"], "HOST"),
        (["delete", "openai"], "kibitz models key list"),
    ],
)
def test_keys_that_cannot_be(kibitz_home: Path, arguments: list[str], word: str) -> None:
    ran = here("models", "key", *arguments, "--json")
    assert ran.code == 2
    assert word in ran.error["hint"]


def test_no_keys_are_stored(kibitz_home: Path) -> None:
    ran = here("models", "key", "list", "--json")
    assert (ran.code, ran.json) == (0, {"keys": []})
    kibitz_home.mkdir(exist_ok=True)
    (kibitz_home / "keys.json").write_text(json.dumps(["openai@box:80", "mistral@api.mistral.ai"]))
    ran = here("models", "key", "list", "--json")
    assert ran.json["keys"] == [
        {"provider": "mistral", "host": "api.mistral.ai"},
        {"provider": "openai", "host": "box:80"},
    ]


def test_a_key_is_read_from_standard_input_and_shown_by_nothing(kibitz_home: Path, tmp_path: Path) -> None:
    env = fake_keyring(tmp_path)
    ran = kibitz(
        "models", "key", "set", "openai", "--host", "https://box:80/v1", stdin="sk-canary\n", env=env
    )
    assert ran.code == 0, ran
    assert json.loads((tmp_path / "keyring.json").read_text()) == {"kibitz/openai@box:80": "sk-canary"}
    assert "canary" not in ran.out + ran.err + (kibitz_home / "keys.json").read_text()
    ran = kibitz("models", "key", "delete", "openai", "--host", "box:80", "--json", env=env)
    assert (ran.code, ran.json) == (0, {"deleted": "openai@box:80"})
    assert json.loads((tmp_path / "keyring.json").read_text()) == {}
    ran = kibitz("models", "key", "set", "openai", "--json", stdin="", env=env)
    assert (ran.code, ran.error["kind"]) == (2, "invalid")
