"""The steps of statements in languages with braces."""

from __future__ import annotations

from collections.abc import Callable

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import JUMPS, LAMBDAS, Braces, Done, UnreadError
from kibitz.verify.behaviour.braces_cases import attempt, branch, cases_of, listed, switch
from kibitz.verify.behaviour.braces_expressions import compute, decide, matches
from kibitz.verify.behaviour.braces_patterns import passed_on
from kibitz.verify.behaviour.braces_views import NAMES, SCRIPTS, leaves
from kibitz.verify.behaviour.core import Loop
from kibitz.verify.behaviour.graph import Node


def other(r: Braces, view: View) -> None:
    """A statement of any kind."""
    if view.kind in LAMBDAS:
        name = view.child("name")
        register = r.expression(view)
        if name is not None:
            r.declare(name.text, register)
        return
    if view.kind.endswith(("_expression", "invocation", "expr", "identifier", "block")) or view.kind in (
        "identifier",
        "expression_statement",
    ):
        r.expression(view)
        return
    if any(n.kind in JUMPS for n in view.walk()):
        raise UnreadError
    r.b.emit("opaque", "", [r.expression(i) for i in view.items], view.kind)


def _expression(r: Braces, view: View) -> None:
    for item in view.items:
        r.expression(item)


def _declaration(r: Braces, view: View) -> None:
    """`let a = 1, b`, `int a = 1`, `var a, b = f()` and their kin."""
    declarators = [
        n
        for n in view.items
        if n.kind in ("variable_declarator", "var_spec", "const_spec", "init_declarator")
    ]
    if not declarators and view.kind in ("var_declaration", "const_declaration"):
        declarators = [n for i in view.items for n in i.items if n.kind in ("var_spec", "const_spec")]
    for declarator in declarators:
        names = declarator.all("name") or declarator.all("declarator")
        value = declarator.child("value")
        if len(names) > 1 or declarator.kind in ("var_spec", "const_spec"):
            values = list(value.items) if value is not None else []
            if values:
                _several(r, list(names), values, new=True)
            for name in names if not values else ():
                r.declare(name.text, r.unset(declarator.child("type")))
        elif names:
            _named_inside(r, names[0], value)
            r.bind(names[0], r.expression(value) if value is not None else r.b.const(None))


def _named_inside(r: Braces, name: View, value: View | None) -> None:
    """`const f = () => f()`: by the time a function made here runs, it has the name that its value is given."""
    if value is None or name.kind not in NAMES or r.language not in SCRIPTS:
        return
    functions = [n for n in value.walk() if n.kind in LAMBDAS]
    if any(leaf.kind in NAMES and leaf.text == name.text for f in functions for leaf in leaves(f)):
        r.declare(name.text, r.b.make("opaque", (), "what is made here"))


def _several(r: Braces, targets: list[View], values: list[View], *, new: bool) -> None:
    """`a, b := 1, 2` and `a, b := f()`."""
    if not values:
        registers = [r.b.const(None) for _ in targets]
    elif len(values) == len(targets):
        registers = [r.b.make("copy", (r.expression(v),)) for v in values]
    else:
        whole = r.expression(values[0])
        registers = [r.b.make("pure", (whole,), ("part", "of several", at)) for at in range(len(targets))]
    for target, register in zip(targets, registers, strict=True):
        # a name that the same block has already is not a new one
        if new and target.kind in ("identifier", "simple_identifier") and target.text not in r.scopes[-1]:
            r.declare(target.text, register)
        else:
            r.assign(target, register)


def _short_declaration(r: Braces, view: View) -> None:
    _several(r, listed(view.child("left")), listed(view.child("right")), new=True)


def _go_assignment(r: Braces, view: View) -> None:
    operator = view.child("operator")
    left, right = listed(view.child("left")), listed(view.child("right"))
    if operator is None or operator.text == "=":
        _several(r, left, right, new=False)
        return
    old = r.expression(left[0])
    r.assign(left[0], compute(r, operator.text.removesuffix("="), old, r.expression(right[0])))


def _step(sign: str) -> Done:
    def done(r: Braces, view: View) -> None:
        target = view.items[0]
        r.assign(target, compute(r, sign, r.expression(target), r.b.const(1)))

    return done


def _let(r: Braces, view: View) -> None:
    pattern, value, alternative = view.child("pattern"), view.child("value"), view.child("alternative")
    if pattern is None:
        raise UnreadError
    register = r.expression(value) if value is not None else r.b.const(None)
    if alternative is None:
        r.bind(pattern, register)
        return
    yes, no = r.b.label(), r.b.label()
    matches(r, pattern, register, yes, no)
    r.b.place(no)
    r.block(alternative)
    r.b.place(yes)


