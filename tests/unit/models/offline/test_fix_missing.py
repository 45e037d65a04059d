"""Missing imports put where they are looked for, and names whose types are not known: what comes near, and what was meant."""

from __future__ import annotations

import pytest

from kibitz.models.offline.fix_rules import mend
from kibitz.models.tasks import Problem
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Range, apply_edits

Case = tuple[str, str, str, str]
"""Language, what the checker says, the text with the place in «», the text after."""

CASES: dict[str, Case] = {
    "stdlib-behind-its-like": (
        "python", "Undefined name `sys`", "import os\n\nimport attrs\n\nx = «sys».path, os, attrs\n",
        "import os\nimport sys\n\nimport attrs\n\nx = sys.path, os, attrs\n",
    ),
    "stdlib-name-among-its-like": (
        "python", "Undefined name `Path`", "import os\nfrom abc import ABC\nfrom typing import Any\n\nx: Any = «Path»(os.name), ABC\n",
        "import os\nfrom abc import ABC\nfrom pathlib import Path\nfrom typing import Any\n\nx: Any = Path(os.name), ABC\n",
    ),
    "stdlib-module-above-names": (
        "python", "Undefined name `os`", "from abc import ABC\n\nx = «os».name, ABC\n", "import os\nfrom abc import ABC\n\nx = os.name, ABC\n",
    ),
    "stdlib-unsorted": (
        "python", "Undefined name `json`", "import sys\nimport os\n\nx = «json».dumps(os, sys)\n",
        "import sys\nimport os\nimport json\n\nx = json.dumps(os, sys)\n",
    ),
    "stdlib-behind-the-future": (
        "python", "Undefined name `json`", "from __future__ import annotations\n\nimport os\n\nx = «json».dumps(os)\n",
        "from __future__ import annotations\n\nimport json\nimport os\n\nx = json.dumps(os)\n",
    ),
    "go-hides": (
        "go", "declared and not used: a", "package m\n\nfunc f() int {\n\ta := 1\n\tif g(a) {\n\t\th(a)\n\t\t«a» := 2\n\t}\n\treturn a\n}\n",
        "package m\n\nfunc f() int {\n\ta := 1\n\tif g(a) {\n\t\th(a)\n\t\ta = 2\n\t}\n\treturn a\n}\n",
    ),
    "go-near-method": (
        "go", "s.buf.Stringe undefined (type bytes.Buffer has no field or method Stringe)",
        "package m\n\nfunc f(s T) {\n\tg(s.buf.String())\n\tg(s.buf.«Stringe»())\n}\n",
        "package m\n\nfunc f(s T) {\n\tg(s.buf.String())\n\tg(s.buf.String())\n}\n",
    ),
    "jdt-near-method": (
        "java", "The method totl() is undefined for the type A",
        "class A {\n    int total() { return 1; }\n    int f(A a) { return a.«totl»(); }\n}\n",
        "class A {\n    int total() { return 1; }\n    int f(A a) { return a.total(); }\n}\n",
    ),
    "pyright-near-member": (
        "python", 'Cannot access attribute "pathes" for class "A"\n  Attribute "pathes" is unknown',
        "def f(a):\n    a.paths.clear()\n    return a.«pathes»\n", "def f(a):\n    a.paths.clear()\n    return a.paths\n",
    ),
    "rustc-crate": (
        "rust", "cannot find module or crate `silce` in this scope",
        "use core::slice;\nfn f(a: &[u8]) { «silce»::from_ref(a); }\n", "use core::slice;\nfn f(a: &[u8]) { slice::from_ref(a); }\n",
    ),
    "rustc-undeclared-crate": (
        "rust", "failed to resolve: use of undeclared crate or module `silce`",
        "use core::slice;\nfn f(a: &[u8]) { «silce»::from_ref(a); }\n", "use core::slice;\nfn f(a: &[u8]) { slice::from_ref(a); }\n",
    ),
}  # fmt: skip
LEFT: dict[str, Case] = {
    "go-read-later": (
        "go", "declared and not used: a", "package m\n\nfunc f(a int) {\n\tif g() {\n\t\t«a» := 2\n\t\th(a)\n\t}\n}\n", "",
    ),
    "go-other-scope": (
        "go", "declared and not used: a", "package m\n\nfunc f() {\n\tif g() {\n\t\ta := 1\n\t\th(a)\n\t}\n\t«a» := 2\n}\n", "",
    ),
    "go-function-of-a-package": (
        "go", "b.Stringe undefined (type T has no field or method Stringe)",
        "package m\n\nimport \"sort\"\n\nfunc f(b T) {\n\tsort.Strings(nil)\n\tg(b.«Stringe»())\n}\n", "",
    ),
    "two-members-are-near": (
        "python", 'Cannot access attribute "itemz" for class "A"', "def f(a):\n    a.items, a.itemy\n    return a.«itemz»\n", "",
    ),
}  # fmt: skip


def reported(language: str, message: str, marked: str) -> tuple[Document, Problem]:
    """The text without its marks, and the problem between them; the first line of the message is the message."""
    start = marked.index("«")
    end = marked.index("»") - 1
    document = Document("untitled:a", marked.replace("«", "").replace("»", ""), language)
    first, *notes = message.split("\n")
    where = Range(document.position(start), document.position(end))
    return document, Problem(where, first, "a checker", "", tuple(notes))


@pytest.mark.parametrize("name", CASES)
def test_a_name_that_is_not_there_is_mended(name: str) -> None:
    language, message, marked, after = CASES[name]
    document, problem = reported(language, message, marked)
    made = mend(document, problem)
    assert made is not None
    assert apply_edits(document, made[1].edits(document)) == after
    parsed = parse_fresh(Document("untitled:b", after, language))
    assert parsed is not None
    assert not parsed.errors
    assert made[1].certain == name.startswith("stdlib"), "what only comes near is not certain"


@pytest.mark.parametrize("name", LEFT)
def test_what_may_be_meant_otherwise_is_left(name: str) -> None:
    assert mend(*reported(*LEFT[name][:3])) is None
