"""The README is the door: what it says to type exists, and what it links to is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from kibitz.cli.main import COMMANDS
from kibitz.settings import load
from kibitz.settings.schema import table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_first_two_blocks_are_the_two_commands() -> None:
    (_, first), (_, second) = BLOCKS[:2]
    assert first.count("\n") == second.count("\n") == 1, "one line each, to be pasted whole"
    assert first.strip().endswith("kibitz tour")
    assert second.strip().endswith("-m pytest")
    for lock in re.findall(r"\S+\.lock", first + second):
        assert (ROOT / lock).is_file()


def test_the_commands_it_names_exist() -> None:
    named = set(re.findall(r"`kibitz ([a-z-]+)", README)) | set(
        re.findall(r"^kibitz ([a-z-]+)", README, re.MULTILINE)
    )
    assert named <= set(COMMANDS)
    assert {"doctor", "tour", "explain"} & named


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("text", [text for language, text in BLOCKS if language == "toml"])
def test_its_configuration_is_right(text: str) -> None:
    values = tomllib.loads(text)
    if "model" not in values:
        return  # an editor's own configuration, which tests/editors reads
    settings, problems = load(editor=values)
    assert problems == []
    assert settings.model == values["model"]


def test_the_settings_it_names_exist() -> None:
    for name in re.findall(r"`((?:budget|completion|context|history|sandbox|log|privacy)\.\w+)`", README):
        assert name in table()


def test_the_architecture_is_short_and_names_rooms_that_exist() -> None:
    text = (ROOT / "server" / "ARCHITECTURE.md").read_text("utf-8")
    assert len(text.splitlines()) <= 150
    for name in re.findall(
        r"`((?:lsp|features|models|verify|settings|workers|syntax)/[\w/]+\.(?:py|md))`", text
    ):
        assert (ROOT / "server" / "kibitz" / name).exists(), name
