"""A block that two places have a claim to is refused, however much more like it the one is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import Document, Range, span
from kibitz.verify.anchor import apply_block, place
from kibitz.verify.answer import FileBlock
from kibitz.verify.edges import pasted
from kibitz.verify.placing import Finder


def document(text: str, language: str) -> Document:
    return Document("file:///p/a", text, language)


def apply(text: str, search: str, replace: str, language: str = "python", near: Range | None = None) -> str:
    return apply_block(document(text, language), FileBlock(None, ((search, replace),)), near).text


def refusal(text: str, search: str, replace: str, language: str = "python") -> str:
    with pytest.raises(KibitzError) as caught:
        apply(text, search, replace, language)
    assert caught.value.kind == "bad_response"
    return caught.value.message


ARMS = """match kind {
    StmtKind::Expr(mut e) => {
        visit_expression(&mut e, visitor);
        StmtKind::Expr(e)
    }
    StmtKind::Semi(mut e) => {
        visit_expression(&mut e, visitor);
        StmtKind::Semi(e)
    }
    other => other,
};
"""


def test_the_first_of_two_arms_is_not_taken_for_the_second() -> None:
    search = """        visit_expression(&mut e, visitor);
        StmtKind::Expr(e)
    }
    other => other,
};
"""
    nested = search.replace("        visit", "        if ready {\n        visit").replace("(e)\n", "(e)\n}\n")
    assert "come closest" in refusal(ARMS, search, nested, "rust")


def test_a_function_is_not_put_in_twice_where_the_block_leaves_it_out() -> None:
    methods = "".join(
        f"    fn fold_{name}(&mut self, i: {name.title()}) -> {name.title()} {{\n        fold_type_{name}(self, i)\n    }}\n"
        for name in ("paren", "path", "ptr")
    )
    lines = methods.splitlines(keepends=True)
    search = "".join([*lines[1:3], lines[6]])
    replace = "".join([lines[1], "    rewritten();\n", *lines[3:7]])
    assert "come closest" in refusal(methods, search, replace, "rust")


def test_of_two_tests_that_begin_alike_none_is_taken_for_both() -> None:
    first = '    check(func(log *Logger) {\n        log.Info("test")\n    }, func(fields Fields) {\n        equal("test", fields["msg"])\n'
    text = f'func one() {{\n{first}    }})\n}}\n\nfunc two() {{\n{first}        equal("hello", fields["more"])\n    }})\n}}\n'
    text += f"\nfunc three() {{\n{first}    }})\n}}\n"
    search = first + '        equal("test", fields["msg"])\n        equal("hello", fields["more"])\n'
    replace = search.replace("    }, func(fields Fields) {\n", "    rewritten()\n")
    assert "come closest" in refusal(text, search, replace, "go")


def test_where_the_lines_left_out_end_may_not_be_known() -> None:
    one = """}

