"""Renaming: rope performs where it can see, the binding rules decide, and every file it concerns is looked at."""

from __future__ import annotations

import ast
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.models.offline import (
    python_dynamic,
    python_examples,
    python_params,
    python_place,
    python_rename,
    python_rope,
    python_runtime,
    python_strings,
)
from kibitz.models.offline.python_files import LONGEST_S, Place
from kibitz.models.offline.python_part import Part
from kibitz.models.offline.python_scopes import Identifier, arguments
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import broken, restored

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
    if python_dynamic.reads_by_name(source, home):
        raise KibitzError("invalid", f"The code around looks `{word}` up by its name in a string.", _BY_HAND)
    parameter = _is_parameter(identifier)
    if home is not None and home.parent is not None and not home.is_class and not parameter:
        return {str(place.path): restored(source, _inside(source, identifier, offset, name))}
    deadline = time.monotonic() + LONGEST_S
    if not parameter and python_dynamic.put_together(place, source, word, exclude, deadline):
        raise KibitzError("invalid", f"Names like `{word}` are put together from strings.", _BY_HAND)
    sources = {place.real: source, **place.others(word, exclude, deadline)}
    member = home is None or home.is_class
    if parameter and home is not None:
        python_params.check_decorated(source, home.node, place.import_roots(), word)
        callers = {**sources, **place.others(str(getattr(home.node, "name", word)), exclude, deadline)}
        python_params.check_parameter(
            callers.values(), source, home, word, _called(callers.values(), identifier)
        )
    else:
        python_runtime.check(place, source, sources, identifier, exclude, deadline)
    guess = member and _only_one_class(sources, word, name)
    if member or len(sources) > 1:
        changed = _everywhere(
            place, source, sources, offset, word, name, member=member, guess=guess, until=deadline
        )
        if member and not guess:
            _check_traced(sources, changed, word)
        return _checked(place, sources, changed, identifier, name, exclude, deadline, sure=guess)
    try:
        changed = _everywhere(
            place, source, sources, offset, word, name, member=False, guess=False, until=deadline
        )
        return _checked(place, sources, changed, identifier, name, exclude, deadline)
    except KibitzError:
        changed = {place.real: python_rename.lexical(source, identifier, name)}
        return _checked(place, sources, changed, identifier, name, exclude, deadline)


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
    roots = place.import_roots()
    several = "_" in word.strip("_") or word.startswith("_")
    for path, line in untraced if member else ():
        if not guess or (not several and path in sources and python_dynamic.foreign(sources[path], roots)):
            raise _lost(word, path, line)
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
    place: Place,
    sources: Mapping[Path, Source],
    changed: dict[Path, str],
    identifier: Identifier,
    name: str,
    exclude: Sequence[str],
    until: float,
    *,
    sure: bool = False,
) -> dict[str, str]:
    """The changed texts in the form of their files, once every file has been looked at."""
    word, home = identifier.name, identifier.home
    if place.real not in changed or not changed.keys() <= sources.keys():
        raise broken()
    parameter = _is_parameter(identifier)
    called = _called(sources.values(), identifier) if parameter else set()
    try:
        if home is not None and not home.is_class:
            for path, text in changed.items():
                changed[path] = python_rename.own_keywords(sources[path], text, word, name, called)
        if home is not None and home.parent is None:
            for path, text in changed.items():
                listed = python_rename.public_names(text, sources[path], word, name)
                changed[path] = python_rename.in_annotations(listed, word, name)
        results = {path: Source(text, path.name) for path, text in changed.items()}
    except KibitzError:
        raise broken() from None
    examples = _in_examples(place, sources, changed, identifier, name, called, sure=sure)
    results |= {path: Source(text, path.name) for path, text in examples.items()}
    for path, some in results.items():
        python_rename.check(sources[path], some.text, word, name)
    _check_origin(place, sources, results, word)
    every = {**sources, **results}
    _check_shown(results, every, word, name)
    if not parameter:
        _check_strings(every, word)
    if home is None or home.is_class:
        _check_overriding(place, sources[place.real], every, word, name, exclude, until)
    for path, some in every.items():
        _check_left(path, some, place, identifier, called)
    return {place.original(path): restored(sources[path], text) for path, text in examples.items()}


def _in_examples(
    place: Place,
    sources: Mapping[Path, Source],
    changed: Mapping[Path, str],
    identifier: Identifier,
    name: str,
    called: Collection[str],
    *,
    sure: bool,
) -> dict[Path, str]:
    """The changed texts with the name changed in the examples of docstrings, too."""
    word, home = identifier.name, identifier.home
    if _is_parameter(identifier):
        return python_examples.rename_parameter(sources, changed, word, name, called)
    if home is None or home.is_class:
        made_by = python_rename.made_by(home)
        return python_examples.rename_member(sources, changed, word, name, made_by, sure=sure)
    roots = place.import_roots()
    return python_examples.rename_top(
        sources, changed, word, name, lambda origin: python_params.of_project(origin, roots)
    )


