"""Refusals to rename what code finds at run time, by other ways than writing the name."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.models.offline import python_dynamic, python_params, python_rename
from kibitz.models.offline.python_files import Place
from kibitz.models.offline.python_scopes import Identifier, Scope
from kibitz.models.offline.python_source import Source

_KNOWN = frozenset({"Generic", "Protocol", "TypedDict", "NamedTuple", "ABC", "Any"})
_RECORDS = re.compile(
    r"\b(?:asdict|astuple|_asdict|_fields|get_type_hints|__annotations__|__dataclass_fields__)\b|\bfields\("
)
_BY_HAND = "Rename it by hand."


def check(
    place: Place,
    source: Source,
    sources: Mapping[Path, Source],
    identifier: Identifier,
    exclude: Sequence[str],
    deadline: float,
) -> None:
    """Raises `invalid` where a member or a name of a module is found otherwise than by its name in the code, `timeout`."""
    word, home = identifier.name, identifier.home
    for some in sources.values():
        for node in ast.walk(some.tree):
            if isinstance(node, python_params.Definition) and node.name == word:
                python_params.check_decorated(some, node, place.import_roots(), word)
    if home is None or home.is_class:
        if python_dynamic.by_convention(sources.values(), word):
            raise _refused(f"Code outside of the project may call `{word}` by its name.")
        bases = python_dynamic.hierarchy(place, source, exclude, deadline)
        owners = {path[-1][0] for some in sources.values() for path in python_rename.class_binds(some, word)}
        _check_owners(sources, owners, bases, word)
        reader = None if home is None else _member_names_read(place, source, home, bases, exclude, deadline)
        if reader is not None:
            raise _refused(f"{reader} reads the names of the enumeration's members at run time.")
        return
    if python_dynamic.lists_names(source, place.real.with_suffix("").parts[-1:]):
        raise _refused("The module goes through all of its names.")
    listing = python_dynamic.enumerated(place, exclude, deadline, packages=True)
    if listing is not None:
        raise _refused(f"{listing} goes through all names of the module.")
    if python_dynamic.dispatched_on(place, source, word, exclude, deadline):
        raise _refused(f"Methods are found by the name `{word}` at run time.")
    read = python_dynamic.compared(place, sources, word, exclude, deadline)
    if read is not None:
        raise _refused(
            f"{read[0]} goes through `__all__`, and may compare it with {read[1]}, where `{word}` stands, too."
        )


def _refused(why: str) -> KibitzError:
    return KibitzError("invalid", why, _BY_HAND)


def _check_owners(
    sources: Mapping[Path, Source], owners: set[str], bases: Mapping[str, set[str]], word: str
) -> None:
    """Refuse where one of the classes that have a member hands the names of its members on."""
    known = _KNOWN | bases.keys() | python_dynamic.library_classes()
    for owner in sorted(owners):
        above = python_dynamic.above(bases, owner)
        foreign = sorted(above - known)
        if foreign and not word.startswith("_"):
            raise _refused(f"`{foreign[0]}`, from outside of the project, may use `{word}` by its name.")
        if "TypedDict" in above:
            raise _refused(f"`{word}` is a key of a dictionary, which strings name.")
        if "Protocol" in above and len(owners) > 1:
            raise _refused(f"Other classes may have `{word}` because the protocol `{owner}` has it.")
    records = any(_is_record(some, owner) for some in sources.values() for owner in owners)
    fields = re.compile(rf"(?<!\w){re.escape(word)}=")
    for path, some in sources.items():
        if records and (called := _RECORDS.search(some.text)):
            raise _refused(f"`{called.group()}` in {path.name} reads the names of the attributes.")
        for node in ast.walk(some.tree):
            if isinstance(node, ast.ClassDef) and node.name in owners and _reads_itself(node):
                raise _refused(f"`{node.name}` goes through its attributes by their names.")
            said = node.value if isinstance(node, ast.Constant) else None
            plain = isinstance(some.above.get(id(node)), ast.Expr)
            if records and isinstance(said, str) and not plain and fields.search(said):
                line = getattr(node, "lineno", 1)
                raise _refused(f"A string in {path.name}:{line} shows `{word}` as it is printed.")


def _reads_itself(node: ast.ClassDef) -> bool:
    """Whether a class looks at all of an object's attributes."""
    for part in ast.walk(node):
        match part:
            case ast.Attribute(attr="__dict__") | ast.Call(ast.Name("vars"), [_, *_]):
                return True
    return False


def _is_record(source: Source, owner: str) -> bool:
    """Whether a class of a file, or one of this name in another, is a record whose fields have names at run time."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name == owner:
            makers = [ast.unparse(d) for d in node.decorator_list] + [ast.unparse(b) for b in node.bases]
            return any(
                re.search(r"dataclass|attr|define|frozen|NamedTuple|mutable", maker) for maker in makers
            )
    return False


def _member_names_read(
    place: Place,
    source: Source,
    home: Scope,
    bases: Mapping[str, set[str]],
    exclude: Sequence[str],
    deadline: float,
) -> str | None:
    """The file that reads the names of an enumeration's members at run time, where a class is one: `Unit[text]`, `.name`."""
    owner = str(getattr(home.node, "name", ""))
    if not any(name.endswith(("Enum", "Flag")) for name in python_dynamic.above(bases, owner)):
        return None
    for path, some in {place.real: source, **place.others(owner, exclude, deadline)}.items():
        for node in ast.walk(some.tree):
            match node:
                case ast.Subscript(ast.Name(name) | ast.Attribute(attr=name)) if name == owner:
                    return path.name
                case ast.Attribute(attr="name" | "_name_" | "__members__" | "_member_map_"):
                    return path.name
    return None
