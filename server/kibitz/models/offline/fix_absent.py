"""Values that may not be there: what is said or asked before they are used, and errors that name what they come from."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import line_end
from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.syntax.view import View

_PLAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*$")
_STATEMENTS = ("expression_statement", "return_statement", "assert_statement", "raise_statement")
_HEADS = {"if_statement": "condition", "for_statement": "right"}
"""Statements with a body of their own -> the part of them that is always looked at, and first."""
_SOMETIMES = frozenset(
    {
        *("lambda", "boolean_operator", "conditional_expression", "named_expression", "generator_expression"),
        *("list_comprehension", "set_comprehension", "dictionary_comprehension", "default_parameter"),
    }
)
"""What may not look at its parts at all, or not before something else has changed them."""


def asserted(case: Case) -> Change | None:
    """`assert x is not None` above a statement that uses `x` as if it always were there; not certain, as what to do without it
    is for its author to say."""
    node = case.node()
    if node is None:
        return None
    owner = _owner(case, node)
    if owner is None or not _PLAIN.match(owner.text) or owner.text == "None":
        return None
    inner, statement = owner, owner.parent
    while statement is not None and statement.kind not in (*_STATEMENTS, *_HEADS):
        if statement.kind in _SOMETIMES or statement.kind.endswith(("clause", "definition", "statement")):
            return None
        inner, statement = statement, statement.parent
    if statement is None or ":=" in statement.text.split("\n", 1)[0]:
        return None
    head = _HEADS.get(statement.kind)
    if head is not None and statement.child(head) != inner:
        return None
    margin = case.document.line(statement.range.start.line)[: statement.range.start.character]
    if margin.strip():
        return None
    text = f"assert {owner.text} is not None{line_end(case)}{margin}"
    title = f"Assert that `{owner.text}` is not None"
    return case.change(title, Splice(statement.start, statement.start, text), certain=False)


def _owner(case: Case, node: View) -> View | None:
    """What may be None: what the member is of, what is indexed, or the value at the place itself."""
    parent = node.parent
    if case.group("name"):  # a member of None
        member = node if node.kind == "attribute" else parent
        named = member.child("attribute") if member is not None and member.kind == "attribute" else None
        return member.child("object") if member is not None and named is not None else None
    return node.child("value") if node.kind == "subscript" else node


_CHAINS = {
    "member_expression": "object",
    "subscript_expression": "object",
    "call_expression": "function",
    "non_null_expression": "",
}
_TESTS = ("if_statement", "while_statement", "do_statement", "ternary_expression")
_SAME = ("===", "!==", "==", "!=")


def chained(case: Case) -> Change | None:
    """`?.` behind what may be null or undefined, where nobody minds that the whole may then be undefined too; not certain, as
    nothing is done then."""
    node = case.view(case.start, case.end)
    parent = node.parent if node is not None else None
    if node is None or parent is None or node.start != case.start or node.end != case.end:
        return None
    field = _CHAINS.get(parent.kind)
    if not field or parent.child(field) != node or "?." in case.text[node.end : node.end + 2]:
        return None
    if not _may_be_undefined(parent):
        return None
    if parent.kind == "member_expression":
        dot = re.compile(r"\s*(?=\.)").match(case.text, node.end)
        if dot is None:
            return None
        return case.change("Use `?.`", Splice(dot.end(), dot.end(), "?"), certain=False)
    return case.change("Use `?.`", Splice(node.end, node.end, "?."), certain=False)


def _may_be_undefined(node: View) -> bool:
    """Whether nothing looks at a value but for whether it is there, or what it is equal to."""
    parent = node.parent
    while parent is not None and parent.kind in _CHAINS:
        field = _CHAINS[parent.kind]
        if not field or parent.child(field) != node:
            return False
        node, parent = parent, parent.parent
    while parent is not None and parent.kind in ("await_expression", "parenthesized_expression"):
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.kind in ("expression_statement", "template_substitution", "jsx_expression"):
        return True
    if parent.kind in _TESTS:
        return parent.child("condition") == node
    mark = parent.child("operator")
    if mark is None:
        return False
    if parent.kind == "unary_expression":
        return mark.text == "!"
    first = parent.child("left") == node
    return parent.kind == "binary_expression" and (
        mark.text in _SAME or (first and mark.text in ("??", "||"))
    )


def definite(case: Case) -> Change | None:
    """A field that something other than the constructor fills says so; not certain that something does."""
    node = case.place()
    field = node.up("public_field_definition") if node is not None else None
    if node is None or field is None or field.child("name") != node or field.child("value") is not None:
        return None
    if case.text[node.end : node.end + 1] in ("!", "?"):
        return None
    title = f"Say that `{node.text}` is always set before it is read (`{node.text}!`)"
    return case.change(title, Splice(node.end, node.end, "!"), certain=False)


def raised_from(case: Case) -> Change | None:
    """An error raised while another is handled names it as its cause."""
    node = case.node()
    raised = node if node is not None and node.kind == "raise_statement" else None
    if raised is None and node is not None:
        raised = node.up("raise_statement")
    clause = raised.up("except_clause") if raised is not None else None
    if raised is None or clause is None or not raised.items or raised.child("cause") is not None:
        return None
    if case.function(raised) != case.function(clause):
        return None
    bound = next((n for n in clause.items if n.kind == "as_pattern"), None)
    if bound is not None:
        name = bound.items[-1].text
        return case.change(f"Raise it `from {name}`", Splice(raised.end, raised.end, f" from {name}"))
    caught = clause.items[0] if clause.items and clause.items[0].kind != "block" else None
    name = next((n for n in ("err", "error", "exc") if not re.search(rf"\b{n}\b", case.text)), "")
    if caught is None or not name:
        return None
    title = f"Raise it `from {name}`"
    return case.change(
        title,
        Splice(caught.end, caught.end, f" as {name}"),
        Splice(raised.end, raised.end, f" from {name}"),
    )
