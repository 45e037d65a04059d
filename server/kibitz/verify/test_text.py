"""The text of a test module: cut down to the tests that are worth having, and added to a file that has others."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from kibitz.syntax.languages import facts
from kibitz.syntax.model import CALLABLE, TYPES, Definition, Import
from kibitz.text import Document
from kibitz.verify.definitions import definitions, tree_of
from kibitz.workers.process import find_tool, run_tool

_DOCSTRING = re.compile(r'\s*(?P<quote>"""|\'\'\').*?(?P=quote)[ \t]*\r?\n', re.DOTALL)


def test_names(document: Document) -> tuple[str, ...]:
    """The tests of a module as its text has them, methods as `Class.method`; () for a language without a grammar."""
    is_test = re.compile(facts(document.language).test_name)
    return tuple(
        one.qualified_name
        for one in definitions(document) or ()
        if one.kind in CALLABLE and is_test.search(one.name) and (one.kind == "method" or not one.container)
    )


test_names.__test__ = False  # type: ignore[attr-defined] # pytest takes it for a test where it is imported


def without(text: str, names: Collection[str]) -> str:
    """A Python test module without some of its tests, and without helpers and classes of which nothing is left to use."""
    while True:
        document = _document(text)
        found = definitions(document) or ()
        doomed = [one for one in found if one.qualified_name in names or _empty(one, found, names)]
        doomed = doomed or [one for one in found if _unused(one, document)]
        if not doomed:
            return text
        text = _cut(document, [(one.range.start.line, one.range.end.line) for one in doomed])


def _empty(one: Definition, found: tuple[Definition, ...], names: Collection[str]) -> bool:
    """Whether a class had tests and all of them go."""
    inside = [part for part in found if part.container == one.name and part.name.startswith("test")]
    return one.kind in TYPES and bool(inside) and all(part.qualified_name in names for part in inside)


def _unused(one: Definition, document: Document) -> bool:
    """Whether a helper of the module is named nowhere else; what is decorated or a test may be found in other ways."""
    if (
        one.container
        or one.decorators
        or one.kind not in CALLABLE | TYPES
        or re.match("test", one.name, re.I)
    ):
        return False
    if one.name.startswith(("setup", "teardown", "pytest_")) or (
        one.kind in TYPES and _has_tests(one, document)
    ):
        return False
    return len(re.findall(rf"\b{re.escape(one.name)}\b", document.text)) == 1


def _has_tests(one: Definition, document: Document) -> bool:
    return any(
        part.container == one.name and part.name.startswith("test") for part in definitions(document) or ()
    )


def _cut(document: Document, spans: list[tuple[int, int]]) -> str:
    """The text without these lines (0-based, inclusive), and without the blank lines that then stand double."""
    gone = {line for first, last in spans for line in range(first, last + 1)}
    for _, last in spans:
        after = last + 1
        while after < len(document.lines) and not document.line(after).strip():
            gone.add(after)
            after += 1
    text = "".join(line for number, line in enumerate(document.lines) if number not in gone)
    return text.rstrip() + document.eol


async def without_unused_imports(text: str) -> str:
    """A Python text without imports that nothing uses; as it is where ruff is not installed or cannot read it."""
    ruff = find_tool("ruff")
    if ruff is None:
        return text
    options = ["--isolated", "--no-cache", "--quiet", "--fix-only", "--select", "F401"]
    result = await run_tool([ruff, "check", *options, "--stdin-filename", "test_it.py", "-"], stdin=text)
    return result.stdout if result.exit_code == 0 and result.stdout.strip() else text


def added(existing: Document, text: str) -> str:
    """The text of an existing Python test file with the tests of another module after its own.

    Imports it lacks come after its last import, what it defines by the same name already is left as it is.
    """
    new = _document(text)
    tree, old = tree_of(new), tree_of(existing)
    if tree is None or old is None:
        return existing.text
    have = {one.name for one in old.definitions if not one.container}
    top = [one for one in tree.definitions if not one.container]
    imports = [one for one in tree.imports if one.range.start.character == 0]
    spans = [(one.range.start.line, one.range.end.line) for one in top if one.name in have]
    spans += [(one.range.start.line, one.range.end.line) for one in imports]
    body = _cut(new, spans)
    docstring = _DOCSTRING.match(body)
    body = body[docstring.end() :] if docstring is not None else body
    if not body.strip():
        return existing.text
    bound = {(one.module, name) for one in old.imports for name in (one.names or ("",))}
    needed = [new.slice(one.range) for one in imports if _missing(one, bound)]
    lines = list(existing.lines)
    if lines[-1]:
        lines[-1] += existing.eol
    if needed:
        at = _import_line(existing, [one for one in old.imports if one.range.start.character == 0])
        lines[at:at] = [line.replace("\n", existing.eol) + existing.eol for line in needed]
    merged = "".join(lines).rstrip("\r\n")
    return merged + existing.eol * 3 + body.strip("\n").replace("\n", existing.eol) + existing.eol


def _missing(one: Import, bound: Collection[tuple[str, str]]) -> bool:
    return one.alias is not None or not all((one.module, name) in bound for name in (one.names or ("",)))


def _import_line(existing: Document, imports: list[Import]) -> int:
    """The line before which imports go: after the last, else after the module's docstring."""
    if imports:
        return imports[-1].range.end.line + 1
    docstring = _DOCSTRING.match(existing.text)
    return existing.position(docstring.end()).line if docstring is not None else 0


def _document(text: str) -> Document:
    return Document(Path("/test_it.py").as_uri(), text, "python")
