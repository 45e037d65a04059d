"""Where steps are put together: names, labels, and what is around the code at hand."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from attrs import Factory, define, evolve, field

from kibitz.verify.behaviour.graph import Graph, Node
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.scopes import Function, Scope, all_arguments, scope_of

Callable_ = Function | ast.Lambda
DEEPEST = 6
"""So many functions are read in place of their calls, one inside the other."""
LARGEST = 6000
"""Steps: larger functions are not compared."""


class TooLargeError(Exception):
    """A function has more steps than are compared."""


@define
class Loop:
    """Where `break` and `continue` go, and how many cleanups lie outside of the loop."""

    after: Node
    again: Node
    cleanups: int


@define
class Frame:
    """One function being read: the body at hand, or one whose call is read in place.

    `parent` is the frame around it that is read with it, `outer` the one a closure was made in.
    """

    scope: Scope
    prefix: str = ""
    owner: str = ""
    receiver: str = ""
    result: str = ""
    end: Node | None = None
    parent: Frame | None = None
    outer: Frame | None = None
    function: ast.AST | None = None
    loops: list[Loop] = Factory(list)
    cleanups: list[Callable[[], None]] = Factory(list)
    functions: dict[str, Callable_] = Factory(dict)
    bound: dict[str, ast.expr] = Factory(dict)
    shadows: list[dict[str, str]] = Factory(list)
    substitutes: dict[str, str] = Factory(dict)
    caught: list[str] = Factory(list)

    def register(self, name: str) -> str | None:
        """The register of one of the frame's own variables."""
        for shadow in reversed(self.shadows):
            if name in shadow:
                return shadow[name]
        return self.prefix + name if name in self.scope.local else None


@define(eq=False)
class Builder:
    """Makes the steps of one function."""

    program: Program
    frame: Frame
    tail: Node | None = None
    handler: Node | None = None
    strong: frozenset[str] = frozenset()
    nodes: list[Node] = field(factory=list)
    temporaries: int = 0
    line: int = 0
    module_level: bool = False
    truths: bool = False

    def emit(self, op: str, dest: str = "", args: Sequence[str] = (), data: Any = None) -> str:
        """Add a step and go on after it; the register it fills."""
        node = self._node(op, dest, tuple(args), data)
        if self.tail is not None:
            self.tail.next = node
        self.tail = node
        return dest

    def make(self, op: str, args: Sequence[str] = (), data: Any = None) -> str:
        """Add a step that fills a new register."""
        return self.emit(op, self.temporary(), args, data)

    def temporary(self) -> str:
        """A register of its own."""
        self.temporaries += 1
        return f"%{self.temporaries}"

    def const(self, value: object) -> str:
        """A constant in a register."""
        return self.make("const", (), value)

    def label(self) -> Node:
        """A place to go to that `place` puts somewhere."""
        return self._node("nop", "", (), None)

    def place(self, label: Node) -> None:
        """Let the code at hand run into a label, and go on from there."""
        if self.tail is not None:
            self.tail.next = label
        self.tail = label

    def jump(self, label: Node | None) -> None:
        """Go to a label; what is added next cannot be reached from here."""
        if self.tail is not None:
            self.tail.next = label
        self.tail = None

    def fork(self, register: str, yes: Node, no: Node) -> None:
        """Go to one label or the other."""
        self.emit("branch", "", (register,))
        if self.tail is not None:
            self.tail.next, self.tail.other = yes, no
        self.tail = None

    def _node(self, op: str, dest: str, args: tuple[str, ...], data: Any) -> Node:
        node = Node(op, dest, args, data, self.line, len(self.nodes))
        node.handler, node.strong = self.handler, self.strong
        self.nodes.append(node)
        if len(self.nodes) > LARGEST:
            raise TooLargeError
        return node

    def resolve(self, name: str) -> str | None:
        """The register of a variable of the functions around the code; None for a module's name."""
        frame: Frame | None = self.frame
        ups = ""
        while frame is not None:
            if name in frame.scope.module:
                return None
            register = frame.register(name)
            if register is not None:
                return ups + register
            if frame.parent is None:
                ups += "^"
            frame = frame.parent or frame.outer
        return None

    def load(self, name: str) -> str:
        """The register with a variable's value."""
        return self.resolve(name) or self._global(name)

    def _global(self, name: str) -> str:
        constant = self.program.constants.get(name)
        if constant is not None and name not in self.program.reading:
            self.program.reading.add(name)
            kept, self.frame = self.frame, Frame(scope_of([]))
            try:
                return self.value(constant)
            finally:
                self.frame = kept
                self.program.reading.discard(name)
        return self.make("global", (), self.program.meaning(name))

    def store(self, name: str, register: str) -> None:
        """Give a variable a value."""
        own = self.resolve(name)
        if own is None or own.startswith("^"):
            kind = "global" if own is None else "cell"
            self.emit("setglobal", "", (register,), (kind, self.program.renamed(name)))
            if own is not None:
                self.emit("copy", own, (register,))
        else:
            self.emit("copy", own, (register,))

    def local_function(self, name: str) -> tuple[Callable_, Frame] | None:
        """The function a local name always means, and the frame it was made in."""
        frame: Frame | None = self.frame
        while frame is not None:
            if frame.register(name) is not None:
                found = frame.functions.get(name)
                return (found, frame) if found is not None and frame.scope.stored[name] == 1 else None
            frame = frame.parent
        return None

    def owner(self) -> Frame | None:
        """The frame of the method the code is in."""
        frame: Frame | None = self.frame
        while frame is not None and not frame.owner:
            frame = frame.parent
        return frame

    def value(self, expression: ast.expr) -> str:
        """The register with an expression's value; the steps it takes are added."""
        kept, self.line = self.line, getattr(expression, "lineno", self.line)
        register = VALUES.get(type(expression), _opaque)(self, expression)
        self.line = kept
        return register

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """Add the steps of some statements."""
        for statement in BODY[0](self, body):
            self.line = statement.lineno
            STATEMENTS.get(type(statement), _opaque_statement)(self, statement)

    def closure(self, function: Callable_ | ast.GeneratorExp) -> str:
        """A function made here, as a value."""
        names = list(dict.fromkeys(n.id for n in ast.walk(function) if isinstance(n, ast.Name)))
        pairs = {
            (self._changes(function, n), register): register for n in names if (register := self.resolve(n))
        }
        return self.make("closure", (), (function, _as_it_is(self.frame), tuple(pairs.items())))

    def _changes(self, function: ast.AST, name: str) -> bool:
        """Whether a variable may have another value by the time a function made here reads it."""
        if any(isinstance(n, ast.Nonlocal) and name in n.names for n in ast.walk(function)):
            return True
        frame: Frame | None = self.frame
        while frame is not None and frame.register(name) is None:
            frame = frame.parent or frame.outer
        return (
            frame is not None
            and frame.scope.stored[name] > 1
            and _stored_later(frame.function, function, name)
        )


