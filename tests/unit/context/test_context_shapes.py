"""What types names have, who can use a definition, and how what is already named is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.context.choose import Snippet
from kibitz.context.declared import declared_types, result_types
from kibitz.context.pieces import on_one_line, shortened
from kibitz.context.retrieval import retrieve, skip_reason
from kibitz.context.votes import is_test, reachable
from kibitz.index.reader import DefinitionRow
from kibitz.syntax.languages import language_of
from kibitz.text import Document, Position
from support.memory_index import MemoryIndex


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("java", "private final Map<Key, Wrap> wraps = new HashMap<>();", ("wraps", "Wrap")),
        ("java", "void run(MultiExchange<T> exchange) {", ("exchange", "MultiExchange")),
        ("typescript", "  observer: QueryObserver | undefined", ("observer", "QueryObserver")),
        ("typescript", "const cache = new QueryCache()", ("cache", "QueryCache")),
        ("python", "def receipt(cart: Cart, *, total: int) -> str:", ("cart", "Cart")),
        ("python", "cart = shop.Cart()", ("cart", "Cart")),
        ("go", "func serve(l *Listener, n int) error {", ("l", "Listener")),
        ("go", "server := &Server{}", ("server", "Server")),
        ("rust", "let client = Client::new(config);", ("client", "Client")),
        ("rust", "fn send(request: &mut Request) {", ("request", "Request")),
    ],
)
def test_a_declaration_tells_a_type(language: str, line: str, expected: tuple[str, str]) -> None:
    name, one = expected
    assert one in declared_types([line], language)[name]


@given(st.lists(st.text(max_size=60), max_size=6), st.sampled_from(["java", "go", "python", "typescript"]))
def test_any_lines_can_be_read(lines: list[str], language: str) -> None:
    assert all(types for types in declared_types(lines, language).values())


def test_the_last_declaration_comes_first() -> None:
    assert declared_types(["a: Cart", "a: Basket"], "python")["a"] == ("Basket", "Cart")


@pytest.mark.parametrize(
    ("signature", "name", "expected"),
    [
        ("Exchange<Void> getExchange(HttpRequest request)", "getExchange", ("Exchange", "Void")),
        ("def loader(settings: Settings) -> SpiderLoader", "loader", ("SpiderLoader",)),
        ("func (c *Command) Root(deep Depth) (*Command, error)", "Root", ("Command",)),
        ("private final Set<Archive> targets = new HashSet<>()", "targets", ("Set", "Archive", "HashSet")),
        ("no such name", "other", ()),
    ],
)
def test_a_signature_tells_what_comes_out(signature: str, name: str, expected: tuple[str, ...]) -> None:
    assert result_types(signature, name) == expected


def _row(path: str, name: str, signature: str) -> DefinitionRow:
    return DefinitionRow(path, name, "method", "Owner", 1, 2, signature, "")


@pytest.mark.parametrize(
    ("row", "path", "expected"),
    [
        (_row("a/Wrap.java", "close", "private void close()"), "a/Eval.java", False),
        (_row("a/Wrap.java", "close", "void close()"), "a/Eval.java", True),
        (_row("a/Wrap.java", "privateKey", "public Key privateKey()"), "a/Eval.java", True),
        (_row("a/wrap.go", "close", "func (w *Wrap) close()"), "a/eval.go", True),
        (_row("a/wrap.go", "close", "func (w *Wrap) close()"), "b/eval.go", False),
        (_row("a/wrap.go", "Close", "func (w *Wrap) Close()"), "b/eval.go", True),
        (_row("a/wrap.py", "_close", "def _close(self)"), "a/eval.py", False),
        (_row("a/wrap.py", "__enter__", "def __enter__(self)"), "a/eval.py", True),
        (_row("a/wrap_test.go", "Fake", "func Fake()"), "a/eval.go", False),
        (_row("a/wrap_test.go", "Fake", "func Fake()"), "a/eval_test.go", True),
    ],
)
def test_what_others_cannot_use_is_known(row: DefinitionRow, path: str, expected: bool) -> None:
    assert reachable(row, path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_cart.py", True),
        ("src/cart_test.go", True),
        ("src/cart.spec.ts", True),
        ("src/test.rs", True),
        ("gcimporter/testdata/p.go", True),
        ("src/contest.py", False),
        ("src/attest/cart.py", False),
    ],
)
def test_tests_are_known_by_their_paths(path: str, expected: bool) -> None:
    assert is_test(path) is expected


def test_a_signature_on_one_line_has_no_trace_of_its_layout() -> None:
    assert (
        on_one_line("def follow(\n    self,\n    url: str,\n) -> Request")
        == "def follow(self, url: str) -> Request"
    )
    assert shortened("type Base<") == "type Base<…"
    assert shortened("f(\n  a,\n  [\n    1,\n  ],\n)") == "f(a, [1])"


FILES = {
    "bank/Money.java": """package bank;

public class Money {
    private int cents;

    public Money(int units, Currency currency) {
    }

    private void settle() {
    }

    public Money roundedUp() {
        return this;
    }
}
""",
    "bank/Currency.java": "package bank;\n\npublic enum Currency { EURO }\n",
    "bank/Account.java": "package bank;\n\npublic class Account {\n    Money balance() { return null; }\n}\n",
    "far/Other.java": "package far;\n\npublic class Other {\n    void settle() { }\n}\n",
    "bank/AccountPrinter.java": """package bank;

class AccountPrinter {
    void print(Account account) {
        Money due = account.balance();

    }
}
""",
}


def _snippets(path: str, line: int, budget: int = 400) -> tuple[Snippet, ...]:
    document = Document(f"file:///p/{path}", FILES[path], language_of(path), 1, Path("/p", path))
    return retrieve(document, Position(line, 8), MemoryIndex(FILES), path=path, budget=budget)


def test_members_of_a_declared_type_are_shown_but_no_private_ones() -> None:
    text = "\n".join(s.text for s in _snippets("bank/AccountPrinter.java", 5))
    assert "public Money roundedUp()" in text
    assert "private void settle()" not in text
    assert "private int cents" not in text


def test_how_a_type_that_is_named_is_made() -> None:
    shown = {s.path: s for s in _snippets("bank/AccountPrinter.java", 5)}
    assert "  public Money(int units, Currency currency)" in shown["bank/Money.java"].text.split("\n")
    assert "public class Money" in shown["bank/Money.java"].text.split("\n")


def test_types_of_the_same_package_need_no_import() -> None:
    lines = "\n".join(s.text for s in _snippets("bank/AccountPrinter.java", 5)).split("\n")
    assert any("Currency" in line for line in lines)


def test_no_run_of_code_ends_in_brackets_that_only_close() -> None:
    for snippet in _snippets("bank/AccountPrinter.java", 5, 4000):
        assert snippet.text.split("\n")[-1].strip(" )]};,")


def test_why_nothing_is_looked_for() -> None:
    document = Document("file:///p/a.py", "# a word\nx = 1\n", "python")
    assert skip_reason(document, Position(0, 6), 1000) == "the cursor is in a comment"
    assert skip_reason(document, Position(1, 5), 1000) == ""
    assert skip_reason(document, Position(1, 5), 10) == "the budget has no room for other files"
