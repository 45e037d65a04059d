"""Which binding every identifier of a Python module means: the lexical rules of the language, and nothing inferred."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Role = Literal["load", "store", "del", "member"]
"""`member` is an identifier no scope binds: an attribute, a keyword argument, the imported side of an import."""

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """A module, class, function, lambda or comprehension, and the names it binds."""

    def __init__(self, node: ast.AST, parent: Scope | None, index: int) -> None:
        self.node = node
        self.parent = parent
        self.index = index
        self.bound: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self._same_name: dict[str, int] = {}
        name = getattr(node, "name", type(node).__name__)
        ordinal = parent.ordinal(name) if parent else 0
        self.path: tuple[tuple[str, int], ...] = (*(parent.path if parent else ()), (name, ordinal))

    @property
    def is_class(self) -> bool:
        """Whether names bound here are invisible to the functions inside."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_comprehension(self) -> bool:
        """Whether this is a comprehension, which an assignment expression reaches out of."""
        return isinstance(self.node, _COMPREHENSIONS)

    def ordinal(self, name: str) -> int:
        """How many scopes of this name were opened here before."""
        number = self._same_name.get(name, 0)
        self._same_name[name] = number + 1
        return number

    def resolve(self, name: str) -> Scope:
        """The scope whose binding a name used here means; the module where nothing inside binds it."""
        scope: Scope = self
        first = True
        while scope.parent is not None:
            if name in scope.globals:
                return scope.module
            if (first or not scope.is_class) and name in scope.bound and name not in scope.nonlocals:
                return scope
            scope = scope.parent
            first = False
        return scope

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def chain(self) -> Iterator[Scope]:
        """This scope and the ones around it, from inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


class Identifier(NamedTuple):
    """One identifier where it stands; `scope` is where it is looked up or bound."""

    name: str
    role: Role
    scope: Scope
    node: ast.AST

    @property
    def home(self) -> Scope | None:
        """The scope whose binding this is; None for members."""
        return None if self.role == "member" else self.scope.resolve(self.name)


class Names(ast.NodeVisitor):
    """All identifiers of a tree, in an order that only its shape decides."""

    def __init__(self, tree: ast.Module) -> None:
        self.scopes: list[Scope] = []
        self.identifiers: list[Identifier] = []
        self._where: dict[int, Scope] = {}
        self._by_node: dict[int, list[Identifier]] = {}
        self.module = self._open(tree, None)
        self._scope = self.module
        self._all(tree.body)

    def of(self, nodes: Iterable[ast.AST]) -> list[Identifier]:
        """The identifiers that stand inside these nodes, nearest to the root first."""
        return [
            found for node in nodes for inner in ast.walk(node) for found in self._by_node.get(id(inner), ())
        ]

    def at(self, node: ast.AST) -> Scope:
        """The innermost scope a visited statement or expression stands in."""
        return self._where[id(node)]

    def visit(self, node: ast.AST) -> None:
        """Remember the scope of every node on the way."""
        self._where[id(node)] = self._scope
        super().visit(node)

    def _open(self, node: ast.AST, parent: Scope | None) -> Scope:
        scope = Scope(node, parent, len(self.scopes))
        self.scopes.append(scope)
        return scope

    def _note(self, name: str, role: Role, node: ast.AST, scope: Scope | None = None) -> None:
        scope = scope or self._scope
        if role in ("store", "del"):
            scope.bound.add(name)
        identifier = Identifier(name, role, scope, node)
        self.identifiers.append(identifier)
        self._by_node.setdefault(id(node), []).append(identifier)

    def _all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _within(self, node: ast.AST, nodes: Iterable[ast.AST | None], names: Iterable[ast.arg] = ()) -> None:
        outer, self._scope = self._scope, self._open(node, self._scope)
        for arg in names:
            self._note(arg.arg, "store", arg)
        self._all(nodes)
        self._scope = outer

    def visit_Name(self, node: ast.Name) -> None:
        roles: dict[type[ast.expr_context], Role] = {ast.Load: "load", ast.Store: "store", ast.Del: "del"}
        self._note(node.id, roles[type(node.ctx)], node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)
        self._note(node.attr, "member", node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg is not None:
            self._note(node.arg, "member", node)
        self.visit(node.value)

    def visit_Global(self, node: ast.Global) -> None:
        self._scope.globals.update(node.names)
        for name in node.names:
            self._scope.module.bound.add(name)
            self._note(name, "load", node)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._scope.nonlocals.update(node.names)
        for name in node.names:
            self._note(name, "load", node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname:
                self._note(alias.name, "member", alias)
            self._note(alias.asname or alias.name.partition(".")[0], "store", alias)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.asname:
                self._note(alias.name, "member", alias)
            if alias.name != "*":
                self._note(alias.asname or alias.name, "store", alias)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._all([node.type])
        if node.name:
            self._note(node.name, "store", node)
        self._all(node.body)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self._all([node.pattern])
        if node.name:
            self._note(node.name, "store", node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._note(node.name, "store", node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self._all([*node.keys, *node.patterns])
        if node.rest:
            self._note(node.rest, "store", node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        self._all([node.cls, *node.patterns])
        for name in node.kwd_attrs:
            self._note(name, "member", node)
        self._all(node.kwd_patterns)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self._scope
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        self._note(node.target.id, "store", node.target, scope)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._all([*node.args.defaults, *node.args.kw_defaults])
        self._within(node, [node.body], arguments(node.args))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        args = arguments(node.args)
        self._all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        self._note(node.name, "store", node)
        type_params: list[ast.AST] = getattr(node, "type_params", [])
        outer = self._scope
        if type_params:
            self._scope = self._open(ast.AST(), outer)
            self._all(type_params)
        self._all([arg.annotation for arg in args])
        self._all([node.returns])
        self._within(node, node.body, args)
        self._scope = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all(node.decorator_list)
        self._note(node.name, "store", node)
        type_params: list[ast.AST] = getattr(node, "type_params", [])
        outer = self._scope
        if type_params:
            self._scope = self._open(ast.AST(), outer)
            self._all(type_params)
        self._all([*node.bases, *node.keywords])
        self._within(node, node.body)
        self._scope = outer

    def generic_visit(self, node: ast.AST) -> None:
        if type(node).__name__ in ("TypeVar", "ParamSpec", "TypeVarTuple"):
            self._note(str(getattr(node, "name", "")), "store", node)
        super().generic_visit(node)

    def _comprehension(self, node: ast.AST, results: list[ast.AST]) -> None:
        generators: list[ast.comprehension] = getattr(node, "generators", [])
        self.visit(generators[0].iter)
        parts: list[ast.AST | None] = []
        for number, part in enumerate(generators):
            parts += [part.iter if number else None, part.target, *part.ifs]
        self._within(node, [*parts, *results])

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, [node.key, node.value])


def arguments(args: ast.arguments) -> list[ast.arg]:
    """All parameters, in the order they are written."""
    star = [args.vararg] if args.vararg else []
    double = [args.kwarg] if args.kwarg else []
    return [*args.posonlyargs, *args.args, *star, *args.kwonlyargs, *double]
