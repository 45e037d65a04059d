"""What stands around a block, what its lines became, and where else they could stand: right, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import Document, Range, span
from kibitz.verify.anchor import apply_block, place
from kibitz.verify.answer import FileBlock, parse_edits
from kibitz.verify.edges import pasted
from kibitz.verify.elision import stands_for_code
from kibitz.verify.placing import Finder
from kibitz.verify.reduced import reduced


def document(text: str, language: str = "python") -> Document:
    return Document("file:///p/a", text, language)


def apply(text: str, search: str, replace: str, language: str = "python", near: Range | None = None) -> str:
    return apply_block(document(text, language), FileBlock(None, ((search, replace),)), near).text


def refusal(text: str, search: str, replace: str, language: str = "python", near: Range | None = None) -> str:
    with pytest.raises(KibitzError) as caught:
        apply(text, search, replace, language, near)
    assert caught.value.kind == "bad_response"
    return caught.value.message


GO = """package a

// Load reads a thing.
// It asks first.
func Load(id int) error {
	// ask
	url := find(id)
	return fetch(url)
}

// Save writes one.
func Save(id int) error {
	return store(id)
}
"""


@pytest.mark.parametrize(
    "above",
    [
        "// Load reads a thing.\n// It asks first.\n",
        "// It asks first.\n",
        "\n// Load reads a thing.\n// It asks first.\n",
    ],
)
def test_comments_that_the_new_text_alone_brings_are_not_doubled(above: str) -> None:
    search = "func Load(id int) error {\n\turl := find(id)\n\treturn fetch(url)\n}\n"
    replace = search.replace("fetch(url)", "fetch(url, id)").replace("\turl", "\t// ask\n\turl")
    wanted = GO.replace("fetch(url)", "fetch(url, id)")
    assert apply(GO, search, above + replace, "go") == wanted
    assert apply(GO, search, above + replace + "\n// Save writes one.\n", "go") == wanted
    # also where the code is copied exactly
    exact = "func Save(id int) error {\n\treturn store(id)\n"
    after = apply(GO, exact, "// Save writes one.\n" + exact.replace("store(", "put("), "go")
    assert after == GO.replace("store(", "put(")


def test_other_comments_of_the_new_text_are_new() -> None:
    search = "func Save(id int) error {\n\treturn store(id)\n}\n"
    after = apply(GO, search, "// It never fails.\n" + search.replace("store", "put"), "go")
    assert after == GO.replace("// Save writes one.\n", "// Save writes one.\n// It never fails.\n").replace(
        "store", "put"
    )


def test_blank_lines_of_an_exact_block_are_as_the_answer_has_them() -> None:
    text = "import os\n\nx = 1\n"
    assert apply(text, "import os\n", "import os\n\n") == "import os\n\n\nx = 1\n"


def test_the_end_of_a_comment_is_not_made_by_taking_blanks_away() -> None:
    text = "/**\n * // so\n * and so\n */\nint a;\nint b;\n"
    assert reduced(text.split("\n"), "java").numbers == [4, 5]


def test_a_blank_line_tells_places_apart() -> None:
    text = "def a():\n    x = load(1)\n    y = save(x)\n\n    return y\n\n\ndef b():\n    x = load(1)\n    y = save(x)\n    return y\n"
    search = "    x = load(1)\n    y = save(x)\n\n"
    assert place(document(text), search, None) == span(1, 0, 4, 0)
    assert place(document(text), search + "    return y\n", None) == span(1, 0, 5, 0)
    # one that the block lacks may have been lost
    assert "matches 2 places" in refusal(text, search.rstrip("\n") + "\n    return y\n", "    return 1\n")


def test_a_line_that_stands_near_the_place_is_not_taken_for_a_changed_one() -> None:
    text = (
        "switch (x) {\n  case Add(path): {\n    print('adding', path)\n  }\n  case Stash(stash): {\n"
        "    const cmd = stash.cmd || push\n    run(cmd, stash.options)\n    log(cmd, stash.name)\n  }\n}\n"
    )
    search = "  case Add(path): {\n    const cmd = stash.cmd || push\n    run(cmd, stash.options)\n    log(cmd, stash.name)\n"
    assert "come closest" in refusal(text, search, "  added()\n" + search, "typescript")


def test_of_two_places_that_lack_the_last_line_none_is_taken() -> None:
    head = "where\n    A: Producer,\n    B: Producer<Item = A::Item>,\n{\n"
    text = f"struct C<A, B>\n{head}    a: A,\n}}\n\nimpl<A, B> C<A, B>\n{head}    fn new() {{}}\n}}\n\nimpl<A, B> D<A, B>\n{head}    type Item = A;\n}}\n"
    search = head.partition("\n")[2] + "}\n"
    assert "come closest" in refusal(text, search, search.replace("{\n", "    added()\n{\n"), "rust")


def test_what_is_selected_is_not_passed_over() -> None:
    inner = "Pretty(\n    value,\n    indent_guides=guides,\n    max_length=longest,\n    overflow=flow,\n)\n"
    other = inner.replace("value", "renderable(value)")
    text = f"{inner}\n\ndef f():\n" + "".join(f"    {line}\n" for line in other.splitlines())
    search = "".join(f"    {line}\n" for line in inner.replace("value,", "item(value),").splitlines())
    near = span(9, 0, 15, 0)
    assert "come closest" in refusal(text, search, search.replace("flow", "wrap"), near=near)


def test_lines_that_are_there_beside_the_place_are_not_put_in_again() -> None:
    text = (
        "import a.Bytes;\nimport a.Print;\nimport a.Out;\nimport b.Frame;\nimport c.Log;\nimport d.Action;\n"
    )
    search = "import a.Bytes;\nimport b.Frame;\nimport c.Log;\nimport d.Action;\n"
    replace = text.replace("import d.Action;", "changed = wanted(4)")
    try:
        after = apply(text, search, replace, "java")
    except KibitzError as error:
        assert error.kind == "bad_response"
    else:
        assert after == replace
    lines = ["one()", "two_things()", "three_things()", "four()"]
    found = Finder(document("\n".join(lines) + "\n")).find("four()\n", None)
    assert pasted(lines, found, ["two_things()", "three_things()", "four()"])
    assert not pasted(lines, found, ["other_things()", "four()"])


def test_a_line_that_was_changed_since_and_is_to_go_is_not_passed_over_at_the_end() -> None:
    text = "def f(a):\n    first = load(a)\n    second = save(first)\n    third = send(second)\n    newer = other(1)\n"
    kept = text.removesuffix("    newer = other(1)\n")
    search = kept + "    if third.status != 401:\n"
    assert "as the answer has it" in refusal(text, search, kept.replace("f(a)", "f(a, b)"))
    # what the answer leaves alone may be gone
    after = apply(text, search, search.replace("f(a)", "f(a, b)"))
    assert after == text.replace("f(a)", "f(a, b)")


def test_a_moved_line_is_the_documents() -> None:
    text = 'def f():\n    first = options["one"]\n    second = options["two"]\n    return first, second\n'
    search = "def f():\n    first = optoins['one']\n    second = options['two']\n    return first, second\n"
    swapped = "def f():\n    second = options['two']\n    first = optoins['one']\n    return first, second\n"
    assert apply(text, search, swapped) == (
        'def f():\n    second = options["two"]\n    first = options["one"]\n    return first, second\n'
    )


def test_a_nested_part_of_an_outdented_block_is_nested() -> None:
    text = "class A:\n    def f(self):\n        one()\n        two()\n        three()\n"
    search = "    one()\n    two()\n    three()\n"
    replace = "    one()\n    if ready:\n        two()\n    three()\n"
    assert apply(text, search, replace) == text.replace(
        "        two()\n", "        if ready:\n            two()\n"
    )


def test_closing_lines_alone_do_not_tell_the_depth() -> None:
    text = "func f() {\n\tif a {\n\t\tif b {\n\t\t\tg()\n\t\t}\n\t}\n}\n"
    assert "how deep" in refusal(text, "\t\t\t}\n\t\t}\n\t}\n", "\t\t}\n\t}\n", "go")


def test_new_strings_have_the_files_quotes_beside_an_apostrophe() -> None:
    text = 'def safe():\n    """A range that can\'t grow."""\n    return f("one", "two")\n'
    search = text.replace('"one", "two"', "'one', 'two'")
    assert apply(text, search, search.replace("'two'", "'three'")) == text.replace('"two"', '"three"')


