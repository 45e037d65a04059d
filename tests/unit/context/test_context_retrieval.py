"""What other files contribute to a completion's context."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.context.retrieval import Edited, build_completion, retrieve
from kibitz.context.tokens import estimate
from kibitz.text import Document, Position
from support.memory_index import MemoryIndex

FILES = {
    "shop/cart.py": '''from shop.money import Money


class Basket:
    """What a customer has chosen."""


class Cart(Basket):
    """A basket with prices."""

    def add_line(self, name: str, price: Money) -> None:
        """Put something in."""
        self.lines.append((name, price))

    def grand_total(self) -> Money:
        # never negative_total
        return sum_of(price for _, price in self.lines)
''',
    "shop/money.py": '''class Money:
    """An amount."""

    def rounded(self, places: int = 2) -> "Money":
        return self


def sum_of(amounts: list[Money]) -> Money:
    return amounts[0]
''',
    "shop/invoice.py": """from shop.cart import Cart


def invoice(cart: Cart) -> str:
    cart.add_line("postage", None)
    return str(cart.grand_total().rounded())
""",
    ".env.py": "def grand_total_secret(cart): return cart.hidden_key\n",
    "far/unrelated.py": "def paint(canvas):\n    return canvas.fill()\n",
}
OWN = """from shop.cart import Cart


def receipt(cart: Cart) -> str:
    # the sum of the cart
    text = "for the cart: "

    return text
"""
READER = MemoryIndex(FILES)


def document(text: str = OWN, path: str = "shop/receipt.py") -> Document:
    return Document(f"file:///p/{path}", text, "python", 1, Path("/p", path))


def test_members_of_the_type_at_hand_are_shown_under_its_header() -> None:
    built = build_completion(document(), Position(6, 4), READER, path="shop/receipt.py", budget=1000)
    assert not built.skipped
    outline = next(s for s in built.snippets if s.path == "shop/cart.py")
    lines = outline.text.split("\n")
    assert "class Cart(Basket)" in lines
    assert lines.index("class Cart(Basket)") < lines.index("  def grand_total(self) -> Money")
    assert "Cart" in outline.why
    assert (outline.start_line, outline.end_line) == (7, 16)


def test_secret_files_and_the_file_itself_are_never_shown() -> None:
    reader = MemoryIndex(
        {**FILES, "shop/receipt.py": OWN + "\ndef own_helper(cart): return cart.own_member\n"}
    )
    built = build_completion(document(), Position(6, 4), reader, path="shop/receipt.py", budget=4000)
    assert built.snippets
    assert {s.path for s in built.snippets}.isdisjoint({".env.py", "shop/receipt.py"})
    shown = "".join(s.text for s in built.snippets)
    assert "hidden_key" not in shown
    assert "own_member" not in shown


def test_names_in_comments_are_no_reason_to_show_a_line() -> None:
    found = retrieve(document(), Position(6, 4), READER, path="shop/receipt.py", budget=4000)
    assert not any(s.text.strip().startswith("#") for s in found)


@pytest.mark.parametrize(
    ("position", "reader", "budget", "why"),
    [
        (Position(4, 12), READER, 2000, "comment"),
        (Position(5, 18), READER, 2000, "string"),
        (Position(6, 4), None, 2000, "no index"),
        (Position(6, 4), READER, 100, "budget"),
        (Position(6, 4), MemoryIndex({}), 2000, "no other file"),
    ],
)
def test_it_says_why_nothing_was_looked_for(
    position: Position, reader: MemoryIndex | None, budget: int, why: str
) -> None:
    built = build_completion(document(), position, reader, path="shop/receipt.py", budget=budget)
    assert built.snippets == ()
    assert why in built.skipped
    assert built.prefix.endswith(OWN.split("\n")[position.line][: position.character])


def test_outlines_come_before_code_and_each_by_path() -> None:
    found = retrieve(document(), Position(6, 4), READER, path="shop/receipt.py", budget=4000)
    paths = [s.path for s in found]
    falls = sum(a > b for a, b in itertools.pairwise(paths))
    assert len(paths) > 2
    assert falls <= 1
    assert len(set(paths)) >= len(paths) / 2


def test_what_was_just_edited_elsewhere_is_seen_before_the_index_knows_it() -> None:
    edit = Edited("shop/labels.py", 4, "def label(cart: Cart) -> str:\n    return cart.grand_total()\n")
    reader = MemoryIndex({path: text for path, text in FILES.items() if path != "shop/invoice.py"})
    plain = build_completion(document(), Position(6, 4), reader, path="shop/receipt.py", budget=4000)
    edited = build_completion(
        document(), Position(6, 4), reader, path="shop/receipt.py", budget=4000, recent_edits=[edit]
    )
    assert "shop/labels.py" not in {s.path for s in plain.snippets}
    found = next(s for s in edited.snippets if s.path == "shop/labels.py")
    assert "cart.grand_total()" in found.text
    assert found.start_line >= 4


def test_an_open_document_replaces_what_the_index_has_of_it() -> None:
    opened = document("def other(cart):\n    return cart.grand_total().rounded(3)\n", "shop/invoice.py")
    built = build_completion(
        document(), Position(6, 4), READER, path="shop/receipt.py", budget=4000, open_documents=[opened]
    )
    shown = "\n".join(s.text for s in built.snippets if s.path == "shop/invoice.py")
    assert "rounded(3)" in shown
    assert "postage" not in shown


@settings(max_examples=150, deadline=None)
@given(
    line=st.integers(-1, 12),
    column=st.integers(0, 40),
    budget=st.one_of(st.integers(-5, 300), st.integers(0, 5000)),
    extra=st.text(max_size=60),
)
def test_never_above_the_budget_and_always_the_same(line: int, column: int, budget: int, extra: str) -> None:
    asked = document(OWN + extra)
    first = build_completion(asked, Position(line, column), READER, path="shop/receipt.py", budget=budget)
    assert first.tokens <= max(0, budget)
    assert first.tokens == estimate(first.prefix) + estimate(first.suffix) + sum(
        s.tokens for s in first.snippets
    )
    for snippet in first.snippets:
        assert snippet.tokens >= estimate(snippet.text) + estimate(snippet.path)
        assert snippet.why
        assert 0 <= snippet.start_line <= snippet.end_line
    again = build_completion(
        asked, Position(line, column), MemoryIndex(FILES), path="shop/receipt.py", budget=budget
    )
    assert repr(again) == repr(first)
    assert asked.text.endswith(first.suffix) or asked.text.find(first.suffix) >= 0
    assert first.prefix + first.suffix in asked.text


def test_every_line_shown_is_in_its_file() -> None:
    found = retrieve(document(), Position(6, 4), READER, path="shop/receipt.py", budget=4000)
    for snippet in found:
        source = " ".join(FILES[snippet.path].split())
        for line in snippet.text.split("\n"):
            assert " ".join(line.split()).removesuffix("…").rstrip() in source
