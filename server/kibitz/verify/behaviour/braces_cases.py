"""The steps of switch, match, select and try in languages with braces."""

from __future__ import annotations

from collections.abc import Callable

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces import Braces, UnreadError
from kibitz.verify.behaviour.braces_expressions import decide
from kibitz.verify.behaviour.braces_patterns import fits, shape_of
from kibitz.verify.behaviour.braces_views import SCRIPTS, blanked, pattern_names
from kibitz.verify.behaviour.core import Loop
from kibitz.verify.behaviour.graph import EXCEPTION, Node

_CASES = frozenset(
    [
        "switch_case",
        "switch_default",
        "expression_case",
        "default_case",
        "type_case",
        "communication_case",
        "switch_rule",
        "switch_block_statement_group",
        "match_arm",
        "case_statement",
    ]
)


_FALLING = frozenset({"switch_case", "switch_default", "switch_block_statement_group", "case_statement"})


def attempt(r: Braces, view: View) -> None:
    """`try`, with what is caught and what is done at last."""
    around = r.b.handler
    after = r.b.label()
    catches = [i for i in view.items if i.kind == "catch_clause"]
    last = next((i for i in view.items if i.kind == "finally_clause"), None)
    final_body = last.child("body") or last.items[-1] if last is not None and last.items else None
    finally_ = r.b.label() if final_body is not None else None

    def final() -> None:
        kept, r.b.handler = r.b.handler, around
        r.block(final_body)
        r.b.handler = kept

    if finally_ is not None:
        r.call.cleanups.append(final)
    catch = r.b.label() if catches else None
    r.scopes.append({})
    resources = view.child("resources")
    r.b.handler = catch or finally_ or around
    for resource in resources.items if resources is not None else ():
        name, value = resource.child("name"), resource.child("value")
        register = r.b.make("enter", (r.expression(value),) if value is not None else (), "")
        if name is not None:
            r.declare(name.text, register)
    r.block(view.child("body"))
    r.scopes.pop()
    r.b.handler = finally_ or around
    _end(r, final if finally_ else None, after)
    if catch is not None:
        r.b.tail = catch
        exception = r.b.make("copy", (EXCEPTION,))
        for clause in catches:
            _catch(r, clause, exception, final if finally_ else None, after)
        r.b.emit("reraise", "", (exception,))
        r.b.tail = None
    if finally_ is not None:
        r.call.cleanups.pop()
        r.b.handler = around
        r.b.tail = finally_
        exception = r.b.make("copy", (EXCEPTION,))
        r.block(final_body)
        r.b.emit("reraise", "", (exception,))
        r.b.tail = None
    r.b.handler = around
    r.b.place(after)


def _end(r: Braces, final: Callable[[], None] | None, after: Node) -> None:
    if final is not None and r.b.tail is not None:
        kept, r.call.cleanups = r.call.cleanups, r.call.cleanups[:-1]
        final()
        r.call.cleanups = kept
    r.b.jump(after)


def _catch(r: Braces, clause: View, exception: str, final: Callable[[], None] | None, after: Node) -> None:
    parameter = clause.child("parameter") or next(
        (i for i in clause.items if i.kind == "catch_formal_parameter"), None
    )
    here, onward = r.b.label(), r.b.label()
    name = parameter.child("name") if parameter is not None else None
    kind = (
        next((i for i in parameter.items if i.kind == "catch_type"), None) if parameter is not None else None
    )
    if kind is not None:
        for alternative in kind.items:
            more = r.b.label()
            r.b.fork(r.b.make("pure", (exception,), ("matched", alternative.text)), here, more)
            r.b.place(more)
        r.b.jump(onward)
        r.b.place(here)
    r.scopes.append({})
    if name is not None:
        r.declare(name.text, exception)
    elif parameter is not None:
        r.bind(parameter, exception)
    r.block(clause.child("body"))
    r.scopes.pop()
    _end(r, final, after)
    r.b.tail = None
    r.b.place(onward)


def switch(r: Braces, view: View) -> None:
    """A switch, match or select that stands for itself."""
    cases_of(r, view, None)


