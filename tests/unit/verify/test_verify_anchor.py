"""Blocks get into their one place, or nowhere."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import Document, Range, span
from kibitz.verify.anchor import apply_block, place
from kibitz.verify.answer import FileBlock
from kibitz.verify.elision import elided, stands_for_code

SOURCE = """import os


class Cart:
    def __init__(self):
        self.items = []

    def add(self, item):
        if item:
            self.items.append(item)

    def clear(self):
        self.items = []


def total(cart):
    return sum(cart.items)
"""


def python(text: str = SOURCE) -> Document:
    return Document("file:///p/cart.py", text, "python")


def replaced(document: Document, search: str, replace: str, near: Range | None = None) -> str:
    return apply_block(document, FileBlock(None, ((search, replace),)), near).text


def coded(code: str, near: Range | None = None, document: Document | None = None) -> str:
    return apply_block(document or python(), FileBlock(None, None, code), near).text


def refusal(document: Document, block: FileBlock, near: Range | None = None) -> str:
    with pytest.raises(KibitzError) as caught:
        apply_block(document, block, near)
    assert caught.value.kind == "bad_response"
    return caught.value.message


@pytest.mark.parametrize(
    ("search", "lines"),
    [
        ("def total(cart):\n", (15, 16)),
        ("    def add(self, item):  \n        if item:\t\n", (7, 9)),
        ("def add(self, item):\n    if item:\n        self.items.append(item)\n", (7, 10)),
        ("\t    def add(self, item):\n\t        if item:\n", (7, 9)),
        ("def total(cart):\r\n    return sum(cart.items)\r\n", (15, 17)),
        ("class Cart:\n\n    def __init__(self):\n", (3, 5)),
        ("import os\nclass Cart:\n", (0, 4)),
        ("\n\n    def add(self, item):\n        if item:\n\n", (7, 9)),
        ("    return sum(cart.items)", (16, 17)),
    ],
)
def test_the_one_place(search: str, lines: tuple[int, int]) -> None:
    assert place(python(), search, None) == span(lines[0], 0, lines[1], 0)


def test_two_places_are_no_place_unless_one_is_near() -> None:
    search = "        self.items = []\n"
    with pytest.raises(KibitzError, match="matches 2 places"):
        place(python(), search, None)
    with pytest.raises(KibitzError, match="matches 2 places"):
        place(python(), search, span(0, 0, 17, 0))
    assert place(python(), search, span(11, 0, 13, 0)) == span(12, 0, 13, 0)
    assert place(python(), search, span(5, 14, 5, 14)) == span(5, 0, 6, 0)


def test_nowhere_names_the_closest_lines_and_no_text() -> None:
    with pytest.raises(KibitzError) as caught:
        place(python(), "    def add(self, item):\n        if thing:\n", None)
    assert "lines 8 to 9 come closest, with 1 of 2 lines" in caught.value.message
    assert "thing" not in caught.value.message + caught.value.hint
    with pytest.raises(KibitzError, match="is not in the file"):
        place(python(), "nothing like it\n", None)


@pytest.mark.parametrize("search", ["", "\n\n", "   \n"])
def test_an_empty_search_fits_an_empty_file_only(search: str) -> None:
    with pytest.raises(KibitzError, match="does not say which lines"):
        place(python(), search, None)
    assert replaced(python(""), search, "x = 1\n") == "x = 1\n"
    assert replaced(python("\n"), search, "x = 1\n") == "x = 1\n"


def test_a_block_that_lost_its_indentation_says_nothing_of_new_lines() -> None:
    flat = "def add(self, item):\nif item:\nself.items.append(item)\n"
    assert place(python(), flat, None) == span(7, 0, 10, 0)
    assert "how deep" in refusal(python(), FileBlock(None, ((flat, flat + "return self\n"),)))
    after = replaced(python(), flat, flat.replace("if item", "if item is not None"))
    assert after == SOURCE.replace("if item", "if item is not None")


def test_the_replacement_is_indented_like_its_place() -> None:
    after = replaced(
        python(),
        "def add(self, item):\n    if item:\n        self.items.append(item)\n",
        "def add(self, item):\n    if item is not None:\n        self.items.append(item)\n\n    return self\n",
    )
    assert (
        "    def add(self, item):\n        if item is not None:\n            self.items.append(item)\n"
        in after
    )
    assert "\n\n        return self\n" in after


def test_the_replacement_is_outdented_like_its_place() -> None:
    after = replaced(
        python(), "        def total(cart):\n", "        def total(cart, tax):\n            pass\n"
    )
    assert "\ndef total(cart, tax):\n    pass\n" in after


def test_less_indentation_than_the_place_has_is_refused() -> None:
    block = FileBlock(None, (("        def total(cart):\n", "  def total(cart):\n"),))
    assert "indented less" in refusal(python(), block)


def test_lines_the_answer_only_repeats_stay_as_they_are() -> None:
    source = "a = 1   \n\nb = 2\t\n  \nc = 3\r\nd = 4\n"
    after = replaced(python(source), "a = 1\nb = 2\nc = 3\n", "a = 1\nb = 2\nnew = 0\nc = 3\n")
    assert after == "a = 1   \n\nb = 2\t\nnew = 0\n  \nc = 3\r\nd = 4\n"


def test_replacements_speak_of_the_same_original() -> None:
    block = FileBlock(None, (("a\n", "b\n"), ("b\n", "a\n")))
    assert apply_block(python("a\nb\n"), block, None).text == "b\na\n"
    overlap = FileBlock(None, (("a\nb\n", "x\n"), ("b\nc\n", "y\n")))
    assert "overlap" in refusal(python("a\nb\nc\n"), overlap)


@pytest.mark.parametrize(
    ("source", "search", "replace", "expected"),
    [
        ("a\r\nb\r\n", "b\n", "c\nd\n", "a\r\nc\r\nd\r\n"),
        ("a\rb\r", "b\n", "c\nd\n", "a\rc\rd\r"),
        ("a\nb", "b\n", "c\nd\n", "a\nc\nd"),
        ("a\nb", "a\n", "c\n", "c\nb"),
        ("a\nb\n", "b\n", "c", "a\nc\n"),
        ("a\nb", "b\n", "", "a"),
        ("\ufeffa\nb\n", "a\n", "c\n", "\ufeffc\nb\n"),
        ("\ufeffa\nb\n", "a\nb\n", "a\nc\n", "\ufeffa\nc\n"),
    ],
)
def test_habits_of_the_file_stay(source: str, search: str, replace: str, expected: str) -> None:
    assert replaced(python(source), search, replace) == expected


def test_whole_text() -> None:
    block = FileBlock("cart.py", None, SOURCE.replace("os", "sys").rstrip("\n"))
    assert apply_block(python(), block, None).text == SOURCE.replace("os", "sys")
    mixed = Document("file:///a", "a\r\nb\nc\r\n")
    assert apply_block(mixed, FileBlock("a", None, "a\nb\nC\n"), None).text == "a\r\nb\nC\r\n"
    assert "is empty" in refusal(python(), FileBlock("cart.py", None, "\n"))


def test_a_missing_last_line_end_can_be_mended() -> None:
    assert apply_block(python("a\nb"), FileBlock("a", None, "a\nb\n"), None).text == "a\nb\n"
    assert apply_block(python("a\nb"), FileBlock("a", None, "a\nc\n"), None).text == "a\nc"


def test_code_replaces_the_definition_of_its_name() -> None:
    after = coded("def clear(self):\n    self.items.clear()\n", span(12, 3, 12, 9))
    assert after == SOURCE.replace(
        "    def clear(self):\n        self.items = []", "    def clear(self):\n        self.items.clear()"
    )
    after = coded("\ndef total(cart):\n    return 0\n")
    assert after == SOURCE.replace("sum(cart.items)", "0")


def test_code_for_a_range_around_the_definition_replaces_the_definition_only() -> None:
    after = coded("    def clear(self):\n        pass\n", span(3, 0, 14, 0))
    assert after == SOURCE.replace(
        "    def clear(self):\n        self.items = []", "    def clear(self):\n        pass"
    )


def test_a_method_alone_finds_its_class() -> None:
    source = "class A {\n  own() {}\n\n  add(x) {\n    return x;\n  }\n}\n"
    javascript = Document("file:///a.js", source, "javascript")
    after = coded("add(x) {\n  return x + 1;\n}", None, javascript)
    assert after == source.replace("return x;", "return x + 1;")
    go = Document("file:///a.go", "package a\n\nfunc (c *C) Add() {}\n\nfunc (d *D) Add() {}\n", "go")
    after = coded("func (d *D) Add() {\n\td.n++\n}\n", None, go)
    assert after == go.text.replace("func (d *D) Add() {}", "func (d *D) Add() {\n\td.n++\n}")


def test_code_of_another_name_replaces_the_range() -> None:
    after = coded("def size(self):\n    return len(self.items)\n", span(11, 4, 12, 23))
    assert "    def size(self):\n        return len(self.items)\n\n\ndef total" in after
    assert "clear" not in after


def test_code_that_is_no_definition_replaces_the_range() -> None:
    assert coded("for one in item:\n    self.add(one)", span(8, 8, 9, 35)) == SOURCE.replace(
        "        if item:\n            self.items.append(item)",
        "        for one in item:\n            self.add(one)",
    )
    assert coded("math.fsum(\n    cart.items\n)", span(16, 11, 16, 26)) == SOURCE.replace(
        "sum(cart.items)", "math.fsum(\n        cart.items\n    )"
    )


def test_code_with_no_place_is_refused() -> None:
    assert "where its code belongs" in refusal(python(), FileBlock(None, None, "x = 1\n"))
    assert "where its code belongs" in refusal(python(), FileBlock(None, None, "x = 1\n"), span(3, 0, 3, 0))
    plain = Document("file:///notes", "one\ntwo\n")
    assert "where its code belongs" in refusal(plain, FileBlock(None, None, "def f():\n    pass\n"))


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "…",
        "# ...",
        "// ...",
        "/* ... */",
        "<!-- ... -->",
        "# ... rest of the code ...",
        "// ... existing code ...",
        "// existing code",
        "# existing code here",
        "# (unchanged)",
        "# rest unchanged",
        "# ... rest unchanged",
        "# Rest of the file remains the same",
        "// the rest of your code",
        "-- remaining functions",
        "# other methods remain unchanged...",
        "# keep the rest ...",
        "/* rest of implementation */",
        "# same as before",
        "# omitted for brevity",
    ],
)
def test_code_left_out_is_seen(line: str) -> None:
    assert stands_for_code(line)
    assert elided(python(), f"x = 1\n    {line}\n") == 1
    assert "leaves code out" in refusal(python(), FileBlock("cart.py", None, f"x = 1\n{line}\n"))
    assert "leaves code out" in refusal(python(), FileBlock(None, (("import os\n", f"import os\n{line}\n"),)))
    assert "leaves code out" in refusal(python(), FileBlock(None, ((f"import os\n{line}\n", "x\n"),)))


@pytest.mark.parametrize(
    "line",
    [
        "# existing customers are skipped",
        "# the rest of the world",
        "# wait for the others",
        "return ...",
        "...items,",
        "x = [...]",
        "# unchanged values keep their hash",
        "print('...')",
        "# Loading more",
    ],
)
def test_code_that_is_all_there(line: str) -> None:
    assert elided(python(), f"{line}\n") is None


def test_dots_the_file_has_itself_and_new_stubs_are_code() -> None:
    assert elided(python("def f():\n    ...\n"), "def g():\n    ...\n") is None
    assert (
        elided(python(), "class P(Protocol):\n    def fresh(\n        self,\n    ) -> int:\n        ...\n")
        is None
    )
    assert elided(python(), "def total(cart, tax):\n    ...\n") == 1
    assert elided(Document("file:///a.js", "let a", "javascript"), "function f() {\n  ...\n}\n") == 1


names = st.sampled_from(["alpha", "beta", "gamma", "if x:", "}", "return y  # é😀"])
indents = st.sampled_from(["", "  ", "    ", "\t"])
texts = st.lists(st.tuples(indents, names).map("".join) | st.just(""), min_size=1, max_size=14)


@given(
    lines=texts,
    data=st.data(),
    shift=st.sampled_from(["", "  ", "    ", "\t"]),
    trailing=st.sampled_from(["", " ", "\t "]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_block_of_the_file_is_placed_where_it_stands_or_refused(
    lines: list[str], data: st.DataObject, shift: str, trailing: str, end: str
) -> None:
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines) - 1))
    wanted = lines[first : last + 1]
    assume(wanted[0] and wanted[-1])
    document = Document("file:///a.txt", end.join(lines) + end)
    search = "".join(f"{shift if line else ''}{line}{trailing}\n" for line in wanted)
    said, filled = ([x.strip() for x in some if x.strip()] for some in (wanted, lines))
    alike = [at for at in range(len(filled)) if filled[at : at + len(said)] == said]
    try:
        found = place(document, search, None)
    except KibitzError as error:
        assert error.kind == "bad_response"
        assert len(alike) > 1
    else:
        have = lines[found.start.line : found.end.line if found.end.character == 0 else found.end.line + 1]
        assert [line.strip() for line in have if line.strip()] == [x.strip() for x in wanted if x.strip()]
        if len(alike) == 1:
            assert found == span(first, 0, last + 1, 0)
        if not shift:
            assert [line.rstrip() for line in have] == [line.rstrip() for line in wanted]


@given(
    lines=texts,
    data=st.data(),
    shift=st.sampled_from(["", "    ", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    final=st.booleans(),
)
def test_a_replacement_changes_its_lines_and_nothing_else(
    lines: list[str], data: st.DataObject, shift: str, end: str, final: bool
) -> None:
    at = data.draw(st.integers(0, len(lines)))
    source = [*lines[:at], "    unique one", "      unique two", *lines[at:]]
    document = Document("file:///a.txt", end.join(source) + (end if final else ""))
    search = f"{shift}    unique one\n{shift}      unique two\n"
    after = replaced(
        document, search, f"{shift}    unique one\n{shift}        new\n{shift}      unique two\n"
    )
    expected = [*lines[:at], "    unique one", "        new", "      unique two", *lines[at:]]
    # a text that ends with a blank line and one with a final line end are the same text
    assert after == end.join(expected) + (end if final else "")


@given(
    count=st.integers(3, 8),
    blanks=st.lists(st.integers(0, 2), min_size=9, max_size=9),
    asked=st.lists(st.integers(0, 2), min_size=9, max_size=9),
    shift=st.sampled_from(["", "  "]),
    data=st.data(),
)
def test_other_blank_lines_do_not_matter(
    count: int, blanks: list[int], asked: list[int], shift: str, data: st.DataObject
) -> None:
    source: list[str] = []
    for number in range(count):
        source += [f"    line {number}", *[""] * blanks[number]]
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))
    changed = data.draw(st.integers(first, last))
    search = ["" for _ in range(asked[8])]
    for number in range(first, last + 1):
        search += [f"{shift}    line {number}", *[""] * asked[number]]
    replace = [line.replace(f"line {changed}", "changed") for line in search]
    document = Document("file:///a.txt", "".join(line + "\n" for line in source))
    after = replaced(document, "\n".join(search) + "\n", "\n".join(replace) + "\n")
    expected = [line.replace(f"line {changed}", "changed") for line in source]
    assert [line for line in after.split("\n") if line] == [line for line in expected if line]
    above, below = source.index(f"    line {first}"), source.index(f"    line {last}")
    assert after.startswith("".join(line + "\n" for line in source[:above]))
    assert after.endswith("".join(line + "\n" for line in source[below + 1 :]))