def _as_it_is(frame: Frame) -> Frame:
    """A frame with the names that comprehensions around the code at hand have now."""
    parent = _as_it_is(frame.parent) if frame.parent is not None else None
    outer = _as_it_is(frame.outer) if frame.outer is not None else None
    if not frame.shadows and parent is frame.parent and outer is frame.outer:
        return frame
    return evolve(frame, shadows=list(frame.shadows), parent=parent, outer=outer)


def _stored_later(around: ast.AST | None, function: ast.AST, name: str) -> bool:
    """Whether a variable may be given a value after a function was made, as far as the text says."""
    if around is None or not hasattr(function, "end_lineno"):
        return True
    end = function.end_lineno, function.end_col_offset  # type: ignore[attr-defined]
    for node in ast.walk(around):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            if (node.lineno, node.col_offset) > end:
                return True
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            inside = set(ast.walk(node))
            if function in inside and any(
                isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load) for n in inside
            ):
                return True
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name == name:
            return True
    return False


Value = Callable[[Builder, Any], str]
Statement = Callable[[Builder, Any], None]
VALUES: dict[type[ast.AST], Value] = {}
STATEMENTS: dict[type[ast.AST], Statement] = {}
BODY: list[Callable[[Builder, Sequence[ast.stmt]], Sequence[ast.stmt]]] = [lambda _, body: body]
"""What may replace the statements of a body before they are read."""


def _opaque(builder: Builder, expression: ast.expr) -> str:
    """An expression that is not understood is the same only where it is written the same."""
    names = sorted({n.id for n in ast.walk(expression) if isinstance(n, ast.Name)})
    return builder.make("opaque", [builder.load(n) for n in names], ast.dump(expression))


def _opaque_statement(builder: Builder, statement: ast.stmt) -> None:
    names = sorted({n.id for n in ast.walk(statement) if isinstance(n, ast.Name)})
    builder.emit("opaque", "", [builder.load(n) for n in names], ast.dump(statement))


def graph_of(
    program: Program,
    function: Callable_ | ast.GeneratorExp,
    *,
    owner: str = "",
    outer: Frame | None = None,
    truths: bool = False,
) -> Graph:
    """The steps of a function, its parameters in the order of `all_arguments`; `outer` is where a closure was made,
    `truths` says that it returns true or false."""
    if isinstance(function, ast.GeneratorExp):
        scope, names = scope_of([]), []
    else:
        body = function.body if isinstance(function.body, list) else [ast.Expr(function.body)]
        scope = scope_of(body, function.args)
        names = [a.arg for a in all_arguments(function.args)]
    receiver = names[0] if owner and names else ""
    frame = Frame(scope, owner=owner, receiver=receiver, function=function, outer=outer)
    builder = Builder(program, frame, truths=truths)
    builder.tail = entry = builder.label()
    if isinstance(function, ast.GeneratorExp):
        GENERATOR[0](builder, function)
        builder.emit("return", "", (builder.const(None),))
    elif isinstance(function, ast.Lambda):
        builder.emit("return", "", (builder.value(function.body),))
    else:
        builder.statements(function.body)
        builder.emit("return", "", (builder.const(None),))
    return Graph(entry, builder.nodes, tuple(names))


GENERATOR: list[Callable[[Builder, ast.GeneratorExp], None]] = []


def expression_graph(program: Program, expression: ast.expr) -> Graph:
    """The steps of an expression outside of any function."""
    builder = Builder(program, Frame(scope_of([])))
    entry = builder.label()
    builder.tail = entry
    builder.emit("return", "", (builder.value(expression),))
    return Graph(entry, builder.nodes, ())


def module_graph(program: Program, body: Sequence[ast.stmt], exported: Sequence[tuple[str, str]]) -> Graph:
    """The steps of a module's or a class's body; at its end the values of `exported` (name, the other side's name)."""
    builder = Builder(program, Frame(scope_of(body)), module_level=True)
    entry = builder.label()
    builder.tail = entry
    builder.statements(body)
    pairs = tuple((shown, name) for name, shown in exported)
    result = builder.make("exports", (), (pairs,))
    builder.emit("return", "", (result,))
    return Graph(entry, builder.nodes, ())