def cases_of(r: Braces, view: View, result: str | None) -> None:
    """The cases of a switch, match or select, one after the other."""
    r.scopes.append({})
    for before in view.all("initializer"):
        r.statement(before)
    value = view.child("value") or view.child("condition")
    subject = r.expression(value) if value is not None else r.b.const(True)
    alias = view.child("alias")
    if alias is not None:
        for name in alias.items or (alias,):
            r.declare(name.text, subject)
    holder = view.child("body") or view
    cases = [i for i in holder.items if i.kind in _CASES]
    if not cases and holder.items:
        raise UnreadError
    end = r.b.label()
    bodies = [r.b.label() for _ in cases]
    default: Node | None = None
    for case, label in zip(cases, bodies, strict=True):
        more = r.b.label()
        if case.kind in ("switch_default", "default_case") or case.text.lstrip().startswith("default"):
            default = label
        else:
            _label(r, case, subject, label, more)
            r.b.place(more)
    r.b.jump(default or end)
    for number, (case, label) in enumerate(zip(cases, bodies, strict=True)):
        r.b.tail = None
        r.b.place(label)
        again = r.call.loops[-1][1].again if r.call.loops else end
        if r.language != "rust":
            r.call.loops.append(("switch", Loop(end, again, len(r.call.cleanups))))
        _case_body(r, case, subject, result)
        if r.language != "rust":
            r.call.loops.pop()
        falls = case.kind in _FALLING and number + 1 < len(bodies)
        r.b.jump(bodies[number + 1] if falls else end)
    r.b.place(end)
    r.scopes.pop()


def _pattern_of(case: View) -> View | None:
    return case.child("pattern") if case.kind == "match_arm" else None


def _label(r: Braces, case: View, subject: str, yes: Node, no: Node) -> None:
    """Whether a case is taken."""
    pattern = _pattern_of(case)
    if pattern is not None:
        guard = pattern.child("condition")
        bare = pattern.items[0] if guard is not None and pattern.items else pattern
        here = r.b.label()
        if bare.kind == "_" or bare.text == "_":
            r.b.jump(here)
        else:
            r.b.fork(fits(r, shape_of(bare), subject), here, no)
        r.b.place(here)
        if guard is None:
            r.b.jump(yes)
            return
        r.scopes.append({})
        r.bind(bare, subject)
        decide(r, guard, yes, no)
        r.scopes.pop()
        return
    labels = [i for i in case.items if i.kind == "switch_label"]
    values = (
        [v for i in labels for v in i.items] if labels else list(case.all("value")) + list(case.all("type"))
    )
    if not values and case.child("communication") is not None:
        communication = case.child("communication")
        assert communication is not None
        names = [n.text for n in pattern_names(communication)]
        r.b.fork(
            r.b.make(
                "pure",
                (subject,),
                ("matched", blanked(communication, [n for n in names if r.find(n) is None])),
            ),
            yes,
            no,
        )
        return
    for value in [v for outer in values for v in listed(outer)]:
        more = r.b.label()
        if value.kind.endswith(("type", "type_identifier", "pattern")):
            register = r.b.make("pure", (subject,), ("matched", value.text))
        else:
            equal = "Same" if r.language in SCRIPTS else "Eq"
            register = r.b.make("pure", (subject, r.expression(value)), ("cmp", equal))
        r.b.fork(register, yes, more)
        r.b.place(more)
    r.b.jump(no)


def _case_body(r: Braces, case: View, subject: str, result: str | None) -> None:
    r.scopes.append({})
    if case.kind == "match_arm":
        pattern = _pattern_of(case)
        if pattern is not None:
            r.bind(pattern.items[0] if pattern.child("condition") and pattern.items else pattern, subject)
        branch(r, case.child("value"), result)
        r.scopes.pop()
        return
    communication = case.child("communication")
    if communication is not None:
        r.statement(communication)
    skipped = {
        *case.all("value"),
        *case.all("type"),
        *(i for i in case.items if i.kind == "switch_label"),
        communication,
    }
    items = [i for i in case.items if i not in skipped]
    for item in items:
        for part in item.items if item.kind == "statement_list" else (item,):
            if result is not None and case.kind == "switch_rule" and part.kind == "expression_statement":
                r.b.emit("copy", result, (r.expression(part),))
            else:
                r.statement(part)
    r.scopes.pop()


def listed(view: View | None) -> list[View]:
    """The parts of a list, or the one thing there is."""
    if view is None:
        return []
    return list(view.items) if view.kind == "expression_list" else [view]


def branch(r: Braces, view: View | None, result: str | None) -> None:
    """One side of a decision; its value goes to `result` where one is wanted."""
    if result is None:
        r.block(view)
        return
    register = r.b.const(None)
    if view is not None:
        register = r.valued(view) if view.kind in ("block", "unsafe_block") else r.expression(view)
    r.b.emit("copy", result, (register,))
