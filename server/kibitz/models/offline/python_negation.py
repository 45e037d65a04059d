"""The opposite of a condition, as a person would write it: operators turned round where that is exact, `not` elsewhere."""

from __future__ import annotations

import ast
import re

from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import broken

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ORDER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Lt: "<",
    ast.GtE: ">=",
    ast.Gt: ">",
    ast.LtE: "<=",
}
_LOOSE = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)


def negated(source: Source, node: ast.expr, start: int, end: int) -> str:
    """The opposite of the condition `node`, whose text with the parentheses around it is `source.text[start:end]`.

    True exactly where the condition is false, with the same parts evaluated in the same order. `<` and its like are
    turned round only between lengths: of two sets or with a NaN both `a < b` and `a >= b` are false.
    """
    text = source.text[start:end]
    turned = _turned(source, node)
    if turned is not None:
        low, high = source.region(node)
        whole = text[: low - start] + turned + text[high - start :]
        if isinstance(node, ast.UnaryOp) and "\n" not in turned:
            turned = source.text[slice(*source.region(node.operand))]
        for found in (whole if "\n" in text else turned, whole):
            if _is(found, _opposite(source, node)):
                return found
    if isinstance(node, _LOOSE) and source.region(node) == (start, end):
        text = f"({text})"
        column = start - source.text.rfind("\n", 0, start) - 1
    else:
        column = start - source.text.rfind("\n", 0, start)
    result = "not " + _shifted(text, column, len("not "))
    if not _is(result, ast.UnaryOp(ast.Not(), node)):
        raise broken()
    return result


def _turned(source: Source, node: ast.expr) -> str | None:
    """The text of a node with its operators turned round; None where one cannot be."""
    low, high = source.region(node)
    match node:
        case ast.UnaryOp(ast.Not(), inner):
            first, last = source.region(inner)
            inside = source.text[low + len("not") : high].strip()
            return source.text[first:last] if not isinstance(inner, _LOOSE) and "\n" not in inside else inside
        case ast.Compare(left, [operator], [right]) if (opposite := _other(node)) is not None:
            sign = r"\s+".join(map(re.escape, _SIGNS[type(operator)].split()))
            first, last = source.region(left)[1], source.region(right)[0]
            between, number = re.subn(rf"\s*{sign}\s*", _spaced, source.text[first:last])
            if number != 1 or "#" in between:
                return None
            between = between.replace("\0", _SIGNS[opposite])
            return source.text[low:first] + between + source.text[last:high]
        case ast.BoolOp(operator, values):
            parts = [_turned(source, value) for value in values]
            signs = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
            if any(part is None or isinstance(v, ast.BoolOp) for part, v in zip(parts, values, strict=True)):
                return None
            out, at = "", low
            for part, value in zip(parts, values, strict=True):
                first, last = source.region(value)
                between, number = re.subn(rf"\b{signs[0]}\b", signs[1], source.text[at:first])
                if number != (at > low) or "#" in between:
                    return None
                out, at = out + between + (part or ""), last
            return out + source.text[at:high]
    return None


def _spaced(match: re.Match[str]) -> str:
    """A place for an operator, with blanks around it where there were some or words need them."""
    said = match.group()
    word = said.strip()[0].isalpha()
    left = said[: len(said) - len(said.lstrip())] or " " * word
    right = said[len(said.rstrip()) :] or " " * word
    return f"{left}\0{right}"


def _other(node: ast.Compare) -> type[ast.cmpop] | None:
    """The operator that is true exactly where this comparison is not."""
    kind = type(node.ops[0])
    sides = (node.left, node.comparators[0])
    if kind in _ORDER and any(_is_length(side) for side in sides) and all(map(_is_whole, sides)):
        return _ORDER[kind]
    return _OPPOSITE.get(kind)


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _is_whole(node: ast.expr) -> bool:
    return _is_length(node) or (isinstance(node, ast.Constant) and isinstance(node.value, int))


def _opposite(source: Source, node: ast.expr) -> ast.expr:
    """The tree `_turned` has to give."""
    match node:
        case ast.UnaryOp(ast.Not(), inner):
            return inner
        case ast.Compare() if (opposite := _other(node)) is not None:
            return ast.Compare(node.left, [opposite()], node.comparators)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return ast.BoolOp(other, [_opposite(source, value) for value in node.values])
    return ast.UnaryOp(ast.Not(), node)


def _is(text: str, node: ast.expr) -> bool:
    """Whether a condition of this text has this tree."""
    try:
        tree = ast.parse(f"if {text}:\n pass")
    except SyntaxError:
        return False
    (statement,) = tree.body
    return isinstance(statement, ast.If) and ast.dump(statement.test) == ast.dump(node)


def _shifted(text: str, column: int, by: int) -> str:
    """Lines that were aligned with a bracket still are after it has moved."""
    lines = text.split("\n")
    moved = [
        " " * by + line if len(line) - len(line.lstrip()) == column and line.strip() else line
        for line in lines[1:]
    ]
    return "\n".join([lines[0], *moved])
