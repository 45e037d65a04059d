"""The steps of expressions in languages with braces."""

from __future__ import annotations

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import JUMPS, LAMBDAS, Braces, Read, UnreadError
from kibitz.verify.behaviour.braces_calls import (
    as_written,
    call,
    class_here,
    function_here,
    macro,
    method_here,
)
from kibitz.verify.behaviour.braces_patterns import fits, shape_of
from kibitz.verify.behaviour.braces_scripts import answer, asks, object_here, template, where_there
from kibitz.verify.behaviour.braces_views import NAMES
from kibitz.verify.behaviour.graph import Node

_NEGATED = {"!=": "==", "!==": "===", ">=": "<", "<=": ">"}
_OPERATIONS = {"==": "Eq", "===": "Same", "<": "Lt", ">": "Gt"}
_ARITHMETIC = {"+": "Plus", "-": "Sub", "*": "Mult"}
_EVENTS = frozenset(
    [
        "new_expression",
        "object_creation_expression",
        "yield_expression",
        "macro_invocation",
        "try_expression",
        "go_statement",
        "defer_statement",
        "send_statement",
        "explicit_constructor_invocation",
        "unary_delete",
        "throw_expression",
    ]
)
_CLASSES = frozenset({"type_identifier", "generic_type", "scoped_type_identifier", "array_type"})
_TYPE_ONLY = frozenset(["type_annotation", "type_arguments", "type_parameters"])


def anything(r: Braces, view: View) -> str:
    """A node of any kind: what it is made of, in order."""
    if any(n.kind in JUMPS for n in _outside_lambdas(view)):
        return as_written(r, view)
    if not view.children:
        return r.load(view.text) if view.kind in NAMES else r.b.const(view.text)
    registers: list[str] = []
    words: list[str] = [view.kind]
    for child in view.children:
        if "comment" in child.kind or child.kind in _TYPE_ONLY:
            continue
        if child.children or child.kind in NAMES or child.kind in ("this", "self"):
            registers.append(r.expression(child))
            words.append("()")
        elif child.text not in (",", ";"):
            words.append(child.text)
    shape = " ".join(words)
    if view.kind in _EVENTS:
        return r.b.make("opaque", registers, shape)
    return r.b.make("pure", registers, ("node", shape))


def _outside_lambdas(view: View) -> list[View]:
    found = [view]
    for child in view.children:
        if child.kind not in LAMBDAS:
            found += _outside_lambdas(child)
    return found


def _this(r: Braces, view: View) -> str:
    return r.find(view.text) or "this"


def _inner(r: Braces, view: View) -> str:
    return r.expression(view.items[0]) if view.items else r.b.const(None)


def _list(r: Braces, view: View) -> str:
    if len(view.items) == 1:
        return r.expression(view.items[0])
    return r.b.make("pure", [r.expression(i) for i in view.items], ("tuple", ("",) * len(view.items)))


def _null(r: Braces, _: View) -> str:
    return r.b.const(None)


def _bool(r: Braces, view: View) -> str:
    return r.b.const(view.text == "true")


def _number(r: Braces, view: View) -> str:
    text = view.text.replace("_", "")
    return (
        r.b.const(int(text))
        if text.isdecimal() and (text == "0" or text[0] != "0")
        else r.b.const(f"number {text}")
    )


def _string(r: Braces, view: View) -> str:
    if any(child.children for child in view.children):
        return anything(r, view)
    text = view.text
    return r.b.const("text " + (text[1:-1] if text[:1] in "'\"" else text))


def _member(r: Braces, view: View) -> str:
    base = view.child("object") or view.child("operand") or view.child("value") or view.child("argument")
    field = view.child("property") or view.child("field")
    if base is None or field is None:
        return anything(r, view)
    optional = (
        "?"
        if "?." in "".join(c.text for c in view.children if not c.children or c.kind == "optional_chain")
        else ""
    )
    register, name = r.expression(base), field.text
    if optional:
        return where_there(r, register, lambda: r.b.make("pure", (register,), ("attr", name)))
    return r.b.make("pure", (register,), ("attr", name))


def _index(r: Braces, view: View) -> str:
    if len(view.items) != 2:
        return anything(r, view)
    return r.b.make("pure", [r.expression(i) for i in view.items], ("sub",))


def _operator(view: View) -> str:
    operator = view.child("operator")
    if operator is not None:
        return operator.text
    return next((c.text for c in view.children if not c.named), "")


def _binary(r: Braces, view: View) -> str:
    left, right = view.child("left"), view.child("right")
    operator = _operator(view)
    if left is None or right is None:
        return anything(r, view)
    if operator in ("&&", "||", "??", "and", "or"):
        return _short(r, left, operator, right)
    return compute(r, operator, r.expression(left), r.expression(right))


