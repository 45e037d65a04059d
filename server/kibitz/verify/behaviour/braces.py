"""The steps of functions in languages whose blocks have braces: what their grammars call alike is read alike."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping

from attrs import Factory, define

from kibitz.syntax.view import View
from kibitz.verify.behaviour.braces_views import (
    NAMES,
    PATTERN_NAMES,
    blanked,
    parameter_names,
    pattern_names,
    statements_of,
)
from kibitz.verify.behaviour.core import Builder, Frame, Loop
from kibitz.verify.behaviour.graph import Graph, Node
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.scopes import scope_of

LAMBDAS = frozenset(
    [
        "arrow_function",
        "function_expression",
        "generator_function",
        "func_literal",
        "closure_expression",
        "lambda_expression",
        "function",
        "function_declaration",
        "generator_function_declaration",
        "function_item",
        "async_block",
        "lambda_literal",
        "anonymous_function",
        "method_definition",
        "method_declaration",
        "constructor_declaration",
    ]
)
JUMPS = frozenset(
    [
        "return_statement",
        "break_statement",
        "continue_statement",
        "return_expression",
        "break_expression",
        "continue_expression",
        "throw_statement",
        "yield_statement",
        "goto_statement",
        "fallthrough_statement",
    ]
)
_INTEGER = re.compile(r"u?int(?:8|16|32|64|ptr)?|byte|rune")
Read = Callable[["Braces", View], str]
Done = Callable[["Braces", View], None]


class UnreadError(Exception):
    """The code has something that is not understood: the two versions cannot be compared."""


@define(eq=False)
class Call:
    """A function whose body is being read: where its `return` goes, and what is done on the way out."""

    result: str = ""
    end: Node | None = None
    function: View | None = None
    loops: list[tuple[str, Loop]] = Factory(list)
    cleanups: list[Callable[[], None]] = Factory(list)
    results: list[str] = Factory(list)


@define(eq=False)
class Braces:
    """Reads one function. `helpers` are those only this version has: they are read in place of their calls; `changing`
    are the names that are given values again after they were declared; `truths` says that it returns true or false."""

    b: Builder
    language: str
    helpers: Mapping[str, View]
    changing: frozenset[str] = frozenset()
    truths: bool = False
    scopes: list[dict[str, str]] = Factory(list)
    call: Call = Factory(Call)
    depth: int = 0
    labels: dict[View, str] = Factory(dict)

    def expression(self, view: View) -> str:
        """The register with an expression's value."""
        from kibitz.verify.behaviour.braces_expressions import EXPRESSIONS, anything

        return EXPRESSIONS.get(view.kind, anything)(self, view)

    def statement(self, view: View) -> None:
        """Add the steps of a statement."""
        from kibitz.verify.behaviour.braces_statements import STATEMENTS, other

        self.b.line = view.range.start.line + 1
        STATEMENTS.get(view.kind, other)(self, view)

    def block(self, view: View | None) -> None:
        """The statements of a block, whose names end with it."""
        if view is None:
            return
        self.scopes.append({})
        if view.kind in _BLOCKS:
            for item in statements_of(view):
                self.statement(item)
        else:
            self.statement(view)
        self.scopes.pop()

    def declare(self, name: str, register: str) -> None:
        """A new variable of the innermost block."""
        if name == "_":
            return
        self.b.temporaries += 1
        own = f"{name}.{self.b.temporaries}"
        self.b.emit("copy", own, (register,))
        self.scopes[-1][name] = own

    def find(self, name: str) -> str | None:
        """The register of a local variable."""
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def load(self, name: str) -> str:
        """The register with what a name stands for."""
        found = self.find(name)
        if found is not None:
            return found
        constant = self.helpers.get(name)
        if constant is not None and constant.child("body") is None:
            return self.expression(constant)
        if self.language in ("java", "csharp", "cpp", "kotlin") and name[:1].islower():
            return self.b.make("pure", ("this",), ("attr", name))
        kind = "builtin" if name == "undefined" else "global"
        return self.b.make("global", (), (kind, name))

    def bind(self, pattern: View, register: str) -> None:
        """Declare the names of a pattern."""
        names = list(pattern_names(pattern))
        if pattern.kind in PATTERN_NAMES:
            self.declare(pattern.text, register)
            return
        if pattern.kind == "object_pattern":
            from kibitz.verify.behaviour.braces_scripts import taken_apart

            if taken_apart(self, pattern, register):
                return
        shape = blanked(pattern, [n.text for n in names])
        for at, name in enumerate(names):
            self.declare(name.text, self.b.make("pure", (register,), ("part", shape, at)))

    def assign(self, target: View, register: str) -> None:
        """Give a place a value."""
        if target.kind in ("parenthesized_expression", "expression_list") and len(target.items) == 1:
            self.assign(target.items[0], register)
        elif target.kind in NAMES:
            own = self.find(target.text)
            if own is not None:
                self.b.emit("copy", own, (register,))
            elif (
                target.text != "_"
                and target.text[:1].islower()
                and self.language in ("java", "csharp", "cpp", "kotlin")
            ):
                self.b.emit("setattr", "", ("this", register), (target.text,))
            elif target.text != "_":
                self.b.emit("setglobal", "", (register,), ("global", target.text))
        else:
            field = target.child("property") or target.child("field")
            base = (
                target.child("object")
                or target.child("operand")
                or target.child("value")
                or target.child("argument")
            )
            index = target.child("index")
            if field is not None and base is not None:
                self.b.emit("setattr", "", (self.expression(base), register), (field.text,))
            elif (index is not None and base is not None) or target.kind in (
                "index_expression",
                "array_access",
            ):
                parts = [self.expression(item) for item in target.items[:2]]
                self.b.emit("setitem", "", (*parts, register))
            else:
                self.b.emit(
                    "opaque", "", [register, *map(self.expression, target.items)], f"assign {target.kind}"
                )

    def leave(self, register: str) -> None:
        """`return`, through what is done on the way out."""
        if self.call.cleanups:
            register = self.b.make("copy", (register,))
            self.clean_up(0)
        if self.call.end is not None:
            self.b.emit("copy", self.call.result, (register,))
            self.b.jump(self.call.end)
        else:
            self.b.emit("return", "", (register,))
            self.b.tail = None

    def clean_up(self, down_to: int) -> None:
        """What `finally` does, the innermost first."""
        kept = self.call.cleanups
        for at in range(len(kept) - 1, down_to - 1, -1):
            self.call.cleanups = kept[:at]
            kept[at]()
        self.call.cleanups = kept

    def inside(self, function: View, values: Iterable[str], *, parameters: View | None) -> str:
        """The body of a function read here, its parameters given; the register of what it returns."""
        kept, self.call = self.call, Call(self.b.temporary(), self.b.label(), function)
        self.depth += 1
        self.scopes.append({})
        for parameter, value in zip(parameter_names(parameters), values, strict=False):
            self.bind(parameter, value)
        self.name_results(function)
        body = function.child("body") or (function.items[-1] if function.items else None)
        self.body(body)
        assert self.call.end is not None
        self.b.place(self.call.end)
        self.scopes.pop()
        self.depth -= 1
        result, self.call = self.call.result, kept
        return result

    def name_results(self, function: View) -> None:
        """Declare the results that have names, as they do in Go."""
        result = function.child("result")
        for item in result.items if result is not None else ():
            for name in item.all("name"):
                self.declare(name.text, self.unset(item.child("type")))
                self.call.results.append(name.text)

    def results(self) -> str:
        """What a bare `return` gives."""
        values = [self.load(name) for name in self.call.results]
        if len(values) < 2:
            return values[0] if values else self.b.const(None)
        return self.b.make("pure", values, ("tuple", ("",) * len(values)))

    def unset(self, kind: View | None) -> str:
        """What a variable of a type has before it is given something."""
        name = kind.text if kind is not None and self.language == "go" else ""
        zero = 0 if _INTEGER.fullmatch(name) else "text " if name == "string" else None
        return self.b.const(False if name == "bool" else zero)

    def body(self, body: View | None) -> None:
        """A function's body: a block, whose last expression is its value in some languages, or an expression."""
        if body is None:
            return
        if body.kind not in _BLOCKS:
            self.leave(self.expression(body))
            return
        value = self.valued(body, last=self.returned)
        if self.b.tail is not None:
            self.leave(value)

    def returned(self, value: View) -> str:
        """The value that a function returns: true or false by a decision, however it is written."""
        if not self.truths or self.call.end is not None or value.kind in _CONTROL:
            return self.expression(value)
        from kibitz.verify.behaviour.braces_expressions import decided

        return decided(self, value)

    def valued(self, block: View, last: Callable[[View], str] | None = None) -> str:
        """The value of a block: that of its last expression where the language has it so, read by `last`."""
        self.scopes.append({})
        items = statements_of(block)
        tail = items.pop() if items and self.language == "rust" and _is_value(items[-1]) else None
        for item in items:
            self.statement(item)
        register = (last or self.expression)(tail) if tail is not None else self.b.const(None)
        self.scopes.pop()
        return register


