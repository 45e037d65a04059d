"""The variables a new function is given, and those it gives back."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import refused, same, within
from kibitz.syntax.rewrite.function_narrowing import check_known, has_several
from kibitz.syntax.rewrite.function_place import FUNCTIONS, Piece, Stand
from kibitz.syntax.rewrite.locality import check_local
from kibitz.syntax.rewrite.names import Names, Use, names_of
from kibitz.syntax.source import Source

_NAMES = frozenset(
    [
        "identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
        "type_identifier",
    ]
)
_LITERALS = frozenset(["string", "true", "false", "null", "undefined", "number", "template_string"])
_SHARED = "`{0}` is also used by a function inside."


@frozen
class Variable:
    """A variable that stands in the selection, with all of its places."""

    name: str
    uses: tuple[Use, ...]
    scope: tuple[int, int]

    @property
    def binds(self) -> list[Use]:
        """Where it is declared."""
        return [use for use in self.uses if use.role == "bind"]


@frozen
class Traffic:
    """`given`: parameters, as (name, type with its colon). `changed`: the one that comes back under its own name. `made`:
    declared inside and used after, with the `keyword` to declare them by."""

    given: tuple[tuple[str, str], ...] = ()
    changed: str = ""
    made: tuple[str, ...] = ()
    keyword: str = "const"


def traffic(source: Source, part: Piece, stand: Stand, *, returns: bool) -> Traffic:
    """What goes in and out. Raises `invalid` where that cannot be done by parameters and a result."""
    given: list[tuple[str, str]] = []
    changed: list[str] = []
    made: list[Variable] = []
    for variable in variables(source, part):
        inside = [use for use in variable.uses if part.holds(use.start)]
        bound = [use for use in variable.binds if part.holds(use.start)]
        if bound:
            if part.host is None and len(part.chain) == 1 and variable.scope[1] >= part.chain[0].end_byte:
                for use in bound:
                    check_local(source, use)
            if len(inside) == len(variable.uses):
                continue
            _check_leaving(source, part, variable, bound)
            made.append(variable)
            continue
        check_known(source, part, variable)
        if source.language.startswith("typescript") and any(use.role == "write" for use in inside):
            _check_has_value(variable)
            if stand.home == "inner" and variable.scope[0] < stand.block.end_byte <= variable.scope[1]:
                raise refused(f"What is known of `{variable.name}` once it is assigned here would be lost.")
        if stand.sees(variable.scope, variable.binds):
            continue
        given.append((variable.name, _given(source, part, stand, variable)))
        if any(use.role == "write" for use in inside):
            _check_changed(part, variable)
            changed.append(variable.name)
    if returns:
        if changed and any(node.type == "try_statement" for node in part.chain):
            raise refused(f"`{changed[0]}` is assigned here, and may be used where an error is handled.")
        if made:
            raise refused(f"`{made[0].name}` is declared here and used elsewhere.")
        return Traffic(tuple(given))
    if len(changed) + bool(made) > 1:
        names = [*changed, *(variable.name for variable in made)]
        raise refused(f"`{names[0]}` and `{names[1]}` both get a value here that is used elsewhere.")
    keyword = _keyword(part, made)
    return Traffic(tuple(given), changed[0] if changed else "", tuple(v.name for v in made), keyword)


def variables(source: Source, part: Piece) -> Iterator[Variable]:
    """The variables of the text that the selection uses, in the order of their first use. Raises `invalid` in doubt."""
    seen: set[tuple[str, tuple[int, int]]] = set()
    for use, names in _uses(source, part.nodes):
        if use.role == "unknown":
            raise refused(f"It is not clear what `{names.name}` means here.")
        scope = names.scope_of(use)
        if scope is not None and (names.name, scope) not in seen:
            seen.add((names.name, scope))
            yield Variable(names.name, names.of(scope), scope)


def _uses(source: Source, nodes: tuple[Node, ...]) -> Iterator[tuple[Use, Names]]:
    for node in (inner for root in nodes for inner in within(root)):
        if node.type in _NAMES:
            names = names_of(source, source.text(node))
            use = names.at(node.start_byte)
            if use is not None and use.role != "member" and use.start == node.start_byte:
                yield use, names


def function_of(use: Use) -> int:
    """The function a place belongs to, by where it starts; -1 for the file itself."""
    chain = use.chain
    for at in range(len(chain) - 2, -1, -1):
        node = chain[at]
        if node.type in FUNCTIONS and not same(node.child_by_field_name("name"), chain[at + 1]):
            return node.start_byte
    return -1


def _check_has_value(variable: Variable) -> None:
    """TypeScript does not see that a function gives a variable its first value."""
    for bind in variable.binds:
        declarator, above = bind.chain[-2], bind.chain[-3]
        own = declarator.type == "variable_declarator" and above.type.endswith("_declaration")
        if own and declarator.child_by_field_name("value") is None:
            raise refused(
                f"`{variable.name}` gets its first value here.", "Give it one where it is declared."
            )


def _given(source: Source, part: Piece, stand: Stand, variable: Variable) -> str:
    """The type of a variable that becomes a parameter. Raises `invalid` where passing its value is not the same."""
    binds, name = variable.binds, variable.name
    if any(bind.sort == "type" for bind in binds) or any(
        use.form in ("type", "typeof") for use in variable.uses
    ):
        raise refused(f"`{name}` is a type that only the code around knows.")
    home = {function_of(bind) for bind in binds}
    foreign = [use for use in variable.uses if function_of(use) not in home]
    written = any(use.role == "write" for use in variable.uses) or len(binds) > 1
    if any(use.role == "write" for use in foreign):
        raise refused(_SHARED.format(name))
    if written and any(part.holds(use.start) and function_of(use) not in home for use in variable.uses):
        raise refused(_SHARED.format(name))
    bind = binds[0]
    hoisted = bind.sort in ("parameter", "function") or any(
        n.type == "variable_declaration" for n in bind.chain
    )
    if not hoisted and (bind.start >= part.start or any(n.type == "switch_body" for n in bind.chain)):
        raise refused(f"`{name}` may not have a value yet.")
    return _annotation(source, stand, bind) if source.language.startswith("typescript") else ""


def _annotation(source: Source, stand: Stand, bind: Use) -> str:
    parent = bind.chain[-2]
    declared = parent.child_by_field_name("type")
    if declared is None and (plain := _plainly(source, bind)):
        return f": {plain}"
    if declared is None or parent.type not in (
        "required_parameter",
        "optional_parameter",
        "variable_declarator",
    ):
        raise refused(f"The type of `{source.text(bind.node)}` is not written down.", "Write it first.")
    if parent.type == "variable_declarator" and parent.child_by_field_name("value") is None:
        above = bind.chain[-4] if len(bind.chain) > 3 else parent
        if above.type not in ("for_in_statement",):
            raise refused(f"`{source.text(bind.node)}` may not have a value yet.")
    check_type(source, stand, declared)
    text = source.text(declared)
    if parent.type != "optional_parameter":
        return text
    plain = text.removeprefix(":").strip()
    return f": ({plain}) | undefined" if "=>" in plain or "?" in plain else f": {plain} | undefined"


def _plainly(source: Source, bind: Use) -> str | None:
    """The type that a `let` has from the literal it begins with; a `const` has that one value for a type."""
    declarator, declaration = bind.chain[-2], bind.chain[-3]
    value = declarator.child_by_field_name("value")
    if declarator.type != "variable_declarator" or value is None or not declaration.children:
        return None
    if source.text(declaration.children[0]) not in ("let", "var"):
        return None
    return {"number": "number", "string": "string", "template_string": "string"}.get(value.type)


def check_type(source: Source, stand: Stand, declared: Node) -> None:
    """Raises `invalid` where a type speaks of what is not known at another place."""
    if declared.type != "type_annotation":
        raise refused("The type of its result tells its caller about the parameters.")
    for node in within(declared):
        if node.type in ("infer_type", "this_type"):
            raise refused("Its type depends on where it stands.")
    for use, names in _uses(source, (declared,)):
        scope = names.scope_of(use)
        binds = [bind for bind in names.binds if bind.scope == scope]
        if use.role == "unknown" or not stand.sees(scope, binds):
            raise refused(f"`{names.name}` is a type that only the code around knows.")


def _check_changed(part: Piece, variable: Variable) -> None:
    """A parameter that is assigned to comes back as the result: nobody else may look at it meanwhile."""
    home = {function_of(bind) for bind in variable.binds}
    if any(function_of(use) not in home for use in variable.uses):
        raise refused(_SHARED.format(variable.name))
    if part.expression is not None:
        raise refused(f"The expression assigns to `{variable.name}`.")
    if any(node.type == "try_statement" for node in part.chain):
        raise refused(f"`{variable.name}` is assigned here, and may be used where an error is handled.")


def _check_leaving(source: Source, part: Piece, variable: Variable, bound: list[Use]) -> None:
    """What is declared in the selection and used outside of it is handed back once, when it is complete."""
    name = variable.name
    if len(variable.binds) > 1 or any(b.sort != "variable" for b in bound) or part.expression is not None:
        raise refused(f"`{name}` is declared here and used elsewhere.")
    if any(use.start < part.start for use in variable.uses):
        raise refused(f"`{name}` is declared here and used before.")
    bind = bound[0]
    at = next(
        (i for i, n in enumerate(bind.chain) if n.type in ("lexical_declaration", "variable_declaration")), 0
    )
    if not any(same(bind.chain[at], node) for node in part.nodes):
        raise refused(f"`{name}` is declared in a part of the selection and used elsewhere.")
    home = function_of(bind)
    written = any(use.role == "write" for use in variable.uses)
    if written and any(function_of(use) != home for use in variable.uses):
        raise refused(_SHARED.format(name))
    if source.language.startswith("typescript"):
        declarator = bind.chain[at + 1]
        value = declarator.child_by_field_name("value")
        typed = declarator.child_by_field_name("type") is not None
        if value is None or (not typed and value.type in _LITERALS):
            raise refused(f"The type of `{name}` would become a wider one.", "Write its type first.")
        if has_several(declarator):
            raise refused(f"The type of `{name}` would become a narrower one.", "Select what follows, too.")


def _keyword(part: Piece, made: list[Variable]) -> str:
    hoisted = [any(n.type == "variable_declaration" for n in v.binds[0].chain[-4:]) for v in made]
    if any(hoisted):
        if not all(hoisted):
            raise refused("It declares variables in different ways that are used elsewhere.")
        return "var"
    written = (use.role == "write" and not part.holds(use.start) for v in made for use in v.uses)
    return "let" if any(written) else "const"
