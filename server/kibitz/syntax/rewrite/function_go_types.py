"""The types of Go's variables and expressions, as far as one file writes them down (The Go Programming Language
Specification, Types, Expressions, For statements)."""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, within, words
from kibitz.syntax.rewrite.function_go_library import RESULTS
from kibitz.syntax.rewrite.names import Use, names_of
from kibitz.syntax.rewrite.precedence import operator
from kibitz.syntax.rewrite.values_go import LITERALS
from kibitz.syntax.source import Source

_DEEPEST = 12
_BASIC = words(
    """bool string int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64 complex64
    complex128 byte rune"""
)
_INTERFACES = words(
    """error any io.Reader io.Writer io.Closer io.ReadWriter io.ReadCloser io.WriteCloser io.ReaderAt io.Seeker
    context.Context http.ResponseWriter http.Handler reflect.Type fmt.Stringer fs.FS net.Conn sort.Interface testing.TB
    ast.Node ast.Expr ast.Stmt ast.Decl"""
)
_DEFAULTS = {
    "int_literal": "int",
    "float_literal": "float64",
    "rune_literal": "rune",
    "imaginary_literal": "complex128",
    "interpreted_string_literal": "string",
    "raw_string_literal": "string",
    "true": "bool",
    "false": "bool",
}
_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">=", "&&", "||"})


def same_width(text: str) -> str:
    """A type on one line."""
    return " ".join(text.split())


