"""The patterns of `match` as the decisions they are."""

from __future__ import annotations

import ast

from kibitz.verify.behaviour.core import Builder
from kibitz.verify.behaviour.expressions import compared
from kibitz.verify.behaviour.graph import Node

_TYPES = frozenset(
    {"str", "int", "float", "bytes", "bool", "list", "dict", "tuple", "set", "frozenset", "bytearray"}
)


def match_case(b: Builder, pattern: ast.pattern, subject: str, yes: Node, no: Node) -> None:
    """Go to `yes` where a pattern fits, with its names bound, else to `no`."""
    if isinstance(pattern, ast.MatchValue):
        b.fork(compared(b, ast.Eq(), subject, b.value(pattern.value)), yes, no)
    elif isinstance(pattern, ast.MatchSingleton):
        b.fork(compared(b, ast.Is(), subject, b.const(pattern.value)), yes, no)
    elif isinstance(pattern, ast.MatchOr):
        for part in pattern.patterns[:-1]:
            more = b.label()
            match_case(b, part, subject, yes, more)
            b.place(more)
        match_case(b, pattern.patterns[-1], subject, yes, no)
    elif isinstance(pattern, ast.MatchAs):
        here = b.label()
        if pattern.pattern is not None:
            match_case(b, pattern.pattern, subject, here, no)
        b.place(here)
        if pattern.name is not None:
            b.store(pattern.name, subject)
        b.jump(yes)
    elif isinstance(pattern, ast.MatchClass) and not pattern.patterns and not pattern.kwd_patterns:
        _instance(b, pattern.cls, subject, yes, no)
    elif isinstance(pattern, ast.MatchClass) and _wraps(pattern):
        here = b.label()
        _instance(b, pattern.cls, subject, here, no)
        b.place(here)
        match_case(b, pattern.patterns[0], subject, yes, no)
    else:
        _structure(b, pattern, subject, yes, no)


def _wraps(pattern: ast.MatchClass) -> bool:
    """`str(name)`: the only positional part of a builtin type's pattern is the subject itself."""
    known = isinstance(pattern.cls, ast.Name) and pattern.cls.id in _TYPES
    return known and len(pattern.patterns) == 1 and not pattern.kwd_patterns


def _instance(b: Builder, cls: ast.expr, subject: str, yes: Node, no: Node) -> None:
    function = b.make("global", (), ("builtin", "isinstance"))
    b.fork(b.make("call", (function, subject, b.value(cls)), ("", "")), yes, no)


def _structure(b: Builder, pattern: ast.pattern, subject: str, yes: Node, no: Node) -> None:
    """A pattern that takes things apart: the same where it is written the same but for the names it binds."""
    names = [n.name or "_" for n in ast.walk(pattern) if isinstance(n, ast.MatchAs | ast.MatchStar)]
    names += [n.rest for n in ast.walk(pattern) if isinstance(n, ast.MatchMapping) and n.rest]
    text = ast.dump(pattern)
    for at, name in enumerate(names):
        text = text.replace(f"name={name!r}", f"name={at}").replace(f"rest={name!r}", f"rest={at}")
    loaded = sorted({n.id for n in ast.walk(pattern) if isinstance(n, ast.Name)})
    here = b.label()
    b.fork(b.make("pure", (subject, *map(b.load, loaded)), ("matched", text)), here, no)
    b.place(here)
    for at, name in enumerate(names):
        if name != "_":
            b.store(name, b.make("pure", (subject,), ("part", text, at)))
    b.jump(yes)
