"""rope, kept from everything but the texts it is given: nothing written, no configuration read, nothing run.

A project here lives for one request. The open document is seen as it stands in the editor, other files as they are on
disk, and rope looks only at the files it is told about.
"""

from __future__ import annotations

import ast
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import rope.base.project
from rope.base import exceptions, pyscopes
from rope.base.change import ChangeContents
from rope.base.fscommands import FileSystemCommands
from rope.base.prefs import Prefs
from rope.base.pyobjectsdef import PyClass
from rope.base.resources import File, Folder
from rope.base.taskhandle import TaskHandle
from rope.base.utils import saveit
from rope.refactor.extract import ExtractMethod, ExtractVariable
from rope.refactor.inline import create_inline
from rope.refactor.rename import Rename

from kibitz.errors import KibitzError, unsupported
from kibitz.text import MAX_BYTES

_MODEL = "Configure a model and ask in words, or select a smaller piece."
_SAID = {
    "Bad region selected": "The selection crosses the border of a function or class.",
    "break/continue": "The selection leaves a loop that it does not contain.",
    "complete statements": "The selection is not made of whole statements.",
    "only one return": "The selection returns in more than one place.",
    "Return should be the last": "The selection returns before its last statement.",
    "yield": "The selection yields: it cannot leave its generator.",
    "named expression": "The selection contains an assignment expression (:=).",
    "start of a block": "The selection starts a block that it does not end.",
    "assigned once": "The variable is assigned more than once.",
    "tuple assignments": "The variable is assigned together with others.",
    "reference themselves": "The function calls itself.",
    "other than function call": "The function is used in other ways than being called.",
    "after return": "The function goes on after a return.",
    "list and keyword arguments": "The function takes *args or **kwargs.",
    "resolvable": "There is no name at this place that can be traced to its definition.",
    "method, local variable or parameter": "There is no variable or function to inline at this place.",
    "keyword": "The new name is a Python keyword.",
}


_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


class _ReadOnly(FileSystemCommands):  # type: ignore[misc]
    """Reads what it was given before what is on disk, and writes nothing."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def read(self, path: str) -> bytes:
        text = self._texts.get(path)
        if text is not None:
            return text.encode("utf-8", "surrogatepass")
        data = Path(path).read_bytes()
        return data if len(data) <= MAX_BYTES else b""

    def _refuse(self, *_: object) -> NoReturn:
        raise PermissionError("rope may not write")

    write = create_file = create_folder = move = remove = _refuse


class _Unchanging:
    """Stands in for rope's clock: a project that lives for one request is never out of date."""

    def get_indicator(self, resource: Any) -> int:
        return 0


def _regions(scope: Any) -> None:
    """Where each scope of a module stands, as ast says.

    rope's own way is to match every token of the file with the tree: slow, and it gives up on all of the file at the
    first construct it does not know.
    """
    source: str = scope.pyobject.source_code
    starts = [0]
    lines = source.split("\n")
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        text = lines[line - 1]
        return starts[line - 1] + len(
            text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore")
        )

    tree = scope.pyobject.get_ast()
    tree.region = (0, len(source))
    for node in ast.walk(tree):
        if isinstance(node, _SCOPES):
            vars(node)["region"] = (
                offset(node.lineno, node.col_offset),
                offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
            )


pyscopes.GlobalScope._calculate_scope_regions = saveit(_regions)  # noqa: SLF001 - rope has no other door to it


class Project(rope.base.project.Project):  # type: ignore[misc]
    """A folder of which rope sees the files named, in memory where a text is given.

    `texts` and `files` are keyed by real paths inside `root`; `sources` are the folders imports start from, and
    `library` adds the standard library to them.
    """

    def __init__(
        self,
        root: Path,
        texts: Mapping[str, str],
        files: Sequence[Path],
        sources: Sequence[Path] = (),
        *,
        indent: int = 4,
        library: bool = False,
    ) -> None:
        outside = rope.base.project.get_no_project()
        self._library = [outside.get_resource(sysconfig.get_path("stdlib"))] if library else []
        self._files = files
        self._sources = sources
        self._indent = indent
        super().__init__(str(root), fscommands=_ReadOnly(texts), ropefolder=None)
        self.pycore.observer.timekeeper = _Unchanging()

    def _init_prefs(self, prefs: dict[str, Any]) -> None:
        # the inherited one reads the project's and the user's configuration, which may name code to import
        self.prefs = Prefs(
            automatic_soa=False,
            save_history=False,
            import_dynload_stdmods=False,
            indent_size=self._indent,
            ignore_syntax_errors=True,
            ignore_bad_imports=True,
        )
        self._init_other_parts()

    def _init_source_folders(self) -> None:
        """Nothing is configured: `sources` are all there are."""

    def is_ignored(self, resource: Any) -> bool:
        return False

    def get_source_folders(self) -> list[Folder]:
        return [self.get_folder(self.name_of(path)) for path in self._sources]

    def get_python_path_folders(self) -> list[Folder]:
        return self._library

    def get_python_files(self) -> list[File]:
        return [self.file(path) for path in self._files]

    def name_of(self, path: Path) -> str:
        """The name rope gives a path inside the root."""
        name = path.relative_to(self.address).as_posix()
        return "" if name == "." else name

    def file(self, path: Path) -> File:
        """A file that need not exist."""
        return self.get_file(self.name_of(path))


