"""Where a document's tests belong: where the project has its tests, else beside the document."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.workbench import Workbench, open_document
from kibitz.paths import inside, shown, to_uri
from kibitz.syntax.languages import facts
from kibitz.text import Document

_FOLDERS = ("tests", "test")
_MOST = 20_000
"""So many entries of the test folder are looked at for a file that exists already."""


@frozen
class Place:
    """A test file: `path` is None for a document without a file, `existing` is its text where it exists."""

    root: Path | None
    path: Path | None
    language: str
    existing: Document | None = None

    @property
    def shown(self) -> str | None:
        """The path as people see it."""
        return shown(self.path, self.root) if self.path is not None else None

    @property
    def before(self) -> Document:
        """The file as it is; empty where it does not exist."""
        if self.existing is not None:
            return self.existing
        uri = to_uri(self.path) if self.path is not None else "untitled:test"
        return Document(uri, "", self.language, None, self.path)


def place_of(bench: Workbench, document: Document) -> Place:
    """The file for a document's tests. An editor's text of it counts, not the disk's.

    Raises `unsupported` for a document that is a test file itself.
    """
    path = document.path
    if path is None:
        return Place(bench.root, None, document.language)
    stem = path.parent.name if path.stem == "__init__" else path.stem
    names = _names(document, stem, path.suffix)
    if stem.startswith("test_") or stem.endswith("_test"):
        raise KibitzError("unsupported", f"{path.name} has tests itself.", "Open the code that they test.")
    root = bench.root if bench.root is not None and inside(path, bench.root) else None
    found = _existing(root, path.parent, names)
    if found is None:
        folder = _folder(root) if document.language == "python" else None
        return Place(bench.root, (folder or path.parent) / names[0], document.language)
    opened = next((one for one in bench.open_documents() if one.path == found), None)
    return Place(bench.root, found, document.language, opened or open_document(found))


def _names(document: Document, stem: str, suffix: str) -> list[str]:
    if document.language == "python":
        return [f"test_{stem}.py", f"{stem}_test.py"]
    return [facts(document.language).test_file.format(name=stem) or f"{stem}_test{suffix}"]


def _folder(root: Path | None) -> Path | None:
    """The project's folder of tests."""
    return next((root / name for name in _FOLDERS if (root / name).is_dir()), None) if root else None


def _existing(root: Path | None, beside: Path, names: list[str]) -> Path | None:
    """The test file that exists already: beside the code, or anywhere in the folder of tests."""
    for name in names:
        if (beside / name).is_file():
            return beside / name
    folder = _folder(root)
    if folder is not None:
        for number, path in enumerate(folder.rglob("*")):
            if path.name in names and path.is_file():
                return path
            if number > _MOST:
                break
    return None
