"""Where an extracted function stands, and the empty lines and comments around it: rope leaves them as they come.

It stands above the code that calls it, as a definition has to in a module: a decorator may call what it decorates at once.
"""

from __future__ import annotations

import ast

from kibitz.models.offline.python_select import Selection, first_line
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import block_of, broken, parsed


def laid_out(source: Source, selection: Selection, text: str, name: str) -> str:
    """The text of an extraction with the new function in its place. Raises `bad_response`."""
    return _placed(source, _once(source, selection, text, name), name)


def _once(source: Source, selection: Selection, text: str, name: str) -> str:
    """Comments that were selected above the first statement went into the function: they do not stay behind, too."""
    if not selection.statements:
        return text
    top = source.text.count("\n", 0, selection.start)
    number = first_line(selection.statements[0]) - 1 - top
    if number <= 0:
        return text
    lines = text.split("\n")
    calls = [
        node.lineno - 1
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Call)
        and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]
    for line in calls:
        if lines[line - number : line] == source.lines[top : top + number]:
            del lines[line - number : line]
            break
    return "\n".join(lines)


def _placed(source: Source, text: str, name: str) -> str:
    tree = parsed(text)
    found = [
        n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name == name
    ]
    if len(found) != 1:
        raise broken()
    function = found[0]
    siblings = block_of(tree, function)
    at = siblings.index(function)
    method = any(isinstance(n, ast.ClassDef) and siblings is n.body for n in ast.walk(tree))
    callers = [n for n, part in enumerate(siblings) if n != at and _calls(part, name, method=method)]
    if len(callers) != 1:
        raise broken()
    indent = function.col_offset
    gap = [""] * (2 if indent == 0 else 1)
    lines = text.split("\n")
    low, high = first_line(function) - 1, function.end_lineno or 0
    before, own, after = lines[:low], lines[low:high], lines[high:]
    while before and not before[-1].strip():
        before.pop()
    while after and not after[0].strip():
        after.pop(0)
    if callers[0] < at:
        between = _blanks(source.lines[: len(source.lines) - len(after)])
        top = _comments_above(before, first_line(_first_of_name(siblings, callers[0])) - 1, indent)
        touched = before[top - 1].strip() if top else ""
        first = gap if touched and not (indent and touched.endswith(":")) else []
        return "\n".join([*before[:top], *first, *own, *gap, *before[top:], *between, *after])
    touching = len(before) < len(source.lines) and source.lines[len(before)].strip() != ""
    top = _comments_above(before, len(before), indent) if touching else len(before)
    held, above = before[top:], before[:top]
    while above and not above[-1].strip():
        above.pop()
    return "\n".join([*above, *(gap if above else []), *own, *gap, *held, *after])


def _blanks(lines: list[str]) -> list[str]:
    """The empty lines at the end."""
    end = len(lines)
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    return lines[end:]


def _calls(node: ast.stmt, name: str, *, method: bool) -> bool:
    kind, field = (ast.Attribute, "attr") if method else (ast.Name, "id")
    return any(isinstance(part, kind) and getattr(part, field) == name for part in ast.walk(node))


def _first_of_name(siblings: list[ast.stmt], at: int) -> ast.stmt:
    """The first of the definitions of one name that stand together: overloads, a property and its setter."""
    name = getattr(siblings[at], "name", None)
    while at > 0 and name is not None and getattr(siblings[at - 1], "name", None) == name:
        at -= 1
    return siblings[at]


def _comments_above(lines: list[str], line: int, indent: int) -> int:
    """The first of the comment lines directly above a line; the line itself where they begin the file."""
    top = line
    while (
        top > 0 and lines[top - 1].lstrip().startswith("#") and lines[top - 1].startswith(" " * indent + "#")
    ):
        top -= 1
    return top if top > 0 or line == 0 else line