class Types:
    """What one file says of types; "" where it does not say it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._depth = 0

    def of_variable(self, bind: Use, around: tuple[Node, ...] = ()) -> str:
        """The type of a variable; `around` is where it is asked about, for one that is another in each case of a switch."""
        if self._depth > _DEEPEST:
            return ""
        self._depth += 1
        try:
            return self._of_variable(bind, around)
        finally:
            self._depth -= 1

    def _of_variable(self, bind: Use, around: tuple[Node, ...]) -> str:
        parent, holder = bind.chain[-2], bind.chain[-3]
        declared = parent.child_by_field_name("type")
        if (
            parent.type in ("parameter_declaration", "variadic_parameter_declaration", "var_spec")
            and declared
        ):
            return ("[]" if parent.type.startswith("variadic") else "") + same_width(
                self.source.text(declared)
            )
        if parent.type == "var_spec":
            return self._assigned(
                parent.children_by_field_name("name"), parent.child_by_field_name("value"), bind.node
            )
        if parent.type != "expression_list":
            return ""
        names = parent.named_children
        match holder.type:
            case "short_var_declaration":
                return self._assigned(names, holder.child_by_field_name("right"), bind.node)
            case "range_clause":
                return self._ranged(holder, names.index(bind.node))
            case "type_switch_statement":
                case = next((n for n in around if n.type == "type_case" and n.parent == holder), None)
                kinds = case.children_by_field_name("type") if case is not None else []
                return self.source.text(kinds[0]) if len(kinds) == 1 and kinds[0].text != b"nil" else ""
        return ""

    def _assigned(self, names: list[Node], right: Node | None, name: Node) -> str:
        if right is None or name not in names:
            return ""
        values, at = right.named_children, names.index(name)
        if len(values) == len(names):
            return self.of(values[at])
        several = self.results(values[0]) if len(values) == 1 else []
        return several[at] if len(several) == len(names) else ""

    def _ranged(self, clause: Node, at: int) -> str:
        right = clause.child_by_field_name("right")
        over = self.underlying(self.of(right)) if right is not None else ""
        over = over.removeprefix("*") if over.startswith("*[") else over
        if over.startswith("map["):
            return self.parts(over)[at]
        if over.startswith("["):
            return "int" if at == 0 else over[over.index("]") + 1 :]
        if over == "string":
            return ("int", "rune")[at]
        return over if over in _BASIC and at == 0 else ""

    def of(self, node: Node) -> str:
        """The type of an expression; that which a variable would get for a constant."""
        text = self.source.text(node)
        if node.type in _DEFAULTS:
            return _DEFAULTS[node.type]
        inner = node.named_children
        match node.type:
            case "identifier":
                bind = self._bound(node)
                return (
                    self.of_variable(bind, tuple(self.source.chain(node.start_byte, node.end_byte)))
                    if bind
                    else ""
                )
            case "parenthesized_expression":
                return self.of(inner[0]) if len(inner) == 1 else ""
            case "call_expression":
                several = self.results(node)
                return several[0] if len(several) == 1 else ""
            case "composite_literal" | "type_conversion_expression":
                declared = node.child_by_field_name("type")
                named = same_width(self.source.text(declared)) if declared is not None else ""
                return "" if named.startswith("[...]") else named
            case "func_literal":
                body = node.child_by_field_name("body")
                end = body.start_byte if body is not None else node.end_byte
                return (
                    same_width(self.source.offsets.text(node.start_byte, end))
                    if "\n" not in text[: end - node.start_byte]
                    else ""
                )
            case "unary_expression":
                return self._unary(node)
            case "binary_expression":
                return self._binary(node)
            case "selector_expression":
                owner, name = node.child_by_field_name("operand"), node.child_by_field_name("field")
                return (
                    self._field(self.of(owner), self.source.text(name))
                    if owner is not None and name is not None
                    else ""
                )
            case "index_expression" if len(inner) == 2:
                over = self.underlying(self.of(inner[0]))
                if over.startswith("map["):
                    return self.parts(over)[1]
                return (
                    "byte"
                    if over == "string"
                    else over[over.index("]") + 1 :]
                    if over.startswith("[")
                    else ""
                )
            case "slice_expression":
                over = self.of(inner[0])
                return over if over.startswith("[]") or over == "string" else ""
            case "type_assertion_expression":
                declared = node.child_by_field_name("type")
                return same_width(self.source.text(declared)) if declared is not None else ""
        return ""

    def _unary(self, node: Node) -> str:
        of = self.of(node.named_children[-1])
        match operator(node):
            case "&":
                return f"*{of}" if of else ""
            case "*":
                return of[1:] if of.startswith("*") else ""
            case "<-":
                return of.removeprefix("<-chan ").removeprefix("chan ") if "chan " in of[:7] else ""
        return of

    def _binary(self, node: Node) -> str:
        left, right = node.named_children[0], node.named_children[-1]
        sign = operator(node)
        if sign in _COMPARING:
            return "bool"
        if sign in ("<<", ">>"):
            return self.of(left) if not self.untyped(left) else ""
        for one, other in ((left, right), (right, left)):
            if not self.untyped(one):
                found = self.of(one)
                known = self.of(other)
                return found if self.untyped(other) or known in ("", found) else ""
        kinds = {self.of(left), self.of(right)}
        return kinds.pop() if len(kinds) == 1 else ""

    def untyped(self, node: Node) -> bool:
        """Whether an expression is a constant that takes its type from where it stands."""
        if node.type in LITERALS or node.type in ("true", "false", "nil", "iota"):
            return True
        if node.type == "identifier":
            bind = self._bound(node)
            spec = bind.chain[-2] if bind is not None else None
            return spec is not None and spec.type == "const_spec" and spec.child_by_field_name("type") is None
        if node.type in ("unary_expression", "binary_expression", "parenthesized_expression"):
            return all(self.untyped(child) for child in node.named_children)
        return False

    def results(self, call: Node) -> list[str]:
        """The types of what a call gives; [] where they are not known."""
        function = call.child_by_field_name("function")
        arguments = call.child_by_field_name("arguments")
        if call.type != "call_expression" or function is None or arguments is None:
            return [found] if call.type != "call_expression" and (found := self.of(call)) else []
        name, given = self.source.text(function), arguments.named_children
        if function.type == "func_literal":
            return _listed(self.source, function.child_by_field_name("result"))
        if function.type == "selector_expression":
            return self._of_member(function, name)
        if function.type != "identifier":
            return []
        names = names_of(self.source, name)
        use = names.at(function.start_byte)
        scope = names.scope_of(use) if use is not None else None
        if scope is None:
            return self._builtin(name, given)
        bind = next((b for b in names.binds if b.scope == scope), None)
        if bind is not None and bind.sort == "type":
            return [name]
        owner = bind.chain[-2] if bind is not None else None
        if (
            owner is None
            or owner.type != "function_declaration"
            or owner.child_by_field_name("type_parameters")
        ):
            return []
        return _listed(self.source, owner.child_by_field_name("result"))

    def _builtin(self, name: str, given: list[Node]) -> list[str]:
        if name in _BASIC or name in ("len", "cap", "copy"):
            return [name if name in _BASIC else "int"]
        if name in ("make", "new") and given:
            return [("*" if name == "new" else "") + same_width(self.source.text(given[0]))]
        found = self.of(given[0]) if name == "append" and given else ""
        return [found] if found else []

    def _of_member(self, function: Node, name: str) -> list[str]:
        owner, member = function.child_by_field_name("operand"), function.child_by_field_name("field")
        if owner is None or member is None:
            return []
        if name in RESULTS and self._bound(owner) is None and self._imports(name.partition(".")[0]):
            return list(RESULTS[name])
        base = self.of(owner).removeprefix("*")
        for item in self.source.root.named_children:
            if item.type != "method_declaration" or not _named(self.source, item, self.source.text(member)):
                continue
            receiver = item.child_by_field_name("receiver")
            kinds = (
                [p.child_by_field_name("type") for p in receiver.named_children]
                if receiver is not None
                else []
            )
            if base and [self.source.text(kind).removeprefix("*") for kind in kinds if kind is not None] == [
                base
            ]:
                return _listed(self.source, item.child_by_field_name("result"))
        return []

    def _imports(self, package: str) -> bool:
        path = rf'^[ \t]*(?:import[ \t]+)?"(?:[\w.]+/)*{re.escape(package)}"'
        return re.search(path, self.source.document.text, re.MULTILINE) is not None

    def _field(self, owner: str, name: str) -> str:
        shape = self._shape(owner.removeprefix("*"))
        if shape is None or shape.type != "struct_type":
            return ""
        for declared in within(shape, nested=False):
            if (
                declared.type == "field_declaration"
                and declared.parent is not None
                and declared.parent.parent == shape
            ):
                names = [self.source.text(n) for n in declared.children_by_field_name("name")]
                kind = declared.child_by_field_name("type")
                if name in names and kind is not None:
                    return same_width(self.source.text(kind))
        return ""

    def _shape(self, name: str) -> Node | None:
        """What a type of this file is declared to be."""
        for item in self.source.root.named_children:
            for spec in item.named_children if item.type == "type_declaration" else ():
                if _named(self.source, spec, name) and spec.child_by_field_name("type_parameters") is None:
                    return spec.child_by_field_name("type")
        return None

    def underlying(self, type_: str) -> str:
        """What a type is made of, where this file declares it."""
        shape = self._shape(type_)
        return same_width(self.source.text(shape)) if shape is not None else type_

    def parts(self, map_: str) -> tuple[str, str]:
        """The key and the value of a map's type."""
        depth = 0
        for at, char in enumerate(map_):
            depth += (char == "[") - (char == "]")
            if char == "]" and not depth:
                return map_[4:at], map_[at + 1 :]
        return "", ""

    def is_reference(self, type_: str) -> bool:
        """Whether a copy of a value serves as the value: nothing is changed in the copy but what both refer to."""
        made = self.underlying(type_)
        if made != type_ and not made.startswith(("interface", "*", "func")):
            return False  # its methods may take a pointer to it
        return (
            made in _BASIC
            or made in _INTERFACES
            or made.startswith(("*", "[]", "map[", "chan ", "<-chan", "func", "interface"))
        )

    def _bound(self, node: Node) -> Use | None:
        if node.type != "identifier":
            return None
        names = names_of(self.source, self.source.text(node))
        use = names.at(node.start_byte)
        scope = names.scope_of(use) if use is not None else None
        return next((b for b in names.binds if b.scope == scope), None) if scope is not None else None


def _named(source: Source, node: Node, name: str) -> bool:
    found = node.child_by_field_name("name")
    return found is not None and source.text(found) == name


def _listed(source: Source, result: Node | None) -> list[str]:
    """The types of a function's results."""
    if result is None:
        return []
    if result.type != "parameter_list":
        return [same_width(source.text(result))]
    found = []
    for declared in result.named_children:
        kind = declared.child_by_field_name("type")
        if kind is not None:
            found += [same_width(source.text(kind))] * max(1, len(declared.children_by_field_name("name")))
    return found


def results_of(source: Source, function: Node) -> list[str]:
    """The types of what a declared function, or a literal, gives."""
    return _listed(source, function.child_by_field_name("result"))


def has_named_results(function: Node) -> bool:
    """Whether a function's results are variables of it."""
    result = function.child_by_field_name("result")
    return result is not None and any(
        field(p, "name", c) for p in result.named_children for c in p.named_children
    )