def compute(r: Braces, operator: str, left: str, right: str) -> str:
    """A binary operation on two values."""
    name = _NEGATED.get(operator, operator)
    if name in _OPERATIONS:
        if name == ">":
            left, right, name = right, left, "<"
        result = r.b.make("pure", (left, right), ("cmp", _OPERATIONS[name]))
        return r.b.make("pure", (result,), ("not",)) if operator in _NEGATED else result
    return r.b.make("pure", (left, right), ("bin", _ARITHMETIC.get(operator, operator)))


def _short(r: Braces, left: View, operator: str, right: View) -> str:
    end, more, result = r.b.label(), r.b.label(), r.b.temporary()
    r.b.emit("copy", result, (r.expression(left),))
    if operator == "??":
        tested = r.b.make("pure", (result, r.b.const(None)), ("cmp", "Eq"))
        r.b.fork(tested, more, end)
    else:
        r.b.fork(result, *((more, end) if operator in ("&&", "and") else (end, more)))
    r.b.place(more)
    r.b.emit("copy", result, (r.expression(right),))
    r.b.place(end)
    return result


def _unary(r: Braces, view: View) -> str:
    operator = _operator(view) or view.text[:1]
    operand = view.child("operand") or view.child("argument") or (view.items[-1] if view.items else None)
    if operand is None:
        return anything(r, view)
    if operator in ("!", "not"):
        return decided(r, view)
    if operator == "delete":
        return r.b.make("opaque", (r.expression(operand),), "delete")
    if operator == "<-":
        return r.b.make("opaque", (r.expression(operand),), "receive")
    name = {"-": "USub"}.get(operator, operator)
    return r.b.make("pure", (r.expression(operand),), ("unary", name))


def decided(r: Braces, view: View) -> str:
    """Whether a condition holds, as true or false."""
    yes, no, end, result = r.b.label(), r.b.label(), r.b.label(), r.b.temporary()
    decide(r, view, yes, no)
    for label, value in ((yes, True), (no, False)):
        r.b.place(label)
        r.b.emit("const", result, (), value)
        r.b.jump(end)
    r.b.place(end)
    return result


def decide(r: Braces, view: View, yes: Node, no: Node) -> None:
    """Go to `yes` where a condition holds, else to `no`."""
    if view.kind in ("parenthesized_expression", "condition_clause") and len(view.items) == 1:
        decide(r, view.items[0], yes, no)
        return
    operator = (
        _operator(view) if view.kind in ("binary_expression", "unary_expression", "infix_expression") else ""
    )
    left, right = view.child("left"), view.child("right")
    if operator == "!" and view.items:
        decide(r, view.items[-1], no, yes)
    elif (asked := asks(r, view)) is not None:
        answer(r, asked, yes, no)
    elif operator in ("&&", "||") and left is not None and right is not None:
        more = r.b.label()
        decide(r, left, *((more, no) if operator == "&&" else (yes, more)))
        r.b.place(more)
        decide(r, right, yes, no)
    elif view.kind == "let_chain":
        for part in view.items:
            more = r.b.label()
            decide(r, part, more, no)
            r.b.place(more)
        r.b.jump(yes)
    elif view.kind == "let_condition":
        pattern, value = view.child("pattern"), view.child("value")
        if pattern is None or value is None:
            raise UnreadError
        matches(r, pattern, r.expression(value), yes, no)
    elif view.kind == "instanceof_expression" and left is not None:
        name, subject, here = view.child("name"), r.expression(left), r.b.label()
        r.b.fork(_is_a(r, subject, right), here, no)
        r.b.place(here)
        if name is not None:
            r.declare(name.text, subject)
        r.b.jump(yes)
    else:
        r.b.fork(r.expression(view), yes, no)


def _is_a(r: Braces, subject: str, kind: View | None) -> str:
    return r.b.make("pure", (subject,), ("matched", kind.text if kind else ""))


def _instance(r: Braces, view: View) -> str:
    left, name = view.child("left"), view.child("name")
    if left is None or name is not None:
        return anything(r, view)
    return _is_a(r, r.expression(left), view.child("right"))


def _cast(r: Braces, view: View) -> str:
    """A cast to a class, which changes nothing of a thing; one to a number's type may."""
    kind, value = view.child("type"), view.child("value")
    if kind is None or value is None or r.language != "java" or kind.kind not in _CLASSES:
        return anything(r, view)
    return r.expression(value)