def test_a_new_line_that_is_written_as_in_the_file_is_not_written_as_in_the_copy() -> None:
    text = 'a = {\n    "a.html": "{% include \'b.html\' %}",\n    "c.html": "{{1/0}}",\n}\n'
    search = text.translate(str.maketrans("'\"", "\"'")).replace("'{% include", '"{% include')
    replace = text.replace("a.html", "x.html")
    assert apply(text, search, replace) == replace


@pytest.mark.parametrize("strange", ["\u00a0", "\u200b", "–"])
def test_characters_that_code_does_not_have_are_the_plain_ones(strange: str) -> None:
    text = 'name = "x"\nrest = name - 1\n'
    search = "name = “x”\nrest = name - 1\n"
    search = search.replace("-", "–") if strange == "–" else search.replace("name =", f"name{strange} =")
    assert apply(text, search, search.replace("“x”", "“y”")) == text.replace('"x"', '"y"')
    # where the file has such characters they are its own
    own = text.replace('"x"', '"“x”"')
    assert apply(own, 'name = "“x”"\n', 'name = "“y”"\n') == own.replace("“x”", "“y”")


def test_the_same_block_twice_is_one() -> None:
    block = FileBlock(None, (("b = 1\n", "b = 2\n"), ("b = 1\n", "b = 2\n")))
    assert apply_block(document("a = 1\nb = 1\n"), block, None).text == "a = 1\nb = 2\n"