def _inside(source: Source, identifier: Identifier, offset: int, name: str) -> str:
    """The text with a function's own variable renamed; rope misses some, which the second try does not."""
    part = Part(source, identifier.home)
    project = python_rope.OneFile(part.text, source.unit)
    deadline = time.monotonic() + LONGEST_S
    try:
        at = part.offset(offset)
        found, _ = python_rope.rename(project, project.path, at, name, guess=False, deadline=deadline)
        text = part.whole(found.get(project.path, part.text))
        text = python_rename.own_keywords(source, text, identifier.name, name)
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
    return total == 1 and word not in python_dynamic.library_names()


def _check_origin(
    place: Place, sources: Mapping[Path, Source], results: Mapping[Path, Source], word: str
) -> None:
    """Refuse what these files only use: builtins, and what is imported from elsewhere."""
    modules = {path.parent.name if path.stem == "__init__" else path.stem for path in results}
    roots = place.import_roots()
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
            outside = not isinstance(origin, ast.ImportFrom) or (
                (origin.module or "").rpartition(".")[2] not in modules
                and not python_params.of_project(origin, roots)
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


def _check_shown(results: Mapping[Path, Source], every: Mapping[Path, Source], word: str, name: str) -> None:
    """Refuse a class whose name is also in strings of the files that use it: its `repr`, or a key to find it by; and in
    patterns of any file that expect it to be shown."""
    if not any(
        isinstance(node, ast.ClassDef) and node.name == name
        for some in results.values()
        for node in ast.walk(some.tree)
    ):
        return
    for path, some in every.items():
        line = python_rename.written_out(some, word) if path in results else None
        line = line or python_rename.matched(some, word)
        if line is not None:
            raise KibitzError(
                "invalid",
                f"`{word}` also stands in a string that may mean it, in {path.name}:{line}.",
                _BY_HAND,
            )


def _check_strings(every: Mapping[Path, Source], word: str) -> None:
    """Refuse what is also found by a string."""
    for path, some in every.items():
        line = python_strings.named(some, word)
        if line is not None:
            said = f"`{word}` is also named in a string, in {path.name}:{line}."
            raise KibitzError("invalid", said, _BY_HAND)


def _check_overriding(
    place: Place,
    source: Source,
    every: Mapping[Path, Source],
    word: str,
    name: str,
    exclude: Sequence[str],
    until: float,
) -> None:
    """Refuse where a class above or below one that has the new name still has the old one."""
    left = {path[-1][0] for some in every.values() for path in python_rename.class_binds(some, word)}
    made = {path[-1][0] for some in every.values() for path in python_rename.class_binds(some, name)}
    if not left or not made:
        return
    bases = python_dynamic.hierarchy(place, source, exclude, until)
    for other in sorted(left):
        if any(python_dynamic.related(bases, one, other) for one in made):
            raise KibitzError(
                "invalid",
                f"The class `{other}`, which is above or below in the hierarchy, has a `{word}` of its own.",
                _BY_HAND,
            )


def _called(sources: Iterable[Source], identifier: Identifier) -> set[str]:
    """What a function is called by: its name, and for a constructor the names of its class and the classes below."""
    function = getattr(identifier.home.node, "name", "") if identifier.home else ""
    if function not in ("__init__", "__new__") or identifier.home is None or identifier.home.parent is None:
        return {function}
    names = {function, str(getattr(identifier.home.parent.node, "name", ""))}
    classes = [n for source in sources for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef)]
    for _ in classes:
        below = {n.name for n in classes if {ast.unparse(b).rpartition(".")[2] for b in n.bases} & names}
        if below <= names:
            break
        names |= below
    return names


def _check_left(path: Path, source: Source, place: Place, identifier: Identifier, called: set[str]) -> None:
    """Refuse where the old name is left at a place that takes it from the renamed thing."""
    word, home = identifier.name, identifier.home
    left = None
    if home is not None and home.parent is None:
        left = path != place.real and python_rename.refers(source, word, place.real.stem)
    elif home is None or home.is_class:
        left = python_rename.passed_by_name(source, word, python_rename.made_by(home))
    else:
        left = python_rename.passed_by_name(source, word, called) or python_rename.aliased(
            source, word, called
        )
    if left:
        raise KibitzError(
            "bad_response", f"Not every use of `{word}` in {path.name} could be renamed.", _BY_HAND
        )