def matches(r: Braces, pattern: View, register: str, yes: Node, no: Node) -> None:
    """Go to `yes` where a pattern fits, with its names declared."""
    guard = pattern.child("condition")
    bare = pattern if guard is None else pattern.items[0]
    here = r.b.label()
    r.b.fork(fits(r, shape_of(bare), register), here, no)
    r.b.place(here)
    r.bind(bare, register)
    if guard is not None:
        decide(r, guard, yes, no)
    else:
        r.b.jump(yes)


def _ternary(r: Braces, view: View) -> str:
    condition, first, second = view.child("condition"), view.child("consequence"), view.child("alternative")
    if condition is None or first is None or second is None:
        return anything(r, view)
    yes, no, end, result = r.b.label(), r.b.label(), r.b.label(), r.b.temporary()
    decide(r, condition, yes, no)
    for label, part in ((yes, first), (no, second)):
        r.b.place(label)
        r.b.emit("copy", result, (r.expression(part),))
        r.b.jump(end)
    r.b.place(end)
    return result


def _assignment(r: Braces, view: View) -> str:
    left, right = view.child("left"), view.child("right")
    if left is None or right is None:
        return anything(r, view)
    operator = _operator(view)
    if operator in ("=", ""):
        register = r.expression(right)
        if left.kind in ("array_pattern", "object_pattern", "tuple_expression"):
            return r.b.make("opaque", (register, *map(r.expression, left.items)), "assign several")
    else:
        old = r.expression(left)
        register = compute(r, operator.removesuffix("="), old, r.expression(right))
    r.assign(left, register)
    return register


def _update(r: Braces, view: View) -> str:
    target = view.child("argument") or (view.items[0] if view.items else None)
    if target is None:
        return anything(r, view)
    old = r.b.make("copy", (r.expression(target),))
    new = compute(r, "+" if "++" in view.text else "-", old, r.b.const(1))
    r.assign(target, new)
    return new if view.text.startswith(("++", "--")) else old


def _await(r: Braces, view: View) -> str:
    return r.b.make("await", (r.expression(view.items[0]),))


def _block(r: Braces, view: View) -> str:
    return r.valued(view)


def _control(r: Braces, view: View) -> str:
    """An `if`, `match` or loop that has a value."""
    from kibitz.verify.behaviour.braces_statements import valued_control

    return valued_control(r, view)


def _statement_here(r: Braces, view: View) -> str:
    r.statement(view)
    return r.b.const(None)


EXPRESSIONS: dict[str, Read] = {
    **dict.fromkeys(NAMES, lambda r, v: r.load(v.text)),
    **dict.fromkeys(("this", "self", "super"), _this),
    **dict.fromkeys(
        (
            "parenthesized_expression",
            "expression_statement",
            "as_expression",
            "non_null_expression",
            "satisfies_expression",
            "initializer",
        ),
        _inner,
    ),
    "expression_list": _list,
    "template_string": template,
    "object": object_here,
    "instanceof_expression": _instance,
    "cast_expression": _cast,
    "undefined": lambda r, v: r.load(v.text),
    **dict.fromkeys(("null", "null_literal", "nil"), _null),
    **dict.fromkeys(("true", "false", "boolean_literal"), _bool),
    **dict.fromkeys(
        ("number", "int_literal", "integer_literal", "decimal_integer_literal", "number_literal"), _number
    ),
    **dict.fromkeys(("string", "string_literal", "interpreted_string_literal"), _string),
    **dict.fromkeys(
        ("member_expression", "selector_expression", "field_expression", "field_access"), _member
    ),
    **dict.fromkeys(("subscript_expression", "index_expression", "array_access"), _index),
    "binary_expression": _binary,
    "unary_expression": _unary,
    **dict.fromkeys(("ternary_expression", "conditional_expression"), _ternary),
    **dict.fromkeys(("call_expression", "method_invocation"), call),
    **dict.fromkeys(LAMBDAS, function_here),
    **dict.fromkeys(("method_definition", "method_declaration"), method_here),
    **dict.fromkeys(("class_body", "class", "class_declaration"), class_here),
    **dict.fromkeys(
        ("assignment_expression", "augmented_assignment_expression", "compound_assignment_expr"), _assignment
    ),
    "update_expression": _update,
    "await_expression": _await,
    "macro_invocation": macro,
    **dict.fromkeys(("block", "unsafe_block"), _block),
    **dict.fromkeys(
        (
            "if_expression",
            "match_expression",
            "switch_expression",
            "loop_expression",
            "while_expression",
            "for_expression",
        ),
        _control,
    ),
    **dict.fromkeys(("return_expression", "break_expression", "continue_expression"), _statement_here),
}
