"""Variables that nothing reads in Go, Rust, Java, C, C++ and C#."""

from __future__ import annotations

import re

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_values import pure, remove_declaration, underscored, value_only
from kibitz.syntax.view import View


def go(case: Case, node: View) -> Change | None:
    """A variable of Go: `_` takes its value, or the declaration goes; one that hides another may have been meant for that."""
    function = case.function(node)
    targets = node.parent
    holder = targets.parent if targets is not None else None
    if function is None or targets is None or holder is None:
        return None
    if case.others(node, function):
        return _hiding(case, node, holder)
    if targets.kind == "var_spec" and holder.kind == "var_declaration":
        value = targets.child("value")
        single = len(targets.all("name")) == 1
        return (
            remove_declaration(case, holder, node.text) if single and (value is None or pure(value)) else None
        )
    if targets.kind != "expression_list":
        return None
    names = targets.items
    if holder.kind == "range_clause":
        return _go_range(case, node, names, holder)
    value = holder.child("right")
    if holder.kind != "short_var_declaration" or value is None:
        return None
    if len(names) == 1:
        if pure(value):
            return remove_declaration(case, holder, node.text)
        return case.change(
            f"Ignore the value of unused `{node.text}`", Splice(node.start, value.start, "_ = ")
        )
    if all(name.text == "_" for name in names if name != node):
        mark = next((c for c in holder.children if c.text == ":="), None)
        return (
            case.change(
                f"Ignore the value of unused `{node.text}`",
                Splice(node.start, node.end, "_"),
                Splice(mark.start, mark.end, "="),
            )
            if mark is not None
            else None
        )
    body = holder.parent
    earlier = {
        word.text
        for statement in (body.children if body is not None else ())
        if statement.start < holder.start
        for word in statement.walk()
        if word.kind == "identifier"
    }
    parameters = function.child("parameters")
    earlier |= (
        {w.text for w in parameters.walk() if w.kind == "identifier"} if parameters is not None else set()
    )
    if all(name.text in earlier or name.text == "_" for name in names if name != node):
        return None  # whether the others are new here, the text alone does not say
    return case.change(f"Ignore the value of unused `{node.text}`", Splice(node.start, node.end, "_"))


_BLOCKS = ("block", "expression_case", "default_case", "type_case", "communication_case", "func_literal")


def _hiding(case: Case, node: View, holder: View) -> Change | None:
    """`:=` that makes a second variable of a name nobody then reads, where `=` was meant."""
    block = holder.up(*_BLOCKS)
    left = holder.child("left")
    if holder.kind != "short_var_declaration" or block is None or left is None or len(left.items) != 1:
        return None
    mark = next((c for c in holder.children if c.text == ":="), None)
    read = any(other.start > holder.end for other in case.others(node, block))
    if mark is None or read or not _known_before(case, holder, node.text):
        return None
    title = f"Assign to the `{node.text}` around it with `=`"
    return case.change(title, Splice(mark.start, mark.end, "="), certain=False, reach=block)


def _known_before(case: Case, holder: View, name: str) -> bool:
    """Whether a name means something already; the locals are looked at first, which is most of the answer and little work."""
    if case.tree is None:
        return False
    position = case.document.position(holder.start)
    local = any(known.name == name for known in case.tree.local_scope(position))
    return local or name in case.tree.scope_names(position)


def _go_range(case: Case, node: View, names: tuple[View, ...], clause: View) -> Change | None:
    if len(names) == 2 and node == names[1]:
        if names[0].text == "_":
            return None
        return case.change(f"Remove unused `{node.text}`", Splice(names[0].end, node.end, ""))
    if len(names) == 2:
        return case.change(f"Rename unused `{node.text}` to `_`", Splice(node.start, node.end, "_"))
    word = next((c for c in clause.children if c.text == "range"), None)
    return (
        case.change(f"Remove unused `{node.text}`", Splice(node.start, word.start, ""))
        if word is not None
        else None
    )


def rust(case: Case, node: View) -> Change | None:
    """A variable of Rust, as the compiler\'s own help has it."""
    function = case.function(node)
    if function is None or case.others(node, function) or node.text.startswith("_"):
        return None
    parent = node.parent
    if parent is not None and parent.kind == "field_pattern" and parent.child("pattern") is None:
        return case.change(f"Ignore the field `{node.text}`", Splice(node.end, node.end, ": _"))
    return underscored(case, node)


def declared(case: Case, node: View) -> Change | None:
    """A declaration of its own in Java, C, C++ and C#."""
    declarator = node.parent
    function = case.function(node)
    if declarator is None or function is None or case.others(node, function):
        return None
    declaration = declarator
    while declaration is not None and declaration.kind in (
        "pointer_declarator",
        "init_declarator",
        "variable_declarator",
        "variable_declaration",
    ):
        if declaration.parent is None:
            return None
        declaration = declaration.parent
    if declaration.kind not in ("local_variable_declaration", "declaration", "local_declaration_statement"):
        return None
    block = declaration.parent
    if block is None or block.kind not in ("block", "compound_statement") or "," in _bare(declaration):
        return None
    while declarator.kind == "pointer_declarator" and declarator.parent is not None:
        declarator = declarator.parent
    value = declarator.child("value") if declarator != declaration else None
    if value is None and declarator.kind == "variable_declarator" and "=" in declarator.text:
        value = declarator.items[-1]
    plain = declarator.kind in ("init_declarator", "variable_declarator") or declarator == declaration
    if not plain or (case.language == "cpp" and not _trivial(declaration)):
        return None
    if value is None or pure(value):
        return remove_declaration(case, declaration, node.text)
    if value.kind in (
        "method_invocation",
        "call_expression",
        "invocation_expression",
        "object_creation_expression",
    ):
        return value_only(case, declaration.start, value, node.text)
    return None


def _bare(declaration: View) -> str:
    return "".join(c.text for c in declaration.children if not c.named)


_CPP_PLAIN = re.compile(
    r"^(?:const\s+|static\s+|unsigned\s+|signed\s+)*(?:int|long|short|char|bool|float|double|size_t|auto)\b"
)


def _trivial(declaration: View) -> bool:
    """An object in C++ may be there for what its constructor and destructor do."""
    return _CPP_PLAIN.match(declaration.text) is not None
