"""`kibitz doctor` as a newcomer sees it: which step fails, why, what to do; and as a program reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import Ran, kibitz
from support.endpoint import Answer, ThreadedEndpoint

STEPS = {
    "configuration",
    "key",
    "budget",
    "endpoint",
    "model",
    "grammars",
    "checkers",
    "database",
    "sandbox",
    "index",
    "log",
}


def doctor(folder: Path, *options: str, **env: str) -> Ran:
    (folder / "project").mkdir(exist_ok=True)
    return kibitz(
        "doctor", "--root", folder / "project", *options, env={"COLUMNS": "80", **env}, timeout_s=90
    )


def test_without_a_model_all_is_well(tmp_path: Path) -> None:
    ran = doctor(tmp_path, "--json")
    steps = ran.json["steps"]
    assert {step["name"] for step in steps} == STEPS
    assert all(set(step) == {"name", "ok", "detail", "mend"} for step in steps)
    bad = [step for step in steps if not step["ok"]]
    assert ran.code == (1 if bad else 0)
    assert all(step["name"] == "sandbox" for step in bad), "a machine may have none"


def test_a_key_that_is_refused(tmp_path: Path) -> None:
    with ThreadedEndpoint() as endpoint:
        endpoint.reply_with(lambda _: Answer(error_code="invalid_api_key"))
        env = {"KIBITZ_MODEL": "openai/m", "KIBITZ_API_BASE": endpoint.url, "OPENAI_API_KEY": "sk-canary"}
        ran = doctor(tmp_path, **env)
        host = endpoint.url[7:-3]
    assert ran.code == 1
    lines = ran.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("✗"))
    assert lines[at] == f"✗ key            {host} does not accept the key for openai/m."
    assert lines[at + 1].strip().startswith("→ Check OPENAI_API_KEY in the environment")
    assert "– model          not tried: the key has to be mended first" in lines
    assert f"✓ endpoint       {host} answers" in lines
    assert any(line.startswith("✓ database") for line in lines), "what comes later is tried"
    assert "To mend: key" in ran.err
    assert "--engine offline" in ran.err
    assert "canary" not in ran.out + ran.err
    assert all(len(line) <= 80 for line in lines if "/" not in line)


@pytest.mark.parametrize(
    ("env", "step", "says"),
    [
        ({"KIBITZ_MODEL": "openai/m"}, "key", "Set OPENAI_API_KEY"),
        ({"KIBITZ_COMPLETION_MAX_LINES": "many"}, "configuration", "Correct this setting"),
        ({"KIBITZ_DATABASE_URL": "sqlite:///{file}/a.db"}, "database", "database_url"),
        ({"KIBITZ_LOG_FILE": "{file}/a.log"}, "log", "`log.file`"),
    ],
    ids=["key", "configuration", "database", "log"],
)
def test_what_is_wrong_here(tmp_path: Path, env: dict[str, str], step: str, says: str) -> None:
    (tmp_path / "file").write_text("")
    given = {name: value.format(file=tmp_path / "file") for name, value in env.items()}
    ran = doctor(tmp_path, "--json", **given)
    assert ran.code == 1
    bad = {
        one["name"]: one for one in ran.json["steps"] if not one["ok"] and "not tried" not in one["detail"]
    }
    bad.pop("sandbox", None)
    assert set(bad) == {step}
    assert says in bad[step]["mend"]
    assert ran.err == "", "what a step tells is not told beside it"
