"""The steps of try and with."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence

from kibitz.verify.behaviour.core import Builder
from kibitz.verify.behaviour.graph import EXCEPTION, Node
from kibitz.verify.behaviour.loops import assign

_VALUES = frozenset({"attr", "sub", "bin", "items", "call"})
"""What only makes a value and may fail at it: an attribute, an item, arithmetic, iteration, a call without effects."""


def attempt(b: Builder, node: ast.Try) -> None:
    """`try`, with its handlers, and `finally` on every way out."""
    around = b.handler, b.strong
    after = b.label()
    finally_ = b.label() if node.finalbody else None
    between = (finally_, b.strong) if finally_ is not None else around

    def final() -> None:
        kept = b.handler, b.strong
        b.handler, b.strong = around
        b.statements(node.finalbody)
        b.handler, b.strong = kept

    if finally_ is not None:
        b.frame.cleanups.append(final)
    catch = b.label() if node.handlers else None
    b.handler, b.strong = (catch, b.strong | _caught(node.handlers)) if catch is not None else between
    b.statements(node.body)
    b.handler, b.strong = between
    b.statements(node.orelse)
    _end(b, final if finally_ else None, after)
    if catch is not None:
        b.tail = catch
        _handlers(b, node.handlers, final if finally_ else None, after)
    if finally_ is not None:
        b.frame.cleanups.pop()
        b.handler, b.strong = around
        _finish(b, finally_, node.finalbody)
    b.handler, b.strong = around
    b.place(after)


def _caught(handlers: Sequence[ast.ExceptHandler]) -> frozenset[str]:
    """The kinds of plain values whose failure some handlers see: that an attribute is not there, most do not."""
    kinds: list[ast.expr | None] = []
    for handler in handlers:
        kinds += handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return _VALUES if any(map(_catches_missing, kinds)) else _VALUES - {"attr"}


def _catches_missing(kind: ast.expr | None) -> bool:
    """Whether what is caught may be an AttributeError; what is named like a class of a project's own is not."""
    name = kind.id if isinstance(kind, ast.Name) else kind.attr if isinstance(kind, ast.Attribute) else ""
    known = getattr(builtins, name, None)
    if isinstance(known, type):
        return issubclass(AttributeError, known)
    return not name[:1].isupper() or name.isupper()


def _end(b: Builder, final: Callable[[], None] | None, after: Node) -> None:
    if final is not None and b.tail is not None:
        kept = b.frame.cleanups
        b.frame.cleanups = kept[:-1]
        final()
        b.frame.cleanups = kept
    b.jump(after)


def _finish(b: Builder, label: Node, body: Sequence[ast.stmt]) -> None:
    """What `finally` does where an exception passes."""
    b.tail = label
    exception = b.make("copy", (EXCEPTION,))
    b.statements(body)
    b.emit("reraise", "", (exception,))
    b.tail = None


def _handlers(
    b: Builder, handlers: Sequence[ast.ExceptHandler], final: Callable[[], None] | None, after: Node
) -> None:
    exception = b.make("copy", (EXCEPTION,))
    for handler in handlers:
        b.line = handler.lineno
        here, other = b.label(), b.label()
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        for kind in kinds:
            more = b.label()
            if kind is None:
                b.jump(here)
            else:
                b.fork(b.make("pure", (exception, b.value(kind)), ("excmatch",)), here, more)
            b.place(more)
        b.jump(other)
        b.place(here)
        if handler.name:
            b.store(handler.name, exception)
        b.frame.caught = [*b.frame.caught, exception]
        b.statements(handler.body)
        b.frame.caught = b.frame.caught[:-1]
        _end(b, final, after)
        b.tail = None
        b.place(other)
    b.emit("reraise", "", (exception,))
    b.tail = None


def manage(b: Builder, node: ast.With | ast.AsyncWith) -> None:
    """`with`: a file that is closed, an exception that is suppressed, or any context manager."""
    if len(node.items) > 1:
        inner: ast.With | ast.AsyncWith = type(node)(node.items[1:], node.body, lineno=node.lineno)
        node = type(node)(node.items[:1], [inner], lineno=node.lineno)
    item = node.items[0]
    if isinstance(node, ast.With) and isinstance(item.context_expr, ast.Call):
        name = ast.unparse(item.context_expr.func)
        if name in ("suppress", "contextlib.suppress") and not item.context_expr.keywords:
            kinds = ast.Tuple(list(item.context_expr.args), ast.Load())
            handler = ast.ExceptHandler(kinds, None, [ast.Pass(lineno=node.lineno)], lineno=node.lineno)
            attempt(b, ast.Try(node.body, [handler], [], [], lineno=node.lineno))
            return
        if name == "open" and item.optional_vars is not None:
            _opened(b, item.context_expr, item.optional_vars, node.body)
            return
    _managed(b, node, item, "async" if isinstance(node, ast.AsyncWith) else "")


def _opened(b: Builder, opened: ast.expr, target: ast.expr, body: Sequence[ast.stmt]) -> None:
    """A file that is closed at the end: what happens where the body raises is the same with and without `with`."""
    register = b.value(opened)
    assign(b, target, register)

    def close() -> None:
        b.make("method", (register,), ("close",))

    b.frame.cleanups.append(close)
    b.statements(body)
    b.frame.cleanups.pop()
    close()


def _managed(b: Builder, node: ast.With | ast.AsyncWith, item: ast.withitem, kind: str) -> None:
    around = b.handler, b.strong
    manager = b.value(item.context_expr)
    entered = b.make("enter", (manager,), kind)
    caught, after = b.label(), b.label()

    def leave() -> None:
        kept = b.handler, b.strong
        b.handler, b.strong = around
        b.emit("exit", "", (manager,), kind)
        b.handler, b.strong = kept

    b.frame.cleanups.append(leave)
    b.handler = caught
    if item.optional_vars is not None:
        assign(b, item.optional_vars, entered)
    b.statements(node.body)
    b.frame.cleanups.pop()
    b.handler, b.strong = around
    leave()
    b.jump(after)
    b.tail = caught
    exception = b.make("copy", (EXCEPTION,))
    swallowed, onward = b.make("exit", (manager, exception), kind), b.label()
    b.fork(swallowed, after, onward)
    b.place(onward)
    b.emit("reraise", "", (exception,))
    b.tail = None
    b.place(after)
