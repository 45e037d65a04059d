"""What checkers of Python say, and what is meant by it."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import line_end
from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.syntax.view import View
from kibitz.text import Position

_PREFIX = re.compile(r"(?i)^([rbu]*)f([rb]*)(?=['\"])")


def compared_to_none(case: Case) -> Change | None:
    """`==` and `!=` beside None become `is` and `is not`; not certain where a type has its own equality."""
    comparison = _comparison(case, "none")
    if comparison is None:
        return None
    marks = [c for c in comparison.children if c.text in ("==", "!=")]
    if len(marks) != 1 or len(comparison.items) != 2:
        return None
    word = "is" if marks[0].text == "==" else "is not"
    return case.change(
        f"Compare to None with `{word}`", Splice(marks[0].start, marks[0].end, word), certain=False
    )


def _comparison(case: Case, kind: str) -> View | None:
    if case.root is None:
        return None
    line = case.problem.range.start.line
    found = [
        n
        for n in case.nearby()
        if n.kind == "comparison_operator"
        and n.range.start.line <= line <= n.range.end.line
        and any(item.kind == kind for item in n.items)
    ]
    inside = [n for n in found if n.start <= case.start <= n.end]
    return inside[-1] if inside else found[0] if len(found) == 1 else None


def plain_string(case: Case) -> Change | None:
    """An f-string without a placeholder loses its prefix, and the doubled braces in it become single."""
    node = case.node()
    string = node.up("string") if node is not None else None
    if string is None and case.root is not None:
        line = case.problem.range.start.line
        found = [
            n for n in case.nearby() if n.kind == "string" and n.range.start.line == line and _is_bare_f(n)
        ]
        string = found[0] if len(found) == 1 else None
    if string is None or not _is_bare_f(string):
        return None
    prefix = _PREFIX.match(string.text)
    if prefix is None:
        return None
    text = prefix[1] + prefix[2] + string.text[prefix.end() :]
    return case.change(
        "Remove the `f` of a string without placeholders",
        Splice(string.start, string.end, text.replace("{{", "{").replace("}}", "}")),
    )


def _is_bare_f(string: View) -> bool:
    return _PREFIX.match(string.text) is not None and all(n.kind != "interpolation" for n in string.walk())


def bare_except(case: Case) -> Change | None:
    """`except:` becomes `except Exception:`, which no longer catches an interrupt."""
    line = case.problem.range.start.line
    found = re.match(r"\s*(except)\s*:", case.document.line(line))
    if found is None:
        return None
    at = case.document.offset(Position(line, found.end(1)))
    return case.change("Catch `Exception`", Splice(at, at, " Exception"), certain=False)


def mutable_default(case: Case) -> Change | None:
    """The default becomes None, and the value is made in each call."""
    if case.root is None:
        return None
    node = case.node()
    function = node.up("function_definition") if node is not None else None
    if function is None:
        line = case.problem.range.start.line
        found = [n for n in case.nearby() if n.kind == "function_definition" and n.range.start.line == line]
        function = found[0] if len(found) == 1 else None
    parameters = function.child("parameters") if function is not None else None
    body = function.child("body") if function is not None else None
    if parameters is None or body is None or function is None or not body.items:
        return None
    defaults = [p for p in parameters.items if (v := p.child("value")) is not None and _mutable(v)]
    here = [p for p in defaults if p.start <= case.start < p.end] or defaults
    if len(here) != 1:
        return None
    (parameter,) = here
    name, value = parameter.child("name"), parameter.child("value")
    if name is None or value is None:
        return None
    first = body.items[0]
    docs = first.kind == "expression_statement" and bool(first.items) and first.items[0].kind == "string"
    if first.range.start.line == function.range.start.line or (docs and len(body.items) == 1):
        return None
    at = body.items[1] if docs else first
    margin = case.document.line(at.range.start.line)[: at.range.start.character]
    if margin.strip():
        return None
    end, step = line_end(case), "\t" if margin.startswith("\t") else "    "
    test = f"if {name.text} is None:{end}{margin}{step}{name.text} = {value.text}{end}{margin}"
    splices = [Splice(value.start, value.end, "None"), Splice(at.start, at.start, test)]
    annotation = parameter.child("type")
    if annotation is not None and "None" not in annotation.text and "Optional" not in annotation.text:
        splices.insert(0, Splice(annotation.end, annotation.end, " | None"))
    return case.change(f"Make the default of `{name.text}` in each call", *splices, certain=False)


def _mutable(value: View) -> bool:
    empty = value.kind == "call" and value.text in ("list()", "dict()", "set()")
    return value.kind in ("list", "dictionary", "set") or empty


def unused_ignore(case: Case) -> Change | None:
    """A comment that silences nothing."""
    line = case.problem.range.start.line
    text = case.document.line(line)
    mark = case.group("mark") or "type"
    found = re.search(rf"[ \t]*#\s*{re.escape(mark)}:\s*ignore(?:\[[^\]]*\])?[ \t]*(?=#|[\r\n]|$)", text)
    if found is None:
        return None
    begin = case.document.offset(Position(line, 0))
    rest = text[found.end() :].strip()
    if not text[: found.start()].strip() and not rest:
        end = begin + len(case.document.lines[line])
        return case.change("Remove the unused comment", Splice(begin, end, ""))
    start = found.start()
    return case.change(
        "Remove the unused comment", Splice(begin + start, begin + found.end(), "  " if rest else "")
    )


def awaited(case: Case) -> Change | None:
    """`await` before a call whose coroutine is dropped, where awaiting is possible."""
    node = case.node()
    if node is None and case.root is None:
        return None
    statement = node.up("expression_statement") if node is not None else None
    if statement is None or not statement.items or statement.items[0].kind != "call":
        return None
    function = case.function(statement)
    if function is None or not function.text.startswith("async"):
        return None
    return case.change("Await the call", Splice(statement.items[0].start, statement.items[0].start, "await "))


def with_self(case: Case) -> Change | None:
    """The parameter a method gets its object in."""
    node = case.node()
    function = node.up("function_definition") if node is not None else None
    parameters = function.child("parameters") if function is not None else None
    if function is None or parameters is None or case.function(function) is not None:
        return None
    decorated = function.parent is not None and function.parent.kind == "decorated_definition"
    if decorated or not any(around.kind == "class_definition" for around in function.around()):
        return None
    text = "self, " if parameters.items else "self"
    if parameters.items and parameters.items[0].text in ("self", "cls"):
        return None
    return case.change("Add `self`", Splice(parameters.start + 1, parameters.start + 1, text), certain=False)


def optional_default(case: Case) -> Change | None:
    """A parameter whose default is None says so in its annotation, in the way the file writes it."""
    node = case.place() or case.node()
    parameter = node.up("typed_default_parameter") if node is not None else None
    annotation = parameter.child("type") if parameter is not None else None
    value = parameter.child("value") if parameter is not None else None
    if annotation is None or value is None or value.kind != "none":
        return None
    held = annotation.text
    if held[:1] in "\"'" or "None" in held or re.match(r"(?:typing\.)?Optional\b", held):
        return None
    if re.search(r"^from typing import [^\n]*\bOptional\b", case.text, re.MULTILINE):
        text = f"Optional[{held}]"
    elif " | None" in case.text or "from __future__ import annotations" in case.text:
        text = f"{held} | None"
    else:
        return None
    return case.change(f"Annotate with `{text}`", Splice(annotation.start, annotation.end, text))


def returns_none(case: Case) -> Change | None:
    """The annotation of a function that the checker says gives nothing back."""
    line = case.problem.range.start.line
    if case.root is None:
        return None
    found = [n for n in case.nearby() if n.kind == "function_definition" and n.range.start.line == line]
    parameters = found[0].child("parameters") if len(found) == 1 else None
    if parameters is None or found[0].child("return_type") is not None:
        return None
    return case.change("Annotate with `-> None`", Splice(parameters.end, parameters.end, " -> None"))
