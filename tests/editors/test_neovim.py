"""The Neovim plugin with the real server: what a person types, and what then stands on the screen."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the wheel that brings Neovim is installed on Linux only", allow_module_level=True)

from editors.neovim.driver import Editor, editor

SERVER = [str(Path(sysconfig.get_path("scripts")) / "kibitz"), "serve", "--stdio"]

SAMPLE = '''\
"""Shapes."""

import os


def area(width, height):
    """The area of a rectangle."""
    total = width * height
    return total


def collect(item, into=[]):
    into.append(item)
    return into


big = area(30, 40)
'''


@pytest.fixture
def nvim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    """A Neovim with the plugin set up and a small project's file open."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "shapes.py").write_text(SAMPLE, encoding="utf-8")
    with editor() as started:
        started.lua("require('kibitz').setup({ cmd = ... })", SERVER)
        started.nvim.command(f"edit {project / 'shapes.py'}")
        started.until(started.attached, "client")
        yield started


def choose(nvim: Editor, title: str) -> None:
    """Makes the menu of code actions take the one whose title has these words, and remember what was offered."""
    nvim.lua(
        """
        local wanted = ...
        vim.ui.select = function(items, opts, done)
          _G.offered = vim.tbl_map(opts.format_item, items)
          for i, item in ipairs(items) do
            if _G.offered[i]:lower():find(wanted, 1, true) then return done(item, i) end
          end
          done(nil)
        end
        """,
        title,
    )


def test_a_suggestion_is_shown_and_accepted_by_key(nvim: Editor) -> None:
    nvim.keys("Gosmall = ar")
    ghost = nvim.until(nvim.ghost, "suggestion")
    nvim.keys("<Tab>")
    nvim.until(lambda: "\n".join(nvim.lines).endswith("small = ar" + ghost), "accepted suggestion")
    assert ghost.startswith("ea")


def test_findings_are_underlined(nvim: Editor) -> None:
    def found() -> list[dict[str, object]]:
        diagnostics: list[dict[str, object]] = nvim.lua(
            "return vim.tbl_map(function(d) return { line = d.lnum, source = d.source, code = d.code,"
            " text = d.message } end, vim.diagnostic.get(0))"
        )
        return diagnostics

    nvim.until(lambda: {d["line"] for d in found()} >= {2, 11}, "unused import and mutable default")
    assert {d["source"] for d in found()} == {"kibitz"}
    underlined = nvim.lua(
        "for name, ns in pairs(vim.api.nvim_get_namespaces()) do if name:find('diagnostic.underline', 1, true) then"
        " for _, m in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do"
        " if m[2] == 2 then return { m[3], m[4].end_col } end end end end"
    )
    assert underlined == [7, 9]


def test_an_explanation_opens_in_a_window(nvim: Editor) -> None:
    nvim.keys(":6<CR>:Kibitz explain<CR>")
    nvim.until(lambda: "area" in nvim.window_text("explain"), "explanation")
    assert nvim.nvim.current.buffer.name.endswith("shapes.py")


def test_a_fix_is_chosen_from_the_menu_of_code_actions(nvim: Editor) -> None:
    nvim.until(lambda: nvim.lua("return #vim.diagnostic.get(0, { lnum = 2 })"), "finding")
    choose(nvim, "unused import")
    nvim.keys("3Ggra")
    nvim.until(lambda: "import os" not in nvim.lines, f"fix; offered: {nvim.lua('return _G.offered')}")
    assert "def area(width, height):" in nvim.lines


def test_a_refactoring_is_chosen_from_the_menu_of_code_actions(nvim: Editor) -> None:
    choose(nvim, "inline")
    nvim.keys("8Gwgra")
    nvim.until(lambda: "    return width * height" in nvim.lines, "refactoring")
    assert "    total = width * height" not in nvim.lines


def test_a_refactoring_is_asked_for_in_words(nvim: Editor) -> None:
    nvim.keys(":8<CR>:Kibitz refactor inline total<CR>")
    nvim.until(lambda: "    return width * height" in nvim.lines, "refactoring")
    assert "kibitz: refactor: syntax passed" in nvim.messages()


def test_bugs_are_listed(nvim: Editor) -> None:
    nvim.keys(":Kibitz find-bugs<CR>")
    found = nvim.until(lambda: nvim.nvim.call("getqflist"), "bugs")
    assert {entry["lnum"] for entry in found} >= {3, 12}


def test_a_file_without_project_and_type_is_served_by_the_same_server(nvim: Editor, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.zzz").write_text("hello\n", encoding="utf-8")
    nvim.nvim.command(f"edit {tmp_path / 'elsewhere.zzz'}")
    nvim.until(nvim.attached, "client for the file")
    assert nvim.lua("return #vim.lsp.get_clients({ name = 'kibitz' })") == 1


def test_status_health_and_restart(nvim: Editor) -> None:
    nvim.keys(":Kibitz status<CR>")
    nvim.until(lambda: "engine: offline" in nvim.window_text("status"), "status")
    nvim.keys(":Kibitz restart<CR>")
    nvim.until(lambda: "kibitz: restarted" in nvim.messages(), "restart")
    nvim.until(nvim.attached, "new client")
    nvim.nvim.command("checkhealth kibitz")
    report = "\n".join(nvim.lines)
    assert "ERROR" not in report
    assert "engine: offline" in report


def test_without_vim_lsp_enable_the_server_is_started_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path / "home"))
    (tmp_path / "shapes.py").write_text(SAMPLE, encoding="utf-8")
    with editor() as nvim:
        nvim.lua("vim.lsp.enable = nil require('kibitz').setup({ cmd = ... })", SERVER)
        nvim.nvim.command(f"edit {tmp_path / 'shapes.py'}")
        nvim.until(nvim.attached, "client")


def test_files_of_several_projects_opened_at_once_share_one_server(nvim: Editor, tmp_path: Path) -> None:
    nvim.keys(":Kibitz restart<CR>")
    files = []
    for name in ("one", "two", "three"):
        (tmp_path / name / ".git").mkdir(parents=True)
        files.append(tmp_path / name / "a.py")
        files[-1].write_text("x = 1\n", encoding="utf-8")
        nvim.nvim.command(f"edit {files[-1]}")
    attached = (
        "return #vim.tbl_keys((vim.lsp.get_clients({ name = 'kibitz' })[1] or {}).attached_buffers or {})"
    )
    nvim.until(lambda: nvim.lua(attached) == 4, "attached buffers")
    assert nvim.lua("return #vim.lsp.get_clients({ name = 'kibitz' })") == 1
