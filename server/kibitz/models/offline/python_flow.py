"""What may be read later and what is certainly bound, at every statement of one scope.

Both are the textbook analyses on the syntax tree: liveness backwards, definite assignment forwards. Where the language
leaves it open, liveness says "may be read" and assignment says "may be unbound": a refactoring that relies on them errs
towards refusing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kibitz.models.offline.python_scopes import Names, Scope, arguments

Live = frozenset[str]
_NONE: Live = frozenset()


class _Exits(NamedTuple):
    """What is live where a statement may leave to."""

    broken: Live = _NONE
    continued: Live = _NONE
    returned: Live = _NONE
    raised: Live = _NONE


_NOWHERE = _Exits()


class Liveness:
    """Which names of one scope may be read before they are written again."""

    def __init__(self, names: Names, scope: Scope) -> None:
        self._own: dict[int, list[tuple[str, str]]] = {}
        for identifier in names.identifiers:
            if identifier.home is scope:
                found = self._own.setdefault(id(identifier.node), [])
                found.append((identifier.role, identifier.name))
        self.after: dict[int, Live] = {}
        self.on_error: dict[int, Live] = {}

    def before(self, statements: Sequence[ast.stmt], after: Live = _NONE, exits: _Exits = _NOWHERE) -> Live:
        """What is live before the statements; fills `after` and `on_error` for each of them."""
        live = after
        for statement in reversed(statements):
            self.after[id(statement)] = self.after.get(id(statement), _NONE) | live
            self.on_error[id(statement)] = self.on_error.get(id(statement), _NONE) | exits.raised
            live = self._statement(statement, live, exits) | exits.raised
        return live

    def reads(self, node: ast.AST | None) -> Live:
        """All names of the scope that are loaded anywhere inside a node, deferred or not."""
        return self._named(node, "load") | self._named(node, "del")

    def writes(self, node: ast.AST | None) -> Live:
        """All names of the scope that are bound or unbound anywhere inside a node."""
        return self._named(node, "store") | self._named(node, "del")

    def _named(self, node: ast.AST | None, role: str) -> Live:
        if node is None:
            return _NONE
        found = (self._own.get(id(inner), ()) for inner in ast.walk(node))
        return frozenset(name for some in found for kind, name in some if kind == role)

    def _here(self, node: ast.AST) -> Live:
        """What a node itself binds, without its children."""
        return frozenset(name for kind, name in self._own.get(id(node), ()) if kind == "store")

    def _statement(  # noqa: C901 - one case per statement of the language
        self, node: ast.stmt, live: Live, exits: _Exits
    ) -> Live:
        match node:
            case ast.Return():
                return self._value(node.value, exits.returned)
            case ast.Raise():
                return self._value(node.exc, self._value(node.cause, exits.raised))
            case ast.Break():
                return exits.broken
            case ast.Continue():
                return exits.continued
            case ast.If():
                then, other = self.before(node.body, live, exits), self.before(node.orelse, live, exits)
                if isinstance(node.test, ast.Constant):
                    return then if node.test.value else other
                return self._value(node.test, then | other)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, live, exits)
            case ast.With() | ast.AsyncWith():
                live = self.before(node.body, live, exits)
                for item in reversed(node.items):
                    live = self._value(item.context_expr, self._target(item.optional_vars, live))
                return live
            case ast.Try() | ast.TryStar():
                return self._try(node, live, exits)
            case ast.Match():
                return self._match(node, live, exits)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return (live - self._here(node)) | self.reads(node)
            case ast.Assign():
                for target in reversed(node.targets):
                    live = self._target(target, live)
                return self._value(node.value, live)
            case ast.AugAssign():
                return self._value(node.value, live) | self.reads(node.target) | self.writes(node.target)
            case ast.AnnAssign():
                if node.value is not None:
                    live = self._value(node.value, self._target(node.target, live))
                return live | self.reads(node.annotation)
            case ast.Delete():
                return (live - self.writes(node)) | self.reads(node)
            case ast.Import() | ast.ImportFrom():
                return live - self.writes(node)
            case ast.Global() | ast.Nonlocal():
                return live
        for child in reversed(list(ast.iter_child_nodes(node))):
            live = self._value(child, live)
        return live

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, live: Live, exits: _Exits) -> Live:
        endless = (
            isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        )
        ended = _NONE if endless else self.before(node.orelse, live, exits)
        head = ended
        while True:
            body = self.before(node.body, head, exits._replace(broken=live, continued=head))
            if isinstance(node, ast.While):
                grown = head | self._value(node.test, ended | body)
            else:
                grown = head | ended | self._target(node.target, body)
            if grown == head:
                return head if isinstance(node, ast.While) else self._value(node.iter, head)
            head = grown

    def _try(self, node: ast.Try | ast.TryStar, live: Live, exits: _Exits) -> Live:
        final = [self.before(node.finalbody, some, exits) for some in (live, *exits)]
        live, exits = final[0], _Exits(*final[1:])
        caught = exits.raised
        for handler in node.handlers:
            body = self.before(handler.body, live, exits)
            caught |= self._value(handler.type, body - self._here(handler))
        ended = self.before(node.orelse, live, exits)
        return self.before(node.body, ended, exits._replace(raised=caught)) | caught

    def _match(self, node: ast.Match, live: Live, exits: _Exits) -> Live:
        before = live
        for case in reversed(node.cases):
            body = self._value(case.guard, self.before(case.body, live, exits) | before)
            before |= (body - self.writes(case.pattern)) | self.reads(case.pattern)
        return self._value(node.subject, before)

    def _target(self, node: ast.AST | None, live: Live) -> Live:
        return (live - self.writes(node)) | self.reads(node)

    def _value(self, node: ast.AST | None, live: Live) -> Live:
        """What is live before an expression, in the order in which its parts are evaluated."""
        match node:
            case None:
                return live
            case ast.BoolOp():
                after = live
                for value in reversed(node.values):
                    live = self._value(value, live | after)
                return live
            case ast.IfExp():
                return self._value(node.test, self._value(node.body, live) | self._value(node.orelse, live))
            case ast.NamedExpr():
                return self._value(node.value, live - self._here(node.target))
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return live | self.reads(node)
            case ast.Name():
                return live | self.reads(node)
        for child in reversed(list(ast.iter_child_nodes(node))):
            live = self._value(child, live)
        return live


Bound = frozenset[str] | None
"""Names certainly bound; None where control never arrives."""


class Assignment:
    """Which names of one scope are certainly bound before each statement."""

    def __init__(self, names: Names, scope: Scope) -> None:
        self._scope = scope
        self._names = names
        self.before: dict[int, Bound] = {}
        self._breaks: list[list[Bound]] = []

    @classmethod
    def of_scope(cls, names: Names, scope: Scope) -> Assignment:
        """The analysis of a whole function or module."""
        found = cls(names, scope)
        args = getattr(scope.node, "args", None)
        bound = frozenset(arg.arg for arg in arguments(args)) if args is not None else _NONE
        body = getattr(scope.node, "body", None)
        if isinstance(body, list):
            found.after(body, bound)
        return found

    def after(self, statements: Iterable[ast.stmt], bound: Bound) -> Bound:
        """What is bound after the statements; fills `before`."""
        for statement in statements:
            self.before[id(statement)] = bound
            if bound is not None:
                bound = self._statement(statement, bound)
        return bound

    def _statement(  # noqa: C901 - one case per statement of the language
        self, node: ast.stmt, bound: frozenset[str]
    ) -> Bound:
        match node:
            case ast.Return() | ast.Raise() | ast.Continue():
                return None
            case ast.Break():
                if self._breaks:
                    self._breaks[-1].append(bound)
                return None
            case ast.If():
                start = bound | self._certain(node.test)
                then, other = (
                    self.after(node.body, start | self._if_true(node.test)),
                    self.after(node.orelse, start),
                )
                if isinstance(node.test, ast.Constant):
                    return then if node.test.value else other
                return _join(then, other)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, bound)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    bound |= self._certain(item.context_expr) | self._stored(item.optional_vars)
                return self.after(node.body, bound)
            case ast.Try() | ast.TryStar():
                return self._try(node, bound)
            case ast.Match():
                return self._match(node, bound)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return bound | {node.name}
            case ast.Delete():
                return bound - {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            case ast.AnnAssign():
                return (
                    bound
                    if node.value is None
                    else bound | self._certain(node.value) | self._stored(node.target)
                )
            case ast.Assign():
                stored = frozenset[str]().union(*(self._stored(target) for target in node.targets))
                return bound | self._certain(node.value) | stored
            case ast.Import() | ast.ImportFrom():
                return bound | self._stored(node)
        return bound | self._certain(node)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, bound: frozenset[str]) -> Bound:
        removed = {
            n.id
            for s in node.body
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)
        }
        self._breaks.append([])
        if isinstance(node, ast.While):
            start = (bound - removed) | self._certain(node.test)
            self.after(node.body, start | self._if_true(node.test))
            endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        else:
            start = (bound - removed) | self._certain(node.iter)
            self.after(node.body, start | self._stored(node.target))
            endless = False
        out = None if endless else self.after(node.orelse, start)
        for broken in self._breaks.pop():
            out = _join(out, broken)
        return out

    def _try(self, node: ast.Try | ast.TryStar, bound: frozenset[str]) -> Bound:
        out = self.after(node.body, bound)
        if out is not None:
            out = self.after(node.orelse, out)
        for handler in node.handlers:
            caught = self.after(handler.body, bound | ({handler.name} if handler.name else _NONE))
            out = _join(out, None if caught is None else caught - {handler.name or ""})
        final = self.after(node.finalbody, bound)
        return None if out is None or final is None else out | final

    def _match(self, node: ast.Match, bound: frozenset[str]) -> Bound:
        bound |= self._certain(node.subject)
        last = node.cases[-1]
        whole = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
        out: Bound = None if whole else bound
        for case in node.cases:
            out = _join(out, self.after(case.body, bound | self._stored(case.pattern)))
        return out

    def _stored(self, node: ast.AST | None) -> frozenset[str]:
        if node is None:
            return _NONE
        inside = self._names.of([node])
        return frozenset(i.name for i in inside if i.role == "store" and i.home is self._scope)

    def _certain(self, node: ast.AST) -> frozenset[str]:
        """What assignment expressions bind on every way through an expression."""
        match node:
            case ast.BoolOp():
                return self._certain(node.values[0])
            case ast.IfExp():
                return self._certain(node.test)
            case ast.NamedExpr():
                return self._certain(node.value) | self._stored(node.target)
            case (
                ast.Lambda()
                | ast.ListComp()
                | ast.SetComp()
                | ast.DictComp()
                | ast.GeneratorExp()
                | ast.stmt()
            ):
                if not isinstance(node, (ast.Expr, ast.AugAssign, ast.Assert)):
                    return _NONE
        return frozenset[str]().union(*(self._certain(child) for child in ast.iter_child_nodes(node)))

    def _if_true(self, node: ast.AST) -> frozenset[str]:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            return frozenset[str]().union(*(self._if_true(value) for value in node.values))
        return self._certain(node)


def _join(one: Bound, other: Bound) -> Bound:
    if one is None or other is None:
        return other if one is None else one
    return one & other
