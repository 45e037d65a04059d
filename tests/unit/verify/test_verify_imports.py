"""What a change imports is looked up, and what cannot be is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.text import Document
from kibitz.verify.checks import Check
from kibitz.verify.imports import check_imports


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package = tmp_path / "shop"
    (package / "parts").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "cart.py").write_text("import os\n\n\nclass Cart:\n    pass\n\n\nif os.name:\n    LIMIT = 3\n")
    (package / "lazy.py").write_text("def __getattr__(name):\n    return name\n")
    (package / "parts" / "__init__.py").write_text("from shop.cart import Cart\n")
    (package / "main.py").write_text("")
    packages = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "installed"
    packages.mkdir(parents=True)
    (packages / "__init__.py").write_text("")
    return tmp_path


def checked(project: Path, line: str, before: str = "x = 1\n") -> Check:
    path = project / "shop" / "main.py"
    documents = [
        Document(path.as_uri(), text, "python", None, path) for text in (before, f"{line}\n{before}")
    ]
    return check_imports(*documents)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("import json", "passed"),
        ("from pathlib import Path", "passed"),
        ("from pathlib import Pathway", "failed"),
        ("from __future__ import annotations", "passed"),
        ("from .cart import Cart, LIMIT", "passed"),
        ("from .cart import Basket", "failed"),
        ("from .basket import Basket", "failed"),
        ("from . import cart", "passed"),
        ("from . import parts", "passed"),
        ("from .parts import Cart", "passed"),
        ("from .lazy import anything", "skipped"),
        ("from shop.cart import Cart", "passed"),
        ("from shop.cart import Nothing", "failed"),
        ("import shop.parts", "passed"),
        ("import shop.nowhere", "failed"),
        ("import installed", "passed"),
        ("import nobody_has_this", "skipped"),
        ("try:\n    import json\nexcept ImportError:\n    json = None", "passed"),
    ],
)
def test_new_imports(project: Path, line: str, status: str) -> None:
    check = checked(project, line)
    assert check.status == status
    assert bool(check.detail) == (status != "passed")


def test_what_was_imported_before_is_there(project: Path) -> None:
    before = "import nobody_has_this\nfrom .basket import gone\n"
    assert checked(project, "from nobody_has_this import more", before).status == "passed"
    assert checked(project, "import json", before).status == "passed"


def test_a_text_that_does_not_parse(project: Path) -> None:
    assert checked(project, "import").detail == "the new text does not parse"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("import { a } from './here'", "passed"),
        ("import { a } from './here.js'", "passed"),
        ("const a = require('./folder')", "passed"),
        ("import { a } from './nowhere'", "failed"),
        ("import './nowhere.css'", "failed"),
        ("import { a } from 'a-package'", "passed"),
    ],
)
def test_scripts(tmp_path: Path, line: str, status: str) -> None:
    (tmp_path / "here.ts").write_text("export const a = 1\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "index.ts").write_text("")
    path = tmp_path / "main.ts"
    before, after = (
        Document(path.as_uri(), text, "typescript", None, path)
        for text in ("let x = 1\n", f"{line}\nlet x = 1\n")
    )
    assert check_imports(before, after).status == status


def test_other_languages_say_so() -> None:
    document = Document("file:///a.go", "package a\n", "go")
    assert check_imports(document, document).detail == "imports are not looked up in go"
