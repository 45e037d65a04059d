"""What is shown beside code that is explained, changed, checked or tested."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.context.tasks import Kind, build_task_context
from kibitz.context.tokens import estimate
from kibitz.text import Document, span
from support.memory_index import MemoryIndex

OWN = """from shop.money import Money, sum_of


def total(amounts: list[Money]) -> Money:
    return sum_of(amounts)
"""
FILES = {
    "shop/total.py": OWN,
    "shop/money.py": '''class Money:
    """An amount."""

    def rounded(self, places: int) -> int:
        return places


def sum_of(amounts: list[Money]) -> Money:
    """All of them together."""
    return amounts[0]
''',
    "legacy/money.py": "def sum_of(anything):\n    return 1\n",
    "shop/invoice.py": "from shop.total import total\n\n\ndef invoice(lines):\n    return total(lines)\n",
    "tests/test_total.py": "from shop.total import total\n\n\ndef test_total():\n    assert total([1]) == 1\n",
}
READER = MemoryIndex(FILES)
DOCUMENT = Document("file:///p/shop/total.py", OWN, "python", 1, Path("/p/shop/total.py"))
BODY = span(3, 0, 4, 26)
KINDS: tuple[Kind, ...] = ("explain", "refactor", "bugs", "tests", "chat")


def shown(kind: Kind, budget: int = 2000) -> dict[str, str]:
    found = build_task_context(DOCUMENT, BODY, READER, path="shop/total.py", budget=budget, kind=kind)
    return {f"{s.path}:{s.start_line}": f"{s.why}\n{s.text}" for s in found}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_called_comes_from_the_imported_file(kind: Kind) -> None:
    found = shown(kind)
    assert "def sum_of(amounts: list[Money]) -> Money" in found["shop/money.py:7"]
    assert "legacy/money.py:0" not in found


@pytest.mark.parametrize("kind", KINDS)
def test_types_come_with_their_members(kind: Kind) -> None:
    assert "  def rounded(self, places: int) -> int" in shown(kind)["shop/money.py:0"]


def test_finding_bugs_sees_what_the_called_code_does() -> None:
    assert "return amounts[0]" in shown("bugs")["shop/money.py:7"]
    assert "return amounts[0]" not in shown("explain")["shop/money.py:7"]


def test_uses_come_first_for_a_change_and_tests_for_tests() -> None:
    uses, tests = list(shown("refactor")), list(shown("tests"))
    assert uses[0].startswith("shop/invoice.py")
    assert tests[0].startswith("tests/test_total.py")
    assert "uses `total`" in shown("refactor")[uses[0]]


def test_nothing_without_an_index_or_a_grammar() -> None:
    assert build_task_context(DOCUMENT, BODY, None, budget=2000, kind="chat") == ()
    prose = Document("file:///p/a.txt", "total", "plaintext")
    assert build_task_context(prose, prose.whole, READER, budget=2000, kind="chat") == ()


@settings(max_examples=60, deadline=None)
@given(budget=st.integers(0, 400), kind=st.sampled_from(KINDS))
def test_never_above_the_budget_nothing_twice(budget: int, kind: Kind) -> None:
    found = build_task_context(DOCUMENT, BODY, READER, path="shop/total.py", budget=budget, kind=kind)
    assert sum(s.tokens for s in found) <= budget
    assert all(s.tokens >= estimate(s.text) for s in found)
    assert "shop/total.py" not in {s.path for s in found}
    for at, one in enumerate(found):
        assert not any(
            one.path == o.path and one.start_line <= o.end_line and o.start_line <= one.end_line
            for o in found[:at]
        )
