"""How code stands: bodies in braces, indentation, and what says nothing."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import line_end
from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.view import View
from kibitz.text import Position

_BODIES = {
    "if_statement": "consequence",
    "while_statement": "body",
    "for_statement": "body",
    "for_in_statement": "body",
    "for_range_loop": "body",
}
_BLOCKS = ("statement_block", "compound_statement")


def braced(case: Case) -> Change | None:
    """The body of a condition or a loop in braces, where it stands on one line and nothing else is behind it."""
    line = case.problem.range.start.line
    found = [
        (node, body)
        for node in case.nearby()
        if (field := _BODIES.get(node.kind)) is not None
        and (body := node.child(field)) is not None
        and body.kind not in _BLOCKS
        and line in (node.range.start.line, body.range.start.line)
    ]
    inside = [one for one in found if one[1].start <= case.start < one[1].end]
    pairs = inside or found
    if len(pairs) != 1:
        return None
    node, body = pairs[0]
    if node.child("alternative") is not None or "\n" in body.text or body.kind in _BODIES:
        return None
    margin = _margin(case, node)
    rest = case.document.line(body.range.end.line)[body.range.end.character :].strip()
    if margin.strip() or rest:
        return None
    head = len(case.text[: body.start].rstrip())
    step = _step(case, margin)
    end = line_end(case)
    return case.change(
        "Put the body into braces",
        Splice(head, body.start, f" {{{end}{margin}{step}"),
        Splice(body.end, body.end, f"{end}{margin}}}"),
    )


def _margin(case: Case, node: View) -> str:
    return case.document.line(node.range.start.line)[: node.range.start.character]


def _step(case: Case, margin: str) -> str:
    """By how much the file indents: as its first line does that is indented."""
    if margin.startswith("\t"):
        return "\t"
    first = re.search(r"^( +|\t)(?=[^\s*])", case.text, re.MULTILINE)
    return first[1] if first is not None and len(first[1]) <= 8 else "  "


def reindented(case: Case) -> Change | None:
    """The indentation a linter asks for, on its line."""
    line = case.problem.range.start.line
    text = case.document.line(line)
    held = text[: len(text) - len(text.lstrip(" \t"))]
    meant = ("\t" if case.group("mark").startswith("tab") else " ") * min(int(case.group("number")), 200)
    start = case.document.offset(Position(line, 0))
    if meant == held or not text.strip() or (case.tree and case.tree.in_string(Position(line, len(held)))):
        return None
    return case.change("Indent the line", Splice(start, start + len(held), meant))


def needless_return(case: Case) -> Change | None:
    """A `return` without a value that ends its function goes."""
    node = case.node()
    statement = node if node is not None and node.kind == "return_statement" else None
    if statement is None and node is not None:
        statement = node.up("return_statement")
    block = statement.parent if statement is not None else None
    if statement is None or block is None or statement.items or block.kind != "statement_block":
        return None
    return case.change("Remove `return`", without(case, statement), reach=block)


def double_negation(case: Case) -> Change | None:
    """`!!a` where only its truth counts becomes `a`."""
    node = case.view(case.start, case.end)
    found = re.match(r"!\s*!\s*", case.said)
    if node is None or found is None or node.kind != "unary_expression":
        return None
    return case.change("Remove `!!`", Splice(case.start, case.start + found.end(), ""))


def unused_all(case: Case) -> Change | None:
    """A declaration of which nothing is used goes; a call in it stays."""
    node = case.node()
    if node is None:
        return None
    declaration = node if node.kind in _DECLARATIONS else node.up(*_DECLARATIONS)
    if (
        declaration is None
        or declaration.parent is None
        or declaration.parent.kind not in ("statement_block", "program")
    ):
        return None
    declared = [item for item in declaration.items if item.kind == "variable_declarator"]
    values = [value for item in declared if (value := item.child("value")) is not None]
    calls = [v for v in values if any(n.kind in _EFFECTS for n in v.walk())]
    if not calls:
        return case.change(
            "Remove the unused variables", without(case, declaration), reach=declaration.parent
        )
    if len(declared) != 1 or calls[0].text.startswith(("{", "function", "[")):
        return None
    title = "Remove the unused variables, keep the call"
    return case.change(title, Splice(declaration.start, calls[0].start, ""))


_DECLARATIONS = ("lexical_declaration", "variable_declaration")
_EFFECTS = (
    *("call_expression", "new_expression", "await_expression", "assignment_expression", "yield_expression"),
    *("update_expression", "augmented_assignment_expression"),
)


def voided(case: Case) -> Change | None:
    """A parameter of C that nothing uses is named once, which says that this is meant."""
    node = case.place()
    function = case.function(node) if node is not None else None
    body = function.child("body") if function is not None else None
    if node is None or body is None or not body.items or case.others(node, body):
        return None
    first = body.items[0]
    margin = _margin(case, first)
    if margin.strip():
        return None
    text = f"(void){node.text};{line_end(case)}{margin}"
    title = f"Say that `{node.text}` is not used: `(void){node.text};`"
    return case.change(title, Splice(first.start, first.start, text), certain=False)


def needless_cast(case: Case) -> Change | None:
    """A cast to the type a value has goes."""
    node = case.node()
    whole = node if node is not None and node.kind in ("cast_expression", "call") else None
    if whole is None and node is not None:
        whole = node.up("cast_expression", "call")
    if whole is None or (whole.start, whole.end) != (case.start, case.end):
        return None
    if whole.kind == "cast_expression":
        value = whole.child("value")
    else:
        listed, name = whole.child("arguments"), whole.child("function")
        named = name is not None and name.text in ("cast", "typing.cast", "t.cast")
        value = listed.items[1] if named and listed is not None and len(listed.items) == 2 else None
    if value is None:
        return None
    simple = value.kind in (
        "identifier",
        "call",
        "attribute",
        "subscript",
        "method_invocation",
        "field_access",
    )
    text = value.text if simple or value.text.startswith("(") else f"({value.text})"
    return case.change("Remove the cast", Splice(whole.start, whole.end, text))