_ASSIGNING = frozenset(
    [
        "assignment_expression",
        "augmented_assignment_expression",
        "compound_assignment_expr",
        "update_expression",
        "assignment_statement",
        "inc_statement",
        "dec_statement",
        "short_var_declaration",
    ]
)
_BLOCKS = frozenset(
    [
        "statement_block",
        "block",
        "statement_list",
        "constructor_body",
        "compound_statement",
        "unsafe_block",
        "function_body",
        "source_file",
        "program",
        "switch_block_statement_group",
    ]
)


_CONTROL = frozenset(
    ["if_expression", "match_expression", "loop_expression", "block", "unsafe_block", "return_expression"]
)


def _is_value(view: View) -> bool:
    """Whether a block's last node is its value: an expression without a semicolon."""
    if view.kind == "expression_statement":
        return not view.text.rstrip().endswith(";")
    return (
        not view.kind.endswith(("_declaration", "_item", "_statement", "_definition"))
        and view.kind != "macro_definition"
    )


def _changing(function: View) -> frozenset[str]:
    found: set[str] = set()
    for node in function.walk():
        if node.kind in _ASSIGNING:
            target = node.child("left") or node.child("argument") or (node.items[0] if node.items else None)
            for part in target.walk() if target is not None else ():
                if part.kind in NAMES:
                    found.add(part.text)
    return frozenset(found)


def graph_of_view(
    function: View, language: str, helpers: Mapping[str, View], *, truths: bool = False
) -> Graph:
    """The steps of a function; `truths` where it returns true or false. Raises UnreadError and TooLargeError."""
    builder = Builder(Program(ast.Module([], [])), Frame(scope_of([])))
    reader = Braces(builder, language, helpers, _changing(function), truths)
    reader.scopes.append({})
    builder.tail = entry = builder.label()
    at = 0
    for part in (function.child("receiver"), function.child("parameters") or function.child("parameter")):
        for parameter in parameter_names(part):
            names = [parameter] if parameter.kind in PATTERN_NAMES else list(pattern_names(parameter))
            for name in names:
                builder.temporaries += 1
                own = f"{name.text}.{builder.temporaries}"
                builder.emit("copy", own, (f"parameter {at}",))
                reader.scopes[-1][name.text] = own
                at += 1
    reader.call.function = function
    reader.name_results(function)
    reader.body(function.child("body"))
    if builder.tail is not None:
        builder.emit("return", "", (builder.const(None),))
    return Graph(entry, builder.nodes, tuple(f"parameter {n}" for n in range(at)))