class OneFile(Project):
    """A project that consists of one text, which no disk has."""

    def __init__(self, text: str, indent: int) -> None:
        root = Path(tempfile.gettempdir()).resolve()
        self.path = root / "edited_module.py"
        super().__init__(root, {str(self.path): text}, [self.path], indent=indent)

    @property
    def module(self) -> File:
        """The text as rope's resource."""
        return self.file(self.path)

    def get_resource(self, name: str) -> File | Folder:
        if name == "":
            return self.get_folder("")
        if name != self.path.name:
            raise exceptions.ResourceNotFoundError(name)
        return self.module

    def find_module(self, modname: str, folder: Any = None) -> File | None:
        return self.module if modname == self.path.stem else None


def extract(project: OneFile, start: int, end: int, name: str, *, variable: bool) -> str:
    """The text with the span extracted, unchecked. Raises `invalid` where rope declines."""
    with _reworded():
        kind = ExtractVariable if variable else ExtractMethod
        return _only(kind(project, project.module, start, end).get_changes(name))


def inline(project: OneFile, offset: int) -> str:
    """The text with the name at the offset inlined everywhere in this file, unchecked. Raises `invalid`."""
    with _reworded():
        return _only(create_inline(project, project.module, offset).get_changes(resources=[project.module]))


def rename(
    project: Project, path: Path, offset: int, name: str, *, guess: bool, deadline: float
) -> tuple[dict[Path, str], list[tuple[Path, int]]]:
    """The changed texts of all files, unchecked, and where attributes of that name could not be traced (path, line).

    `guess` renames those, too; `deadline` is on the monotonic clock. Raises `invalid`, `timeout`.
    """
    untraced: list[tuple[Path, int]] = []

    def unsure(occurrence: Any) -> bool:
        before = occurrence.tools.source_code[: occurrence.get_word_range()[0]].rstrip()
        if not before.endswith("."):
            return False
        untraced.append((Path(project.address) / occurrence.resource.path, occurrence.lineno))
        return guess

    with _reworded():
        work = Rename(project, project.file(path), offset)
        _check_overridden(project, work)
        changes = work.get_changes(
            name,
            in_hierarchy=True,
            unsure=unsure,
            task_handle=_until(deadline),
        )
    found = {}
    for change in changes.changes:
        if not isinstance(change, ChangeContents):
            raise unsupported("Renaming a module moves a file.", "Rename the file, then its imports.")
        found[Path(project.address) / change.resource.path] = change.new_contents
    return found, untraced


def _check_overridden(project: Project, work: Rename) -> None:
    """Refuse a method that a class outside of the project calls by its name."""
    if not work.is_method():
        return
    todo = list(work.old_pyname.get_object().parent.get_superclasses())
    while todo:
        above = todo.pop()
        resource = above.get_module().get_resource() if isinstance(above, PyClass) else None
        if resource is not None and resource.project is not project and work.old_name in above:
            raise KibitzError("invalid", "The method overrides one from outside of the project.", _MODEL)
        if isinstance(above, PyClass):
            todo += above.get_superclasses()


def _until(deadline: float) -> TaskHandle:
    """A handle that interrupts rope between two files once the time is over."""
    handle = TaskHandle("bounded")

    def check() -> None:
        if time.monotonic() > deadline and not handle.is_stopped():
            handle.stop()

    handle.add_observer(check)
    return handle


def _only(changes: Any) -> str:
    (change,) = changes.changes
    text: str = change.new_contents
    return text


@contextmanager
def _reworded() -> Iterator[None]:
    """rope's refusals in our words; its mistakes as a refusal."""
    try:
        yield
    except exceptions.InterruptedTaskError:
        raise KibitzError(
            "timeout", "The refactoring took too long.", "Narrow the project, or rename by hand."
        ) from None
    except exceptions.RefactoringError as error:
        said = next((ours for theirs, ours in _SAID.items() if theirs in str(error)), "")
        raise KibitzError("invalid", said or "This cannot be refactored as it stands.", _MODEL) from None
    except (
        exceptions.RopeError,
        SyntaxError,
        AssertionError,
        LookupError,
        AttributeError,
        TypeError,
        ValueError,
        RecursionError,
        OSError,
    ):
        raise unsupported("The built-in engine cannot do this refactoring here.", _MODEL) from None