@pytest.mark.parametrize(
    "line",
    [
        "{/* ... */}",
        "{/* existing code */}",
        "pass  # ... unchanged",
        "// implementation unchanged",
        "// keep existing logic",
        "# TODO: keep the existing code",
        "# Other code remains the same",
        "# code continues",
        "# --- snip ---",
        "// <snip>",
    ],
)
def test_more_words_for_code_left_out(line: str) -> None:
    assert stands_for_code(line)
    assert "leaves code out" in refusal("a()\nb()\nc()\n", "a()\nb()\nc()\n", f"a()\n{line}\nd()\n")


@pytest.mark.parametrize(
    "line",
    [
        "pass  # nothing to do",
        "{/* a list of things */}",
        "# keep the connection open",
        "# leave other users alone",
        "# the code is unchanged by rounding",
        "# other methods",
        "# snippets of text",
    ],
)
def test_remarks_that_are_remarks(line: str) -> None:
    assert not stands_for_code(line)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("<<<<<<< ORIGINAL", ">>>>>>> UPDATED"),
        ("<<<<<<< search", ">>>>>>> replace"),
        ("------- SEARCH", "+++++++ REPLACE"),
        ("<<<<<<<SEARCH", ">>>>>>>REPLACE"),
    ],
)
def test_other_forms_of_the_marks(first: str, last: str) -> None:
    block = f"{first}\na\n=======\nb\n{last}\n"
    assert parse_edits(block) == (FileBlock(None, (("a\n", "b\n"),)),)
    assert parse_edits(f"```python\n{block}```\n") == parse_edits(block)


lines = st.sampled_from(["a()", "    b()", "    # why", "", "    c = 'd'", "e()  "])


@given(
    above=st.lists(lines, max_size=4),
    below=st.lists(lines, max_size=4),
    replace=st.lists(st.sampled_from(["x()", "    y = 'z'", "    # how"]), max_size=4),
    final=st.booleans(),
)
def test_a_file_of_crlf_is_changed_as_one_of_lf(
    above: list[str], below: list[str], replace: list[str], final: bool
) -> None:
    text = "\n".join([*above, "unique one", "unique two", *below]) + ("\n" if final else "")
    block = FileBlock(None, (("unique one\nunique two\n", "".join(f"{line}\n" for line in replace)),))
    plain = apply_block(document(text), block, None).text
    assert apply_block(document(text.replace("\n", "\r\n")), block, None).text == plain.replace("\n", "\r\n")
    assert plain == "\n".join([*above, *replace, *below]) + (
        "\n" if final and (above or replace or below) else ""
    )
