"""The menu fits the code under the cursor: what is offered where, in which order, and what is not."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.features.menu import LARGE, MOST, Offer, offers
from kibitz.text import Document, Position, Range


def marked(text: str, language: str) -> tuple[Document, Range]:
    """A document and the place its marks name: | is a cursor, «» a selection."""
    text = textwrap.dedent(text).lstrip("\n")
    plain = text.replace("¦", "").replace("«", "").replace("»", "")
    first = text.replace("»", "").index("¦" if "¦" in text else "«")
    last = text.replace("«", "").index("»") if "»" in text else first
    document = Document("untitled:menu", plain, language, 1)
    return document, Range(document.position(first), document.position(last))


def listed(
    text: str, language: str = "python", *, model: bool = False, automatic: bool = False
) -> list[Offer]:
    document, where = marked(text, language)
    return offers(document, where, model=model, automatic=automatic)


def titles(text: str, language: str = "python", *, model: bool = False, automatic: bool = False) -> list[str]:
    return [o.title for o in listed(text, language, model=model, automatic=automatic)]


OFFLINE = {
    "statements": ("def f(a):\n«    b = a + 1\n    c = b * 2\n»    return c\n", ["Extract function"]),
    "an expression": ("def f(a):\n    return «a * 2» + 1\n", ["Extract function", "Extract variable"]),
    "a definition": ("«def f(a):\n    return a\n»", []),
    "imports": ("«import os\nimport re\n»\n\nos, re\n", ["Organize imports"]),
    "a generator's middle": ("def f(a):\n«    yield a\n    yield 2\n»", []),
    "a return in the middle": ("def f(a):\n«    if a:\n        return 1\n    b = 2\n»    return b\n", []),
    "words of a docstring": ('def f(a):\n    """Say «something» here."""\n    return a\n', []),
    "a comment": ("def f(a):\n    # say some¦thing\n    return a\n", []),
    "a keyword alone": ("def f(a):\n    «return» a\n", []),
    "a variable": ("def f(a):\n    tot¦al = a + 1\n    return total\n", ["Inline `total`"]),
    "a variable with two values": ("def f(a):\n    tot¦al = a\n    total = 2\n    return total\n", []),
    "an unused variable": ("def f(a):\n    tot¦al = a\n    return a\n", []),
    "a class attribute": ("class A:\n    li¦nks: int\n    links2 = 3\n", []),
    "a function of one line": ("def tw¦ice(a):\n    return a * 2\n\n\nprint(twice(3))\n", ["Inline `twice`"]),
    "a longer function": ("def tw¦ice(a):\n    b = a\n    c = b\n    return c\n\n\nprint(twice(3))\n", []),
    "two branches": (
        "def f(a):\n    i¦f a:\n        b = 1\n    else:\n        b = 2\n    return b\n",
        ["Invert if"],
    ),
    "a last if": (
        "def f(a):\n    i¦f a:\n        b = 1\n        print(b)\n        print(2)\n",
        ["Return early"],
    ),
    "nested ifs": (
        "def f(a, b):\n    i¦f a:\n        if b:\n            print(1)\n    return 2\n",
        ["Merge nested ifs"],
    ),
    "an else after a return": (
        "def f(a):\n    i¦f a:\n        return 1\n    else:\n        return 2\n",
        ["Simplify", "Invert if"],
    ),
    "a double negation": ("def f(a):\n    return n¦ot not a\n", ["Simplify"]),
    "a comprehension": ("def f(a):\n    b = [x * 2 fo¦r x in a]\n    return b\n", ["Convert to a loop"]),
    "a collecting loop": (
        "def f(a):\n    b = []\n    fo¦r x in a:\n        b.append(x * 2)\n    return b\n",
        ["Convert to a comprehension"],
    ),
    "a filtering loop": (
        "def f(a):\n    b = []\n    fo¦r x in a:\n        if x:\n            b.append(x * 2)\n    return b\n",
        ["Convert to a comprehension"],
    ),
    "a loop that does more": (
        "def f(a):\n    b = []\n    fo¦r x in a:\n        print(x)\n        b.append(x * 2)\n    return b\n",
        [],
    ),
    "an old format": ('def f(a):\n    return "{} is{¦}".format(a, 1)\n', []),
    "an old format, outside of its text": ('def f(a):\n    return "{} is {}".for¦mat(a, 1)\n', ["Modernise"]),
    "old annotations": (
        "from typing import List, Optional\n\n\ndef f(a: ¦Optional[int]) -> List[str]:\n    b = a\n    return [b]\n",
        ["Modernise"],
    ),
    "annotations of another module": (
        "from core import *\n\n\ndef f(a: ¦Optional[int]) -> List[str]:\n    b = a\n    return [b]\n",
        [],
    ),
    "a name": ("def f(a):\n    return «a» * 2\n", []),
    "a number": ("def f(a):\n    return a[«60»]\n", ["Extract variable"]),
    "what is given a value": ("def f(a):\n    «a.size» = 2\n    return a\n", []),
    "an element that is given a value": ("def f(a, i):\n    «a[i]» = 2\n    return a\n", []),
    "an index of what is given a value": (
        "def f(a, i):\n    a[«i + 1»] = 2\n    return a\n",
        ["Extract function", "Extract variable"],
    ),
    "the name of an argument": ("def f(a):\n    return g(«size»=a.size)\n", []),
    "a default": ("def f(a, b=«len('abc')»):\n    return a * b\n", []),
    "an annotation": ("def f(a: «dict[str, int]»):\n    return a\n", []),
    "an argument of a decorator": ("@wrap(«len('abc')»)\ndef f(a):\n    return a\n", []),
    "a part of an f-string": ("def f(a):\n    return f'{«a.size + 1»} of them'\n", []),
    "what a lambda is given": ("def f(a):\n    return map(lambda t: «t[0]».strip(), a)\n", []),
    "what a comprehension goes through": (
        "def f(a):\n    return [b.x for b in «a.all()»]\n",
        ["Extract function", "Extract variable", "Convert to a loop"],
    ),
    "what a comprehension gives a value": (
        "def f(a):\n    return [«b.x» for b in a]\n",
        ["Convert to a loop"],
    ),
    "an alternative": ("def f(a):\n    return a or «g(a)»\n", ["Extract function"]),
    "the condition of a loop": (
        "def f(a):\n    while «a.next»:\n        a = a.next\n    return a\n",
        ["Extract function"],
    ),
    "code below the imports": ("import os\n\n\ndef f(a):\n    b¦ = os.name\n    return a\n", []),
    "a line among the imports": ("import os\n¦\nimport re\n\nos, re\n", ["Organize imports"]),
    "new annotations": ("def f(a: ¦int | None) -> list[str]:\n    b = a\n    return [b]\n", []),
    "nothing": ("¦", []),
}


FROM_THE_TREE = {
    "typescript": (
        "function f(a: number) {\n  i¦f (a) {\n    g(1)\n  } else {\n    h(2)\n  }\n}\n",
        "Invert if",
    ),
    "javascript": ("function f(a) {\n  const to¦tal = a + 1\n  return total\n}\n", "Inline `total`"),
    "go": ("package a\n\nfunc f(a int) int {\n\tb := «a + 1»\n\treturn b * 2\n}\n", "Extract variable"),
    "rust": ("fn f(a: u8) -> u8 {\n    let to¦tal = a + 1;\n    total\n}\n", "Inline `total`"),
    "java": (
        "class A {\n    void f(boolean a) {\n        i¦f (a) {\n            g();\n            h();\n        }\n    }\n}\n",
        "Return early",
    ),
}


def test_what_tidies_up_imports_is_there_for_who_asks_for_it() -> None:
    document, where = marked("import re, os\n\n\ndef f(a):\n    re¦turn os, re\n", "python")
    assert offers(document, where, model=False) == []
    assert [o.kind for o in offers(document, where, model=False, organize=True)] == ["source.organizeImports"]


GUARDS = {
    "rust": "fn f(a: u8) -> u8 {\n    i¦f a > 1 {\n        return 2;\n    } else {\n        return 1;\n    }\n}\n",
    "rust, at its else": "fn f(a: u8) -> u8 {\n    if a > 1 {\n        return 2;\n    } el¦se {\n        return 1;\n    }\n}\n",
    "go": "package a\n\nfunc f(a int) {\n\ti¦f a > 1 {\n\t\treturn\n\t}\n}\n",
    "typescript": "function f(a: number[]) {\n  for (const b of a) {\n    i¦f (b) {\n      return b\n    }\n  }\n}\n",
    "javascript": "function f(a) {\n  i¦f (a) {\n    g(a)\n    throw a\n  } else {\n    return 1\n  }\n}\n",
    "java": "class A {\n    void f(boolean a) {\n        i¦f (a) {\n            return;\n        }\n    }\n}\n",
}


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_is_not_turned_into_its_opposite(name: str) -> None:
    text, language = GUARDS[name], name.split(",")[0]
    assert "Return early" not in titles(text, language)
    for leaving in (
        "        return 2;\n",
        "\t\treturn\n",
        "      return b\n",
        "    throw a\n",
        "            return;\n",
    ):
        text = text.replace(leaving, leaving[: -len(leaving.lstrip())] + "g(a);\n", 1)
    assert "Return early" in titles(text, language), "what does not leave is wrapped for no reason"


def test_a_name_for_what_has_one_is_no_news_to_who_did_not_ask() -> None:
    text = "package a\n\nfunc f(a int) int {\n\tb := «a + 1»\n\treturn b * 2\n}\n"
    assert titles(text, "go") == ["Extract function", "Extract variable"]
    assert titles(text, "go", automatic=True) == ["Extract function"]


@pytest.mark.parametrize("language", FROM_THE_TREE)
def test_other_languages_have_what_their_tree_proves(language: str) -> None:
    text, title = FROM_THE_TREE[language]
    assert title in titles(text, language)
    document, where = marked(text, language)
    assert title in [o.title for o in offers(document, where, model=False, trusted=False)], (
        "it needs no process"
    )


@pytest.mark.parametrize("name", OFFLINE)
def test_what_the_engine_does_is_offered_where_it_fits(name: str) -> None:
    text, expected = OFFLINE[name]
    assert titles(text) == expected
    assert all(o.engine is not None for o in listed(text))


BY_MODEL = {
    "a bare header": (
        "python",
        "def par¦se(text):\n    return text.split()\n",
        ["Add types to `parse`", "Add documentation to `parse`", "Simplify `parse`"],
    ),
    "a documented and typed header": (
        "python",
        'def par¦se(text: str) -> list[str]:\n    """Split."""\n    return text.split()\n',
        ["Simplify `parse`"],
    ),
    "a method's self": (
        "python",
        'class A:\n    def par¦se(self, text: str) -> int:\n        """Split."""\n        return 1\n',
        ["Simplify `parse`"],
    ),
    "a special method": (
        "python",
        "class A:\n    def __e¦q__(self, other: object) -> bool:\n        return True\n",
        ["Simplify `__eq__`"],
    ),
    "a test": ("python", "def test_¦it() -> None:\n    assert True\n", ["Simplify `test_it`"]),
    "a class": ("python", "class Ca¦rt:\n    size = 1\n", ["Add documentation to `Cart`", "Simplify `Cart`"]),
    "a body": ("python", "def parse(text):\n    a = te¦xt\n    return a\n", ["Simplify `parse`"]),
    "a blocking function": (
        "python",
        'def pa¦ge(url: str) -> str:\n    """Get it."""\n    return requests.get(url).text\n',
        ["Make `page` asynchronous", "Simplify `page`"],
    ),
    "a coroutine that never waits": (
        "python",
        'async def pa¦ge(url: str) -> str:\n    """Get it."""\n    return url * 2\n',
        ["Make `page` synchronous", "Simplify `page`"],
    ),
    "a coroutine that waits": (
        "python",
        'async def pa¦ge(url: str) -> str:\n    """Get it."""\n    return await get(url)\n',
        ["Simplify `page`"],
    ),
    "an abstract coroutine": (
        "python",
        'async def pa¦ge(url: str) -> str:\n    """Get it."""\n    ...\n',
        ["Simplify `page`"],
    ),
    "a tangled condition": (
        "python",
        'def f(a: int, b: int) -> None:\n    """Do."""\n    i¦f a and b or a > 2 and not b:\n        a = 1\n    print(a)\n',
        ["Simplify this condition", "Simplify `f`"],
    ),
    "a plain condition": (
        "python",
        'def f(a: int, b: int) -> None:\n    """Do."""\n    i¦f a and not b:\n        a = 1\n    print(a)\n',
        ["Simplify `f`"],
    ),
    "an unclear name": (
        "python",
        'def f(path: str) -> int:\n    """Do."""\n    tm¦p = 1\n    tmp = path\n    return tmp\n',
        ["Find a clearer name for `tmp`", "Simplify `f`"],
    ),
    "a name short by custom": (
        "python",
        'def f(path: str) -> int:\n    """Do."""\n    for ¦i in path:\n        print(i, path)\n    return 1\n',
        ["Simplify `f`"],
    ),
    "an old format": (
        "python",
        'def f(path: str) -> str:\n    """Do."""\n    return "%s" ¦% path\n',
        ["Modernise", "Simplify `f`"],
    ),
    "typescript without types": (
        "typescript",
        "/** Split. */\nfunction par¦se(text, most = 3) {\n  return text;\n}\n",
        ["Add types to `parse`", "Simplify `parse`"],
    ),
    "typescript with a default": (
        "typescript",
        "/** Split. */\nfunction par¦se(most = 3) {\n  return most;\n}\n",
        ["Simplify `parse`"],
    ),
    "typescript with then": (
        "typescript",
        "/** Split. */\nfunction par¦se(url: string) {\n  return fetch(url).then((r) => r.json());\n}\n",
        ["Make `parse` asynchronous", "Simplify `parse`"],
    ),
    "an old javascript line": (
        "javascript",
        "/** Split. */\nfunction parse(url) {\n  va¦r that = url == null ? 1 : url;\n  return that;\n}\n",
        ["Modernise", "Simplify `parse`"],
    ),
    "go without a comment": (
        "go",
        "package a\n\nfunc Par¦se(text string) int {\n\treturn 1\n}\n",
        ["Add documentation to `Parse`", "Simplify `Parse`"],
    ),
    "old go": (
        "go",
        "package a\n\n// Parse reads.\nfunc Parse(v interface{}) {\n\tuse(¦interface{}(v))\n}\n",
        ["Modernise", "Simplify `Parse`"],
    ),
    "rust with a comment": (
        "rust",
        "/// Reads.\npub fn par¦se(text: &str) -> u8 {\n    1\n}\n",
        ["Simplify `parse`"],
    ),
    "java without one": (
        "java",
        "class A {\n    int par¦se(String text) {\n        return 1;\n    }\n}\n",
        ["Add documentation to `parse`", "Simplify `parse`"],
    ),
    "a tangled java condition": (
        "java",
        "class A {\n    /** One. */\n    void f(boolean a, boolean b) {\n        i¦f (!(a && b) || a) {\n            return;\n        }\n    }\n}\n",
        ["Simplify this condition", "Simplify `f`"],
    ),
}


@pytest.mark.parametrize("name", BY_MODEL)
def test_what_a_model_writes_is_offered_where_it_fits(name: str) -> None:
    language, text, expected = BY_MODEL[name]
    by_model = [o for o in listed(text, language, model=True) if o.engine is None]
    assert [o.title for o in by_model] == expected
    assert not [o for o in listed(text, language) if o.engine is None], "without a model it is not there"
    assert [o.kind for o in by_model][-1] == "refactor.rewrite"
    assert all(o.kind.startswith("refactor.rewrite") for o in by_model)


def test_a_long_function_can_be_split() -> None:
    body = "".join(f"    print({n}, text)\n" for n in range(60))
    text = f'def parse(text: str) -> None:\n    """Read."""\n{body}    print(¦1)\n'
    assert "Split `parse` into smaller functions" in titles(text, model=True)
    assert "Split `parse` into smaller functions" not in titles(text, model=True, automatic=True)
    on_header = text.replace("¦", "").replace("def parse", "def pa¦rse")
    assert "Split `parse` into smaller functions" in titles(on_header, model=True, automatic=True)


@pytest.mark.parametrize("name", [*OFFLINE, *BY_MODEL])
def test_an_editor_that_asks_by_itself_gets_no_more_and_nothing_that_fits_anywhere(name: str) -> None:
    language, text = ("python", OFFLINE[name][0]) if name in OFFLINE else BY_MODEL[name][:2]
    asked, by_itself = titles(text, language, model=True), titles(text, language, model=True, automatic=True)
    assert set(by_itself) <= set(asked)
    if "«" not in text:
        assert not [t for t in by_itself if t.startswith(("Inline", "Invert", "Simplify `", "Find a"))]


def test_what_nobody_trusts_starts_nothing() -> None:
    document, where = marked("def f(a):\n    return «a * 2» + 1\n", "python")
    assert offers(document, where, model=True, trusted=False) == []
    document, where = marked("func par¦se() {}\n", "go")
    assert [o for o in offers(document, where, model=True, trusted=False) if o.engine is None] == []


def test_a_language_without_a_grammar_has_what_a_model_can_do_with_a_selection() -> None:
    text = "«alpha beta gamma delta»\n"
    assert titles(text, "plaintext", model=True) == ["Simplify this code"]
    assert titles(text, "plaintext") == []
    assert titles("al¦pha\n", "plaintext", model=True) == []


def test_a_place_in_a_long_text_has_the_menu_it_has_in_a_short_one() -> None:
    text, _ = marked(BY_MODEL["a blocking function"][1], "python")
    before = "def other(a: int) -> int:\n    return a\n\n\n" * (LARGE // 40)
    lines = before.count("\n")
    long = Document("untitled:long", before + text.text, "python", 1)
    there = Position(lines, 6)
    found = offers(long, Range(there, there), model=True)
    assert [o.title for o in found] == BY_MODEL["a blocking function"][2]
    assert {o.where.start.line for o in found} == {lines}
    assert {o.where.end.line for o in found} == {lines + 2}


def test_documentation_above_is_seen_in_a_long_text_too() -> None:
    before = "package a\n\nfunc other() int {\n\treturn 1\n}\n\n" * (LARGE // 40)
    text = before + "// Parse reads\n// a text.\nfunc Parse() int {\n\treturn 1\n}\n"
    document = Document("untitled:long.go", text, "go", 1)
    at = Position(before.count("\n") + 2, 6)
    assert [o.title for o in offers(document, Range(at, at), model=True)] == ["Simplify `Parse`"]


SOURCES = [text.replace("¦", "").replace("«", "").replace("»", "") for text, _ in OFFLINE.values()]


@given(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=5), st.data())
def test_any_place_has_a_short_menu_of_different_things_inside_the_text(
    pieces: list[str], data: st.DataObject
) -> None:
    text = "\n\n".join(pieces)
    document = Document("untitled:any", text, "python", 1)
    one, two = (data.draw(st.integers(0, len(text))) for _ in range(2))
    where = Range(document.position(min(one, two)), document.position(max(one, two)))
    found = offers(document, where, model=True)
    assert len(found) <= MOST + 1
    assert len({o.title for o in found}) == len(found)
    for offer in found:
        assert document.clamp(offer.where.start) == offer.where.start <= offer.where.end
        assert document.clamp(offer.where.end) == offer.where.end
