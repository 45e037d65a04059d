"""Renaming: rope performs where it can see, the binding rules decide, and every file it concerns is looked at."""

from __future__ import annotations

import ast
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.models.offline import python_place, python_rename, python_rope
from kibitz.models.offline.python_files import LONGEST_S, Place
from kibitz.models.offline.python_part import Part
from kibitz.models.offline.python_scopes import Identifier, arguments
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import broken, restored

_AMBIGUOUS = (str, bytes, list, dict, set, tuple, int, float, object, BaseException)
_BY_HAND = "Rename it by hand."


def rename(
    place: Place, source: Source, start: int, end: int, name: str, exclude: Sequence[str]
) -> dict[str, str]:
    """The new texts of all files in which the name at a place means the same thing, by path.

    Raises `invalid` where the name is not the project's own, is taken, or cannot be followed; `bad_response`; `timeout`.
    """
    offset, word = python_place.word_at(source, start, end)
    identifier = python_place.identifier_at(source, offset, word)
    if word == name:
        raise KibitzError("invalid", "The new name is the old one.", "Choose another name.")
    if word.startswith("__") and word.endswith("__"):
        raise KibitzError(
            "invalid", f"`{word}` is a name of the language.", "Only your own names can be renamed."
        )
    home = identifier.home
    parameter = _is_parameter(identifier)
    if home is not None and home.parent is not None and not home.is_class and not parameter:
        return {str(place.path): restored(source, _inside(source, identifier, offset, name))}
    deadline = time.monotonic() + LONGEST_S
    sources = {place.real: source, **place.others(word, exclude, deadline)}
    member = home is None or home.is_class
    guess = member and _only_one_class(sources, word, name)
    if member or len(sources) > 1:
        changed = _everywhere(
            place, source, sources, offset, word, name, member=member, guess=guess, until=deadline
        )
        if member and not guess:
            _check_traced(sources, changed, word)
        return _checked(place, sources, changed, identifier, name)
    try:
        changed = _everywhere(
            place, source, sources, offset, word, name, member=False, guess=False, until=deadline
        )
        return _checked(place, sources, changed, identifier, name)
    except KibitzError:
        return _checked(
            place, sources, {place.real: python_rename.lexical(source, identifier, name)}, identifier, name
        )


def _everywhere(
    place: Place,
    source: Source,
    sources: Mapping[Path, Source],
    offset: int,
    word: str,
    name: str,
    *,
    member: bool,
    guess: bool,
    until: float,
) -> dict[Path, str]:
    """What rope makes of all files."""
    project = python_rope.Project(
        place.real_root,
        {str(path): some.text for path, some in sources.items()},
        list(sources),
        place.import_roots(),
        indent=source.unit,
        library=member,
    )
    changed, untraced = python_rope.rename(project, place.real, offset, name, guess=guess, deadline=until)
    if member and untraced and not guess:
        raise _lost(word, *untraced[0])
    return changed


def _check_traced(sources: Mapping[Path, Source], changed: Mapping[Path, str], word: str) -> None:
    """Where several classes share a name, rope's word that a use is another class's is not enough."""
    for path, some in sources.items():
        left = Source(changed[path], path.name) if path in changed else some
        line = python_rename.untraced(left, word)
        if line is not None:
            raise _lost(word, path, line)


def _lost(word: str, path: Path, line: int) -> KibitzError:
    return KibitzError(
        "invalid",
        f"Uses of `.{word}` cannot be traced to one class, the first in {path.name}:{line}.",
        "Annotate their types, or rename by hand.",
    )


