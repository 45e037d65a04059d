"""Examples in docstrings (`>>> ...`): code that doctest runs, so a renaming reaches into it.

An example sees what its module defines, as doctest does it. The examples of one docstring are read as one program; those
that cannot be parsed, and what the others are said to print, are only searched for words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.models.offline.python_place import places_of
from kibitz.models.offline.python_scopes import Identifier
from kibitz.models.offline.python_source import Source

_PROMPT = re.compile(r"[ \t]*>>> ?")
_MORE = re.compile(r"[ \t]*\.\.\.(?: |$)")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@frozen
class Examples:
    """The examples of one docstring; `starts` has the offset in the module of each line of `code`."""

    code: Source
    starts: tuple[int, ...]
    unread: str
    printed: str

    def places(self, identifier: Identifier) -> list[int]:
        """Where in the module an identifier of the examples stands."""
        found = []
        for place in places_of(self.code, identifier):
            line = self.code.text.count("\n", 0, place)
            found.append(self.starts[line] + place - self.code.starts[line])
        return found

    def elsewhere(self, word: str) -> bool:
        """Whether a word stands in what could not be parsed, or in what is printed."""
        return _word(word).search(f"{self.unread}\n{self.printed}") is not None


def examples(source: Source) -> Iterator[Examples]:
    """The docstrings of a module that have examples."""
    if ">>>" not in source.text:
        return
    for node in ast.walk(source.tree):
        first = node.body[0] if isinstance(node, _DOCUMENTED) and node.body else None
        value = first.value if isinstance(first, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            low, high = source.region(value)
            if ">>>" in source.text[low:high]:
                yield _examples(source.text, low, high)


def mentioned(source: Source, word: str) -> bool:
    """Whether an example uses a name or an attribute."""
    return any(i.name == word for some in examples(source) for i in some.code.names.identifiers) or any(
        _word(word).search(some.unread) for some in examples(source)
    )


def rename_top(
    sources: Mapping[Path, Source],
    changed: Mapping[Path, str],
    old: str,
    new: str,
    own: Callable[[ast.ImportFrom | ast.Import], bool],
) -> dict[Path, str]:
    """The changed texts, with a module's name changed in the examples of all files, too.

    `own` says whether an import is of the project's own modules. Raises `invalid` where an example prints the name.
    """
    shown = any(
        isinstance(node, ast.ClassDef) and node.name == old
        for some in sources.values()
        for node in ast.walk(some.tree)
    )
    several = sum(old in some.names.module.bound and _defines(some, old) for some in sources.values()) > 1
    results = dict(changed)
    for path, some in sources.items():
        after = Source(changed[path], path.name) if path in changed else some
        bound = after.names.module.bound
        here = path in changed and new in bound and old not in bound
        places: set[int] = set()
        for part in examples(after):
            found, imported = _of_module(part, after, old, here=here, own=own)
            if (found and imported and several) or ((found or (here and shown)) and part.elsewhere(old)):
                raise _unsure(old, path)
            places.update(found)
        if places:
            results[path] = _replaced(after.text, places, old, new)
    return results


def rename_member(
    sources: Mapping[Path, Source],
    changed: Mapping[Path, str],
    old: str,
    new: str,
    made_by: Collection[str],
    *,
    sure: bool,
) -> dict[Path, str]:
    """The same for an attribute. Raises `invalid` where examples use one of that name that need not be it (not `sure`).

    Calls of what is `made_by` one of these names take it as a keyword argument, which a renaming does not follow.
    """
    results = dict(changed)
    shown = re.compile(rf"(?<!\w){re.escape(old)}=|(?:\.|['\"]){re.escape(old)}(?!\w)")
    for path, some in sources.items():
        after = Source(changed[path], path.name) if path in changed else some
        places: set[int] = set()
        for part in examples(after):
            same = [i for i in part.code.names.identifiers if i.name == old]
            mine = [i for i in same if isinstance(i.node, ast.Attribute)]
            passed = any(callee(part.code, i) in made_by for i in same)
            said = path in changed and shown.search(f"{part.unread}\n{part.printed}")
            if (mine and not sure) or passed or said:
                raise _unsure(old, path)
            places.update(place for i in mine for place in part.places(i))
        if places:
            results[path] = _replaced(after.text, places, old, new)
    return results


def rename_parameter(
    sources: Mapping[Path, Source], changed: Mapping[Path, str], old: str, new: str, called: Collection[str]
) -> dict[Path, str]:
    """The same for a parameter of what is `called` by one of these names."""
    results = dict(changed)
    for path, some in sources.items():
        after = Source(changed[path], path.name) if path in changed else some
        places = {
            place
            for part in examples(after)
            for i in part.code.names.identifiers
            if i.name == old and callee(part.code, i) in called
            for place in part.places(i)
        }
        if places:
            results[path] = _replaced(after.text, places, old, new)
    return results


def callee(source: Source, identifier: Identifier) -> str | None:
    """The last name of what a keyword argument is passed to; None for what is none."""
    call = source.above.get(id(identifier.node)) if isinstance(identifier.node, ast.keyword) else None
    return ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else None


def _of_module(
    part: Examples,
    source: Source,
    word: str,
    *,
    here: bool,
    own: Callable[[ast.ImportFrom | ast.Import], bool],
) -> tuple[list[int], bool]:
    """Where examples use a module's name, and whether they import it by themselves."""
    names, above = part.code.names, part.code.above
    same = [i for i in names.identifiers if i.name == word]
    stored = [i for i in same if i.role == "store" and i.home is names.module]
    imports = [above[id(i.node)] for i in stored if isinstance(i.node, ast.alias)]
    imported = bool(stored) and len(imports) == len(stored)
    imported = imported and all(isinstance(n, ast.ImportFrom) and own(n) for n in imports)
    found: list[Identifier] = []
    if imported or (here and not stored):
        found = [i for i in same if i.role != "member" and i.home is names.module]
    aliased = [i for i in same if i.role == "member" and isinstance(i.node, ast.alias)]
    for i in aliased:
        origin = above[id(i.node)]
        if isinstance(origin, ast.ImportFrom) and own(origin):
            found.append(i)
            imported = True
    for i in same:
        owner = i.node.value if isinstance(i.node, ast.Attribute) else None
        if isinstance(owner, ast.Name) and _is_own_module(part, source, owner.id, own):
            found.append(i)
            imported = True
    return [place for i in found for place in part.places(i)], imported


