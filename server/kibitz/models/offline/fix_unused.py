"""What is not used goes: an import, a variable, a parameter; what its value does stays."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_imports import IMPORTS, unused_import
from kibitz.models.offline.fix_lines import from_list, without
from kibitz.models.offline.fix_misnamed import unbound
from kibitz.models.offline.fix_names import elsewhere, slip, visible_of
from kibitz.models.offline.fix_unused_compiled import declared, go, rust
from kibitz.models.offline.fix_values import pure, remove_declaration, underscored, value_only
from kibitz.syntax.facts import facts
from kibitz.syntax.view import View

_SHORTEST = 4
"""Below, too many names are one key away from each other."""

BINDERS = (
    *(
        "for_statement",
        "for_in_statement",
        "enhanced_for_statement",
        "for_range_loop",
        "range_clause",
        "for_expression",
    ),
    *("foreach_statement", "for_clause"),
)


def unused(case: Case) -> Change | None:
    """Whatever the text says is not used, by what it is."""
    node = case.place()
    if node is None:
        return unused_import(case)
    if any(around.kind in IMPORTS for around in (node, *node.around())):
        return unused_import(case)
    return misnamed(case, node) or _parameter(case, node) or unused_variable(case)


def misnamed(case: Case, node: View) -> Change | None:
    """What is not used is what a name that is defined nowhere means: one slip of the fingers lies between them."""
    function = case.function(node)
    if function is None or case.tree is None or len(node.text) < _SHORTEST:
        return None
    if case.language == "python" and (declared_outside := unbound(case)) is not None:
        return declared_outside
    used = {w.text: w for w in function.walk() if w.kind == "identifier" and slip(node.text, w.text)}
    meant = [
        name
        for name, word in used.items()
        if not (elsewhere(case, word) and visible_of(case, word, {name}))
        and name not in facts(case.language).words
    ]
    if len(meant) != 1 or case.others(node, function):
        return None
    use = used[meant[0]]
    if not elsewhere(case, use):  # once is a slip where it is used, more often one where it is declared
        title = f"Change `{use.text}` to `{node.text}`, which nothing uses"
        return case.change(title, Splice(use.start, use.end, node.text), certain=False, reach=function)
    return case.change(
        f"Rename `{node.text}` to `{meant[0]}`, which is used",
        Splice(node.start, node.end, meant[0]),
        certain=False,
        reach=function,
    )


def unused_variable(case: Case) -> Change | None:
    """A variable nobody reads: gone with its value, or its value alone stays where that does something."""
    node = case.place()
    if node is None or node.kind == "dotted_name":
        return None
    rule = _BY_LANGUAGE.get(case.language)
    return misnamed(case, node) or (rule(case, node) if rule is not None else None)


def unused_parameter(case: Case) -> Change | None:
    """A parameter nobody reads, where another name for it breaks no caller."""
    node = case.place()
    return misnamed(case, node) or _parameter(case, node) if node is not None else None


def _parameter(case: Case, node: View) -> Change | None:
    parent = node.parent
    function = case.function(node)
    if parent is None or function is None or len(node.text) == 0:
        return None
    body = function.child("body")
    if body is None or node.start >= body.start:
        return None
    if case.others(node, function):
        return None
    title = f"Rename unused parameter to `_{node.text}`"
    match case.language, parent.kind:
        case (("typescript" | "typescriptreact"), ("required_parameter" | "optional_parameter")):
            if any(c.kind in ("accessibility_modifier", "readonly") for c in parent.children):
                return None
            return _script_parameter(case, node, function, title)
        case (
            ("typescript" | "typescriptreact" | "javascript" | "javascriptreact"),
            ("formal_parameters" | "arrow_function"),
        ):
            return _script_parameter(case, node, function, title)
        case "rust", ("parameter" | "closure_parameters" | "mut_pattern"):
            return case.change(title, Splice(node.start, node.end, "_" + node.text))
        case "rust", "field_pattern":
            return case.change(f"Ignore the field `{node.text}`", Splice(node.end, node.end, ": _"))
        case "go", "parameter_declaration":
            return case.change(
                f"Rename unused parameter `{node.text}` to `_`", Splice(node.start, node.end, "_")
            )
        case "cpp", _ if parent.kind.endswith(("parameter_declaration", "_declarator")):
            return case.change(
                f"Comment out the name of parameter `{node.text}`",
                Splice(node.start, node.end, f"/*{node.text}*/"),
            )
    return None


def _script_parameter(case: Case, node: View, function: View, title: str) -> Change | None:
    """TypeScript passes over names with an underscore; eslint only where its message says so."""
    allowed = re.search(r"Allowed unused args must match /(?P<pattern>.*)/", case.problem.message)
    if "eslint" not in case.problem.source.casefold() or (
        allowed is not None and allowed["pattern"].startswith("^_")
    ):
        return case.change(title, Splice(node.start, node.end, "_" + node.text))
    around = function.parent
    whole = node.parent if node.parent is not None and node.parent.kind.endswith("_parameter") else node
    inline = around is not None and around.kind == "arguments"
    last = whole.next is not None and whole.next.text == ")"
    if inline and last:  # whoever calls it may pass more than it takes
        return case.change(f"Remove unused parameter `{node.text}`", from_list(case, whole))
    return None


def _python(case: Case, node: View) -> Change | None:
    parent, function = node.parent, case.function(node)
    if parent is None or function is None:
        return None
    others = case.others(node, function)
    match parent.kind:
        case "assignment" if parent.child("left") == node and not others:
            return _python_assignment(case, node, parent)
        case "named_expression" if parent.child("name") == node and not others:
            value = parent.child("value")
            return value_only(case, parent.start, value, node.text) if value is not None else None
        case "as_pattern_target" | "except_clause":
            pattern = parent.up("as_pattern")
            if pattern is None or others or node.text != parent.text:
                return None
            kept = pattern.items[0]
            return case.change(f"Remove unused variable `{node.text}`", Splice(kept.end, pattern.end, ""))
        case "pattern_list" | "tuple_pattern" | "for_statement" | "list_pattern" if not others:
            return underscored(case, node)
    return None


def _python_assignment(case: Case, node: View, assignment: View) -> Change | None:
    statement, value = assignment.parent, assignment.child("right")
    if statement is not None and statement.kind == "assignment":  # a = x = ...
        return value_only(case, node.start, value, node.text) if value is not None else None
    if statement is None or statement.kind != "expression_statement":
        return None
    if value is None or pure(value):
        return remove_declaration(case, statement, node.text)
    if value.kind == "assignment":
        return None
    return value_only(case, assignment.start, value, node.text)


def _script(case: Case, node: View) -> Change | None:
    parent = node.parent
    if parent is None:
        return None
    if node.kind == "shorthand_property_identifier_pattern" or parent.kind == "pair_pattern":
        return _destructured(case, node, node if parent.kind == "object_pattern" else parent)
    if parent.kind == "catch_clause":
        opened, closed = node.previous, node.next
        if case.others(node, parent) or opened is None or closed is None or opened.text != "(":
            return None
        return case.change(f"Remove unused `{node.text}`", Splice(opened.start, closed.end + 1, ""))
    if parent.kind == "for_in_statement" and "eslint" not in case.problem.source.casefold():
        return underscored(case, node) if not case.others(node, parent) else None
    if parent.kind in _DECLARED_ALONE and parent.child("name") == node:
        return _whole_declaration(case, node, parent)
    if parent.kind != "variable_declarator":
        return None
    declaration = parent.parent
    scope = declaration.parent if declaration is not None else None
    if declaration is None or scope is None or scope.kind in ("export_statement", *BINDERS):
        return None
    if case.others(node, scope):
        return None
    value = parent.child("value")
    if sum(c.kind == "variable_declarator" for c in declaration.children) > 1:
        return (
            case.change(f"Remove unused variable `{node.text}`", from_list(case, parent))
            if value is None or pure(value)
            else None
        )
    if value is None or pure(value):
        return remove_declaration(case, declaration, node.text)
    if value.kind in ("object", "function_expression", "class"):
        return None
    return value_only(case, declaration.start, value, node.text)


_DECLARED_ALONE = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "abstract_class_declaration": "class",
    "interface_declaration": "interface",
    "type_alias_declaration": "type",
    "enum_declaration": "enum",
}


def _whole_declaration(case: Case, node: View, declaration: View) -> Change | None:
    """A function or a type that nothing names; not certain that it was meant to go. One with a comment above stays."""
    holder = declaration.parent
    if holder is None or holder.kind not in ("program", "statement_block") or case.root is None:
        return None
    above = declaration.previous
    near = above is not None and above.range.end.line >= declaration.range.start.line - 1
    if case.others(node, case.root) or (above is not None and near and above.kind == "comment"):
        return None
    title = f"Remove unused {_DECLARED_ALONE[declaration.kind]} `{node.text}`"
    return case.change(title, without(case, declaration), certain=False)


def _lua(case: Case, node: View) -> Change | None:
    around = case.function(node) or case.root
    if around is None or node.text.startswith("_") or case.others(node, around):
        return None
    return underscored(case, node)


def _destructured(case: Case, node: View, element: View) -> Change | None:
    pattern = element.parent
    if pattern is None or pattern.kind != "object_pattern" or element.text.startswith("..."):
        return None
    if any(item.kind == "rest_pattern" for item in pattern.items) or len(pattern.items) < 2:
        return None
    function = case.function(node)
    within = function if function is not None else case.root
    if within is None or case.others(node, within):
        return None
    return case.change(f"Remove unused `{node.text}` from the pattern", from_list(case, element))


_BY_LANGUAGE = {
    "python": _python,
    "javascript": _script,
    "javascriptreact": _script,
    "typescript": _script,
    "typescriptreact": _script,
    "go": go,
    "rust": rust,
    "java": declared,
    "c": declared,
    "cpp": declared,
    "csharp": declared,
    "lua": _lua,
}
