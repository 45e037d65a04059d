"""The ALE configuration with a real Vim and the real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

SERVER = str(Path(sysconfig.get_path("scripts")) / "kibitz")
CONFIGURATION = Path(__file__).parents[2] / "editor-extension" / "vim"
ALE = [
    Path("/usr/share/vim/vimfiles/pack/dist-bundle/opt/ale"),
    Path.home() / ".vim/pack/plugins/start/ale",
]

SAMPLE = """\
import os


def area(width, height):
    total = width * height
    return total
"""

SCRIPT = r"""
set nocompatible nomore noswapfile hidden
let &runtimepath = $ALE . ',' . &runtimepath
filetype plugin on
let g:ale_linters_explicit = 0
let g:ale_linters = {'python': ['kibitz']}
let g:ale_lint_on_enter = 1
let g:ale_use_neovim_diagnostics_api = 0
let g:kibitz_command = $KIBITZ_SERVER
source $KIBITZ_VIM
runtime! plugin/ale.vim

function! Until(state, what) abort
  let l:start = reltime()
  while !a:state()
    if reltimefloat(reltime(l:start)) > 40
      throw 'no ' . a:what
    endif
    sleep 20m
  endwhile
endfunction

let g:kept = {}
function! ChooseFix(data, items) abort
  let g:kept.offered = map(copy(a:items), {_, item -> item[1].title})
  for l:item in a:items
    if l:item[1].title =~? 'unused import'
      call ale#codefix#ApplyLSPCodeAction(a:data, l:item[1])
      return
    endif
  endfor
endfunction

try
  edit $SAMPLE
  ALELint
  call Until({-> !empty(ale#engine#GetLoclist(bufnr('')))}, 'findings')
  let g:kept.findings = map(copy(ale#engine#GetLoclist(bufnr(''))), {_, f -> f.lnum . ' ' . f.text})
  call cursor(1, 8)
  call ale#codefix#Execute(0, function('ChooseFix'))
  call Until({-> search('^import os', 'nw') == 0}, 'fix')
  let g:kept.text = getline(1, '$')
catch
  let g:kept.error = v:exception . ' at ' . v:throwpoint
endtry
call writefile([json_encode(g:kept)], $RESULT)
qall!
"""


def ale() -> Path | None:
    """Where ALE is installed, if it is."""
    return next((path for path in ALE if path.is_dir()), None)


def require(what: str, there: bool) -> None:
    """Skips with a printed reason, or fails where the editors are required."""
    if not there:
        if os.environ.get("KIBITZ_REQUIRE_EDITORS") == "1":
            pytest.fail(f"{what} is required and not installed")
        pytest.skip(f"{what} is not installed")


def test_ale(tmp_path: Path) -> None:
    place = ale()
    require("Vim with ALE", shutil.which("vim.nox") is not None and place is not None)
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    sample = project / "shapes.py"
    sample.write_text(SAMPLE, encoding="utf-8")
    script = tmp_path / "run.vim"
    script.write_text(SCRIPT, encoding="utf-8")
    result = tmp_path / "result.json"
    done = subprocess.run(
        ["vim.nox", "-u", "NONE", "-i", "NONE", "-n", "-es", "-N", "-S", str(script)],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "ALE": str(place),
            "KIBITZ_HOME": str(tmp_path / "kibitz"),
            "KIBITZ_SERVER": SERVER,
            "KIBITZ_VIM": str(CONFIGURATION / "kibitz-ale.vim"),
            "SAMPLE": str(sample),
            "RESULT": str(result),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert result.is_file(), done.stdout + done.stderr
    kept: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    assert "error" not in kept, kept
    assert any(finding.startswith("1 ") and "`os`" in finding for finding in kept["findings"]), kept
    assert "import os" not in kept["text"]
    assert "def area(width, height):" in kept["text"]