def _is_own_module(
    part: Examples, source: Source, name: str, own: Callable[[ast.ImportFrom | ast.Import], bool]
) -> bool:
    """Whether a name of an example is an imported module of the project."""
    for some in (part.code, source):
        stored = [
            i.node
            for i in some.names.identifiers
            if i.name == name and i.role == "store" and i.home is some.names.module
        ]
        if stored:
            origins = [some.above[id(node)] for node in stored]
            return all(isinstance(o, (ast.Import, ast.ImportFrom)) and own(o) for o in origins)
    return False


def _defines(source: Source, word: str) -> bool:
    """Whether a module gives a name its meaning itself, and does not import it."""
    return any(
        i.name == word
        and i.role == "store"
        and i.home is source.names.module
        and not isinstance(i.node, ast.alias)
        for i in source.names.identifiers
    )


def _unsure(word: str, path: Path) -> KibitzError:
    return KibitzError(
        "invalid",
        f"An example in a docstring of {path.name} uses or prints `{word}`, and may not mean this one.",
        "Rename it by hand.",
    )


def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")


def _replaced(text: str, places: Iterable[int], old: str, new: str) -> str:
    for place in sorted(places, reverse=True):
        text = text[:place] + new + text[place + len(old) :]
    return text


def _examples(text: str, low: int, high: int) -> Examples:
    """The examples between two offsets."""
    lines: list[str] = []
    starts: list[int] = []
    unread: list[str] = []
    printed: list[str] = []
    group: list[tuple[str, int]] = []
    answer = False

    def end() -> None:
        code = "\n".join(line for line, _ in group)
        if _reads(code):
            lines.extend(line for line, _ in group)
            starts.extend(start for _, start in group)
        else:
            unread.append(code)
        group.clear()

    at = low
    for line in text[low:high].split("\n"):
        begun, more = _PROMPT.match(line), _MORE.match(line)
        if begun is not None or (more is not None and group):
            if begun is not None and group:
                end()
            stop = begun.end() if begun is not None else more.end() if more is not None else 0
            group.append((line[stop:], at + stop))
            answer = True
        else:
            if group:
                end()
            answer = answer and bool(line.strip())
            if answer:
                printed.append(line)
        at += len(line) + 1
    if group:
        end()
    whole = "\n".join(lines)
    if not _reads(whole):
        return Examples(Source(""), (), "\n".join([whole, *unread]), "\n".join(printed))
    return Examples(Source(whole), tuple(starts), "\n".join(unread), "\n".join(printed))


def _reads(code: str) -> bool:
    """Whether a text is a program that has the same lines and columns when it is read."""
    try:
        return Source(code).text == code
    except KibitzError:
        return False
