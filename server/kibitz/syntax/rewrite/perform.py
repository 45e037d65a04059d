"""The refactorings by name: what is offered at a place, and the new text of the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, get_args

from tree_sitter import Node

from kibitz.errors import KibitzError, UnchangedError, unsupported
from kibitz.syntax.delta import new_errors
from kibitz.syntax.rewrite.base import Edit, applied, within
from kibitz.syntax.rewrite.branch import LANGUAGES, branch_at
from kibitz.syntax.rewrite.extract import possible
from kibitz.syntax.rewrite.locality import region
from kibitz.syntax.rewrite.names import crowded, family
from kibitz.syntax.source import Source
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Range

Rewriting = Literal[
    "extract_variable",
    "extract_function",
    "inline",
    "rename",
    "organize_imports",
    "invert_if",
    "guard_clause",
]
REWRITINGS: tuple[Rewriting, ...] = get_args(Rewriting)

_IMPORTS = frozenset({"import_statement", "import_declaration", "use_declaration"})
_SELECTED_AT_MOST = 4000
_MEND = "Correct it first, then ask again."


def rewritten(document: Document, kind: Rewriting, where: Range, new_name: str | None = None) -> str:
    """The document's whole text after a refactoring at a range (a cursor where it is empty).

    The text parses wherever the old one did, and means the same as far as one file can say; what cannot be proven raises
    `invalid`, what there are no rules for `unsupported`. Takes milliseconds: not for the event loop.
    """
    tree = parse(document)
    if tree is None or not _known(document.language, kind):
        raise unsupported(
            f"The built-in engine cannot do this in {document.language}.", "Set `model`: a model can."
        )
    source = tree._source  # noqa: SLF001 - one room
    edits = _edits(source, kind, where, new_name)
    _check_sound(source, edits)
    text = applied(source, edits)
    if text == document.text:
        raise UnchangedError
    after = Document(document.uri, text, document.language, None, document.path)
    if new_errors(document, after):
        raise KibitzError("bad_response", "The result would not have parsed.", "Change it by hand.")
    return text


def rewritings(language: str) -> tuple[Rewriting, ...]:
    """The refactorings there are rules for in a language; () for one that has none."""
    return tuple(kind for kind in REWRITINGS if _known(language, kind))


def offered(tree: Tree, where: Range) -> list[Rewriting]:
    """What would succeed at a range, but for the last check that its result parses; a few milliseconds at most."""
    source = tree._source  # noqa: SLF001 - one room
    language = source.language
    if not _known(language, "invert_if"):
        return []
    found: list[Rewriting] = []
    start, end = source.offsets.byte_at(where.start), source.offsets.byte_at(where.end)
    tried: list[Rewriting] = ["invert_if", "guard_clause"] if _on_branch(source, start) else []
    if family(language) is not None:
        if start == end:
            tried = ["inline", *tried]
        elif end - start <= _SELECTED_AT_MOST:
            tried = ["extract_variable", "inline", *tried]
            if _known(language, "extract_function"):
                tried.insert(0, "extract_function")
    crowd = family(language) is not None and _crowded(source, start, end)
    for kind in tried:
        if crowd and kind in ("inline", "extract_function"):
            continue
        try:
            if crowd and kind == "extract_variable":
                possible(source, start, end)
                found.append(kind)
                continue
            _check_sound(source, _edits(source, kind, where, None))
        except KibitzError:
            continue
        found.append(kind)
    if family(language) is not None:
        if not crowd and _renames(source, start):
            found.append("rename")
        if not source.root.has_error and any(child.type in _IMPORTS for child in source.root.named_children):
            found.append("organize_imports")
    return found


def _crowded(source: Source, start: int, end: int) -> bool:
    """Whether the names at a place stand in too many others to be looked up at every move of a cursor."""
    node = source.node_at(start, max(end, min(start + 1, len(source.offsets.data))))
    if end - start > _SELECTED_AT_MOST:
        return True
    names = {source.text(part) for part in within(node) if part.type == "identifier" or part.id == node.id}
    area = region(source, source.chain(start, max(start, end)))
    return crowded(source, sorted(name for name in names if name.isidentifier()), area)


def _known(language: str, kind: Rewriting) -> bool:
    if kind == "extract_function":
        return family(language) in ("ecma", "java", "go")
    return language in LANGUAGES if kind in ("invert_if", "guard_clause") else family(language) is not None


def _on_branch(source: Source, byte: int) -> bool:
    try:
        branch_at(source, byte)
    except KibitzError:
        return False
    return True


def _renames(source: Source, byte: int) -> bool:
    from kibitz.syntax.rewrite.rename import renamable

    try:
        renamable(source, byte)
    except KibitzError:
        return False
    return True


def _edits(source: Source, kind: Rewriting, where: Range, new_name: str | None) -> list[Edit]:
    start, end = source.offsets.byte_at(where.start), source.offsets.byte_at(where.end)
    match kind:
        case "extract_variable":
            from kibitz.syntax.rewrite.extract import extract_variable

            return extract_variable(source, start, end, new_name)
        case "extract_function":
            from kibitz.syntax.rewrite.extract_function import extract_function

            return extract_function(source, start, end, new_name)
        case "rename":
            from kibitz.syntax.rewrite.rename import rename

            if new_name is None:
                raise KibitzError("invalid", "Renaming needs the new name.", "Say `rename to NAME`.")
            return rename(source, start, new_name)
        case "organize_imports":
            from kibitz.syntax.rewrite.imports import organize

            return organize(source)
        case "invert_if" | "guard_clause":
            from kibitz.syntax.rewrite.meant import at_the_if

            return at_the_if(source, start, end, _at(kind))
    return _at(kind)(source, start)


def _at(kind: Rewriting) -> Callable[[Source, int], list[Edit]]:
    if kind == "inline":
        from kibitz.syntax.rewrite.inline import inline_variable

        return inline_variable
    if kind == "invert_if":
        from kibitz.syntax.rewrite.invert import invert_if

        return invert_if
    from kibitz.syntax.rewrite.guard import guard_clause

    return guard_clause


def _check_sound(source: Source, edits: Iterable[Edit]) -> None:
    """Raises `invalid` where a part of the text that changes did not parse: its tree is a guess."""
    if not source.root.has_error:
        return
    for edit in edits:
        node: Node | None = next((c for c in source.root.children if c.end_byte > edit.start), None)
        if node is None or node.has_error or node.is_error:
            raise KibitzError("invalid", "There is a syntax error in this part of the file.", _MEND)
