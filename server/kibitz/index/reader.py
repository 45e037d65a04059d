"""What may be asked of an index: plain rows, read synchronously in the worker process that keeps it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from attrs import frozen


@frozen
class FileRow:
    """A file of the project: its path relative to the root with forward slashes, language, and number of lines."""

    path: str
    language: str
    lines: int


class DefinitionRow(NamedTuple):
    """A definition: 0-based inclusive lines, `container` the dotted name around it, `bases` the types it names as its own."""

    path: str
    name: str
    kind: str
    container: str | None
    start_line: int
    end_line: int
    signature: str
    documentation: str
    bases: tuple[str, ...] = ()


@frozen
class WindowRow:
    """A piece of a file found by its words: 0-based inclusive lines, and BM25's score, higher is better."""

    path: str
    start_line: int
    end_line: int
    text: str
    score: float


@frozen
class ImportRow:
    """One import of a file as written, and the project files it leads to (none: outside of the project)."""

    module: str
    names: tuple[str, ...]
    alias: str | None
    targets: tuple[str, ...]


class Reader(Protocol):
    """An index of one project. Every answer is in a fixed order: the same question gives the same rows."""

    def files(self, language: str | None = None) -> Sequence[FileRow]:
        """The files, by path."""
        ...

    def definitions_named(self, names: Collection[str], limit: int = 200) -> Sequence[DefinitionRow]:
        """The definitions of these names anywhere in the project."""
        ...

    def definitions_of_each(self, names: Collection[str], each: int) -> Sequence[DefinitionRow]:
        """Of each of these names at most so many definitions, by name and path."""
        ...

    def definitions_in(self, path: str) -> Sequence[DefinitionRow]:
        """The definitions of one file, in its order."""
        ...

    def members_of(self, container: str, limit: int = 200) -> Sequence[DefinitionRow]:
        """What is defined directly inside of a definition of this (dotted or last) name."""
        ...

    def imports_of(self, path: str) -> Sequence[ImportRow]:
        """What a file imports."""
        ...

    def beside(self, path: str, language: str) -> Sequence[str]:
        """The files of a language in the folder of a path, by name, without itself."""
        ...

    def importers_of(self, path: str) -> Sequence[str]:
        """The files that import a file."""
        ...

    def references_to(self, name: str, limit: int = 100) -> Sequence[WindowRow]:
        """The lines of other files that use a name, one row a line."""
        ...

    def search(
        self,
        words: Sequence[str],
        limit: int = 50,
        language: str | None = None,
        apart: Collection[str] = (),
    ) -> Sequence[WindowRow]:
        """The windows that hold most of the words, the rarer ones first (BM25), of all files but those `apart`."""
        ...

    def text(self, path: str, start_line: int, end_line: int) -> str:
        """Lines of a file as they were indexed; empty where the file is gone."""
        ...
