"""Whether a variable is known in its file alone: what others may see is not renamed here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from kibitz.syntax.rewrite.base import NESTED, ancestor, refused, token
from kibitz.syntax.rewrite.names import Use, family, names_of
from kibitz.syntax.source import Source

FUNCTIONS = frozenset(NESTED) - {"class_declaration", "class", "class_definition", "class_body"}
_ELSEWHERE = "It is visible outside of this file, and only this file would be changed."
BY_SERVER = "Rename it with your language's own server, which knows the other files."


def check_local(source: Source, use: Use) -> None:
    """Raises `invalid` where a binding may be known elsewhere."""
    match family(source.language):
        case "ecma":
            _check_ecma(source, use)
        case "go":
            _check_go(use)
        case "rust":
            _check_rust(source, use)
        case "java":
            _check_java(source, use)


def _check_ecma(source: Source, use: Use) -> None:
    kinds = {node.type for node in use.chain}
    at = next((i for i, n in enumerate(use.chain) if n.type == "export_statement"), None)
    if at is not None and _is_declared_by(use, at) and not token(use.chain[at], "default"):
        raise refused(_ELSEWHERE, BY_SERVER)
    if use.sort == "parameter" and token(
        use.chain[-2], "accessibility_modifier", "readonly", "override_modifier"
    ):
        raise refused("It makes a property of the class too.", BY_SERVER)
    if kinds & {"ambient_declaration", "internal_module"} or source.document.uri.endswith(".d.ts"):
        raise refused(_ELSEWHERE, BY_SERVER)
    if use.scope[0] <= source.root.start_byte and use.scope[1] >= source.root.end_byte:
        hoisted = use.chain[-2].type == "function_declaration" or "variable_declaration" in kinds
        if hoisted and not _is_module(source):
            raise refused("A script's functions and `var`s are known to the page's other scripts.", BY_SERVER)


def _check_go(use: Use) -> None:
    kinds = {node.type for node in use.chain}
    parameter = use.chain[-2].type in ("parameter_declaration", "variadic_parameter_declaration")
    if (
        use.sort in ("function", "type", "variable")
        and not parameter
        and not kinds & {"block", "import_spec"}
    ):
        generic = use.chain[-2].type == "type_parameter_declaration"
        if not generic:
            raise refused("It is visible in the other files of its package.", BY_SERVER)


def _check_rust(source: Source, use: Use) -> None:
    owner = use.chain[-2]
    holders = [owner, *(node for node in use.chain if node.type == "use_declaration")]
    if any(child.type == "visibility_modifier" for holder in holders for child in holder.children):
        raise refused(_ELSEWHERE, BY_SERVER)
    around = use.chain[:-2] if use.sort in ("function", "type") else use.chain
    if ancestor(around, FUNCTIONS) is not None or use.sort not in ("function", "type", "variable"):
        return
    if owner.type == "type_parameter":
        return
    nested = any(node.type == "declaration_list" for node in around)
    if nested or source.text(owner).startswith(("fn main", "mod ")):
        raise refused(_ELSEWHERE, BY_SERVER)
    above = owner.prev_named_sibling
    if (above is not None and above.type == "attribute_item") or _has_modules(source):
        raise refused("Other files or a macro may know it.", BY_SERVER)


def _check_java(source: Source, use: Use) -> None:
    if use.sort == "type" and use.chain[-2].type == "type_parameter":
        return
    if use.sort in ("type", "import"):
        raise refused("A type is known outside of its file.", BY_SERVER)
    if use.sort == "field":
        modifiers = next((c for c in use.chain[-3].children if c.type == "modifiers"), None)
        words = source.text(modifiers).split() if modifiers is not None else []
        if "private" not in words or any(word.startswith("@") for word in words):
            raise refused(_ELSEWHERE, BY_SERVER)
        _check_field(source, use)


def _check_field(source: Source, use: Use) -> None:
    """A private field may be reached through another object, which the text alone cannot follow."""
    names = names_of(source, source.text(use.node))
    for other in names.uses:
        parent = other.chain[-2]
        if other.role == "member" and parent.type == "field_access" and other.node.type == "identifier":
            raise refused("The field is also reached through other objects.", BY_SERVER)


def _is_declared_by(use: Use, at: int) -> bool:
    """Whether an `export` speaks of this very declaration, and not of something around it."""
    inner = [node.type for node in use.chain[at + 1 :]]
    blocks = {
        "statement_block",
        "class_body",
        "arrow_function",
        "function_expression",
        "formal_parameters",
        "object",
    }
    return (
        not blocks.intersection(inner) and "export_specifier" not in inner and "type_parameter" not in inner
    )


def _is_module(source: Source) -> bool:
    if any(n.type in ("import_statement", "export_statement") for n in source.root.children):
        return True
    return re.search(r"\bmodule\.exports\b|\bexports\.|\brequire\s*\(", source.document.text) is not None


def _has_modules(source: Source) -> bool:
    """Whether other files are modules below this one, which see its private items."""
    return any(n.type == "mod_item" and n.child_by_field_name("body") is None for n in source.root.children)


def region(source: Source, chain: Sequence[Node]) -> tuple[int, int]:
    """Where a new name must not stand: the outermost function around a place, or the whole file."""
    for node in chain:
        if node.type in FUNCTIONS:
            return node.start_byte, node.end_byte
    return 0, len(source.offsets.data)
