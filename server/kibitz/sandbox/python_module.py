"""Which module a Python document is, and scripts of ours that run beside it in the sandbox."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.sandbox.job import Job, Limits
from kibitz.sandbox.python import python_job
from kibitz.text import Document

_TOOLS = "_kibitz"
_MAIN = """\
import os, sys
sys.path[:] = [entry for entry in sys.path if os.path.basename(entry) != "_kibitz"]
sys.path.insert(0, os.path.abspath("_kibitz"))
from {module} import main
# what is tested may be a module of the same names
sys.path.pop(0)
for name in [name for name in sys.modules if name.split(".")[0] == "kibitz"]:
    del sys.modules[name]
main()
"""


@frozen
class PythonModule:
    """A document as `import` knows it. `folders` go on sys.path; `package` says that it is an `__init__.py`.

    `text` is what is run, also where the file has not been saved; `filename` is what its code objects are named.
    """

    name: str
    filename: str
    text: str
    folders: tuple[Path, ...]
    package: bool = False

    def to_json(self) -> dict[str, Any]:
        """What `kibitz.sandbox.python_target` reads."""
        return {
            "name": self.name,
            "filename": self.filename,
            "text": self.text,
            "folders": [str(folder) for folder in self.folders],
            "package": self.package,
        }


def module_of(document: Document, root: Path | None) -> PythonModule:
    """The module a document is: its package's folder is found by walking up `__init__.py`.

    A file of a standard library needs no folder. Raises `unsupported` for a name that cannot be imported.
    """
    path = document.path.absolute() if document.path is not None else None
    if path is None:
        roots = (root,) if root is not None else ()
        return PythonModule("untitled", "untitled.py", document.text, roots)
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    package = path.stem == "__init__"
    if package:
        parts.pop()
    if path.suffix not in (".py", ".pyw") or not parts or not all(part.isidentifier() for part in parts):
        raise unsupported(
            f"{path.name} cannot be imported by its name, so it cannot be tested.",
            "Name the file like a Python module.",
        )
    if path.stem == "__main__":
        raise unsupported(
            "Importing a `__main__.py` runs its program, so it cannot be tested.",
            "Move what should be tested to a module beside it.",
        )
    folders = () if _standard_library(folder) else _folders(folder, root)
    return PythonModule(".".join(parts), str(path), document.text, folders, package)


def _standard_library(folder: Path) -> bool:
    own = sysconfig.get_paths()["stdlib"]
    return str(folder) == own or all((folder / name).is_file() for name in ("os.py", "site.py"))


def _folders(folder: Path, root: Path | None) -> tuple[Path, ...]:
    found = [folder]
    if root is not None and folder.is_relative_to(root):
        found += [root / "src", root]
    return tuple(dict.fromkeys(path for path in found if path.is_dir()))


def script_job(
    script: str,
    needs: Sequence[str],
    spec: Mapping[str, Any],
    module: PythonModule,
    *,
    interpreter: Path | None = None,
    root: Path | None = None,
    files: Mapping[str, str | bytes] | None = None,
    env: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    collect: Sequence[str] = (),
) -> Job:
    """A job that runs `main()` of a module of ours that imports the standard library and `needs` alone.

    It finds `spec`, with the module under `target`, in `spec.json` of its working directory. The job sees the module's
    folders and the project read-only; they come to sys.path only after our own imports, so that a project's module
    named like one of the standard library's does not break the interpreter.
    """
    shown = [*module.folders, *([root] if root is not None else [])]
    return python_job(
        interpreter or Path(sys.executable),
        [f"{_TOOLS}/main.py"],
        files={
            **_sources(script, *needs),
            f"{_TOOLS}/main.py": _MAIN.format(module=script),
            "spec.json": json.dumps({**spec, "target": module.to_json()}),
            **(files or {}),
        },
        readable=tuple(dict.fromkeys(shown)),
        import_from=(_TOOLS,),
        env=env,
        limits=limits,
        collect=collect,
    )


@cache
def _sources(*modules: str) -> Mapping[str, str]:
    """The modules' sources under the names they are imported by."""
    found: dict[str, str] = {}
    for name in modules:
        package, _, stem = name.rpartition(".")
        source = files(package).joinpath(f"{stem}.py")
        if not source.is_file():
            raise KibitzError("internal", f"{name} is missing.", "Install kibitz again.")
        parts = package.split(".")
        for depth in range(1, len(parts) + 1):
            found.setdefault(f"{_TOOLS}/{'/'.join(parts[:depth])}/__init__.py", "")
        found[f"{_TOOLS}/{name.replace('.', '/')}.py"] = source.read_text("utf-8")
    return found
