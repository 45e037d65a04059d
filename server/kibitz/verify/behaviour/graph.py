"""A function as steps: what both versions are run as."""

from __future__ import annotations

from typing import Any

LASTING = frozenset(
    {
        "call",
        "method",
        "setattr",
        "setitem",
        "delattr",
        "delitem",
        "setglobal",
        "yield",
        "yieldfrom",
        "await",
        "raise",
        "reraise",
        "return",
        "branch",
        "head",
        "next",
        "enter",
        "exit",
        "opaque",
    }
)
"""Steps that can be seen from outside, or decide what comes next; all others only make values."""


class Node:
    """One step. `args` are registers; `next` follows, `other` where a condition is false or a loop has ended, and
    `handler` where the step raises; `strong` are the kinds of plain values whose failure is caught there."""

    __slots__ = ("args", "data", "dest", "handler", "line", "live", "next", "number", "op", "other", "strong")

    def __init__(self, op: str, dest: str, args: tuple[str, ...], data: Any, line: int, number: int) -> None:
        self.op = op
        self.dest = dest
        self.args = args
        self.data = data
        self.line = line
        self.number = number
        self.next: Node | None = None
        self.other: Node | None = None
        self.handler: Node | None = None
        self.strong: frozenset[str] = frozenset()
        self.live: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        after = self.next.number if self.next else None
        other = f"/{self.other.number}" if self.other else ""
        caught = f" !{self.handler.number}" if self.handler else ""
        return (
            f"{self.number}: {self.dest} = {self.op} {self.data or ''} {self.args} -> {after}{other}{caught}"
        )


EXCEPTION = "%exception"
"""The register a handler finds its exception in."""


class Graph:
    """The steps of one function or expression; `parameters` are the registers its caller fills."""

    def __init__(self, entry: Node, nodes: list[Node], parameters: tuple[str, ...]) -> None:
        self.entry = entry
        self.nodes = nodes
        self.parameters = parameters
        _find_live(nodes)


def _find_live(nodes: list[Node]) -> None:
    """Which registers may still be read from each step on (backward data flow to a fixed point)."""
    before: dict[int, list[Node]] = {}
    for node in nodes:
        for after in (node.next, node.other, node.handler):
            if after is not None:
                before.setdefault(after.number, []).append(node)
    live: dict[int, frozenset[str]] = {node.number: frozenset() for node in nodes}
    waiting = list(nodes)
    queued = {node.number for node in nodes}
    while waiting:
        node = waiting.pop()
        queued.discard(node.number)
        out: frozenset[str] = frozenset()
        for after in (node.next, node.other, node.handler):
            if after is not None:
                out |= live[after.number]
        now = (out - {node.dest}) | frozenset(node.args)
        if node.op in ("closure", "exports"):
            now |= frozenset(register for _, register in node.data[-1])
        if now != live[node.number]:
            live[node.number] = now
            for earlier in before.get(node.number, ()):
                if earlier.number not in queued:
                    queued.add(earlier.number)
                    waiting.append(earlier)
    for node in nodes:
        node.live = live[node.number]
