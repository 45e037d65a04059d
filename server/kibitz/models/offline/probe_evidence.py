"""Runs inside the sandbox: what a function's body says of its parameters.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field

_METHODS = {
    "str": "startswith endswith split strip lower upper splitlines encode lstrip rstrip isdigit isalpha isupper islower "
    "title casefold expandtabs translate partition zfill isspace isalnum",
    "dict": "keys values items setdefault",
    "list": "append extend sort reverse insert",
    "set": "add union intersection difference issubset discard",
    "file": "read readline readlines write",
    "bytes": "decode hex",
}
_BY_METHOD = {method: kind for kind, methods in _METHODS.items() for method in methods.split()}
_ITERATE = {
    "sorted",
    "sum",
    "enumerate",
    "zip",
    "list",
    "tuple",
    "set",
    "iter",
    "reversed",
    "any",
    "all",
    "len",
    "frozenset",
}
_ANNOTATIONS = {
    "int": "int", "float": "float", "str": "str", "bytes": "bytes", "bool": "bool", "None": "None", "complex": "number",
    "object": "object", "Any": "object", "Path": "path", "PathLike": "path", "AnyStr": "str", "LiteralString": "str",
    "Number": "number", "Real": "number", "SupportsFloat": "float", "SupportsInt": "int", "SupportsIndex": "int",
    "TextIO": "file", "IO": "file", "StringIO": "file", "Hashable": "str", "Sized": "list",
}  # fmt: skip
LISTS = {
    "list",
    "List",
    "Sequence",
    "Iterable",
    "Collection",
    "Iterator",
    "MutableSequence",
    "Reversible",
    "Generator",
}
DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict"}
SETS = {"set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"}


@dataclass
class Parameter:
    """A parameter; `required` where it has no default."""

    name: str
    annotation: ast.expr | None = None
    default: ast.expr | None = None
    required: bool = True
    keyword: bool = False


@dataclass
class Evidence:
    """What a body says of its parameters: kinds in the order of their strength, literals they are compared with."""

    kinds: dict[str, list[str]] = field(default_factory=dict)
    literals: dict[str, list[str]] = field(default_factory=dict)
    constants: list[str | int | float] = field(default_factory=list)

    def note(self, node: ast.AST, kind: str) -> None:
        """A use of a parameter as a kind; nothing where the node is not a bare name."""
        if isinstance(node, ast.Name):
            self.kinds.setdefault(node.id, []).append(kind)


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, *, bound: bool) -> list[Parameter]:
    """The parameters that can be given, without `*args` and `**kwargs`, and without the first where it is bound."""
    args = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(args) - len(node.args.defaults)) + list(node.args.defaults)
    found = [Parameter(a.arg, a.annotation, d, d is None) for a, d in zip(args, defaults, strict=True)]
    if bound:
        found = found[1:]
    for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        found.append(Parameter(arg.arg, arg.annotation, default, default is None, keyword=True))
    return found


def evidence(node: ast.AST | None) -> Evidence:
    """How the body uses names."""
    seen = Evidence()
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Attribute):
            if part.attr in _BY_METHOD:
                seen.note(part.value, _BY_METHOD[part.attr])
        elif isinstance(part, ast.Call):
            _call(part, seen)
        elif isinstance(part, ast.BinOp | ast.AugAssign):
            _arithmetic(part, seen)
        elif isinstance(part, ast.Compare):
            _compared(part, seen)
        elif isinstance(part, ast.Subscript):
            key = part.slice
            text = isinstance(key, ast.Constant) and isinstance(key.value, str)
            seen.note(part.value, "dict" if text else "list")
        elif isinstance(part, ast.For | ast.AsyncFor | ast.comprehension):
            seen.note(part.iter, "list")
        elif isinstance(part, ast.Constant) and type(part.value) in (str, int, float):
            seen.constants.append(part.value)  # type: ignore[arg-type]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        docstring = ast.get_docstring(node, clean=False)
        seen.constants = [value for value in seen.constants if value != docstring]
    return seen


def _call(node: ast.Call, seen: Evidence) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    seen.note(node.func, f"call{min(len(node.args), 2)}")
    if not node.args:
        return
    first = node.args[0]
    if name in _ITERATE or (name in ("max", "min") and len(node.args) == 1):
        seen.note(first, "list")
    elif name in ("range", "chr"):
        for argument in node.args:
            seen.note(argument, "int")
    elif name in ("ord", "int"):
        seen.note(first, "str")
    elif name in ("abs", "round", "divmod"):
        seen.note(first, "number")
    elif name in ("map", "filter") and len(node.args) > 1:
        seen.note(node.args[1], "list")
    elif name == "isinstance" and len(node.args) > 1:
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        for kind in kinds:
            if isinstance(kind, ast.Name) and (found := kind_of_name(kind.id)):
                seen.note(first, found)
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        if node.func.value.id == "math":
            seen.note(first, "number")
        elif node.func.value.id == "re" and len(node.args) > 1:
            seen.note(node.args[-1], "str")


def _arithmetic(node: ast.BinOp | ast.AugAssign, seen: Evidence) -> None:
    left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
    if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow | ast.BitXor | ast.LShift | ast.RShift):
        seen.note(left, "number")
        seen.note(right, "number")
    elif isinstance(node.op, ast.Mod | ast.Mult | ast.Add | ast.BitAnd | ast.BitOr):
        for one, other in ((left, right), (right, left)):
            if isinstance(other, ast.Constant):
                kind = {int: "int", float: "number", str: "str"}.get(type(other.value))
                if kind and not (isinstance(node.op, ast.Mod) and one is right):
                    seen.note(one, kind if isinstance(node.op, ast.Mod | ast.Add) else "number")


def _compared(node: ast.Compare, seen: Evidence) -> None:
    sides = [node.left, *node.comparators]
    for one, other in [*itertools.pairwise(sides), *zip(sides[1:], sides, strict=False)]:
        if not isinstance(one, ast.Name):
            continue
        options = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else [other]
        for option in options:
            literal = literal_of(option)
            if literal is None:
                continue
            near = seen.literals.setdefault(one.id, [])
            near.append(repr(literal[0]))
            if type(literal[0]) in (int, float):
                near += [repr(literal[0] + 1), repr(literal[0] - 1)]  # type: ignore[operator]
                seen.note(one, "int" if isinstance(literal[0], int) else "number")
            elif isinstance(literal[0], str):
                seen.note(one, "str")


def literal_of(node: ast.expr) -> tuple[object] | None:
    """The value of a literal, boxed."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return (value,) if value is None or isinstance(value, int | float | str) else None


def kind_of_name(name: str) -> str | None:
    """The kind of values that an annotation of this name means; None where it means none of them."""
    if name in LISTS or name == "tuple":
        return "list"
    return "dict" if name in DICTS else "set" if name in SETS else _ANNOTATIONS.get(name)
