"""Which model a feature has: chosen at run time, set for it alone, set for all, or the built-in engine."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from attrs import evolve

from kibitz.models.protocol import Feature
from kibitz.models.select import Choice, every_setting, named_for, setting_of
from kibitz.settings import Settings, load
from kibitz.settings.schema import Completion

FEATURES: tuple[Feature, ...] = get_args(Feature)


def test_what_is_chosen_goes_before_what_is_set() -> None:
    settings = Settings(model="a/all")
    settings = evolve(settings, models=evolve(settings.models, chat="a/chat"))
    settings = evolve(settings, completion=evolve(settings.completion, model="a/complete"))
    choice = Choice(settings)
    assert choice.for_feature("chat") == "a/chat"
    assert choice.for_feature("complete") == "a/complete"
    assert choice.for_feature("explain") == choice.for_feature("analyze") == "a/all"
    choice.select("b/explain", "explain")
    assert choice.for_feature("explain") == "b/explain"
    choice.select("b/all")
    assert {choice.for_feature(f) for f in FEATURES} == {"b/all"}
    choice.select("offline", "chat")
    choice.use(Settings(model="c/all"))  # what was chosen stays
    assert choice.for_feature("chat") == "offline"
    assert choice.for_feature("fix") == "b/all"
    assert {Choice(Settings()).for_feature(f) for f in FEATURES} == {"offline"}


def test_every_setting_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path))
    names = every_setting()
    assert len(names) == len(FEATURES) - 1  # nobody is asked to analyze
    settings, problems = load(overrides={name: f"x/{name}" for name in names})
    assert problems == []
    for feature in FEATURES:
        key = setting_of(feature)
        assert named_for(feature, settings) == ("" if key is None else f"x/{key}")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "limits.models",
            ["openai/gpt-4o=60/4", "x/y=z=0/1"],
            ["openai/gpt-4o", "a/b=60", "a/b=x/1", "a b=1/1"],
        ),
        ("cache.features", ["complete", "find_bugs"], ["chat", "Complete", ""]),
    ],
)
def test_a_list_of_a_form_takes_no_other(
    name: str, right: list[str], wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path))
    assert load(overrides={name: right})[1] == []
    for entry in wrong:
        settings, problems = load(overrides={name: [right[0], entry]})
        assert [p.field for p in problems] == [name]
        assert (settings.limits, settings.cache) == (Settings().limits, Settings().cache)


def test_a_project_may_set_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path / "home"))
    (tmp_path / ".kibitz.toml").write_text(
        'key_hosts = ["evil.com"]\nmodels.chat = "evil/x"\nlimits.parallel = 100\ncache.enabled = false\n'
    )
    settings, problems = load(root=tmp_path)
    assert settings == Settings()
    assert {p.field for p in problems} == {"key_hosts", "models.chat", "limits.parallel", "cache.enabled"}


def test_a_setting_changed_later_wins_over_a_choice_for_all() -> None:
    choice = Choice(Settings(model="openai/a"))
    choice.select("openai/b")
    choice.use(Settings(model="openai/c", completion=Completion(model="openai/d")))
    assert choice.for_feature("complete") == "openai/d"
    assert choice.for_feature("chat") == "openai/b"
    choice.use(Settings(model="openai/c"))
    assert choice.for_feature("complete") == "openai/b"
