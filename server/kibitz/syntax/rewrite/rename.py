"""Rename a variable within its file: the places of that variable, and of no other, shorthands written out."""

from __future__ import annotations

import re
import unicodedata

from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.facts import facts
from kibitz.syntax.rewrite.base import COMMENTS, Edit, refused, same
from kibitz.syntax.rewrite.locality import BY_SERVER, check_local, region
from kibitz.syntax.rewrite.names import Names, Use, family, names_near, names_within
from kibitz.syntax.source import Source

_NAME = re.compile(r"[^\W\d]\w*")
_ECMA_NAME = re.compile(r"(?!\d)[$\w]+")


def identifier_at(source: Source, byte: int) -> Node | None:
    """The identifier a byte touches."""
    for start, end in ((byte, byte + 1), (byte - 1, byte)):
        if start < 0:
            continue
        node = source.node_at(start, min(end, len(source.offsets.data)))
        named = node.type.endswith("identifier") or node.type == "shorthand_property_identifier_pattern"
        if named and node.child_count == 0 and node.start_byte <= byte <= node.end_byte:
            return node
    return None


def variable_at(source: Source, byte: int) -> tuple[Names, Use, tuple[int, int]]:
    """The variable at a byte: its name's places, the place itself, its scope. Raises `invalid` where there is none."""
    if family(source.language) is None:
        raise KibitzError(
            "unsupported", "The built-in engine does not know the scopes of this language.", "Set `model`."
        )
    node = identifier_at(source, byte)
    if node is None or source.text(node) == "_":
        raise refused("There is no variable here.", "Put the cursor on a name.")
    area = region(source, source.chain(node.start_byte, node.end_byte))
    names = names_near(source, source.text(node), area, node.start_byte)
    use = names.at(byte)
    if use is None or use.role in ("member", "unknown"):
        raise refused("What is named here is not a variable of this file.", BY_SERVER)
    scope = names.scope_of(use)
    if scope is None:
        raise refused("It is not defined in this file.", BY_SERVER)
    return names, use, scope


def check_name(source: Source, name: str) -> None:
    """Raises `invalid` for what cannot be the name of a variable."""
    known = facts(source.language)
    plain = _NAME.fullmatch(name) or (family(source.language) == "ecma" and _ECMA_NAME.fullmatch(name))
    if not plain or unicodedata.normalize("NFC", name) != name:
        raise refused(f"`{name}` is not a name.", "Use letters, digits and underscores.")
    if name in known.words and (name in _reserved(source.language) or name.islower()):
        raise refused(f"`{name}` has a meaning of its own in {known.name}.", "Choose another name.")
    if name == "_" or (source.language == "rust" and set(name) == {"_"}):
        raise refused("A lone underscore is not a name.", "Choose another name.")


def _reserved(language: str) -> frozenset[str]:
    return frozenset({"Self", "True", "False", "None"}) if language in ("rust", "python") else frozenset()


def free(source: Source, name: str, around: tuple[int, int]) -> bool:
    """Whether a name stands nowhere in a region as a variable, and none of the region could mean it from outside."""
    return not names_within(source, name, around).stands_in(*around)


def renamable(source: Source, byte: int) -> tuple[Names, tuple[Use, ...]]:
    """The variable at a byte, where it is known in this file alone. Raises `invalid` where it is not, or may not be."""
    names, _, scope = variable_at(source, byte)
    uses = names.of(scope)
    for use in uses:
        if use.role == "bind":
            check_local(source, use)
    return names, uses


def rename(source: Source, byte: int, new: str) -> list[Edit]:
    """The edits that give the variable at a byte another name. Raises `invalid` where that could change the meaning."""
    names, uses = renamable(source, byte)
    if new == names.name:
        raise refused("It has that name already.", "Choose another name.")
    check_name(source, new)
    if new[:1].islower() and any(use.chain[-2].type.startswith("jsx_") for use in uses):
        raise refused(
            "An element's name with a small letter is the page's own.", "Start the name with a capital."
        )
    binds = [use for use in uses if use.role == "bind"]
    local = binds[0].chain[-2].type not in ("const_item", "static_item", "const_parameter")
    if source.language == "rust" and new[:1].isupper() and local and binds[0].sort not in ("type", "import"):
        raise refused(
            "In a pattern, a name with a capital may be a constant.", "Start the name with a small letter."
        )
    area = region(source, binds[0].chain)
    local = all(use.scope[0] >= area[0] and use.scope[1] <= area[1] for use in binds)
    if not free(source, new, area if local else (0, len(source.offsets.data))):
        raise refused(f"`{new}` is already used where this variable lives.", "Choose another name.")
    return [_changed(source, use, names.name, new) for use in uses]


def _changed(source: Source, use: Use, old: str, new: str) -> Edit:
    if use.form == "shorthand" or use.form == "shorthand_pattern":
        colon = ": "
        if source.language == "rust" and use.form == "shorthand_pattern":
            head = use.chain[-2]  # `ref` and `mut` belong to the variable, not to the field
            start = head.start_byte if head.type == "field_pattern" else use.start
            before = source.offsets.text(start, use.start)
            return Edit(start, use.end, f"{old}{colon}{before}{new}")
        return Edit(use.start, use.end, f"{old}{colon}{new}")
    if use.form == "export":
        alone = use.chain[-2].child_by_field_name("alias") is None
        return _shortened(source, use, new) or Edit(use.start, use.end, f"{new} as {old}" if alone else new)
    if use.form == "import":
        if use.chain[-2].type == "import_specifier" or source.language == "rust":
            return Edit(use.start, use.end, f"{old} as {new}")
        if source.language in ("java", "go"):
            raise refused("An import is named by what it imports.", BY_SERVER)
    return _shortened(source, use, new) or Edit(use.start, use.end, new)


_PAIRS = {
    "pair": ("key", "value"),
    "pair_pattern": ("key", "value"),
    "field_initializer": ("field", "value"),
    "field_pattern": ("name", "pattern"),
    "import_specifier": ("name", "alias"),
    "export_specifier": ("alias", "name"),
    "use_as_clause": ("path", "alias"),
}


def _shortened(source: Source, use: Use, new: str) -> Edit | None:
    """`{x: y}` with `y` renamed to `x` is `{x}`, as it would be written; nothing is lost where a comment stands between."""
    at = next(
        (i for i in range(len(use.chain) - 2, max(0, len(use.chain) - 5), -1) if use.chain[i].type in _PAIRS),
        None,
    )
    if at is None:
        return None
    pair, value = use.chain[at], use.chain[at + 1]
    key_field, value_field = _PAIRS[pair.type]
    key = pair.child_by_field_name(key_field)
    if key is None or not same(pair.child_by_field_name(value_field), value):
        return None
    last = source.text(key).rpartition("::")[2]
    if last != new or key.type not in (
        "property_identifier",
        "field_identifier",
        "identifier",
        "scoped_identifier",
    ):
        return None
    if value.id != use.node.id and (
        value.type not in ("assignment_pattern", "ref_pattern", "mut_pattern")
        or pair.type in ("pair", "use_as_clause")
    ):
        return None
    if any(child.type in COMMENTS for child in pair.children):
        return None
    if pair.type == "export_specifier":
        return Edit(use.start, key.end_byte, new)
    if pair.type == "use_as_clause":
        return Edit(key.end_byte, use.end, "")
    return Edit(key.start_byte, use.end, source.offsets.text(value.start_byte, use.start) + new)
