"""Blocks that a model copied badly get into their place with the text that was meant, or are refused."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import Document, span
from kibitz.verify.anchor import apply_block, place
from kibitz.verify.answer import FileBlock
from kibitz.verify.refusal import RefusalError

SOURCE = '''import logging

from shop.money import Price, rounded


class Basket:
    """What somebody wants to buy."""

    def __init__(self, owner, limit=10):
        # who pays
        self.owner = owner
        self.limit = limit
        self.items = []

    def add(self, item, amount=1):
        if len(self.items) >= self.limit:
            raise ValueError("the basket is full")

        # the same thing twice is one line
        for line in self.items:
            if line.item == item:
                line.amount += amount
                return line
        line = Line(item, amount)
        self.items.append(line)
        return line

    def total(self, discount=None):
        # in cents
        prices = [line.item.price * line.amount for line in self.items]
        if discount is not None:
            prices.append(discount.of(sum(prices)))
        logging.info('total of %s', self.owner)
        return rounded(sum(prices), digits=2, mode="half even")
'''
LINES = SOURCE.splitlines()


def document(text: str = SOURCE, language: str = "python") -> Document:
    return Document("file:///p/basket.py", text, language)


def apply(search: str, replace: str, text: str = SOURCE, language: str = "python") -> str:
    return apply_block(document(text, language), FileBlock(None, ((search, replace),)), None).text


def refusal(search: str, replace: str, text: str = SOURCE, language: str = "python") -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        apply(search, replace, text, language)
    return caught.value


TOTAL = """    def total(self, discount=None):
        # in cents
        prices = [line.item.price * line.amount for line in self.items]
        if discount is not None:
            prices.append(discount.of(sum(prices)))
        logging.info('total of %s', self.owner)
        return rounded(sum(prices), digits=2, mode="half even")
