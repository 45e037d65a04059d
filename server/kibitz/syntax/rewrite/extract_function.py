"""Extract function in JavaScript and TypeScript: statements or an expression become a function that is called in their place.

The new function stands beside the code around, as a method where `this` is used, or else inside of the function it was taken
from, where it needs no types. What it reads of its old function it is given, what it assigns it gives back; where a value
could be another one then, it is refused.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.base import (
    Edit,
    bare_style,
    indent_of,
    refused,
    same,
    token,
    unit,
)
from kibitz.syntax.rewrite.extract import check_role
from kibitz.syntax.rewrite.function_flow import Flow, flow
from kibitz.syntax.rewrite.function_names import Traffic, check_type, traffic, variables
from kibitz.syntax.rewrite.function_narrowing import check_finds, check_own_members, check_shape
from kibitz.syntax.rewrite.function_place import Piece, Stand, piece, stands
from kibitz.syntax.rewrite.function_text import behind, body_lines, new_name
from kibitz.syntax.rewrite.names import family
from kibitz.syntax.rewrite.place import Spot
from kibitz.syntax.rewrite.values import check_context
from kibitz.syntax.source import Source

_TIGHT = frozenset(
    {
        *("member_expression", "subscript_expression", "call_expression", "new_expression"),
        *("non_null_expression", "binary_expression", "as_expression", "satisfies_expression"),
        *("update_expression", "class_heritage"),
    }
)
_CONTINUES = "([`+-*/.,?%&|^<>=!"
_JSX = frozenset({"jsx_element", "jsx_fragment", "jsx_attribute"})


def extract_function(source: Source, start: int, end: int, name: str | None) -> list[Edit]:
    """The edits that make a function of what is selected. Raises `invalid` where that could change what the code does."""
    if family(source.language) == "java":
        from kibitz.syntax.rewrite.extract_function_java import extract_function_java

        return extract_function_java(source, start, end, name)
    if family(source.language) == "go":
        from kibitz.syntax.rewrite.extract_function_go import extract_function_go

        return extract_function_go(source, start, end, name)
    if family(source.language) != "ecma":
        raise refused("The built-in engine does not extract functions in this language.")
    if source.document.uri.endswith(".d.ts"):
        raise refused("A file of declarations has no code.")
    part = piece(source, start, end)
    found = flow(source, part)
    if part.expression is not None:
        _check_expression(source, part, part.expression)
    if found.uses_this:
        check_own_members(source, part)
    if not found.returns:
        check_finds(source, part, list(variables(source, part)))
    first: KibitzError | None = None
    for stand in stands(source, part, uses_this=found.uses_this):
        try:
            check_shape(source, stand)
            given = traffic(source, part, stand, returns=found.returns)
            result = _result_type(source, part, stand, found)
        except KibitzError as error:
            first = first or error
            continue
        wanted = "newMethod" if stand.home == "method" else "newFunction"
        return _edits(source, part, stand, found, given, result, new_name(source, wanted, name))
    raise first or refused("There is no place for a function.")


def _check_expression(source: Source, part: Piece, node: Node) -> None:
    """Raises `invalid` where the expression is a place, belongs to what is around it, or gets its type from there."""
    place = Spot(part.chain, len(part.chain) - 1, "block")
    check_role(source, place)
    if any(above.type in ("type_arguments", "literal_type") for above in part.chain):
        raise refused("It is a type.")
    parent = part.chain[-2]
    if parent.type in ("as_expression", "satisfies_expression", "type_assertion"):
        raise refused("Its type is said around it.", "Select that, too.")
    if parent.type in ("pair", "method_definition", "public_field_definition") and same(
        parent.child_by_field_name("key") or parent.child_by_field_name("name"), node
    ):
        raise refused("It is a name, not a value.")
    if source.language.startswith("typescript"):
        check_context(source, place, node)
        open_ = node.type == "new_expression" and node.child_by_field_name("type_arguments") is None
        if open_ and parent.type not in ("expression_statement", "member_expression", "throw_statement"):
            raise refused("Its type arguments may come from where it stands.", "Write them first.")


def _result_type(source: Source, part: Piece, stand: Stand, found: Flow) -> str:
    """What TypeScript is told of a result that the function around declares."""
    host = part.host
    declared = host.child_by_field_name("return_type") if host is not None else None
    result = found.returns or _is_result(part)
    if not result or declared is None or not source.language.startswith("typescript"):
        return ""
    if host is not None and token(host, "*"):
        raise refused("It returns from a generator.")
    if host is not None and token(host, "async") and not found.waits:
        raise refused("It returns from an async function whose result has a type.", "Select an `await`, too.")
    check_type(source, stand, declared)
    return source.text(declared)


def _is_result(part: Piece) -> bool:
    """Whether the expression selected is what the function around returns."""
    if part.expression is None:
        return False
    parent = part.chain[-2]
    whole = parent.type == "arrow_function" and same(parent.child_by_field_name("body"), part.expression)
    return parent.type == "return_statement" or whole


def _edits(
    source: Source, part: Piece, stand: Stand, found: Flow, given: Traffic, result: str, name: str
) -> list[Edit]:
    eol, step = source.document.eol, unit(source)
    method = stand.home == "method"
    indent = indent_of(source, stand.after.start_byte)
    end = "" if bare_style(source) else ";"
    back = [given.changed] if given.changed else list(given.made)
    whole = back[0] if len(back) == 1 else f"{{ {', '.join(back)} }}"
    lines = body_lines(source, part, indent + step)
    if part.expression is not None:
        lines[0] = f"{indent + step}return {lines[0].lstrip()}"
        lines[-1] += end
    elif back:
        lines.append(f"{indent}{step}return {whole}{end}")
    parameters = ", ".join(f"{each}{type_}" for each, type_ in given.given)
    words = ["async"] if found.waits else []
    if method:
        hidden = _hides(source, stand)
        name = f"#{name}" if hidden else name
        private = ["private"] if source.language.startswith("typescript") and not hidden else []
        words = [*private, *(["static"] if stand.static else []), *words]
    else:
        words.append("function")
    head = f"{indent}{' '.join([*words, name])}({parameters}){result} {{"
    text = eol.join([head, *lines, f"{indent}}}"])
    call = f"{'this.' if method else ''}{name}({', '.join(each for each, _ in given.given)})"
    call = f"await {call}" if found.waits else call
    at, lead = behind(source, stand.after)
    tail = "" if lead else eol
    return [
        Edit(part.start, part.end, _call(source, part, found, given, call, whole if back else "", end)),
        Edit(at, at, f"{eol if lead else ''}{eol}{text}{tail}"),
    ]


def _hides(source: Source, stand: Stand) -> bool:
    """Whether a class's own methods are `#private`; one that inherits could otherwise get what its base calls by that name."""
    hidden = re.search(r"(?<![\w$])(?:this\.)?#[\w$]+", source.text(stand.block)) is not None
    owner = stand.block.parent
    if not hidden and owner is not None and any(c.type == "class_heritage" for c in owner.children):
        raise refused(
            "The class inherits: what it inherits from may have a method of this name.",
            "Move what is selected by hand.",
        )
    return hidden


def _call(source: Source, part: Piece, found: Flow, given: Traffic, call: str, whole: str, end: str) -> str:
    """What stands in the place of the selection."""
    if part.expression is not None:
        parent = part.chain[-2]
        if found.waits and parent.type in _TIGHT:
            return f"({call})"
        return f"{{{call}}}" if parent.type in _JSX else call
    data = source.offsets.data
    after = data[part.end :].lstrip()[:1].decode("utf-8", "replace")
    end = end or (";" if after and after in _CONTINUES else "")
    if data[part.end :].lstrip(b" \t")[:1] == b";":
        end = ""
    if found.returns:
        return f"return {call}{end}"
    if given.changed:
        return f"{given.changed} = {call}{end}"
    return f"{given.keyword} {whole} = {call}{end}" if whole else f"{call}{end}"
