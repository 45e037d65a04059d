"""A test module from cases: what was seen, written as asserts."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any

from kibitz.workers.process import find_tool, run_tool

Case = Mapping[str, Any]


async def write(cases: Sequence[Case], module: str, *, pytest: bool) -> str:
    """The text of a test module: functions for pytest, else a unittest class. Formatted where ruff is there."""
    names: set[str] = set()
    tests = [_test(case, _name(case, names), pytest=pytest) for case in cases]
    imports = {line for case in cases for line in case["imports"]}
    body = "\n\n".join(tests)
    if "contextlib." in body:
        imports |= {"import contextlib", "import io"}
    if not pytest:
        imports.add("import unittest")
        body = f"class {_class(module)}(unittest.TestCase):\n{indent(body, '    ')}"
    elif "pytest." in body:
        imports.add("import pytest")
    text = f'"""What {module} does today."""\n\n' + "\n".join(sorted(imports)) + f"\n\n\n{body}\n"
    return await tidy(text, module)


async def tidy(text: str, module: str = "") -> str:
    """The text with its imports sorted, unused ones removed, and laid out; as it is where ruff is not installed."""
    ruff = find_tool("ruff")
    if ruff is None:
        return text
    own = ["--config", f"lint.isort.known-first-party=['{module.partition('.')[0]}']"] if module else []
    lint = [
        ruff,
        "check",
        "--isolated",
        "--no-cache",
        "--quiet",
        "--fix-only",
        "--select",
        "I,F401,F811",
        *own,
    ]
    checked = await run_tool([*lint, "--stdin-filename", "test_it.py", "-"], stdin=text)
    text = checked.stdout if checked.exit_code == 0 and checked.stdout.strip() else text
    layout = [ruff, "format", "--isolated", "--no-cache", "--quiet", "--stdin-filename", "test_it.py", "-"]
    formatted = await run_tool(layout, stdin=text)
    return formatted.stdout if formatted.exit_code == 0 and formatted.stdout.strip() else text


def _class(module: str) -> str:
    return "Test" + "".join(part.capitalize() for part in re.split(r"[._]", module))


def _name(case: Case, taken: set[str]) -> str:
    target = _snake(str(case["target"]))
    what = _what(case)
    words = re.sub(r"\W+|_+", "_", f"{target}_{what}").strip("_")
    name = re.sub(r"_+", "_", f"test_{words}")
    number, unique = 2, name
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    taken.add(unique)
    return unique


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _what(case: Case) -> str:
    what = str(case["what"]) or "ordinary_input"
    if case["error"]:
        kind = _snake(str(case["error"]).rpartition(".")[2])
        where = (
            f"_{'' if what.startswith('after ') else 'for_'}{what}"
            if case["what"] and not case["documented"]
            else ""
        )
        return f"raises_{kind}{where}"
    if not case["what"] and len(case["checks"]) == 1:
        right = str(case["checks"][0]["right"])
        if right in ("None", "True", "False"):
            return f"returns_{right.lower()}"
    return what


def _test(case: Case, name: str, *, pytest: bool) -> str:
    lines = [*case["setup"], *_body(case, pytest=pytest)]
    header = f"def {name}():" if pytest else f"def {name}(self):"
    return f"{header}\n" + indent("\n".join(lines), "    ")


def _body(case: Case, *, pytest: bool) -> list[str]:
    call = _whole(str(case["call"]))
    if case["error"]:
        raises = "pytest.raises" if pytest else "self.assertRaises"
        return [f"with {raises}({case['error']}):", f"    {call}"]
    checks = list(case["checks"])
    lines: list[str] = []
    if case["printed"]:
        lines += ["with contextlib.redirect_stdout(io.StringIO()) as output:", f"    {call}"]
        checks.insert(0, {"kind": "equal", "left": "output.getvalue()", "right": repr(case["printed"])})
    elif len(checks) == 1 and checks[0]["left"] == "result":
        return [_assert(checks[0]["kind"], call, checks[0]["right"], pytest=pytest)]
    elif any(re.search(r"\bresult\b", check["left"]) for check in checks):
        lines.append(f"result = {call}")
    else:
        lines.append(call)
    return [
        *lines,
        *(_assert(check["kind"], check["left"], check["right"], pytest=pytest) for check in checks),
    ]


def _assert(kind: str, left: str, right: str, *, pytest: bool) -> str:
    if pytest:
        forms = {
            "equal": f"assert {left} == {right}",
            "is": f"assert {left} is {right}",
            "type": f"assert isinstance({left}, {right})",
            "approx": f"assert {left} == pytest.approx({right})",
        }
        return forms[kind]
    scalar = kind == "approx" and not right.startswith(("[", "(", "{"))
    forms = {
        "equal": f"self.assertEqual({left}, {right})",
        "is": f"self.assertIs({left}, {right})",
        "type": f"self.assertIsInstance({left}, {right})",
        "approx": f"self.assert{'AlmostEqual' if scalar else 'Equal'}({left}, {right})",
    }
    return forms[kind]


def _whole(call: str) -> str:
    """The call in parentheses where it would not hold together beside an operator or on several lines."""
    try:
        node = ast.parse(call, mode="eval").body
    except SyntaxError:
        return f"({call})"
    plain = isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.Name)
    return call if plain and "\n" not in call and not keyword.iskeyword(call) else f"({call})"
