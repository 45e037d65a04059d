"""A small source, and how tests ask the Python worker's methods about it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from kibitz.errors import KibitzError
from kibitz.models.offline.python_worker import METHODS

CART = textwrap.dedent(
    '''
    import os


    def total(items, tax):
        """What a cart costs."""
        subtotal = 0
        for item in items:
            subtotal += item.price * item.quantity
        grand = subtotal * (1 + tax)
        return grand


    class Cart:
        def __init__(self, items):
            self.items = items

        def pay(self, tax):
            rate = 1 + tax
            cost = rate * len(self.items)
            return cost
    '''
).lstrip("\n")


def place(text: str, needle: str, *, end: bool = False, nth: int = 0) -> dict[str, int]:
    """Where a piece of a text starts or ends."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(needle, at + 1)
    at += len(needle) if end else 0
    line = text.count("\n", 0, at)
    return {"line": line, "column": at - (text.rfind("\n", 0, at) + 1)}


def ask(
    kind: str,
    text: str,
    needle: str,
    name: str | None = None,
    *,
    path: Path | str = "/nowhere/cart.py",
    root: Path | None = None,
    nth: int = 0,
    cursor: bool = False,
) -> dict[str, Any]:
    start = place(text, needle, nth=nth)
    end = start if cursor else place(text, needle, end=True, nth=nth)
    params = {"kind": kind, "path": str(path), "text": text, "root": str(root) if root else None}
    result: dict[str, Any] = METHODS["refactor"]({**params, "start": start, "end": end, "new_name": name})
    return result


def changed(*args: Any, **options: Any) -> str:
    (text,) = ask(*args, **options)["changes"].values()
    compile(text.removeprefix("\ufeff"), "result", "exec", dont_inherit=True)
    return str(text)


def refused(*args: Any, **options: Any) -> KibitzError:
    with pytest.raises(KibitzError) as caught:
        ask(*args, **options)
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    return caught.value


LOOP = "subtotal = 0\n    for item in items:\n        subtotal += item.price * item.quantity"