def _if(r: Braces, view: View) -> None:
    _branches(r, view, None)


def _branches(r: Braces, view: View, result: str | None) -> None:
    r.scopes.append({})
    before = view.child("initializer")
    if before is not None:
        r.statement(before)
    condition = view.child("condition")
    if condition is None:
        raise UnreadError
    yes, no, end = r.b.label(), r.b.label(), r.b.label()
    decide(r, condition, yes, no)
    r.b.place(yes)
    branch(r, view.child("consequence"), result)
    r.b.jump(end)
    r.b.place(no)
    if r.language == "rust":  # what `if let` binds is not there in its `else`
        r.scopes[-1] = {}
    alternative = view.child("alternative")
    if alternative is not None and alternative.kind == "else_clause":
        alternative = alternative.items[0] if alternative.items else None
    branch(r, alternative, result)
    r.b.place(end)
    r.scopes.pop()


def valued_control(r: Braces, view: View) -> str:
    """An `if`, `match` or `switch` in the place of an expression."""
    passed = passed_on(r, view) if view.kind == "match_expression" else None
    if passed is not None:
        return passed
    result = r.b.temporary()
    r.b.emit("const", result, (), None)
    if view.kind == "if_expression":
        _branches(r, view, result)
    elif view.kind in ("match_expression", "switch_expression"):
        cases_of(r, view, result)
    elif view.kind == "for_expression":
        _each(r, view, view.child("pattern"), view.child("value"))
    else:
        _while(r, view)
    return result


def _run_loop(r: Braces, view: View, again: Node, after: Node, body: Callable[[], None]) -> None:
    own = next((i.text for i in view.items[:1] if i.kind == "label"), "")
    label = r.labels.get(view, own).strip("':")
    r.call.loops.append((label, Loop(after, again, len(r.call.cleanups))))
    body()
    r.call.loops.pop()


def _while(r: Braces, view: View) -> None:
    again, inside, after = r.b.label(), r.b.label(), r.b.label()
    again.op = "head"
    r.b.place(again)
    condition = view.child("condition")
    r.scopes.append({})
    if condition is not None:
        decide(r, condition, inside, after)
    else:
        r.b.jump(inside)
    r.b.place(inside)
    _run_loop(r, view, again, after, lambda: r.block(view.child("body")))
    r.scopes.pop()
    r.b.jump(again)
    r.b.place(after)


def _do(r: Braces, view: View) -> None:
    again, test, after = r.b.label(), r.b.label(), r.b.label()
    again.op = "head"
    r.b.place(again)
    _run_loop(r, view, test, after, lambda: r.block(view.child("body")))
    r.b.place(test)
    condition = view.child("condition")
    if condition is None:
        raise UnreadError
    decide(r, condition, again, after)
    r.b.place(after)


def _for(r: Braces, view: View) -> None:
    clause = next((i for i in view.items if i.kind in ("for_clause", "range_clause")), view)
    if clause.kind == "range_clause":
        _each(r, view, clause.child("left"), clause.child("right"))
        return
    r.scopes.append({})
    for first in clause.all("initializer") or clause.all("init"):
        if first.kind != "empty_statement":
            r.statement(first)
    again, inside, step, after = r.b.label(), r.b.label(), r.b.label(), r.b.label()
    again.op = "head"
    r.b.place(again)
    condition = clause.child("condition")
    if clause is view and condition is None and r.language == "go":
        condition = next((i for i in view.items if i.kind != "block"), None)
    if condition is not None and condition.kind == "expression_statement":
        condition = condition.items[0] if condition.items else None
    if condition is not None and condition.kind not in ("empty_statement", ";"):
        decide(r, condition, inside, after)
    else:
        r.b.jump(inside)
    r.b.place(inside)
    _run_loop(r, view, step, after, lambda: r.block(view.child("body")))
    r.b.place(step)
    for last in clause.all("increment") or clause.all("update"):
        r.statement(last)
    r.b.jump(again)
    r.b.place(after)
    r.scopes.pop()


def _each_of(r: Braces, view: View) -> None:
    _each(r, view, view.child("left") or view.child("name"), view.child("right") or view.child("value"))


