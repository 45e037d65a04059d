"""Code that says one thing where another was meant: `=` for `==`, an `await` outside of `async`, an override of nothing."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import line_end
from kibitz.models.offline.fix_case import FUNCTIONS, Case, Change, Splice
from kibitz.models.offline.fix_known import members
from kibitz.models.offline.fix_names import slip
from kibitz.syntax.tree import parse_fresh
from kibitz.syntax.view import View
from kibitz.text import Position

_CONDITIONS = (
    *("if_statement", "while_statement", "do_statement", "for_statement", "conditional_expression"),
    *("if_expression", "while_expression", "elif_clause"),
)
_BEGINS_CONDITION = re.compile(r"\s*(?:\}\s*)?(?:else\s+)?(?:if|elif|while|for)\b")
_MOST_TRIED = 3
_EQUAL = re.compile(r"(?<![=!<>+\-*/%&|^:~])=(?!=)")


def compared(case: Case) -> Change | None:
    """`=` in a condition becomes `==`, `===` where the file compares so; not certain that no assignment was meant."""
    marks = _in_conditions(case) or _in_broken_condition(case)
    if len(marks) != 1:
        return None
    (at,) = marks
    strict = case.language.startswith(("javascript", "typescript")) and " === " in case.text
    mark = "===" if strict else "=="
    return case.change(f"Compare with `{mark}`", Splice(at, at + 1, mark), certain=False)


def _in_conditions(case: Case) -> set[int]:
    """Where the conditions on the problem's line assign."""
    line = case.problem.range.start.line
    conditions = [
        c for n in case.nearby() if n.kind in _CONDITIONS and (c := n.child("condition")) is not None
    ]
    here = [c for c in conditions if c.range.start.line <= line <= c.range.end.line]
    assignments = (node for c in here for node in c.walk() if node.kind == "assignment_expression")
    return {child.start for node in assignments for child in node.children if child.text == "="}


def _in_broken_condition(case: Case) -> set[int]:
    """Where a line that begins a condition assigns, and would parse better if it compared."""
    line = case.problem.range.start.line
    text = case.document.line(line)
    if case.tree is None or not case.tree.errors or not _BEGINS_CONDITION.match(text):
        return set()
    begin, before = case.document.offset(Position(line, 0)), len(case.tree.errors)
    found = [begin + match.start() for match in _EQUAL.finditer(text)]
    marks = [at for at in found if not case.tree.in_string(case.document.position(at))][:_MOST_TRIED]
    trials = ((at, parse_fresh(case.trial(Splice(at, at + 1, "==")))) for at in marks)
    return {at for at, trial in trials if trial is not None and len(trial.errors) < before}


def assigned_instead(case: Case) -> Change | None:
    """A comparison that is a statement assigns, where what it would set is read below; not certain that this was meant."""
    node = case.node()
    statement = next((n for n in case.nearby() if n.kind == "expression_statement"), None)
    if node is not None:
        statement = node.up("expression_statement") or statement
    compared_to = statement.items[0] if statement is not None and len(statement.items) == 1 else None
    if compared_to is None or compared_to.kind != "comparison_operator" or len(compared_to.items) != 2:
        return None
    mark = next((c for c in compared_to.children if not c.named), None)
    target = compared_to.items[0]
    if mark is None or mark.text != "==" or target.kind not in ("identifier", "attribute"):
        return None
    if not re.search(rf"(?<![\w.]){re.escape(target.text)}\b", case.text[compared_to.end :]):
        return None
    return case.change("Assign with `=`", Splice(mark.start, mark.end, "="), certain=False)


def made_async(case: Case) -> Change | None:
    """`async` before the function that awaits; not certain, as its callers get something else then."""
    node = case.node()
    function = node if node is not None and node.kind in FUNCTIONS else None
    if function is None and node is not None:
        function = case.function(node)
    if function is None or re.match(r"(?:\w+\s+)*async\b", function.text):
        return None
    start = function.start
    if case.language == "python":
        if function.kind != "function_definition" or re.match(r"__\w+__$", _name(function)):
            return None
    elif function.kind == "method_definition":
        name = function.child("name")
        head = case.text[function.start : name.start] if name is not None else "get"
        if name is None or name.text == "constructor" or re.search(r"\b(?:get|set)\b|\*", head):
            return None
        start = name.start
    elif function.kind not in ("function_declaration", "function_expression", "arrow_function"):
        return None
    title = f"Make `{_name(function)}` async" if _name(function) else "Make the function async"
    return case.change(title, Splice(start, start, "async "), certain=False)


def _name(function: View) -> str:
    name = function.child("name")
    return name.text if name is not None else ""


def near_override(case: Case) -> Change | None:
    """A method that overrides nothing, but for a slip in its name one of every object; not certain that it was meant to."""
    node = case.place() or case.node()
    method = node.up("method_declaration") if node is not None else None
    name = method.child("name") if method is not None else None
    if name is None:
        return None
    near = {other for other in members(case.language, "Object") if slip(name.text, other)}
    if len(near) != 1:
        return None
    (meant,) = near
    return case.change(
        f"Rename `{name.text}` to `{meant}`", Splice(name.start, name.end, meant), certain=False, reach=method
    )


def derive(case: Case) -> Change | None:
    """The trait that the compiler would derive, for a type of this file."""
    name, trait = case.group("name"), case.group("mark")
    if case.root is None:
        return None
    found = [
        item
        for item in case.root.walk()
        if item.kind in ("struct_item", "enum_item")
        and (n := item.child("name")) is not None
        and n.text == name
    ]
    if len(found) != 1:
        return None
    (item,) = found
    above = item.previous
    while above is not None and above.kind in ("attribute_item", "line_comment"):
        derived = re.match(r"#\[derive\(([^)]*?),?\s*\)\]$", above.text)
        if derived is not None:
            at = above.start + derived.end(1)
            return case.change(
                f"Derive `{trait}` for `{name}`", Splice(at, at, f", {trait}" if derived[1] else trait)
            )
        above = above.previous
    margin = case.document.line(item.range.start.line)[: item.range.start.character]
    if margin.strip():
        return None
    text = f"#[derive({trait})]{line_end(case)}{margin}"
    return case.change(f"Derive `{trait}` for `{name}`", Splice(item.start, item.start, text))