func (w *writer) Write(data []byte) (n int, err error) {
\tw.WriteHeaderNow()
\tn, err = w.inner.Write(data)
\tw.size += n
\treturn
"""
    two = one.replace("Write(data []byte)", "WriteString(s string)").replace(
        "w.inner.Write(data)", "io.Write(w, s)"
    )
    text = f"{one}{two}}}\n"
    search = one.replace("\tn, err = w.inner.Write(data)\n", "")
    replace = one + two.replace("\treturn\n", "\t// remark\n\treturn\n")
    assert refusal(text, search, replace, "go")


def test_new_lines_that_are_beside_the_place_but_for_one() -> None:
    lines = ["func one() {", "\tbegin()", "\treturn first()", "}", "", "func two() {", "\tother()", "}"]
    found = Finder(document("\n".join(lines) + "\n", "go")).find("\treturn first()\n", None)
    assert pasted(lines, found, ["\treturn first()", "}", "", "func two() {", "\tother()", "\tadded()"])
    assert pasted(lines, found, ["func one() {", "\tbegin()", "\treturn two()"])
    assert not pasted(lines, found, ["\treturn first()", "\treturn third()", "\treturn fourth()"])
    # a single line that is repeated is no copy of what is beside it
    assert not pasted(lines, found, ["\tbegin_again()", "\treturn first()"])


def test_the_line_that_differs_may_be_the_one_that_changed_at_the_other_place() -> None:
    above = "\tstart(everything, at_once)\n}\n\n"
    head = "func names_match(s string, t string) bool {\n"
    body = "\tif ignore_the_case {\n\t\treturn fold(s, t)\n\t}\n"
    text = f"{above}newer_319 = something_else(319)\n{body}}}\n\n{above}{head.replace('bool', 'bool_d')}{body}}}\n"
    search = above + head + body
    wish = search.replace("fold", "equal")
    assert "come closest" in refusal(text, search, wish, "go")
    # another function is another one
    other = text.replace("newer_319 = something_else(319)", "func (r *reader) Close() error {")
    after = apply(other, search, wish, "go")
    assert after == "equal".join(other.rsplit("fold", 1))


def test_commas_are_told_apart() -> None:
    assert "not in the file" in refusal("x = f(1, 2)\n", "x = f(12)\n", "x = 3\n")
    rules = "    ($name:ident, $($steps:expr,)*) => (\n        search!($name, [$($steps),*]);\n    );\n"
    text = f"macro_rules! search {{\n{rules}{rules.replace('expr,)*', 'expr),*').replace('search!(', 'find!(')}}}\n"
    search = rules.replace("expr,)*", "expr),*")
    message = refusal(text, search, search.replace(" => (\n", " => (\n        added();\n"), "rust")
    assert "search text" in message


@pytest.mark.parametrize(
    ("text", "search", "replace"),
    [
        ("f(\n    one,\n    two,\n)\n", "f(one, two)\n", "f(one)\n"),
        ("f(one, two)\n", "f(\n    one,\n    two,\n)\n", "f(one)\n"),
        ("f(one, two,)\n", "f(one, two)\n", ""),
        ("x = [\n    1,\n    2\n]\n", "x = [1, 2]\n", "f(one)\n"),
    ],
)
def test_a_comma_after_the_last_part_says_nothing(text: str, search: str, replace: str) -> None:
    assert apply(text, search, replace) == replace


def test_a_line_that_is_written_so_elsewhere_is_meant_there() -> None:
    fields = "    start: Position\n    end: Position\n    before: bool = False\n"
    parameters = "        start: Position,\n        end: Position,\n        before: bool = False,\n"
    changed = parameters.replace("before: bool", "after: bool")
    text = (
        f"class Range:\n{fields}\n\nclass Text:\n    def style(\n        self,\n{changed}    ) -> None: ...\n"
    )
    assert "not in the file" in refusal(text, parameters, "        where: Range,\n")


def test_a_comment_of_another_place_is_not_passed_over() -> None:
    code = '    #[cfg(feature = "client")]\n    pub fn set(&mut self) {}\n'
    one = "    /// How long a ping may take.\n    ///\n    /// Off by default.\n"
    text = f"impl A {{\n{one}    #[newer]\n    pub fn set(&mut self) {{}}\n}}\n\nimpl B {{\n    /// How often to ask.\n{code}}}\n"
    assert "not in the file" in refusal(text, one + code, one + code.replace("set", "put"), "rust")
    # one that no place has is made up, or was changed
    made_up = "    /// Sets it.\n" + code
    after = apply(text, made_up, made_up.replace("fn set", "fn put"), "rust")
    assert after == text.replace(code, code.replace("fn set", "fn put"))


def test_lines_that_are_commented_out_too_are_ambiguous() -> None:
    code = "    const limit = width - ONE;\n    assert(value >= -limit && value < limit);\n"
    commented = "".join(f"    {line}" for line in code.splitlines(keepends=True))
    text = f"function check() {{\n{code}}}\n\nfunction old() {{\n/*\n{commented}*/\n}}\n"
    tabs = code.replace("    ", "\t\t")
    assert "matches 2 places" in refusal(text, tabs, tabs.replace("ONE", "TWO"), "typescript")
    found = place(document(text, "typescript"), tabs, span(1, 0, 3, 0))
    assert found == span(1, 0, 3, 0)


def test_comments_are_matched_before_the_blank_lines_between_them() -> None:
    text = "def f():\n    first()\n\n    # why\n    # so\n    x = load()\n    save(x)\n\n    # then\n    last()\n"
    search = "    # why\n\n    # so\n\n    x = load()\n\n    save(x)\n\n    # then\n"
    assert apply(text, search, "    whole()\n") == "def f():\n    first()\n\n    whole()\n    last()\n"


def test_a_new_first_line_that_may_be_bare_or_not_is_refused() -> None:
    text = "struct A {\n    kind: Kind,\n    load: Load,\n}\n\nimpl A {\n"
    search = "load: Load,\n}\n\nimpl A {\n"
    assert "how deep" in refusal(text, search, "rewritten(1);\n\nimpl A {\n", "rust")
    after = apply(text, search, search.replace("load: Load", "data: Load"), "rust")
    assert after == text.replace("load: Load", "data: Load")


def test_one_step_is_found_where_it_differs() -> None:
    text = " * a remark\n */\nclass A {\n    void f() {\n        go();\n    }\n}\n"
    search = text.replace("    ", "\t")
    new = search.replace("\t\tgo();\n", "\t\tif (ready) {\n\t\t\tgo();\n\t\t}\n")
    after = text.replace("        go();\n", "        if (ready) {\n            go();\n        }\n")
    assert apply(text, search, new, "java") == after


@pytest.mark.parametrize(
    ("language", "opens", "closes"),
    [("typescript", "`", "`"), ("python", '"""', '"""'), ("python", "'''", "'''")],
)
def test_what_a_string_of_several_lines_says_keeps_its_quotes(language: str, opens: str, closes: str) -> None:
    text = f"a = f('x')\nt = {opens}\n  hello\n{closes}\ngo(a)\n"
    search = f'a = f("x")\nt = {opens}\n  hello\n{closes}\n'
    replace = f'a = f("x")\nb = g("y")\nt = {opens}\n  hello\n  say "me"\n{closes}\n'
    assert apply(text, search, replace, language) == (
        f"a = f('x')\nb = g('y')\nt = {opens}\n  hello\n  say \"me\"\n{closes}\ngo(a)\n"
    )
    # also where the block begins inside of it
    text = f"t = {opens}\n  hello\n  there\n{closes}\na = f('x')\n"
    search = f'  there\n{closes}\na = f("x")\n'
    assert apply(text, search, '  say "me"\n' + search, language) == text.replace(
        "  there", '  say "me"\n  there'
    )


def test_a_line_that_is_there_twice_and_moved_is_the_documents() -> None:
    text = 'f(\n    "one",\n    "both",\n)\ng(\n    "two",\n    "both",\n)\n'
    search = text.replace('"', "'")
    moved = search.replace("    'two',\n    'both',\n", "    'both',\n    'two',\n")
    assert apply(text, search, moved) == text.replace(
        '    "two",\n    "both",\n', '    "both",\n    "two",\n'
    )


words = st.sampled_from(["first()", "second(x)", "third = load(y)", "return third", "}", "if ready {"])


@given(
    above=st.lists(words, max_size=4),
    head=st.lists(words, min_size=1, max_size=3),
    middle=st.lists(words, min_size=1, max_size=6),
    tail=st.lists(words, min_size=1, max_size=3),
    below=st.lists(words, max_size=4),
)
def test_lines_left_out_are_never_lost_or_put_in_twice(
    above: list[str], head: list[str], middle: list[str], tail: list[str], below: list[str]
) -> None:
    text = "\n".join([*above, *head, *middle, *tail, *below]) + "\n"
    search = "\n".join([*head, *tail]) + "\n"
    if search in text:
        return  # what is left is another block of the file
    replace = search.replace(tail[-1], f"{tail[-1]} + unheard_of(1)")
    try:
        after = apply(text, search, replace, "go")
    except KibitzError as error:
        assert error.kind == "bad_response"
        return
    assert after.replace(" + unheard_of(1)", "") == text


def test_lines_deeper_by_as_much_as_the_block_is_less_deep_are_not_taken_to_be_right() -> None:
    text = "class A {\n    void f() {\n        go();\n        }\n    }\n\n    boolean real() {\n        return osc;\n    }\n}\n"
    search = "    }\n}\n\nboolean real() {\n    return osc;\n}\n"
    replace = "    }\n}\n\nif nested {\n    boolean real() {\n        return osc;\n    }\n}\n"
    assert "how deep" in refusal(text, search, replace, "java")


def test_a_comment_of_the_block_is_no_double_of_one_below_it() -> None:
    text = "a = load('x')\n\n# see section 6.3\nb = 2\n# see section 6.3\n# and section 6.4\nc = 3\n"
    search = 'a = load("x")\n\n# see section 6.3\nb = 2\n'
    assert apply(text, search, search.replace("b = 2\n", "")) == text.replace("b = 2\n", "")


def test_quotes_in_a_string_of_several_lines_are_those_of_its_lines() -> None:
    text = 'check(\'x\').same(`\n  "code": "custom",\n  "path": [],\n  "origin": "string",\n`)\n'
    search = text.translate(str.maketrans("'\"", "\"'")).removesuffix("`)\n")
    replace = search.replace("'path': []", "'depth': 'deep'")
    assert apply(text, search, replace, "typescript") == text.replace('"path": []', '"depth": "deep"')


def test_a_line_broken_otherwise_that_is_elsewhere_as_it_is_written_is_meant_there() -> None:
    head = "fn any<V>(self, visitor: V) -> Result<V::Value, Error>\n"
    text = f"#[inline]\n{head}where\n    V: Visitor<'de>,\n{{\n    one()\n}}\n\n#[newer]\n{head}    where V: Visitor<'de>\n{{\n}}\n"
    search = f"#[inline]\n{head}    where V: Visitor<'de>\n"
    assert "not in the file" in refusal(text, search, search.replace("self", "other"), "rust")
    alone = text.replace("    where V: Visitor<'de>\n", "")
    assert apply(alone, search, search.replace("self", "other"), "rust") == alone.replace("self", "other", 1)


def test_names_that_commas_make_a_list_are_not_those_of_a_block() -> None:
    text = "var levels = []Level{\n\tWarnLevel,\n\tInfoLevel,\n\tDebugLevel,\n}\n"
    search = "\t// not critical\n\tWarnLevel\n\t// general\n\tInfoLevel\n\t// verbose\n\tDebugLevel\n"
    assert "not in the file" in refusal(text, search, search.replace("DebugLevel", "TraceLevel"), "go")


def test_a_string_for_a_string_has_the_quotes_that_are_there() -> None:
    text = "styles = {\n    Comment: \"bold \" + COLORS['orange'],\n    Error: COLORS['red'],\n}\n"
    search = text.translate(str.maketrans("'\"", "\"'"))
    assert apply(text, search, search.replace("orange", "blue")) == text.replace("orange", "blue")
