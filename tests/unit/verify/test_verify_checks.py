"""Each check passes, fails and is skipped for its own reasons."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from kibitz.verify.checks import Check, run_checks
from kibitz.verify.signature import check_signature
from kibitz.verify.style import check_style

BEFORE = """import os


def area(width, height=1):
    return width * height


class Box:
    def __init__(self, side):
        self.side = side

    def _hidden(self):
        def inner():
            return 0

        return inner()
"""


def python(text: str) -> Document:
    return Document("file:///p/box.py", text, "python")


ALL = ["syntax", "names", "signature", "style", "imports", "lost", "behaviour"]


async def checked(after: str, before: str = BEFORE, **options: bool) -> dict[str, Check]:
    checks = await run_checks(python(before), python(after), **options)
    assert [check.name for check in checks] == ALL
    assert all(check.detail for check in checks if check.status != "passed")
    return {check.name: check for check in checks}


async def test_a_good_change_passes() -> None:
    checks = await checked(BEFORE.replace("width * height", "width * height + len(os.sep)"))
    assert [check.status for check in checks.values()] == [*["passed"] * 6, "skipped"]


async def test_behaviour_is_held_where_it_was_to_stay() -> None:
    after = BEFORE.replace("width * height", "height * width * 2")
    assert (await checked(after, behaviour=True))["behaviour"].status == "failed"
    skipped = Check("behaviour", "skipped", "the change was asked to alter what the code does")
    assert (await checked(after))["behaviour"] == skipped


async def test_text_that_does_not_parse() -> None:
    checks = await checked(BEFORE.replace("return width * height", "return width * ("))
    assert checks["syntax"].status == "failed"
    assert "line" in checks["syntax"].detail
    assert checks["names"] == Check("names", "skipped", "the new text does not parse")


async def test_what_only_the_language_itself_refuses() -> None:
    checks = await checked(BEFORE.replace("    return width", "    yield width") + "\nreturn 1\n")
    assert checks["syntax"].status == "passed"
    checks = await checked(BEFORE + "\nf(a=1, a=2)\nnonlocal x, *y\n")
    assert checks["syntax"].status == "failed"


async def test_what_did_not_parse_before_is_not_held_against_the_change() -> None:
    broken = BEFORE + "\nx = = 1\n"
    checks = await checked(broken.replace("width * height", "height * width"), broken)
    assert checks["syntax"].status == "passed"


async def test_new_undefined_names_only() -> None:
    before = BEFORE + "\nprint(unknown)\n"
    checks = await checked(before.replace("return width", "return nowhere + elsewhere + width"), before)
    assert checks["names"] == Check("names", "failed", "not defined: elsewhere, nowhere")
    assert (await checked(before + "print(unknown, 1)\n", before))["names"].status == "passed"


async def test_an_import_taken_away_leaves_its_uses_undefined() -> None:
    before = BEFORE + "\nprint(os.sep)\n"
    assert (await checked(before.replace("import os\n", ""), before))["names"].detail == "not defined: os"
    assert (await checked(BEFORE + '\n__all__ = ["gone"]\n'))["names"].detail == "not defined: gone"


async def test_noqa_does_not_hide_a_name() -> None:
    assert (await checked(BEFORE + "\nprint(nowhere)  # noqa\n"))["names"].status == "failed"


async def test_no_process_in_an_untrusted_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("kibitz.verify.names.run_tool", never)
    checks = await checked(BEFORE + "\nprint(nowhere)\n", trusted=False)
    assert checks["names"] == Check("names", "skipped", "no process is started in an untrusted workspace")


async def test_a_missing_ruff_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kibitz.verify.names.find_tool", lambda name: None)
    assert (await checked(BEFORE))["names"] == Check("names", "skipped", "ruff is not installed")
    monkeypatch.setattr("kibitz.verify.names.find_tool", lambda name: "/nowhere/ruff")
    assert (await checked(BEFORE))["names"].status == "skipped"


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("area(width, height=1)", "area(width)", "changed: area"),
        ("area(width, height=1)", "area(width, height=2)", "changed: area"),
        ("area(width, height=1)", "surface(width, height=1)", "lost: area"),
        ("class Box", "class _Box", "lost: Box"),
        ("__init__(self, side)", "__init__(self, side, lid)", "changed: Box.__init__"),
        ("area(width, height=1)", "area(\n    width,\n    height=1,\n)", ""),
        ("def area(width, height=1)", "def area(width, height=1) -> int", ""),
        ("_hidden(self)", "_other(self, x)", ""),
        ("def inner()", "def innermost(x)", ""),
        ("class Box", "def more():\n    pass\n\n\nclass Box", ""),
    ],
)
async def test_public_signatures(old: str, new: str, detail: str) -> None:
    check = (await checked(BEFORE.replace(old, new)))["signature"]
    assert check == (Check("signature", "failed", detail) if detail else Check("signature", "passed"))


GO = "package a\n\nfunc Add(x int) int {\n\treturn x\n}\n\nfunc own(a int) {}\n"
TS = "export class Cart {\n  private own(a: number) {}\n  add(x: number): number {\n    return x;\n  }\n}\n"
RUST = "pub fn add(x: i32) -> i32 {\n    x\n}\n\nfn own(a: i32) {}\n"
C = "static int own(int a) {\n    return a;\n}\n\nint add(int x) {\n    return x;\n}\n"
JAVA = "class Cart {\n    private int own(int a) {\n        return a;\n    }\n\n    public int add(int x) {\n        return x;\n    }\n}\n"


@pytest.mark.parametrize(
    ("language", "text", "typed", "name"),
    [
        ("go", GO, True, "Add"),
        ("typescript", TS, False, "Cart.add"),
        ("rust", RUST, True, "add"),
        ("c", C, True, "add"),
        ("java", JAVA, True, "Cart.add"),
    ],
)
def test_public_signatures_of_other_languages(language: str, text: str, typed: bool, name: str) -> None:
    def status(old: str, new: str) -> Check:
        assert old in text
        before, after = (Document("file:///a", t, language) for t in (text, text.replace(old, new)))
        return check_signature(before, after, public_api=True)

    short = name.rpartition(".")[2]
    assert status("own", "mine").status == "passed"
    assert status(short, short[:-1] + "x").detail == f"lost: {name}"
    parameter = {"go": "x int", "rust": "x: i32", "typescript": "x: number"}.get(language, "int x")
    retyped = parameter.replace("int", "long").replace("i32", "i64").replace("number", "any")
    assert status(parameter, parameter.replace("x", "y")).detail == f"changed: {name}"
    assert status(parameter, retyped).detail == (f"changed: {name}" if typed else "")


async def test_signatures_may_change_where_that_was_asked() -> None:
    check = (await checked("", public_api=False))["signature"]
    assert check.status == "skipped"


async def test_a_language_nothing_is_known_of() -> None:
    before, after = Document("file:///a", "one\n", "plaintext"), Document("file:///a", "two\n", "plaintext")
    assert [check.status for check in await run_checks(before, after)] == [
        *("skipped", "skipped", "skipped", "passed"),
        *("skipped", "passed", "skipped"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("a\n  b\n\tc\n  d\n  e\n  f\n  g\n", "a\n  b\n\tx\n  d\n  e\n  f\n  g\n", "passed"),
        ("a\n  b\n  c\n", "a\n  b\n\tx\n  c\n", "failed"),
        ("a\n\tb\n\tc\n", "a\n\tb\n    x\n\tc\n", "failed"),
        ("a\n\tb\n\tc\n", "a\n\tb\n\t  x\n\tc\n", "passed"),
        ("a\n\tb\n\tc\n", "a\n\tb\n *\n\tc\n", "passed"),
        ("a\n\tb\n  c\n", "a\n\tb\n  c\n  d\n", "passed"),
        ("a\r\nb\r\n", "a\r\nx\nb\r\n", "failed"),
        ("a\r\nb\n", "a\r\nx\nb\n", "passed"),
        ("a\n\tb", "a\n\tb\n\tc", "passed"),
        ("", "\tx\r\n", "skipped"),
    ],
)
def test_style(before: str, after: str, status: str) -> None:
    assert check_style(Document("file:///a", before), Document("file:///a", after)).status == status