"""
WISH = TOTAL.replace("is not None", "and prices").replace("digits=2", "digits=3")


def undamaged() -> str:
    return SOURCE.replace(TOTAL, WISH)


def other_quotes(text: str) -> str:
    return text.translate(str.maketrans("'\"", "\"'"))


DAMAGES: dict[str, Callable[[str], str]] = {
    "none": lambda text: text,
    "dedent": textwrap.dedent,
    "deeper": lambda text: textwrap.indent(text, "    "),
    "tabs": lambda text: text.replace("    ", "\t"),
    "two blanks": lambda text: text.replace("    ", "  "),
    "first line": str.lstrip,
    "trailing": lambda text: text.replace("\n", "  \n"),
    "comment": lambda text: text.replace("        # in cents\n", ""),
    "blank lines": lambda text: "\n" + text.replace("\n        if", "\n\n        if") + "\n",
    "quotes": other_quotes,
    "spacing": lambda text: text.replace(" * ", "*").replace(", ", ","),
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "typo": lambda text: text.replace("logging", "loging"),
    "swapped": lambda text: text.replace("amount", "amuont"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_both_sides_changes_nothing(name: str) -> None:
    damage = DAMAGES[name]
    assert apply(damage(TOTAL), damage(WISH)) == undamaged()


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_the_search_text_alone_changes_nothing(name: str) -> None:
    assert apply(DAMAGES[name](TOTAL), WISH) == undamaged()


def test_statements_broken_otherwise_are_the_same() -> None:
    broken = TOTAL.replace(
        'rounded(sum(prices), digits=2, mode="half even")',
        'rounded(\n            sum(prices),\n            digits=2,\n            mode="half even",\n        )',
    )
    assert apply(broken, WISH) == undamaged()
    text = SOURCE.replace(TOTAL, broken)
    assert apply(TOTAL, TOTAL.replace("is not None", "and prices"), text) == text.replace(
        "is not None", "and prices"
    )


def test_two_damages_at_once() -> None:
    def both(text: str) -> str:
        return textwrap.dedent(
            other_quotes(text.replace("        # in cents\n", "").replace("prices)", "prcies)", 1))
        )

    assert apply(both(TOTAL), both(WISH)) == undamaged()


def test_comments_the_answer_does_not_know_stay() -> None:
    search = "for line in self.items:\n    if line.item == item:\n        line.amount += amount\n"
    text = SOURCE.replace(
        "                line.amount +=", "                # one more\n                line.amount +="
    )
    after = apply(search, search.replace("line.amount += amount", "line.add(amount)"), text)
    assert after == text.replace("line.amount += amount", "line.add(amount)")
    after = apply(search, search.replace("    if line.item == item:\n", "    if item.same(line):\n"), text)
    assert after == text.replace("if line.item == item:", "if item.same(line):")


def test_comments_go_with_all_of_their_code() -> None:
    search = TOTAL.replace("        # in cents\n", "")
    assert apply(search, "") == SOURCE.replace(TOTAL, "")
    assert apply(search, "    go()\n") == SOURCE.replace(TOTAL, "    go()\n")


def test_comments_whose_place_is_gone_are_not_lost() -> None:
    text = "def f():\n    a = 1\n    # why b\n    b = 2\n    # why c\n    c = 3\n"
    search = "    a = 1\n    b = 2\n    c = 3\n"
    error = refusal(search, "    a = 1\n    go()\n", text)
    assert "comments" in error.message
    assert "# why c" in error.for_model
    assert apply(search, "    a = 1\n    # why B\n    b = 4\n    c = 3\n", text) == text.replace(
        "b = 2", "b = 4"
    ).replace("why b", "why B")


def test_a_line_that_changed_since_stays_as_it_is() -> None:
    text = SOURCE.replace("self.limit = limit", "self.limit = max(1, limit)")
    search = "        self.owner = owner\n        self.limit = limit\n        self.items = []\n"
    assert apply(search, search.replace("[]", "Lines()"), text) == text.replace(
        "self.items = []", "self.items = Lines()"
    )
    assert apply(
        search, search.replace("self.owner = owner", "self.owner = owner or guest"), text
    ) == text.replace("self.owner = owner", "self.owner = owner or guest")
    error = refusal(search, search.replace("self.limit = limit", "self.limit = limit or 10"), text)
    assert "is not in the file as the answer has it" in error.message
    assert "max(1, limit)" in error.for_model
    error = refusal(search, search.replace("        self.limit = limit\n", ""), text)
    assert "max(1, limit)" not in error.message + error.hint


def test_a_line_that_changed_elsewhere_than_the_answer_changes_it_has_both() -> None:
    text = SOURCE.replace("digits=2, mode", "digits=4, mode")
    after = apply(TOTAL, TOTAL.replace('mode="half even"', 'mode="up"'), text)
    assert after == text.replace('mode="half even"', 'mode="up"')


def test_a_line_added_since_stays() -> None:
    text = SOURCE.replace(
        "        line = Line(item, amount)\n", "        line = Line(item, amount)\n        self.count += 1\n"
    )
    search = "        line = Line(item, amount)\n        self.items.append(line)\n        return line\n"
    after = apply(search, search.replace("return line", "return self.items[-1]"), text)
    assert after == text.replace("(line)\n        return line", "(line)\n        return self.items[-1]")
    error = refusal(search, search.replace("Line(item", "Row(item"), text)
    assert "self.count += 1" in error.for_model


def test_a_bracket_below_a_new_line_is_not_taken_for_another() -> None:
    text = "class A {\n  f() {\n    if (x) {\n    }\n    return this.value_();\n    this.newer();\n}\n"
    search = "    }\n    return this.value_();\n  }\n"
    assert "  }\n" in refusal(search, search + "  added();\n", text, "typescript").for_model


def test_a_line_that_is_gone_since_stays_gone() -> None:
    text = SOURCE.replace("        logging.info('total of %s', self.owner)\n", "")
    after = apply(TOTAL, TOTAL.replace("discount is not None", "discount"), text)
    assert after == text.replace("discount is not None", "discount")


def test_a_name_that_is_not_there_is_no_slip() -> None:
    text = "def first_total(a):\n    return a.total\n\n\ndef other():\n    pass\n"
    error = refusal(
        "def second_total(a):\n    return a.total\n", "def second_total(a):\n    return 1\n", text
    )
    assert "come closest" in error.message


def test_alike_places_are_refused() -> None:
    text = "".join(
        f"def test_{n}():\n    client = Client()\n    assert client.get('/{n}') == {n}\n\n\n"
        for n in range(5)
    )
    search = "def test_9():\n    client = Client()\n    assert client.get('/9') == 9\n"
    assert "come closest" in refusal(search, search.replace("== 9", "== 10"), text).message
    error = refusal("    client = Client()\n", "    client = Other()\n", text)
    assert "matches 5 places" in error.message
    assert error.for_model.count("client = Client()") >= 4


def test_what_may_be_a_copy_of_another_place_is_refused() -> None:
    text = "if a:\n    one = 1\n    two = 2\n\n\ndef f():\n    if b:\n        one = 1\n        two = 2\n"
    assert "matches 2 places" in refusal("    one = 1\n    two = 2\n", "    one = 3\n", text).message
    near = Document("file:///p/a.py", text, "python")
    assert place(near, "    one = 1\n    two = 2\n", span(0, 0, 3, 0)) == span(1, 0, 3, 0)
    # a line alone, like an import, is meant as it is written
    assert apply("one = 1\n", "one = 3\n", "one = 1\nif a:\n    one = 1\n") == "one = 3\nif a:\n    one = 1\n"


@pytest.mark.parametrize(
    "middle",
    [
        "...",
        "# ...",
        "# ... existing code ...",
        "# [...]",
        "# (unchanged)",
        "# rest of the method",
        "# the middle",
    ],
)
def test_a_middle_that_is_left_out_is_refused(middle: str) -> None:
    lines = TOTAL.splitlines(keepends=True)
    search = "".join([lines[0], f"        {middle}\n", *lines[-2:]])
    error = refusal(search, search.replace("digits=2", "digits=3"))
    assert "def total(self, discount=None):" in error.for_model
    replace = "".join([lines[0], "        ...\n", *lines[-2:]])
    assert "leaves code out" in refusal(TOTAL, replace).message
    stubs = SOURCE + "\n\nclass Owner(Protocol):\n    def pay(self):\n        ...\n"
    assert "leaves code out" in refusal(TOTAL, replace, stubs).message


def test_new_lines_go_below_lines_that_only_the_file_has() -> None:
    text = "a = 1\n\n# why b\nb = 2\n"
    assert apply("a = 1\nb = 2\n", "a = 1\nnew = 0\nb = 2\n", text) == "a = 1\nnew = 0\n\n# why b\nb = 2\n"
    text = "def a():\n    pass\n\n\ndef b():\n    pass\n"
    after = apply("    pass\ndef b():\n", "    pass\ndef new():\n    pass\ndef b():\n", text)
    assert after == "def a():\n    pass\n\n\ndef new():\n    pass\n\n\ndef b():\n    pass\n"


def test_other_languages() -> None:
    go = "func f(a int) int {\n\t// why\n\tif a > 1 {\n\t\treturn g(a)\n\t}\n\treturn 0\n}\n"
    search = "func f(a int) int {\n    if a > 1 {\n        return g(a)\n    }\n    return 0\n}\n"
    replace = search.replace("return 0", "log(a)\n    return 0")
    assert apply(search, replace, go, "go") == go.replace("return 0", "log(a)\n\treturn 0")
    search, replace = "    }\n    return 0\n", "    }\n    log(a)\n    return 0\n"
    assert apply(search, replace, go, "go") == go.replace("return 0", "log(a)\n\treturn 0")
    end = "func f() {\n\tif x {\n\t}\n}\n\nfunc g() error\n"
    search, replace = "    }\n}\n\nfunc g() error\n", "    }\n    added()\n}\n\nfunc g() error\n"
    assert apply(search, replace, end, "go") == end.replace("\t}\n", "\t}\n\tadded()\n")
    java = "/**\n * Says why.\n */\nint f() {\n    /* inner */ return g(1,\n        2);\n}\n"
    assert apply(
        "int f() {\n    /* inner */ return g(1, 2);\n}\n",
        "int h() {\n    /* inner */ return g(1, 2);\n}\n",
        java,
        "java",
    ) == java.replace("f()", "h()")


def test_a_like_name_is_not_taken_for_a_slip_where_another_place_may_be_meant() -> None:
    text = "".join(
        f"fn {name}() {{\n    let s = all();\n    let v = s.clone();\n}}\n\n"
        for name in ("chunks", "rchunks")
    )
    text = text.replace("fn chunks() {", "newer!(5)")
    search = "fn chunks() {\n    let s = all();\n    let v = s.clone();\n"
    assert "come closest" in refusal(search, search + "    go();\n", text, "rust").message


words = st.sampled_from(
    ["alpha", "beta", "gamma", "delta", "load(x)", "save(y, 'z')", "if ready:", "return total"]
)
bodies = st.lists(
    st.tuples(st.sampled_from(["    ", "        "]), words).map("".join) | st.just("") | st.just("    # why"),
    min_size=4,
    max_size=16,
)


@given(
    body=bodies,
    data=st.data(),
    name=st.sampled_from(sorted(set(DAMAGES) - {"none", "typo", "swapped", "comment"})),
    two_sided=st.booleans(),
)
def test_any_block_under_any_damage_is_right_or_refused(
    body: list[str], data: st.DataObject, name: str, two_sided: bool
) -> None:
    code = [n for n, line in enumerate(body) if line.strip() and "#" not in line]
    if len(code) < 2:
        return
    first = data.draw(st.sampled_from(code[:-1]))
    last = data.draw(st.sampled_from([n for n in code if n > first]))
    changed = data.draw(st.sampled_from([n for n in code if first <= n <= last]))
    old = body[first : last + 1]
    new = list(old)
    new[changed - first] = re.match(r"\s*", body[changed])[0] + "unheard_of(1)"  # type: ignore[index]
    damage = DAMAGES[name]
    search, replace = ("\n".join(lines) + "\n" for lines in (old, new))
    search = damage(search)
    if two_sided and damage(replace).count("\n") == search.count("\n") and name != "first line":
        replace = damage(replace)
    text = "\n".join(["def f():", *body]) + "\n"
    if search in text and search != "\n".join(old) + "\n":
        return  # the damage gave another block of the file
    try:
        after = apply(search, replace, text)
    except KibitzError as error:
        assert error.kind == "bad_response"
        return
    wanted = "\n".join(["def f():", *body[:first], *new, *body[last + 1 :]]) + "\n"
    if name == "blank lines":
        # which of more blank lines than there are the new text leaves out cannot be known
        after, wanted = (re.sub(r"\n+", "\n", text) for text in (after, wanted))
    assert after == wanted


@pytest.mark.parametrize(
    ("search", "replace", "wanted"),
    [
        # nested deeper below a new line, in the indentation of the copy
        ("a()\nb()\n", "if ready:\n    a()\n    b()\n", "    if ready:\n        a()\n        b()\n"),
        # and in the document's
        (
            "a()\nb()\n",
            "    if ready:\n        a()\n        b()\n",
            "    if ready:\n        a()\n        b()\n",
        ),
        ("        a()\n        b()\n", "    if a():\n        b()\n", "    if a():\n        b()\n"),
        ("        a()\n        b()\n", "        if a():\n            b()\n", "    if a():\n        b()\n"),
        ("\ta()\n\tb()\n", "\tif ready:\n\t\ta()\n\tb()\n", "    if ready:\n        a()\n    b()\n"),
        ("  a()\n  b()\n", "  a()\n  if ready:\n      c()\n", "    a()\n    if ready:\n        c()\n"),
    ],
)
def test_how_deep_new_lines_belong(search: str, replace: str, wanted: str) -> None:
    text = "def f():\n    a()\n    b()\n"
    assert apply(search, replace, text) == f"def f():\n{wanted}"


def test_depths_that_contradict_each_other_are_refused() -> None:
    text = "def f():\n    if x:\n        a()\n        b()\n        c()\n"
    search = "    a()\n    b()\n    c()\n"
    assert "how deep" in refusal(search, "a()\nb()\nnew()\nc()\n", text).message
    assert "how deep" in refusal(search, "    a()\n        b()\nnew()\n    c()\n", text).message
