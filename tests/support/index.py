"""A small project on disk and its index."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from kibitz.index.project import Project

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": (
        "from shop.items import Item\nfrom . import money\n\n\nclass Base:\n    pass\n\n\n"
        "class Cart(Base):\n    '''Holds items.'''\n\n    def total_price(self) -> int:\n        # Item in a comment\n"
        "        return sum(Item(x).price for x in self.items)\n"
    ),
    "src/shop/items.py": "class Item:\n    def __init__(self, price):\n        self.price = price\n",
    "src/shop/money.py": "RATE = 3\n\n\ndef convert(amount):\n    return amount * RATE\n",
    "web/cart.ts": "import { add } from './util';\nexport class CartView { render() { return add(1) } }\n",
    "web/util.ts": "export function add(n: number) { return n }\n",
    "README.md": "# Shop\n\nThe cart computes the total price.\n",
}


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def ignore(_: Any) -> None:
    """Progress nobody looks at."""


async def built(project: Project) -> dict[str, Any]:
    return await project.build(ignore)


def found(project: Project, *words: str) -> list[tuple[str, int]]:
    return [(row.path, row.start_line) for row in project.view.search(words)]


def defined(project: Project, name: str) -> list[str]:
    return [row.path for row in project.view.definitions_named([name])]


def check_whole(project: Project) -> None:
    """The search's own check that what was taken out is what was put in."""
    db = sqlite3.connect(project._file.path)
    db.execute("INSERT INTO windows (windows) VALUES ('integrity-check')")
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    db.close()
