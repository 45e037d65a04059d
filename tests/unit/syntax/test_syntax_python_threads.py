"""Python's parser asked by several threads at once."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

from kibitz.syntax.python_check import python_error, python_tree

GOOD = "\n".join(f"def f{n}(a, b):\n    return [x for x in ((a + b) * {n},) if x]" for n in range(60))


def test_threads_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(python_tree, [GOOD, GOOD + "\n)", "\ufeff" + GOOD] * 20))
    assert [type(one) for one in found] == [ast.Module, SyntaxError, ast.Module] * 20


def test_what_the_parser_cannot_judge_is_no_error() -> None:
    assert python_tree("-" * 100_000 + "1") is None
    assert python_error("x = 1\n" * 50_000 + ")") is None
    assert python_error("x = )") is not None
