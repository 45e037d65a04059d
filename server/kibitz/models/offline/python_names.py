"""Names for what is extracted: from what the code says about it, and free where it is put."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Collection, Sequence

from kibitz.errors import KibitzError
from kibitz.models.offline.python_source import Source

_VERBS = (
    "get",
    "compute",
    "calculate",
    "fetch",
    "load",
    "make",
    "build",
    "create",
    "find",
    "read",
    "parse",
    "to",
)
_OPERATIONS: dict[type[ast.operator], str] = {
    ast.Add: "total",
    ast.Sub: "difference",
    ast.Mult: "product",
    ast.Div: "ratio",
    ast.FloorDiv: "quotient",
    ast.Mod: "remainder",
    ast.Pow: "power",
    ast.BitOr: "combined",
    ast.BitAnd: "mask",
}
_LONGEST = 30


def usable(name: str) -> str:
    """The name, if Python allows it. Raises `invalid`."""
    if not name.isidentifier() or keyword.iskeyword(name) or name == "_":
        raise KibitzError(
            "invalid", "The new name is not a Python name.", "Use letters, digits and underscores."
        )
    return name


def free(name: str, taken: Collection[str]) -> str:
    """The name, or the name with the first number that makes it one nobody uses."""
    reserved = {*taken, *dir(builtins), *keyword.kwlist}
    number = 2
    found = name
    while found in reserved:
        found = f"{name}_{number}"
        number += 1
    return found


def for_value(source: Source, node: ast.expr) -> str:
    """What the value of an expression could be called, by its role first and its content second."""
    return _slug(_by_role(source, node) or _by_content(node) or "value")


def for_function(source: Source, nodes: Sequence[ast.AST], results: Sequence[str]) -> str:
    """What a function with this body could be called: after what it computes, else after what it does."""
    if len(nodes) == 1 and isinstance(nodes[0], ast.expr):
        return _slug(f"compute_{for_value(source, nodes[0])}")
    if results:
        return _slug("compute_" + "_and_".join(result.strip("_") or "value" for result in results[:2]))
    last = nodes[-1]
    if isinstance(last, ast.Return) and last.value is not None and (said := _by_content(last.value)):
        return _slug(f"compute_{said}")
    first = nodes[0]
    if isinstance(first, (ast.For, ast.AsyncFor)) and (said := _by_content(first.iter)):
        return _slug(f"process_{said}")
    for node in (inner for root in nodes for inner in ast.walk(root)):
        if isinstance(node, ast.Call) and (called := _identifier(node.func)):
            about = next((said for arg in node.args if (said := _identifier(arg))), "")
            return _slug(f"{called}_{about}" if about and about != called else f"do_{called}")
    return "extracted"


def _by_role(source: Source, node: ast.expr) -> str:
    """The keyword it is passed as, or what the function that returns it is called after."""
    for outer in ast.walk(source.tree):
        if isinstance(outer, ast.keyword) and outer.value is node and outer.arg:
            return outer.arg
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for inner in ast.walk(outer):
                if isinstance(inner, ast.Return) and inner.value is node:
                    verb, _, rest = outer.name.strip("_").partition("_")
                    return rest if verb in _VERBS and rest else ""
    return ""


def _by_content(node: ast.expr) -> str:  # noqa: C901 - one case per kind of expression
    match node:
        case ast.Name() | ast.Attribute():
            return _identifier(node)
        case ast.Call():
            called = _snake(_identifier(node.func))
            verb, _, rest = called.partition("_")
            if verb in _VERBS and rest:
                return rest
            about = next((said for arg in node.args if (said := _identifier(arg))), "")
            return f"{about}_{called}" if called in ("len", "sum", "max", "min") and about else called
        case ast.BinOp():
            right, left = _identifier(node.right), _identifier(node.left)
            about = left if left else right
            operation = _OPERATIONS.get(type(node.op), "result")
            return f"{operation}_{about}" if operation == "total" and about else operation
        case ast.Compare() | ast.BoolOp():
            return "condition"
        case ast.UnaryOp():
            return "condition" if isinstance(node.op, ast.Not) else _by_content(node.operand)
        case ast.Subscript():
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                return node.slice.value
            return (
                f"{_singular(_identifier(node.value))}" if not isinstance(node.slice, ast.Slice) else "part"
            )
        case ast.Constant():
            if isinstance(node.value, str) and re.fullmatch(r"[A-Za-z][\w -]{1,24}", node.value):
                return node.value
            return {str: "text", bytes: "data", int: "number", float: "number"}.get(type(node.value), "value")
        case ast.JoinedStr():
            return "text"
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return _plural(_by_content(node.elt)) if not isinstance(node.elt, ast.Constant) else "values"
        case ast.DictComp() | ast.Dict():
            return "mapping"
        case ast.List() | ast.Tuple() | ast.Set():
            return "items"
        case ast.Lambda():
            return "function"
        case ast.Await():
            return _by_content(node.value)
    return ""


def _identifier(node: ast.AST) -> str:
    """The last name of a dotted path."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _slug(said: str) -> str:
    name = re.sub(r"\W+", "_", _snake(said.strip())).strip("_")[:_LONGEST].rstrip("_")
    return name if name.isidentifier() and not keyword.iskeyword(name) else "value"


def _singular(name: str) -> str:
    if len(name) > 3 and name.endswith("s") and not name.endswith("ss"):
        return name[:-1]
    return f"{name}_item" if name else ""


def _plural(name: str) -> str:
    return name if not name or name.endswith("s") else f"{name}s"
