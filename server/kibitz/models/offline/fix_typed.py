"""Types that do not fit: annotations, conversions, zero values and exceptions that compilers ask for by name."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_additions import add_line_import, line_end
from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_known import JAVA
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.view import View

_SIMPLE = frozenset(
    {
        *("identifier", "call_expression", "selector_expression", "index_expression", "int_literal"),
        *("float_literal", "parenthesized_expression", "method_invocation", "field_access", "array_access"),
        *("decimal_integer_literal", "decimal_floating_point_literal"),
    }
)
"""What a cast takes as it stands."""


def implicit_any(case: Case) -> Change | None:
    """A parameter whose type nobody wrote down is called what it is; not certain, as a narrower type is what is wanted."""
    node = case.place()
    parent = node.parent if node is not None else None
    if node is None or parent is None:
        return None
    title = f"Declare `{node.text}` as `any`, which it is"
    if parent.kind in ("required_parameter", "optional_parameter") and parent.child("pattern") == node:
        if parent.child("type") is not None:
            return None
        end = node.end + (1 if case.text[node.end : node.end + 1] == "?" else 0)
        rest = parent.text.startswith("...")
        return case.change(title, Splice(end, end, ": any[]" if rest else ": any"), certain=False)
    if parent.kind == "rest_pattern":
        return case.change(title, Splice(parent.end, parent.end, ": any[]"), certain=False)
    if parent.kind == "arrow_function" and parent.child("parameter") == node:
        return case.change(title, Splice(node.start, node.end, f"({node.text}: any)"), certain=False)
    return None


def indexed(case: Case) -> Change | None:
    """`a.b` becomes `a['b']` where the type has no such property of its own."""
    node = case.place()
    access = node.parent if node is not None else None
    holder = access.child("object") if access is not None and access.kind == "member_expression" else None
    if node is None or holder is None or access is None or access.child("property") != node:
        return None
    dots = case.text[holder.end : node.start].strip()
    quote = '"' if case.text.count('"') > case.text.count("'") else "'"
    if dots not in (".", "?."):
        return None
    text = f"{'?.' if dots == '?.' else ''}[{quote}{node.text}{quote}]"
    return case.change(f"Use `{text.lstrip('?.')}`", Splice(holder.end, node.end, text))


def value_import(case: Case) -> Change | None:
    """An import that is used as a value is no import of a type only, where it is the only one of its statement."""
    if case.root is None or not case.name:
        return None
    for item in case.root.items:
        if item.kind != "import_statement":
            continue
        names = [n for n in item.walk() if n.kind == "import_specifier"]
        found = [n for n in names if n.text.split()[-1] == case.name]
        if len(found) != 1:
            continue
        title = f"Import `{case.name}` as a value"
        if (word := re.match(r"type\s+(?!as\b)", found[0].text)) is not None:
            return case.change(title, Splice(found[0].start, found[0].start + word.end(), ""))
        if (word := re.match(r"import(\s+type)\b", item.text)) is not None and len(names) == 1:
            return case.change(title, Splice(item.start + word.start(1), item.start + word.end(1), ""))
    return None


def spelt_out(case: Case) -> Change | None:
    """What the compiler writes in place of what it reports: a path with its ending, a type, `typeof`."""
    meant, said = case.group("meant"), case.said
    if said[:1] in "\"'" and said and re.fullmatch(r"\.{1,2}/[\w@./-]+", meant):
        meant = f"{said[0]}{meant}{said[-1]}"
        if not meant.startswith(said[:-1]):
            return None
    elif not said or said not in meant or len(meant) - len(said) > 20:
        return None
    return case.change(f"Change to `{meant}`", Splice(case.start, case.end, meant))


def constructed(case: Case) -> Change | None:
    """`new` before a class that is called like a function."""
    return case.change("Add `new`", Splice(case.start, case.start, "new ")) if case.said else None


def called(case: Case) -> Change | None:
    """A function that is always there is called; not certain that its answer was meant."""
    node = case.view(case.start, case.end)
    if node is None or not case.said or node.kind not in ("identifier", "member_expression"):
        return None
    return case.change(f"Call `{case.said}`", Splice(case.end, case.end, "()"), certain=False)


_GO_NUMBER = re.compile(r"u?int(?:8|16|32|64|ptr)?|float(?:32|64)|byte|rune")
_GO_TEXT = frozenset({"string", "[]byte", "[]rune"})


def converted(case: Case) -> Change | None:
    """A value of one of Go's own types as the other one that is asked for; not certain, as it may not hold all of it."""
    what, held, meant = case.group("name"), case.group("type"), case.group("meant")
    numbers = _GO_NUMBER.fullmatch(held) and _GO_NUMBER.fullmatch(meant)
    texts = {held, meant} <= _GO_TEXT and "string" in (held, meant)
    if not numbers and not texts:
        return None
    node = case.view(case.start, case.start + len(what))
    if node is None or node.text != what or node.start != case.start:
        return None
    title = f"Convert to `{meant}`"
    return case.change(title, Splice(node.start, node.end, f"{meant}({what})"), certain=False)


