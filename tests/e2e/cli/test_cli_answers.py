"""What the commands print: results as JSON in the shape the language server has, and as text that people and tools read."""

from __future__ import annotations

import ast
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.cli import here, kibitz
from support.endpoint import Answer, tokens
from support.endpoint import ThreadedEndpoint as Endpoint
from support.samples import BUGGY, EMOJI

LINES = BUGGY.split("\n")
TOTAL = LINES.index("    total = sum(values)") + 1
ENVELOPE = {"engine", "durationMs", "usage", "checks"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "shop.py").write_text(BUGGY, "utf-8")
    return folder


def test_complete(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (project / "half.py").write_text(BUGGY + "\n\ndef again(values):\n    total = sum(", "utf-8")
    place = f"half.py:{len(LINES) + 3}:17"
    ran = here("complete", place, "--json")
    assert ran.code == 0
    assert ran.err == ""
    assert set(ran.json) == ENVELOPE | {"items"}
    at = {"line": len(LINES) + 2, "character": 16}
    assert ran.json["items"] == [{"insertText": "values)", "range": {"start": at, "end": at}}]
    text = here("complete", place)
    assert text.out == "values)\n"
    assert "offline" in text.err


def test_explain(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    whole = here("explain", "shop.py", "--json")
    assert set(whole.json) == ENVELOPE | {"markdown", "references", "unresolved"}
    assert whole.err == ""
    one = here("explain", f"shop.py:{TOTAL}")
    assert one.code == 0
    assert "`average`" in one.out


def test_columns_are_characters(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(
        EMOJI.split("\n")[0] + "\nvalue = compute(items)\n# 😀 漢\nflag = '😀'; value = comp\n", "utf-8"
    )
    column = len("flag = '😀'; value = comp") + 1
    ran = kibitz("complete", f"wide.py:4:{column}", "--json", cwd=tmp_path)
    (item,) = ran.json["items"]
    assert item["insertText"] == "ute(items)"
    assert item["range"]["start"] == {"line": 3, "character": column}, (
        "JSON has LSP's positions: the emoji counts twice"
    )


def test_find_bugs_as_text_and_json(project: Path) -> None:
    (project / "wrong.py").write_text("print(nobody_knows_this)\n", "utf-8")
    (project / "clean.py").write_text("x = 1\n", "utf-8")
    (project / "data.bin").write_bytes(b"\0" * 99)
    (project / ".gitignore").write_text("ignored.py\n", "utf-8")
    (project / "ignored.py").write_text(BUGGY, "utf-8")
    text = kibitz("find-bugs", ".", cwd=project)
    assert text.code == 1, "an error was found"
    assert "Not looked at" not in text.err, "files of languages without checkers are no news"
    first = text.out.split("\n")[0]
    assert first.startswith("shop.py:3:8: ")
    assert first.endswith("[ruff/F401]")
    assert "ignored.py" not in text.out
    many = kibitz("find-bugs", ".", "clean.py", "--json", cwd=project)
    assert many.code == 1
    assert set(many.json) >= ENVELOPE | {"findings"}
    assert {f["rule"] for f in many.json["findings"]} >= {"ruff/F401", "ruff/B006"}
    assert many.json == {
        **kibitz("find-bugs", ".", "clean.py", "--format", "json", cwd=project).json,
        "durationMs": many.json["durationMs"],
    }
    clean = kibitz("find-bugs", "clean.py", cwd=project)
    assert (clean.code, clean.out) == (0, "")
    assert "No bugs found." in clean.err


def test_find_bugs_as_sarif(project: Path) -> None:
    (project / "wrong.py").write_text("print(nobody_knows_this)\n", "utf-8")
    (project / "a b ü.py").write_text('x = "😀"; import os\n', "utf-8")
    ran = kibitz("find-bugs", ".", "--format", "sarif", cwd=project)
    assert ran.code == 1
    log = ran.json
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (one,) = log["runs"]
    assert one["columnKind"] == "unicodeCodePoints"
    rules = one["tool"]["driver"]["rules"]
    assert one["tool"]["driver"]["name"] == "kibitz"
    assert len({r["id"] for r in rules}) == len(rules)
    assert one["results"]
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note", "none")
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] in ("shop.py", "wrong.py", "a%20b%20%C3%BC.py")
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) >= (1, 1)
        assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])
    wide = next(
        r
        for r in one["results"]
        if "%20" in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        and r["ruleId"] == "ruff/F401"
    )
    assert (
        wide["locations"][0]["physicalLocation"]["region"]["startColumn"]
        == 'x = "😀"; import os'.index("os") + 1
    )
    prints = [r["partialFingerprints"]["kibitz/v1"] for r in one["results"]]
    assert len(set(prints)) == len(prints)


