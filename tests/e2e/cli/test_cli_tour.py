"""The tour: five answers of its own server, on the sample and on files of other languages."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

FEATURES = ["complete", "explain", "find-bugs", "refactor", "generate-tests"]
GO = """package shop

import "fmt"

// Total adds up the prices.
func Total(prices []int) int {
\ttotal := 0
\tfor _, price := range prices {
\t\ttotal += price
\t}
\treturn total
}

func Show(prices []int) string {
\tcount := len(prices)\n\tif count == count {
\t\treturn fmt.Sprintf("%d", Total(prices))
\t}
\treturn ""
}
"""


def tour(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "kibitz", "tour", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)


def test_the_sample_shows_all_five_answers() -> None:
    ran = tour("--json")
    assert ran.returncode == 0, ran.stderr
    data = json.loads(ran.stdout)
    assert [step["feature"] for step in data["steps"]] == FEATURES
    for step in data["steps"]:
        assert set(step) == {"feature", "engine", "durationMs", "ok", "shown"}
        assert step["engine"] == "offline"
        assert step["durationMs"] > 0
        assert step["ok"] and step["shown"].strip(), step
    shown = {step["feature"]: step["shown"] for step in data["steps"]}
    assert "⟨" in shown["complete"]
    assert "F632" in shown["find-bugs"]
    assert "\n+" in shown["refactor"]
    assert "def test_" in shown["generate-tests"]


def test_a_person_sees_the_engine_and_the_time_of_each() -> None:
    ran = tour()
    assert ran.returncode == 0
    for title in ("Completion", "Explain", "Find bugs", "Refactor", "Generate tests"):
        line = next(line for line in ran.stdout.splitlines() if title in line)
        assert "offline" in line and " ms" in line


def test_a_file_of_the_standard_library() -> None:
    data = json.loads(tour(str(Path(argparse.__file__)), "--json").stdout)
    assert all(step["ok"] for step in data["steps"]), data


def test_what_cannot_be_done_in_a_language_is_said(tmp_path: Path) -> None:
    path = tmp_path / "shop.go"
    path.write_text(GO, "utf-8")
    ran = tour(str(path), "--json")
    assert ran.returncode == 0
    steps = {step["feature"]: step for step in json.loads(ran.stdout)["steps"]}
    assert steps["explain"]["ok"] and "Total" in steps["explain"]["shown"]
    assert "go/" in steps["find-bugs"]["shown"]
    assert not steps["generate-tests"]["ok"] and "model" in steps["generate-tests"]["shown"]


@pytest.mark.parametrize("arguments", [["/nowhere.py"], ["."]])
def test_what_is_no_file_is_an_error(arguments: list[str]) -> None:
    ran = tour(*arguments, "--json")
    assert ran.returncode == 2
    assert json.loads(ran.stdout)["error"]["kind"] in ("not_found", "invalid")