def _checked(
    place: Place, sources: Mapping[Path, Source], changed: dict[Path, str], identifier: Identifier, name: str
) -> dict[str, str]:
    """The changed texts in the form of their files, once every file has been looked at."""
    word, home = identifier.name, identifier.home
    if place.real not in changed or not changed.keys() <= sources.keys():
        raise broken()
    if home is not None and home.parent is None:
        changed[place.real] = python_rename.public_names(changed[place.real], sources[place.real], word, name)
    try:
        results = {path: Source(text, path.name) for path, text in changed.items()}
    except KibitzError:
        raise broken() from None
    for path, some in results.items():
        python_rename.check(sources[path], some.text, word, name)
    _check_origin(sources, results, word)
    for path, some in {**sources, **results}.items():
        _check_left(path, some, place, identifier)
    return {place.original(path): restored(sources[path], text) for path, text in changed.items()}


def _inside(source: Source, identifier: Identifier, offset: int, name: str) -> str:
    """The text with a function's own variable renamed; rope misses some, which the second try does not."""
    part = Part(source, identifier.home)
    project = python_rope.OneFile(part.text, source.unit)
    deadline = time.monotonic() + LONGEST_S
    try:
        at = part.offset(offset)
        found, _ = python_rope.rename(project, project.path, at, name, guess=False, deadline=deadline)
        text = part.whole(found.get(project.path, part.text))
        python_rename.check(source, text, identifier.name, name)
    except KibitzError:
        text = python_rename.lexical(source, identifier, name)
        python_rename.check(source, text, identifier.name, name)
    return text


def _is_parameter(identifier: Identifier) -> bool:
    """Whether callers may pass it by name."""
    args = getattr(identifier.home.node, "args", None) if identifier.home else None
    return args is not None and identifier.name in [arg.arg for arg in arguments(args)]


def _only_one_class(sources: Mapping[Path, Source], word: str, name: str) -> bool:
    """Whether an attribute of this name can only be the one meant. Raises `invalid` where the new name is taken."""
    total = 0
    for some in sources.values():
        owners = python_rename.class_binds(some, word)
        if owners & python_rename.class_binds(some, name):
            raise KibitzError("invalid", f"The class already has `{name}`.", "Choose another name.")
        total += len(owners)
    return total == 1 and not any(hasattr(kind, word) for kind in _AMBIGUOUS)


def _check_origin(sources: Mapping[Path, Source], results: Mapping[Path, Source], word: str) -> None:
    """Refuse what these files only use: builtins, and what is imported from elsewhere."""
    modules = {path.parent.name if path.stem == "__init__" else path.stem for path in results}
    defined = False
    for path, after in results.items():
        for was, now in zip(sources[path].names.identifiers, after.names.identifiers, strict=True):
            if was.name == now.name:
                continue
            if not isinstance(was.node, ast.alias):
                defined |= was.role == "store" or (
                    was.role == "member" and isinstance(was.node, ast.Attribute)
                )
                continue
            origin = sources[path].above[id(was.node)]
            outside = (
                not isinstance(origin, ast.ImportFrom)
                or (origin.module or "").rpartition(".")[2] not in modules
            )
            if (
                was.node.asname != word
                and outside
                and not (isinstance(origin, ast.ImportFrom) and not origin.module)
            ):
                raise KibitzError("invalid", f"`{word}` is imported from outside of the project.", _BY_HAND)
            defined |= was.node.asname == word
    if not defined:
        raise KibitzError(
            "invalid", f"`{word}` is not defined in the project.", "Only your own names can be renamed."
        )


def _check_left(path: Path, source: Source, place: Place, identifier: Identifier) -> None:
    """Refuse where the old name is left at a place that takes it from the renamed thing."""
    word, home = identifier.name, identifier.home
    left = None
    if home is not None and home.parent is None:
        left = path != place.real and python_rename.refers(source, word, place.real.stem)
    elif home is None or home.is_class:
        left = python_rename.named_in_text(source, word)
        owner = getattr(home.node, "name", "") if home is not None else ""
        left = left or python_rename.passed_by_name(
            source, word, {owner, "replace", "_replace", "evolve"} - {""}
        )
    else:
        left = python_rename.passed_by_name(source, word, {getattr(home.node, "name", "")})
    if left:
        raise KibitzError(
            "bad_response", f"Not every use of `{word}` in {path.name} could be renamed.", _BY_HAND
        )