@pytest.mark.parametrize("style", ["text", "json", "sarif"])
def test_nothing_found_is_an_answer_too(style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = here("find-bugs", ".", "--format", style)
    assert ran.code == 0
    if style == "sarif":
        assert ran.json["runs"][0]["results"] == []
    elif style == "json":
        assert ran.json["findings"] == []


def test_context_is_what_would_be_sent(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    ran = here("context", f"shop.py:{TOTAL}:13", "--json")
    assert ran.code == 0
    sent = ran.json
    assert set(sent) >= {"prefix", "suffix", "snippets", "tokens"}
    assert sent["prefix"] + sent["suffix"] == BUGGY
    assert sent["prefix"].endswith("    total = ")
    for snippet in sent["snippets"]:
        assert set(snippet) == {"path", "start_line", "end_line", "text", "tokens", "why"}
    small = here("context", f"shop.py:{TOTAL}:13", "--json", "--tokens", "64").json
    assert small["tokens"] <= 64
    assert small["prefix"].endswith("    total = ")
    text = here("context", f"shop.py:{TOTAL}:13")
    assert "before the cursor" in text.out
    assert "total = " in text.out


def test_index_prints_figures(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (project / "main.go").write_text("package main\n\nfunc main() {}\n", "utf-8")
    figures = here("index", "--json").json
    rows = {row["language"]: row for row in figures["languages"]}
    assert rows["python"]["files"] == 1
    assert rows["go"]["files"] == 1
    assert figures["definitions"] >= 3
    assert figures["root"] == str(project)
    assert str(project) in here("index", project).out
    assert sorted(p.name for p in project.iterdir()) == ["main.go", "pyproject.toml", "shop.py"]


def test_refactor_prints_a_diff_that_applies(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    ran = here("refactor", f"shop.py:{TOTAL}-{TOTAL + 1}", "-m", "extract function summed")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("--- a/shop.py\n+++ b/shop.py\n@@ ")
    assert "\n+def summed(" in ran.out
    assert (project / "shop.py").read_text("utf-8") == BUGGY, "nothing is written unasked"
    wanted = kibitz(
        "refactor", f"shop.py:{TOTAL}-{TOTAL + 1}", "-m", "extract function summed", "--json", cwd=project
    ).json
    assert set(wanted) >= ENVELOPE | {"edit", "diff", "written"}
    assert wanted["diff"] == ran.out
    assert wanted["written"] is False
    assert {c["status"] for c in wanted["checks"]} <= {"passed", "skipped"}


def test_generate_tests(project: Path) -> None:
    ran = kibitz("generate-tests", "shop.py::average", "--json", cwd=project)
    result = ran.json
    if "error" in result:
        assert result["error"]["kind"] == "unsupported"
        return
    assert set(result) >= ENVELOPE | {"tests", "dropped", "module"}
    assert ran.code == (0 if result["tests"] else 1)
    ast.parse(result["module"])
    assert not list(project.glob("**/test_*.py"))
    written = kibitz("generate-tests", "shop.py::average", "--write", cwd=project)
    assert written.code == 0, written.err
    (path,) = project.glob("**/test_*.py")
    assert path.name in written.err
    assert path.read_text("utf-8").rstrip("\n") == written.out.rstrip("\n")


def test_a_conversation_from_its_beginning_to_its_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    one = here("chat", "What is a wombat?", "--json")
    assert one.code == 0
    assert set(one.json) == ENVELOPE | {"conversationId", "messageId", "text", "artifacts", "toolCalls"}
    number = one.json["conversationId"]
    more = here("chat", "And a numbat?", "--conversation", number)
    assert more.out.strip()
    assert number in more.err
    piped = kibitz("chat", "--json", stdin="From a pipe?\n", cwd=project)
    assert piped.json["conversationId"] not in ("", number)
    listed = here("history", "list", "--json").json
    assert set(listed) == ENVELOPE | {"conversations"}
    assert {c["id"]: c["messages"] for c in listed["conversations"]} == {
        number: 4,
        piped.json["conversationId"]: 2,
    }
    assert number in here("history", "list", "--limit", "5", "--project", project).out
    assert here("history", "list", "--project", "/elsewhere", "--json").json["conversations"] == []
    shown = here("history", "show", number, "--json").json
    assert [m["role"] for m in shown["conversation"]["messages"]] == ["user", "assistant"] * 2
    assert "wombat" in here("history", "show", number).out
    found = here("history", "search", "numbat", "--json").json
    assert len(found["conversations"]) == 1
    assert here("history", "search", "xyzzy", "--json").json["conversations"] == []
    exported = here("history", "export", number)
    assert exported.out.startswith("# What is a wombat?")
    assert here("history", "export", number, "--json").json["markdown"].strip() == exported.out.strip()
    assert here("history", "delete", number, "--json").json["deleted"] is True
    assert here("history", "delete", number).code == 2
    assert number not in here("history", "list").out


def test_an_interactive_conversation(project: Path) -> None:
    ran = kibitz(
        "chat",
        "--file",
        "shop.py:7-13",
        stdin="What is a wombat?\nAnd a numbat?\n\nNever asked\n",
        cwd=project,
    )
    assert ran.code == 0
    assert ran.out.strip()
    (kept,) = kibitz("history", "list", "--json", cwd=project).json["conversations"]
    assert kept["messages"] == 4
    assert kibitz("chat", stdin="", cwd=project).code == 0
    broken = kibitz("chat", stdin=b"caf\xe9?", cwd=project)
    assert broken.code == 0, "bytes that are no text are replaced"


def test_usage_and_models_without_any(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    usage = here("usage", "--json", "--by", "day", "--since", "2020-01-31").json
    assert set(usage) == ENVELOPE | {"by", "rows", "suggestions", "retained"}
    assert usage["rows"] == []
    assert "No model has been asked yet." in here("usage").err
    models = here("models", "--json").json
    assert set(models) == ENVELOPE | {"models"}
    assert [m["name"] for m in models["models"]] == ["offline"]
    assert here("models", "list", "--json").json["models"] == models["models"]
    assert "offline" in here("models").out


def test_history_that_is_switched_off_is_not_kept(
    project: Path, kibitz_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    ran = kibitz("chat", "A secret question", "--json", cwd=project, env={"KIBITZ_HISTORY_ENABLED": "false"})
    assert ran.json["conversationId"] == ""
    assert here("history", "list", "--json").json["conversations"] == []
    with closing(sqlite3.connect(kibitz_home / "kibitz.db")) as database:
        assert database.execute("SELECT count(*) FROM messages").fetchone() == (0,)


def test_a_model_answers_and_is_paid_for(project: Path, kibitz_home: Path) -> None:
    with Endpoint() as endpoint:
        env = {"KIBITZ_MODEL": "openai/gpt-4o", "KIBITZ_API_BASE": endpoint.url}
        endpoint.enqueue(Answer(text="It is `average`.", usage=tokens(1000, 100)))
        ran = kibitz("explain", f"shop.py:{TOTAL}", "--json", cwd=project, env=env)
        assert ran.code == 0, ran.err
        assert ran.json["markdown"] == "It is `average`."
        assert ran.json["engine"] == "openai/gpt-4o"
        cost = 1000 * 2.5e-6 + 100 * 10e-6
        assert ran.json["usage"]["costUsd"] == pytest.approx(cost)
        (row,) = kibitz("usage", "--json", cwd=project).json["rows"]
        assert (row["key"], row["calls"]) == ("openai/gpt-4o", 1)
        assert row["reportedCostUsd"] == pytest.approx(cost)
        assert "gpt-4o" in kibitz("usage", cwd=project).out
        tight = kibitz(
            "chat", "hello", "--json", cwd=project, env={**env, "KIBITZ_BUDGET_PER_DAY_USD": str(cost + 1e-7)}
        )
        assert (tight.code, tight.error["kind"]) == (4, "budget"), "what other commands spent today counts"
        assert len(endpoint.requests) == 1
        assert (
            kibitz("explain", "shop.py", "--engine", "offline", "--json", cwd=project, env=env).json["engine"]
            == "offline"
        )
        said = "A change:\n\nFILE shop.py\n<<<<<<< SEARCH\nnowhere\n=======\nelsewhere\n>>>>>>> REPLACE\n"
        endpoint.reply_with(lambda _: Answer(text=said))
        bad = kibitz("refactor", f"shop.py:{TOTAL}", "--write", "--json", cwd=project, env=env)
        assert (bad.code, bad.error["kind"]) == (1, "bad_response"), "the edit was refused"
        assert (project / "shop.py").read_text("utf-8") == BUGGY


def test_doctor_where_all_is_well(project: Path) -> None:
    ran = kibitz("doctor", "--json", cwd=project)
    steps = {s["name"]: s for s in ran.json["steps"]}
    assert {"configuration", "key", "endpoint", "model", "grammars", "database", "sandbox", "index"} <= set(
        steps
    )
    for step in steps.values():
        assert set(step) == {"name", "ok", "detail", "mend"}
        assert step["detail"]
        assert step["ok"] or step["mend"]
    assert ran.code == (0 if all(s["ok"] for s in steps.values()) else 1)
    assert all(s["ok"] for n, s in steps.items() if n != "sandbox")


def test_doctor_names_everything_that_is_broken(
    project: Path, kibitz_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    kibitz_home.mkdir()
    (kibitz_home / "config.toml").write_text(
        'modle = "x"\nmodel = "openai/gpt-4o"\n[budget]\nper_day_usd = "lots"\n', "utf-8"
    )
    (project / ".kibitz.toml").write_text('api_base = "https://evil.test"\n', "utf-8")
    env = {"KIBITZ_SANDBOX_TIMEOUT_S": "soon", "KIBITZ_DATABASE_URL": "postgresql://me:hunter2@db/x"}
    ran = kibitz("doctor", "--json", cwd=project, env=env)
    assert ran.code == 1
    steps = {s["name"]: s for s in ran.json["steps"]}
    broken = steps["configuration"]
    assert broken["ok"] is False
    for word in (
        "`budget.per_day_usd`",
        "`sandbox.timeout_s`",
        "`modle`",
        "did you mean `model`",
        "`api_base`",
    ):
        assert word in broken["detail"]
    assert broken["mend"]
    assert steps["key"]["ok"] is False
    assert "OPENAI_API_KEY" in steps["key"]["detail"] + steps["key"]["mend"]
    assert steps["database"]["ok"] is False
    assert "hunter2" not in ran.out + ran.err
    for step in ran.json["steps"]:
        assert step["ok"] or step["mend"], step
    text = kibitz("doctor", cwd=project, env=env)
    assert text.code == 1
    assert "✗ configuration" in text.out
    assert "→" in text.out


def test_json_is_the_same_in_every_terminal(project: Path) -> None:
    for env in (
        {"TERM": "dumb"},
        {"FORCE_COLOR": "1", "COLUMNS": "20"},
        {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"},
        {"NO_COLOR": "1"},
    ):
        ran = kibitz("explain", "shop.py", "--json", cwd=project, env=env)
        assert json.loads(ran.out)["engine"] == "offline"
        assert "\x1b" not in ran.out
