"""The uses of names: references, imports, what is raised and how the control flow branches."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from tree_sitter import Node

from kibitz.syntax.model import BRANCHES, Import, Name, Reference, ReferenceKind
from kibitz.syntax.source import Source
from kibitz.text import Range

_PATH_SEPARATORS = {"rust": "::", "php": "\\", "cpp": "::"}


class Use(NamedTuple):
    """A reference with the byte it starts at."""

    start: int
    reference: Reference


def names(source: Source) -> tuple[tuple[int, Name], ...]:
    """Every identifier with its first byte, in order."""
    found = {node.start_byte: node.end_byte for node in source.captures("references").get("identifier", ())}
    word = source.offsets.word
    # One without a width is the parser's own, made up to recover.
    return tuple((start, Name(*word(start, end))) for start, end in sorted(found.items()) if start < end)


def uses(source: Source, identifiers: tuple[tuple[int, Name], ...], defined: set[Range]) -> tuple[Use, ...]:
    """The identifiers that do not stand where something is defined, and what each is used as."""
    captures = source.captures("references")
    kinds: dict[int, ReferenceKind] = {node.start_byte: "type" for node in captures.get("type", ())}
    kinds.update((node.start_byte, "call") for node in captures.get("call", ()))
    return tuple(
        Use(start, Reference(name.name, name.range, kinds.get(start, "name")))
        for start, name in identifiers
        if name.range not in defined
    )


class Flow:
    """Raises and branches by the bytes they start at, to be asked about ranges."""

    def __init__(self, source: Source) -> None:
        self._raises: list[tuple[int, Reference]] = []
        self._branches: dict[str, list[int]] = {}
        starts: dict[str, set[int]] = {kind: set() for kind in BRANCHES}
        seen: set[int] = set()
        for _, captures in source.matches("flow"):
            for capture, nodes in captures.items():
                if capture == "raise":
                    new = [n for n in nodes if n.start_byte not in seen and n.start_byte < n.end_byte]
                    self._raises += [(n.start_byte, _raised(source, n)) for n in new]
                    seen.update(n.start_byte for n in nodes)
                elif capture.startswith("branch."):
                    starts[capture.removeprefix("branch.")].update(n.start_byte for n in nodes)
        self._raises.sort()
        self._branches = {kind: sorted(found) for kind, found in starts.items()}

    def raised(self, start: int, end: int) -> tuple[Reference, ...]:
        """What is raised between two bytes."""
        return tuple(reference for at, reference in self._raises if start <= at < end)

    def branches(self, start: int, end: int) -> dict[str, int]:
        """How many of each of BRANCHES start between two bytes."""
        return {
            kind: bisect_left(found, end) - bisect_left(found, start)
            for kind, found in self._branches.items()
        }


def _raised(source: Source, node: Node) -> Reference:
    return Reference(source.text(node), source.range(node), "raise")


def imports(source: Source) -> tuple[Import, ...]:
    """The imports of a text in order; names without an alias that one statement takes from one module are together."""
    found: dict[tuple[int, str], list[str]] = {}
    ranges: dict[int, Range] = {}
    aliased: list[tuple[int, Import]] = []
    for _, captures in source.matches("imports"):
        node = (captures.get("import") or captures["import.nested"])[0]
        statement, prefix = _statement(source, node) if "import.nested" in captures else (node, "")
        start, where = statement.start_byte, ranges.setdefault(statement.start_byte, source.range(statement))
        module, names_ = _module(source, prefix, captures)
        aliased += [
            (start, Import(module, ("default",), source.text(default), where))
            for default in captures.get("default", ())
        ]
        if "alias" in captures:
            aliased.append((start, Import(module, names_, source.text(captures["alias"][0]), where)))
        elif "default" not in captures:
            known = found.setdefault((start, module), [])
            known += [name for name in names_ if name not in known]
    plain = [
        (start, Import(module, tuple(taken), None, ranges[start])) for (start, module), taken in found.items()
    ]
    plain = [
        (start, item) for start, item in plain if item.names or not any(_repeats(item, a) for _, a in aliased)
    ]
    return tuple(item for _, item in sorted([*plain, *aliased], key=lambda pair: (pair[1].range, pair[0])))


def _repeats(item: Import, other: Import) -> bool:
    """Whether an import is only the inner part of one with an alias: `local x = require("x")`."""
    return item.module == other.module and other.range.contains(item.range.start)


def _module(source: Source, prefix: str, captures: dict[str, list[Node]]) -> tuple[str, tuple[str, ...]]:
    """The module and the names a match speaks of; a @path ("std::io::Read") is both."""
    names_ = tuple(_bare(source.text(name)) for name in captures.get("name", ()))
    if "wildcard" in captures:
        names_ = ("*",)
    module = _bare(source.text(captures["module"][0])) if "module" in captures else ""
    separator = _PATH_SEPARATORS.get(source.language, ".")
    if "path" in captures:
        path = _bare(source.text(captures["path"][0])).removeprefix(separator)
        if prefix:
            path = prefix if path == "self" else prefix + separator + path
        module, _, last = path.rpartition(separator)
        return (module, (last,)) if module else (last, ())
    if prefix:
        module = prefix + separator + module if module else prefix
    return module, names_


def _statement(source: Source, node: Node) -> tuple[Node, str]:
    """The statement around a nested list, and the path in front of that: of `use std::{io::{Read}}` "std::io"."""
    parts: list[str] = []
    at = node
    while at.type != "use_declaration" and at.parent is not None:
        path = at.child_by_field_name("path") if at.type == "scoped_use_list" else None
        if path is not None:
            parts.append(source.text(path))
        at = at.parent
    return at, "::".join(reversed(parts))


def _bare(text: str) -> str:
    """A module's name without quotes or angle brackets."""
    text = text.strip()
    if len(text) > 1 and (text[0] in "\"'`" or (text[0] == "<" and text[-1] == ">")):
        return text[1:-1]
    return text