def _each(r: Braces, view: View, target: View | None, source: View | None) -> None:
    if source is None:
        raise UnreadError
    keyword = next((c.text for c in view.children if c.text in ("in", "of", "await")), "")
    iterator = r.b.make("pure", (r.expression(source), r.b.const(keyword)), ("iter",))
    again, inside, after, item = r.b.label(), r.b.label(), r.b.label(), r.b.temporary()
    again.op = "head"
    r.b.place(again)
    r.b.emit("next", item, (iterator,), "")
    if r.b.tail is not None:
        r.b.tail.next, r.b.tail.other = inside, after
    r.b.tail = inside
    r.scopes.append({})
    if target is not None:
        new = view.kind != "for_in_statement" or view.child("kind") is not None
        clause = next((i for i in view.items if i.kind == "range_clause"), None)
        if clause is not None and not any(c.text == ":=" for c in clause.children):
            new = False
        targets = listed(target)
        for at, one in enumerate(targets):
            part = (
                item
                if len(targets) == 1 and clause is None
                else r.b.make("pure", (item,), ("part", "item", at))
            )
            if new:
                r.bind(one, part)
            else:
                r.assign(one, part)
    _run_loop(r, view, again, after, lambda: r.block(view.child("body")))
    r.scopes.pop()
    r.b.jump(again)
    r.b.place(after)


def _return(r: Braces, view: View) -> None:
    r.leave(r.returned(view.items[0]) if view.items else r.results())


_LABELS = (
    frozenset({"label", "statement_identifier", "identifier", "label_name"}),
    frozenset({"label"}),
)
"""The nodes that name the loop to leave: in Rust a plain name is the value that the loop has then."""


def _leave_loop(*, again: bool) -> Done:
    def done(r: Braces, view: View) -> None:
        label = next((i.text.strip("':") for i in view.items if i.kind in _LABELS[r.language == "rust"]), "")
        named = next((p for p in reversed(r.call.loops) if label and p[0] == label), None)
        if (label and named is None) or not r.call.loops:
            r.b.emit("opaque", "", (), view.text.rstrip(";"))
            r.b.emit("return", "", (r.b.const(view.text),))
            r.b.tail = None
            return
        for value in view.items if r.language == "rust" else ():
            if value.kind != "label":
                r.expression(value)
        loops = r.call.loops if not again else [p for p in r.call.loops if p[0] != "switch"] or r.call.loops
        inner = (named or loops[-1])[1]
        r.clean_up(inner.cleanups)
        r.b.jump(inner.again if again else inner.after)

    return done


def _throw(r: Braces, view: View) -> None:
    r.b.emit("raise", "", (r.expression(view.items[0]),))
    r.b.tail = None


def _labeled(r: Braces, view: View) -> None:
    if view.items:
        r.labels[view.items[-1]] = view.items[0].text
        r.statement(view.items[-1])


def _guarded(r: Braces, view: View) -> None:
    """`synchronized (lock) { ... }`."""
    lock = r.expression(view.items[0])
    r.b.emit("enter", r.b.temporary(), (lock,), "")
    r.block(view.child("body") or view.items[-1])
    r.b.emit("exit", "", (lock,), "")


def _kept(r: Braces, view: View) -> None:
    r.b.emit("opaque", "", [r.expression(i) for i in view.items], view.kind)


STATEMENTS: dict[str, Done] = {
    "expression_statement": _expression,
    **dict.fromkeys(
        [
            "lexical_declaration",
            "variable_declaration",
            "local_variable_declaration",
            "var_declaration",
            "const_declaration",
            "declaration",
        ],
        _declaration,
    ),
    "short_var_declaration": _short_declaration,
    "assignment_statement": _go_assignment,
    "inc_statement": _step("+"),
    "dec_statement": _step("-"),
    "let_declaration": _let,
    **dict.fromkeys(("if_statement", "if_expression"), _if),
    **dict.fromkeys(("while_statement", "while_expression", "loop_expression"), _while),
    "do_statement": _do,
    "for_statement": _for,
    **dict.fromkeys(("for_in_statement", "enhanced_for_statement"), _each_of),
    "for_expression": lambda r, v: _each(r, v, v.child("pattern"), v.child("value")),
    **dict.fromkeys(("return_statement", "return_expression"), _return),
    **dict.fromkeys(("break_statement", "break_expression"), _leave_loop(again=False)),
    **dict.fromkeys(("continue_statement", "continue_expression"), _leave_loop(again=True)),
    "throw_statement": _throw,
    **dict.fromkeys(("try_statement", "try_with_resources_statement"), attempt),
    **dict.fromkeys(
        [
            "switch_statement",
            "expression_switch_statement",
            "type_switch_statement",
            "select_statement",
            "switch_expression",
            "match_expression",
        ],
        switch,
    ),
    "labeled_statement": _labeled,
    "synchronized_statement": _guarded,
    **dict.fromkeys(("go_statement", "defer_statement", "send_statement"), _kept),
    **dict.fromkeys(
        ("statement_block", "block", "unsafe_block", "compound_statement"), lambda r, v: r.block(v)
    ),
    **dict.fromkeys(
        (
            "empty_statement",
            "comment",
            "line_comment",
            "block_comment",
            ";",
            "attribute_item",
            "use_declaration",
            "import_declaration",
        ),
        lambda _, __: None,
    ),
}
