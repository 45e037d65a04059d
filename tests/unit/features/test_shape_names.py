"""Names nobody knows, and how long a project's lines are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kibitz.features.completion.line_length import line_length_of
from kibitz.features.completion.names import unknown_names
from kibitz.text import Document

FILE = Document(
    "file:///a.py", "import os\n\n\ndef average(values):\n    total = sum(values)\n    \n", "python"
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("return total / len(values)", 0),
        ("return os.total", 0),
        ("return frobnicate(total)", 1),
        ("return frobnicate(frobnicate(quux))", 2),
        ("for item in values:\n        print(item)", 0),
        ("mean = total / 2\n    return mean", 0),
        ('return "unheard words"  # of mysteries', 0),
        ("return lambda price: price", 0),
        ("return known_elsewhere()", 0),
        ("return tot", 1),
    ],
)
def test_names_that_stand_nowhere_are_counted(text: str, count: int) -> None:
    assert unknown_names(FILE, text, {"known_elsewhere"}.__contains__) == count


@pytest.mark.parametrize(
    ("name", "text", "language", "length"),
    [
        ("pyproject.toml", "[tool.ruff]\nline-length = 110\n", "python", 110),
        ("pyproject.toml", "[tool.black]\nline-length = 90\n", "python", 90),
        ("pyproject.toml", "[tool.black\n", "python", None),
        ("ruff.toml", "line-length = 99\n", "python", 99),
        ("setup.cfg", "[flake8]\nmax-line-length = 120\n", "python", 120),
        ("tox.ini", "[flake8]\nmax-line-length = 121\n", "python", 121),
        ("tox.ini", "[flake8]\nmax-line-length = many\n", "python", None),
        ("rustfmt.toml", "max_width = 90\n", "rust", 90),
        ("rustfmt.toml", "max_width = 90\n", "python", None),
        (".prettierrc", '{"semi": false, "printWidth": 96}', "typescript", 96),
        (".prettierrc", "printWidth: 97\n", "javascript", 97),
        ("package.json", '{"prettier": {"printWidth": 98}}', "typescript", 98),
        (".editorconfig", "[*]\nmax_line_length = 80\n\n[*.{py,pyi}]\nmax_line_length = 88\n", "python", 88),
        (".editorconfig", "[*]\nmax_line_length = 80\n\n[*.{py,pyi}]\nmax_line_length = 88\n", "go", 80),
        (".editorconfig", "[*]\nmax_line_length = off\n", "go", None),
        (".editorconfig", "[*]\nmax_line_length = 5\n", "go", None),
    ],
)
def test_a_project_says_how_long_its_lines_are(
    tmp_path: Path, name: str, text: str, language: str, length: int | None
) -> None:
    (tmp_path / name).write_text(text)
    assert line_length_of(tmp_path, language) == length


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert line_length_of(tmp_path, "python") is None
    file = tmp_path / "ruff.toml"
    file.write_text("line-length = 99\n")
    assert line_length_of(tmp_path, "python") == 99
    file.write_text("line-length = 77\n")
    os.utime(file, ns=(1, 1))
    assert line_length_of(tmp_path, "python") == 77
    file.write_bytes(b"\xff\xfe line-length")
    assert line_length_of(tmp_path, "python") is None
