"""Settings: the order of their sources, what a project may not do, and what a wrong one costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.settings import Settings, load, options
from kibitz.settings.sources import flatten


@pytest.fixture
def home(kibitz_home: Path) -> Path:
    kibitz_home.mkdir()
    return kibitz_home


def test_nothing_configured_gives_the_defaults() -> None:
    settings, problems = load()
    assert settings == Settings()
    assert settings.offline
    assert problems == []


def test_later_sources_win(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config.toml").write_text(
        'model = "a/file"\n[completion]\nmax_lines = 3\ndebounce_ms = 10\n', "utf-8"
    )
    assert load()[0].model == "a/file"
    monkeypatch.setenv("KIBITZ_MODEL", "a/environment")
    monkeypatch.setenv("KIBITZ_COMPLETION_DEBOUNCE_MS", "20")
    monkeypatch.setenv("KIBITZ_FALLBACKS", "a/b, c/d")
    settings, problems = load()
    assert (settings.model, settings.completion.max_lines, settings.completion.debounce_ms) == (
        "a/environment",
        3,
        20,
    )
    assert settings.fallbacks == ("a/b", "c/d")
    settings, problems = load(
        editor={"model": "an/editor", "completion": {"max_lines": 4}, "history.enabled": False}
    )
    assert (settings.model, settings.completion.max_lines, settings.history.enabled) == (
        "an/editor",
        4,
        False,
    )
    assert load(editor={"model": None})[0].model == "a/environment", "null means that the editor says nothing"
    assert problems == []


def test_each_wrong_field_is_named_and_costs_itself_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config.toml").write_text(
        'model = 3\nmodle = "x"\n[sandbox]\ntimeout_s = 0\nmemory_mb = 512\n', "utf-8"
    )
    monkeypatch.setenv("KIBITZ_LOG_LEVEL", "loud")
    settings, problems = load(editor={"completion": {"enabled": "yes"}, "api_key": "sk-secret"})
    assert settings.sandbox.memory_mb == 512
    assert settings.model == "" and settings.sandbox.timeout_s == 20 and settings.log.level == "warning"
    assert {p.field for p in problems} == {
        "model",
        "modle",
        "sandbox.timeout_s",
        "log.level",
        "completion.enabled",
        "api_key",
    }
    text = " ".join(map(str, problems))
    assert "did you mean `model`" in text
    assert "sk-secret" not in text
    assert "environment variable" in text


@pytest.mark.parametrize("content", [b"model = ", b"\xff\xfe", b"[completion\n"])
def test_a_broken_file_is_named_and_ignored(home: Path, content: bytes) -> None:
    (home / "config.toml").write_bytes(content)
    settings, problems = load()
    assert settings == Settings()
    assert [p.field for p in problems] == ["config.toml"]


DANGEROUS = {o.name for o in options() if o.project == "never"}


@pytest.mark.parametrize("name", sorted(DANGEROUS))
def test_a_project_cannot_send_data_run_code_spend_or_weaken(tmp_path: Path, name: str) -> None:
    values = {"model": '"evil/model"', "api_base": '"http://evil.example"', "trusted": "true"}
    (tmp_path / ".kibitz.toml").write_text(f"{name} = {values.get(name, '1')}\n", "utf-8")
    settings, problems = load(root=tmp_path)
    assert settings == Settings()
    assert [p.field for p in problems] == [name]
    assert "may not set it" in problems[0].message


def test_a_project_may_exclude_more_and_ask_for_less(home: Path, tmp_path: Path) -> None:
    (home / "config.toml").write_text(
        '[completion]\nlanguages = ["python", "go"]\n[context]\nexclude = ["*.gen.py"]\n', "utf-8"
    )
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[tool.kibitz]\ncompletion.languages = ["go", "rust"]\ncontext.exclude = ["vendor/"]\nstyle.notes = "short names"\n',
        "utf-8",
    )
    settings, problems = load(root=project)
    assert problems == []
    assert settings.completion.languages == ("go",), "a project cannot switch on what the user left out"
    assert settings.context.exclude == ("*.gen.py", "vendor/")
    assert settings.style.notes == "short names"


def test_an_untrusted_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".kibitz.toml").write_text('[context]\nexclude = ["x"]\n', "utf-8")
    settings, problems = load(root=tmp_path, editor={"trusted": False})
    assert settings.context.exclude == ()
    assert problems == []


def test_trust_comes_from_the_editor_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config.toml").write_text("trusted = false\n", "utf-8")
    monkeypatch.setenv("KIBITZ_TRUSTED", "false")
    settings, problems = load()
    assert settings.trusted is True
    assert len(problems) == 2


def test_what_other_products_plugins_send_is_no_mistake() -> None:
    _, problems = load(editor={"editorInfo": {"name": "Neovim"}, "editorPluginInfo": {"name": "x"}})
    assert problems == []


@given(
    st.dictionaries(
        st.sampled_from([o.name for o in options()]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.lists(st.text() | st.integers()),
        max_size=6,
    )
)
def test_whatever_an_editor_sends_the_settings_load(values: dict[str, object]) -> None:
    settings, problems = load(editor=values)
    for problem in problems:
        assert problem.field in str(problem)
    for o in options():
        value: object = settings
        for part in o.name.split("."):
            value = getattr(value, part)
        assert isinstance(value, tuple if o.type not in (bool, int, float, str) else o.type)


def test_nested_and_dotted_names_are_one() -> None:
    assert flatten({"completion": {"enabled": True}, "completion.max_lines": 3}) == {
        "completion.enabled": True,
        "completion.max_lines": 3,
    }