def returned(case: Case) -> Change | None:
    """The values a `return` leaves out, as zeros of their types; not certain that these are what should be given back."""
    have, want = _types(case.group("have")), _types(case.group("want"))
    statement = next(
        (
            n
            for n in case.nearby()
            if n.kind == "return_statement" and n.range.start.line == case.problem.range.start.line
        ),
        None,
    )
    if statement is None or len(have) >= len(want):
        return None
    given = statement.items[0].items if statement.items else ()
    if len(given) != len(have):
        return None
    first, last = want[: len(have)], want[len(want) - len(have) :]
    behind = not all(map(_fits, have, first))
    if behind and not all(map(_fits, have, last)):
        return None
    missing = [_zero(t) for t in (want[: -len(have)] if behind else want[len(have) :])]
    if "" in missing:
        return None
    text = ", ".join(missing)
    if not given:
        splice = Splice(statement.end, statement.end, f" {text}")
    elif behind:
        splice = Splice(given[0].start, given[0].start, f"{text}, ")
    else:
        splice = Splice(given[-1].end, given[-1].end, f", {text}")
    return case.change(f"Return `{text}` as well", splice, certain=False)


def _fits(have: str, want: str) -> bool:
    if have == "nil":
        return _zero(want) == "nil"
    return have == want or (have == "number" and _zero(want) == "0")


def _types(said: str) -> list[str]:
    return [t.strip() for t in said.split(",") if t.strip()]


def _zero(kind: str) -> str:
    if re.match(r"\*|\[\]|map\[|func\b|chan\b|<-|interface\b|error$|any$", kind):
        return "nil"
    if kind == "string":
        return '""'
    if kind == "bool":
        return "false"
    return "0" if _GO_NUMBER.fullmatch(kind) else ""


_JAVA_NUMBER = frozenset({"byte", "short", "char", "int", "long", "float", "double"})


def cast(case: Case) -> Change | None:
    """A number as the narrower one that is asked for; not certain, as it may not fit."""
    meant = case.group("meant")
    if meant not in _JAVA_NUMBER or case.group("type") not in _JAVA_NUMBER or not case.said.strip():
        return None
    node = case.view(case.start, case.end)
    if node is None or (node.start, node.end) != (case.start, case.end):
        return None
    text = f"({meant}) {node.text}" if node.kind in _SIMPLE else f"({meant}) ({node.text})"
    return case.change(f"Cast to `{meant}`", Splice(node.start, node.end, text), certain=False)


_ALWAYS_THERE = frozenset(
    [
        "Exception",
        "InterruptedException",
        "ClassNotFoundException",
        "CloneNotSupportedException",
        "NoSuchMethodException",
        "NoSuchFieldException",
        "IllegalAccessException",
        "InstantiationException",
        "Throwable",
    ]
)


def throws(case: Case) -> Change | None:
    """A method that nothing here calls says what it throws; not certain that whoever calls it should handle that."""
    name = case.group("name").rpartition(".")[2]
    node: View | None = case.node()
    around = ("method_declaration", "constructor_declaration", "lambda_expression", "class_body")
    method = node.up(*around) if node is not None else None
    if method is None or method.kind not in around[:2]:
        return None
    parameters, called_as = method.child("parameters"), method.child("name")
    if parameters is None or called_as is None or "@Override" in method.text.split("(", 1)[0]:
        return None
    if len(re.findall(rf"\b{re.escape(called_as.text)}\s*\(|::{re.escape(called_as.text)}\b", case.text)) > 1:
        return None
    held = next((c for c in method.children if c.kind == "throws"), None)
    said = Splice(held.end, held.end, f", {name}") if held is not None else None
    splices = [said or Splice(parameters.end, parameters.end, f" throws {name}")]
    if name not in _ALWAYS_THERE and not re.search(rf"\b{re.escape(name)}\b", case.text):
        home = JAVA.get(name)
        brought = add_line_import(case, f"import {home}.{name};", name) if home is not None else None
        if brought is None:
            return None
        splices += brought.splices
    return case.change(f"Add `throws {name}`", *splices, certain=False)


def serial_version(case: Case) -> Change | None:
    """The version of a serializable class."""
    node = case.place(case.group("name")) or case.node()
    declared = node.up("class_declaration") if node is not None else None
    body = declared.child("body") if declared is not None else None
    if declared is None or body is None:
        return None
    margin = case.document.line(declared.range.start.line)[: declared.range.start.character]
    first = body.items[0] if body.items else None
    inner = case.document.line(first.range.start.line)[: first.range.start.character] if first else ""
    if margin.strip() or inner.strip() or first is None:
        return None
    text = f"{line_end(case)}{inner}private static final long serialVersionUID = 1L;"
    return case.change("Add `serialVersionUID`", Splice(body.start + 1, body.start + 1, text))


def unused_field(case: Case) -> Change | None:
    """A private field that nothing reads goes, where making its value does nothing else; not certain, as code may look for it
    by its name."""
    name = case.group("name").rpartition(".")[2]
    node = case.place(name)
    field = node.up("field_declaration") if node is not None else None
    one = node.up("variable_declarator") if node is not None else None
    if node is None or field is None or one is None or field.parent is None:
        return None
    value = one.child("value")
    if "private" not in field.text.split(name)[0] or (value is not None and value.items):
        return None
    declared = [item for item in field.items if item.kind == "variable_declarator"]
    if len(declared) != 1 or len(re.findall(rf"\b{re.escape(name)}\b", case.text)) != 1 or "@" in field.text:
        return None
    return case.change(f"Remove the field `{name}`", without(case, field), certain=False, reach=field.parent)
