"""Where a name that is defined nowhere comes from: only one possible import is suggested, and never a guess."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kibitz.errors import KibitzError
from kibitz.features import fix_imports
from kibitz.features.fix_imports import with_imports
from kibitz.features.workbench import Workbench
from kibitz.index.reader import DefinitionRow
from kibitz.models.offline.fix_rules import mend
from kibitz.models.tasks import Problem
from kibitz.text import Document, Range

LANGUAGES = {".py": "python", ".ts": "typescript"}


class Index:
    """An index that knows some definitions, or fails, or takes too long."""

    def __init__(self, rows: list[tuple[str, str]], trouble: str = "") -> None:
        self._rows = rows
        self._trouble = trouble

    async def definitions_named(self, names: list[str]) -> list[DefinitionRow]:
        if self._trouble == "late":
            await asyncio.sleep(0.05)
        if self._trouble:
            raise KibitzError("internal", "No.")
        return [DefinitionRow(p, n, "class", None, 0, 1, n, "") for p, n in self._rows if n in names]


def bench(
    root: Path, index: Index | None = None, opened: tuple[Document, ...] = (), state: str = "ready"
) -> Workbench:
    context = SimpleNamespace(state=lambda: {"state": state}, index=index)
    services = SimpleNamespace(projects={root: context} if index is not None else {})
    made: Any = SimpleNamespace(root=root, services=services, open_documents=lambda: opened)
    return cast("Workbench", made)


def file(root: Path, name: str, text: str) -> Document:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return Document(path.as_uri(), text, LANGUAGES[path.suffix], 1, path)


async def suggested(workbench: Workbench, document: Document, name: str) -> str | None:
    """The text after the import that is suggested, None where none is."""
    start = document.text.index(name)
    message = (
        f"Cannot find name '{name}'." if document.language == "typescript" else f"Undefined name `{name}`"
    )
    problem = Problem(Range(document.position(start), document.position(start + len(name))), message)
    (told,) = await with_imports(workbench, document, [problem])
    if told == problem:
        return None
    made = mend(document, told)
    assert made is not None
    assert made[1].certain
    return document.replaced(made[1].edits(document)).text


async def test_a_class_that_one_file_of_a_package_defines(tmp_path: Path) -> None:
    file(tmp_path, "pkg/__init__.py", "")
    file(tmp_path, "pkg/shapes.py", "class Triangle: ...\n")
    document = file(tmp_path, "pkg/use.py", "import os\n\nt = Triangle()\n")
    workbench = bench(tmp_path, Index([("pkg/shapes.py", "Triangle")]))
    assert await suggested(workbench, document, "Triangle") == (
        "import os\nfrom pkg.shapes import Triangle\n\nt = Triangle()\n"
    )


async def test_two_homes_are_none(tmp_path: Path) -> None:
    document = file(tmp_path, "use.py", "t = Triangle()\n")
    workbench = bench(tmp_path, Index([("a.py", "Triangle"), ("b.py", "Triangle")]))
    assert await suggested(workbench, document, "Triangle") is None


async def test_a_file_whose_name_depends_on_the_start_is_not_guessed(tmp_path: Path) -> None:
    file(tmp_path, "tools/shapes.py", "class Triangle: ...\n")
    document = file(tmp_path, "app/use.py", "t = Triangle()\n")
    assert (
        await suggested(bench(tmp_path, Index([("tools/shapes.py", "Triangle")])), document, "Triangle")
        is None
    )


async def test_an_exported_name_is_imported_by_its_way_there(tmp_path: Path) -> None:
    file(tmp_path, "lib/shapes.ts", "export class Triangle {}\nclass Square {}\n")
    text = 'import { a } from "./a.js";\n\na(Triangle, Square);\n'
    document = file(tmp_path, "app/use.ts", text)
    workbench = bench(tmp_path, Index([("lib/shapes.ts", "Triangle"), ("lib/shapes.ts", "Square")]))
    assert await suggested(workbench, document, "Triangle") == text.replace(
        ";\n\n", ';\nimport { Triangle } from "../lib/shapes.js";\n\n', 1
    )
    assert await suggested(workbench, document, "Square") is None


async def test_how_another_open_document_imports_it(tmp_path: Path) -> None:
    other = file(tmp_path, "other.py", "from numpy.linalg import solve\nfrom .near import closely\n")
    document = file(tmp_path, "use.py", "x = solve(closely)\n")
    workbench = bench(tmp_path, opened=(other,))
    assert (
        await suggested(workbench, document, "solve")
        == "from numpy.linalg import solve\n\nx = solve(closely)\n"
    )
    assert await suggested(workbench, document, "closely") is None, "that is relative to another file"


@pytest.mark.parametrize("trouble", ["late", "broken"])
async def test_an_index_in_trouble_costs_only_its_part(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fix_imports, "PATIENCE_S", 0.001)
    document = file(tmp_path, "use.py", "t = Triangle()\n")
    workbench = bench(tmp_path, Index([("shapes.py", "Triangle")], trouble))
    assert await suggested(workbench, document, "Triangle") is None


async def test_an_index_that_is_being_built_is_not_asked(tmp_path: Path) -> None:
    document = file(tmp_path, "use.py", "t = Triangle()\n")
    workbench = bench(tmp_path, Index([("shapes.py", "Triangle")]), state="building")
    assert await suggested(workbench, document, "Triangle") is None


async def test_what_the_standard_library_has_is_not_looked_for(tmp_path: Path) -> None:
    document = file(tmp_path, "use.py", "x = Path('a')\n")
    assert await suggested(bench(tmp_path, Index([("paths.py", "Path")])), document, "Path") is None


@pytest.mark.parametrize(
    ("name", "text", "message", "after"),
    [
        (
            "a.ts",
            "import { f } from './utlis';\n",
            "Cannot find module './utlis' or its",
            "import { f } from './utils';\n",
        ),
        (
            "a.ts",
            "import f from './lib/helprs.js';\n",
            "Cannot find module './lib/helprs.js'",
            "import f from './lib/helpers.js';\n",
        ),
        ("a.ts", "import f from './lib';\n", "Cannot find module './nothing'", None),
        ("a.ts", "import f from './shap';\n", "Cannot find module './shap'", None),
        ("a.ts", "import f from 'utlis';\n", "Cannot find module 'utlis'", None),
        ("a.c", '#include "shap.h"\n', "'shap.h' file not found", '#include "shape.h"\n'),
        ("a.c", '#include "shap.h"\n', "shap.h: No such file or directory", '#include "shape.h"\n'),
        ("a.c", '#include "gone/shap.h"\n', "'gone/shap.h' file not found", None),
    ],
)
async def test_a_path_that_leads_nowhere_is_the_one_beside_it(
    tmp_path: Path, name: str, text: str, message: str, after: str | None
) -> None:
    for other in ("utils.ts", "lib/helpers.js", "shape.ts", "shaps.ts", "shape.h"):
        (tmp_path / other).parent.mkdir(exist_ok=True)
        (tmp_path / other).write_text("", "utf-8")
    language = "typescript" if name.endswith(".ts") else "c"
    document = Document((tmp_path / name).as_uri(), text, language, 1, tmp_path / name)
    (told,) = await with_imports(bench(tmp_path), document, [Problem(document.whole, message)])
    made = mend(document, told)
    assert (document.replaced(made[1].edits(document)).text if made is not None else None) == after
