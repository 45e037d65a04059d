"""Packages from PyPI with test suites that run in seconds, and what a suite says of a changed copy."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Outcomes = dict[str, str]
"""What became of each test, by its name."""
Cases = list[tuple[str, str]]
"""The tests of one run in their order, each with what became of it."""


class Package(NamedTuple):
    """A source distribution, the folder in it whose code is refactored, and whether its docstrings are tests, too."""

    name: str
    inside: str
    held_out: bool = False
    doctests: bool = False


PACKAGES = (
    Package("boltons", "boltons", doctests=True),
    Package("cachetools", "src/cachetools"),
    Package("h11", "h11"),
    Package("humanize", "src/humanize", doctests=True),
    Package("markdown", "markdown"),
    Package("pycparser", "pycparser"),
    Package("sqlparse", "sqlparse"),
    Package("tabulate", "tabulate", doctests=True),
    Package("tinydb", "tinydb"),
    Package("toolz", "toolz", doctests=True),
    Package("arrow", "arrow", held_out=True),
    Package("funcy", "funcy", held_out=True),
    Package("natsort", "natsort", held_out=True, doctests=True),
    Package("itsdangerous", "src/itsdangerous", held_out=True),
    Package("jsonschema", "jsonschema", held_out=True),
    Package("lark", "lark", held_out=True),
    Package("mistune", "src/mistune", held_out=True),
    Package("parso", "parso", held_out=True, doctests=True),
    Package("semver", "src/semver", held_out=True, doctests=True),
    Package("voluptuous", "voluptuous", held_out=True, doctests=True),
)
"""Those held out were not looked at while the engine was worked on. None of them is used by pytest itself."""

_NOT_CODE = ("test", "tests", "docs", "examples", "conftest.py", "_vendor")
_LIMITED = ("sh", "-c", 'ulimit -v 4000000 && ulimit -t 300 && exec "$@"', "sh")
"""Code that was made wrong may eat a machine's memory, or never end."""
_SCRIPTS = ("dev", "docs", "doc", "examples", "bench", "benchmarks", "scripts")
"""Folders whose modules do something when they are imported, as the search for doctests does."""
_OPTIONS = (
    "-q",
    "-p",
    "no:cacheprovider",
    "--continue-on-collection-errors",
    "--no-header",
    "-o",
    "addopts=",
)


class Copy(NamedTuple):
    """An unpacked package that may be changed."""

    package: Package
    root: Path

    def sources(self) -> list[Path]:
        """The files whose code is refactored, tests left out."""
        inside = self.root / self.package.inside
        return [
            path
            for path in sorted(inside.rglob("*.py"))
            if not any(
                part in _NOT_CODE or part.startswith("test_") for part in path.relative_to(inside).parts
            )
        ]


def unpacked(package: Package, cache: Path, into: Path) -> Copy | None:
    """A fresh copy of a package's newest source distribution; None where it cannot be downloaded."""
    folder = cache / package.name
    if not list(folder.glob("*.tar.gz")):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        done = subprocess.run(
            [*command, "--no-binary", package.name, package.name], cwd=folder, capture_output=True
        )
        if done.returncode or not list(folder.glob("*.tar.gz")):
            print(f"{package.name} could not be downloaded", file=sys.stderr)
            return None
    with tarfile.open(sorted(folder.glob("*.tar.gz"))[-1]) as archive:
        archive.extractall(into, filter="data")
    (root,) = (path for path in into.iterdir() if path.is_dir())
    if not (root / package.inside).is_dir():
        print(f"{package.name} has no {package.inside}", file=sys.stderr)
        return None
    return Copy(package, root)


def suite(copy: Copy, longest_s: float = 900.0) -> Cases:
    """What the package's own tests say of a copy as it stands, run in yet another copy."""
    with tempfile.TemporaryDirectory(prefix="suite-") as folder:
        root = Path(folder) / "package"
        shutil.copytree(copy.root, root, symlinks=True)
        report = Path(folder) / "report.xml"
        paths = [str(root / "src"), str(root)] if (root / "src").is_dir() else [str(root)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "HOME": folder,
        }
        command = [*_LIMITED, sys.executable, "-m", "pytest", *_options(copy.package), f"--junitxml={report}"]
        try:
            subprocess.run(
                command, cwd=root, env=environment, capture_output=True, timeout=longest_s, check=False
            )
        except subprocess.TimeoutExpired:
            return [("", "took too long")]
        return _read(report)


def _read(report: Path) -> Cases:
    if not report.is_file():
        return [("", "did not run")]
    found = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        kinds = sorted({child.tag for child in case} & {"failure", "error", "skipped"})
        found.append((f"{case.get('classname')}::{case.get('name')}", ",".join(kinds) or "passed"))
    return found


class Suites:
    """Runs of test suites, kept in a folder by the bytes they ran on: the same bytes are not run again without need."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def outcomes(self, copy: Copy, renamed: Sequence[tuple[str, str]] = (), run: int = 0) -> Outcomes:
        """What became of each test; `run` counts the runs on the same bytes, to tell what is not the same each time.

        `renamed` has (old, new) in the order of renaming: tests that are named after what they test keep their names.
        """
        kept = self._folder / f"{copy.package.name}-{_digest(copy)}-{run}.json"
        if kept.is_file():
            cases: Cases = [(name, kind) for name, kind in json.loads(kept.read_text())]
        else:
            cases = suite(copy)
            partial = kept.with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(cases))
            partial.replace(kept)
        return _named(cases, renamed)


def _named(cases: Cases, renamed: Sequence[tuple[str, str]]) -> Outcomes:
    found: Outcomes = {}
    times: Counter[str] = Counter()
    for name, kind in cases:
        for old, new in reversed(renamed):
            name = name.replace(new, old)
        times[name] += 1
        found[f"{name} {times[name]}"] = kind
    return found


def _options(package: Package) -> list[str]:
    scripts = [f"--ignore={name}" for name in _SCRIPTS]
    return [*_OPTIONS, *(["--doctest-modules", *scripts] if package.doctests else []), "-W", "ignore"]


def _digest(copy: Copy) -> str:
    """What decides how a suite ends: the interpreter, how the tests are run, every file's path and bytes."""
    root = copy.root
    found = hashlib.sha256(repr((sys.version, _options(copy.package))).encode())
    for path in sorted(root.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found.update(f"{path.relative_to(root)} {len(data)}\n".encode() + data)
    return found.hexdigest()[:32]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The tests whose outcome is another one, with both outcomes."""
    return [
        f"{name}: {before.get(name, 'absent')} -> {after.get(name, 'absent')}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def undefined(root: Path) -> Counter[str]:
    """How often ruff finds each name undefined in each file of a folder."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select",
        "F821,F822,F823",
    ]
    done = subprocess.run([*command, "--output-format", "json", str(root)], capture_output=True, check=False)
    return Counter(f"{row['filename']}: {row['message']}" for row in json.loads(done.stdout))
