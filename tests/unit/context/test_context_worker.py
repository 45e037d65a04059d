"""Contexts through the worker process that keeps the index, and the same ones from processes that hash differently."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from kibitz.context.client import MODULE, Contexts
from kibitz.context.retrieval import Built
from kibitz.index.client import ProjectIndex
from kibitz.text import Document, Position, span
from kibitz.workers.worker import Worker

FILES = {
    "shop/cart.py": '''from shop.money import Money


class Cart:
    """A basket with prices."""

    def add_line(self, name: str, price: Money) -> None:
        self.lines.append((name, price))

    def grand_total(self) -> Money:
        return sum_of(price for _, price in self.lines)

    def is_empty(self) -> bool:
        return not self.lines
''',
    "shop/money.py": "class Money:\n    def rounded(self) -> 'Money':\n        return self\n\n\n"
    "def sum_of(amounts: list[Money]) -> Money:\n    return amounts[0]\n",
    "shop/invoice.py": "from shop.cart import Cart\n\n\ndef invoice(cart: Cart) -> str:\n"
    '    cart.add_line("postage", None)\n    return str(cart.grand_total().rounded())\n',
    "shop/till.py": "from shop.cart import Cart\n\n\ndef pay(cart: Cart) -> bool:\n"
    "    if cart.is_empty():\n        return False\n    return bool(cart.grand_total())\n",
}
OWN = """from shop.cart import Cart


def receipt(cart: Cart) -> str:
    total = cart.

    return ""
"""
PATH = "shop/receipt.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in {**FILES, PATH: OWN}.items():
        file = tmp_path / "project" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "project"


@pytest.fixture
async def contexts(root: Path) -> AsyncIterator[Callable[[str], Any]]:
    """A function that starts a worker whose process hashes with a seed, and builds the index in a folder of its own."""
    workers: list[Worker] = []

    async def start(seed: str) -> Contexts:
        worker = Worker(MODULE, name="index", env={**os.environ, "PYTHONHASHSEED": seed})
        workers.append(worker)
        project = {"root": str(root), "exclude": [], "folder": str(root.parent / f"index{seed}")}
        await ProjectIndex(worker, root, (), Path(project["folder"])).build()
        return Contexts(worker, project)

    yield start
    for worker in workers:
        await worker.close()


def document(root: Path) -> Document:
    return Document(f"file:///{PATH}", OWN, "python", 1, root / PATH)


async def test_completions_and_task_contexts_cross_the_worker(
    contexts: Callable[[str], Any], root: Path
) -> None:
    asker: Contexts = await contexts("0")
    built = await asker.completion(document(root), Position(4, 17), path=PATH, budget=2000)
    assert isinstance(built, Built)
    assert not built.skipped
    assert built.prefix.endswith("total = cart.")
    assert built.suffix.endswith('return ""\n')
    assert built.tokens <= 2000
    assert "def grand_total(self) -> Money" in "\n".join(snippet.text for snippet in built.snippets)
    cart = Document("file:///cart", FILES["shop/cart.py"], "python", 1, root / "shop/cart.py")
    snippets = await asker.task(cart, span(9, 0, 10, 60), path="shop/cart.py", budget=1000, kind="explain")
    shown = {(snippet.path, line) for snippet in snippets for line in snippet.text.split("\n")}
    assert ("shop/money.py", "def sum_of(amounts: list[Money]) -> Money") in shown
    assert ("shop/till.py", "    return bool(cart.grand_total())") in shown
    assert sum(snippet.tokens for snippet in snippets) <= 1000


async def test_processes_that_hash_differently_build_the_same_bytes(
    contexts: Callable[[str], Any], root: Path
) -> None:
    answers = []
    for seed in ("1", "4242"):
        asker: Contexts = await contexts(seed)
        places = [Position(line, len(text)) for line, text in enumerate(OWN.split("\n"))]
        answers.append(
            [
                repr(await asker.completion(document(root), place, path=PATH, budget=budget))
                for place in places
                for budget in (300, 700, 2000)
            ]
            + [
                repr(await asker.task(document(root), span(3, 0, 6, 10), path=PATH, budget=500, kind=kind))
                for kind in ("explain", "tests")
            ]
        )
    assert answers[0] == answers[1]
    assert any("grand_total" in answer.partition("snippets=")[2] for answer in answers[0])
