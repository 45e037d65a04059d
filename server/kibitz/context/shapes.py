"""How to use what is already named at the place: signatures of what is called, constructors of types, fields of structures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from kibitz.context.declared import is_comment
from kibitz.context.query import Query
from kibitz.index.reader import DefinitionRow, Reader

TYPES = ("class", "interface", "struct", "enum", "type")
CALLABLE = ("function", "method", "macro")
CONSTRUCTORS = ("__init__", "constructor", "new")
NEAREST = 0.45
MOST_NAMES = 16
MOST_TYPES = 8
AMBIGUOUS = 4
"""A name that so many definitions share says nothing about which one is meant."""
BODY = 8


@frozen
class Shape:
    """Lines that show how a name is used: `row` is the definition they belong to, `body` its lines by number, `worth` at most 1."""

    name: str
    row: DefinitionRow
    worth: float
    body: tuple[tuple[int, str], ...] = ()

    @property
    def key(self) -> str:
        """What stands for it among the names that pieces bring."""
        return f"{self.name}()"


def shapes(
    query: Query,
    path: str,
    reader: Reader,
    likely: Mapping[str, float],
    definitions: Mapping[str, Sequence[DefinitionRow]],
    usable: Collection[str],
    known: float,
    constructor: float,
) -> list[Shape]:
    """The shapes of names near the place (worth `known` at most), and of the types that are likely (worth `constructor`).

    `usable` are the files and folders whose definitions a name can mean without more ado: imported, or beside.
    """
    own = {row.name for row in reader.definitions_in(path)}
    near = [n for n in query.ordered if query.near[n] >= NEAREST and n not in own and len(n) > 2][:MOST_NAMES]
    wanted: list[tuple[str, float, list[DefinitionRow]]] = []
    rows: dict[str, list[DefinitionRow]] = {name: [] for name in near}
    for row in reader.definitions_of_each(near, AMBIGUOUS):
        rows[row.name].append(row)
    for name in near:
        found = [row for row in rows[name] if row.kind in (*CALLABLE, *TYPES)]
        meant = [row for row in found if row.path in usable or row.path.rpartition("/")[0] in usable]
        if meant and len(rows[name]) < AMBIGUOUS:
            wanted.append((name, known * query.near[name], meant))
    types = [n for n in likely if n in definitions and definitions[n] and definitions[n][0].kind in TYPES]
    types.sort(key=lambda name: (-likely[name], name))
    wanted += [(name, constructor * likely[name], [*definitions[name][:1]]) for name in types[:MOST_TYPES]]
    result: list[Shape] = []
    for name, worth, found in wanted:
        result += _shape(name, found, worth, reader)
    return result


def _shape(name: str, rows: Sequence[DefinitionRow], worth: float, reader: Reader) -> list[Shape]:
    types = [row for row in rows if row.kind in TYPES]
    if not types:
        return [Shape(name, row, worth) for row in rows[:1]]
    holder = types[0]
    members = [
        row
        for row in reader.members_of(name, 200)
        if row.path == holder.path and holder.start_line <= row.start_line <= holder.end_line
    ]
    makers = [row for row in members if row.name in (name, *CONSTRUCTORS) and row.kind in CALLABLE]
    makers = [row for row in makers if "private" not in row.signature.partition("(")[0]]
    if makers:
        return [Shape(name, max(makers, key=lambda row: (len(row.signature), -row.start_line)), worth)]
    if members or holder.end_line - holder.start_line > BODY:
        return []
    lines = reader.text(holder.path, holder.start_line, holder.end_line).split("\n")
    body = [
        (holder.start_line + n, line)
        for n, line in enumerate(lines)
        if n and line.strip() and not is_comment(line)
    ]
    return [Shape(name, holder, worth, tuple(body))] if body else []
