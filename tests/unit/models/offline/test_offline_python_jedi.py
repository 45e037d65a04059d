"""What jedi keeps in memory while somebody goes on typing."""

from __future__ import annotations

from pathlib import Path

from parso.cache import parser_cache

from kibitz.models.offline.python_jedi import complete, forget_the_oldest


def _kept() -> dict[Path, int]:
    return {path: len(one.lines) for files in parser_cache.values() for path, one in files.items()}


def _ask(root: Path, module: str) -> list[str]:
    text = f"import {module}\n{module}."
    asked = {"path": str(root / "main.py"), "text": text, "line": 1, "column": len(module) + 1}
    return [name["name"] for name in complete({**asked, "root": str(root)})["names"]]


def test_the_files_used_the_longest_time_ago_are_let_go(tmp_path: Path) -> None:
    for number in range(6):
        body = "\n".join(f"def name_{number}_{line}(): ..." for line in range(500))
        (tmp_path / f"module_{number}.py").write_text(body)
        assert f"name_{number}_0" in _ask(tmp_path, f"module_{number}")
    _ask(tmp_path, "module_0")
    asked = [tmp_path / f"module_{number}.py" for number in range(6)]
    assert set(asked) <= set(_kept())
    most = sum(_kept().values()) - 500
    forget_the_oldest(most)
    assert sum(_kept().values()) <= most
    assert asked[0] in _kept(), "it was used last"
    assert "name_5_0" in _ask(tmp_path, "module_5"), "what was let go is read again"


def test_nothing_is_let_go_where_there_is_room(tmp_path: Path) -> None:
    _ask(tmp_path, "os")
    before = _kept()
    forget_the_oldest(sum(before.values()))
    assert _kept() == before
