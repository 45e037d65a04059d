"""Whether a project's own tests that an edit concerns do what they did: run on two copies, before it and after it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from attrs import evolve, frozen

from kibitz.sandbox.job import Limits, Outcome
from kibitz.sandbox.python_module import PythonModule, script_job
from kibitz.sandbox.run import Sandbox
from kibitz.verify.checks import Check, listed
from kibitz.verify.project_copy import Copy, copied

NAME = "tests"
MOST_TEST_FILES = 30

_HARNESS, _RECORDS, _FOLDER = "kibitz.verify.project_harness", "tests.jsonl", "project"
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests)\.py$")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]+))", re.M
)
_NOTHING = PythonModule("project", "project.py", "", ())


@frozen
class _Run:
    """How the tests of one copy ended: the names of those that passed and failed, the one that was begun last and not ended."""

    passed: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    hung: str = ""
    error: str = ""


async def check_project_tests(
    sandbox: Sandbox,
    root: Path,
    before: Mapping[Path, str],
    after: Mapping[Path, str],
    *,
    unsaved: Mapping[Path, str] | None = None,
    exclude: tuple[str, ...] = (),
    limits: Limits | None = None,
) -> Check:
    """The check *tests* of an edit that makes `after` out of `before` (absolute paths and whole texts).

    It fails where a test that passed before fails now, twice; `unsaved` are texts that stand for what is on the disk. Each run
    is held to `limits`. Skipped, with the reason, where there is nothing to run or it cannot be run. The project's folder is read
    only. Raises nothing for what the tests do; cancelling ends the runs and removes the copies.
    """
    changed = [path for path in after if path.suffix == ".py" and path.is_relative_to(root)]
    if not changed:
        return Check(NAME, "skipped", "kibitz runs the tests of Python projects alone")
    if await sandbox.available() is None:
        return Check(NAME, "skipped", "no sandbox works here")
    base = await asyncio.to_thread(copied, root, exclude)
    if base.problem:
        return Check(NAME, "skipped", base.problem)
    old = _overlaid(base, root, {**(unsaved or {}), **before})
    new = _overlaid(old, root, after)
    names = [path.relative_to(root).as_posix() for path in changed]
    found = await asyncio.to_thread(lambda: concerned(new.texts(), names))
    chosen = tuple(test for test in found if test in old.files)
    if not chosen:
        return Check(NAME, "skipped", "no test of the project imports what was changed")
    run = _Runner(sandbox, await asyncio.to_thread(_interpreter, root), limits or Limits())
    first, second = await asyncio.gather(run(old, chosen), run(new, chosen))
    if not first.passed:
        why = first.error or "none passes before the change"
        return Check(NAME, "skipped", f"the tests that import what was changed cannot tell: {why}")
    lost = await _confirmed(run, old, new, first, second)
    if lost:
        return Check(NAME, "failed", f"passed before and fail now: {listed(sorted(lost))}")
    kept = first.passed & second.passed
    if not kept:
        return Check(NAME, "skipped", f"the tests did not end within {run.limits.timeout_s:.0f} s")
    return Check(NAME, "passed", _said(len(kept), chosen, len(first.passed - second.passed)))


def _said(kept: int, chosen: tuple[str, ...], open_: int) -> str:
    of = f"{len(chosen)} test files" if len(chosen) > 1 else chosen[0]
    rest = f"; {open_} more did not end in time or differ from run to run" if open_ else ""
    return f"{kept} of {of} pass as before{rest}"


async def _confirmed(run: _Runner, old: Copy, new: Copy, first: _Run, second: _Run) -> Set[str]:
    """The tests that the change broke: those that fail again after it and pass again before it."""
    suspects = set(first.passed & second.failed)
    if second.error or not (second.passed or second.failed or second.hung):
        suspects |= (
            first.passed - second.passed - second.failed
        )  # a test file that cannot be imported any more
    if second.hung in first.passed:
        suspects.add(second.hung)
    if not suspects:
        return suspects
    again = tuple(sorted(suspects))
    one, two = await asyncio.gather(run(old, again), run(new, again))
    return {name for name in suspects if name in one.passed and name not in two.passed}


@frozen
class _Runner:
    """Runs tests of a copy in the sandbox."""

    sandbox: Sandbox
    interpreter: Path
    limits: Limits

    async def __call__(self, copy: Copy, tests: Iterable[str]) -> _Run:
        wanted = list(tests)
        paths = [path for path in ("src", "lib") if any(name.startswith(f"{path}/") for name in copy.files)]
        paths.append(".")
        job = script_job(
            _HARNESS,
            (),
            {"folder": _FOLDER, "paths": paths, "tests": wanted},
            _NOTHING,
            interpreter=self.interpreter,
            files={f"{_FOLDER}/{path}": content for path, content in copy.files.items()},
            env={"PYTHONPATH": ":".join(paths)},  # for the processes that tests start in the copy
            limits=self.limits,
            collect=(_RECORDS,),
        )
        return _read(await self.sandbox.run(job))


def _read(outcome: Outcome) -> _Run:
    passed: set[str] = set()
    failed: set[str] = set()
    begun, error, ended = "", "", False
    for line in outcome.files.get(_RECORDS, b"").decode("utf-8", "replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:  # the process was ended in the middle of it
            break
        if "begin" in record:
            begun = str(record["begin"])
        elif "name" in record:
            begun = ""
            if record["ok"] is not None:
                (passed if record["ok"] else failed).add(str(record["name"]))
        elif "end" in record:
            ended, error = True, str(record["error"]).replace(outcome.scratch, "").strip()
    found = _Run(frozenset(passed - failed), frozenset(failed), begun, error)
    if ended:
        return found
    limit = ", ".join(outcome.limits) or ("time" if outcome.timed_out else "")
    why = f"the run exceeded a limit of the sandbox ({limit})" if limit else "the run ended the process"
    return found if outcome.timed_out and (passed or failed) else evolve(found, error=why)


def _overlaid(copy: Copy, root: Path, texts: Mapping[Path, str]) -> Copy:
    own = {p.relative_to(root).as_posix(): t.encode() for p, t in texts.items() if p.is_relative_to(root)}
    return Copy({**copy.files, **own})


def _interpreter(root: Path) -> Path:
    """The interpreter of the project's own virtual environment, else ours."""
    for name in (".venv", "venv", "env"):
        found = root / name / "bin" / "python"
        if (root / name / "pyvenv.cfg").is_file() and found.is_file():
            return found
    return Path(sys.executable)


def concerned(texts: Mapping[str, str], changed: Iterable[str]) -> tuple[str, ...]:
    """The test files that reach a changed file by their imports, the nearest first; at most MOST_TEST_FILES.

    A test file that was changed itself comes first. Where none imports it, those that have its name in their text, since a
    test may run a program or import by a computed name.
    """
    changed = tuple(changed)
    names = {_module(path): path for path in texts}
    importers: dict[str, set[str]] = {}
    for path, text in texts.items():
        for name in _imported(path, text):
            if name in names:
                importers.setdefault(names[name], set()).add(path)
        if _TEST_FILE.search(path):  # pytest imports what stands above it
            folders = [path[:at] for at, sign in enumerate(path) if sign == "/"]
            for above in [f"{folder}/conftest.py" for folder in folders] + ["conftest.py"]:
                importers.setdefault(above, set()).add(path)
    distance = {path: 0 for path in changed if path in texts}
    waiting = list(distance)
    for path in waiting:
        for other in importers.get(path, ()):
            if other not in distance:
                distance[other] = distance[path] + 1
                waiting.append(other)
    tests = sorted((steps, path) for path, steps in distance.items() if _TEST_FILE.search(path))
    if not tests:
        words = "|".join(re.escape(_module(path).rpartition(".")[2]) for path in changed)
        named = [path for path, text in texts.items() if _TEST_FILE.search(path) and _word(words, text)]
        tests = [(0, path) for path in sorted(named)]
    return tuple(path for _, path in tests[:MOST_TEST_FILES])


def _word(words: str, text: str) -> bool:
    return re.search(rf"\b(?:{words})\b", text) is not None


def _module(path: str) -> str:
    bare = path.removeprefix("src/").removeprefix("lib/").removesuffix(".py").removesuffix("/__init__")
    return bare.replace("/", ".")


def _imported(path: str, text: str) -> set[str]:
    """The modules that a file may import: what follows `import` may be a module or a name in one."""
    found: set[str] = set()
    package = _module(path).split(".")
    if not path.endswith("__init__.py"):
        package.pop()
    for match in _IMPORT.finditer(text):
        module, names, plain = match.groups()
        if plain is not None:
            found |= {name.split(" as ")[0].strip() for name in plain.split("#")[0].split(",")}
            continue
        dots = len(module) - len(module.lstrip("."))
        if dots:
            base = package[: len(package) - dots + 1]
            module = ".".join([*base, *([module.lstrip(".")] if module.lstrip(".") else [])])
        found.add(module)
        for name in re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", re.sub(r"#[^\n]*", "", names)):
            found.add(f"{module}.{name}")
    for name in tuple(found):  # importing `a.b` runs `a` too
        parts = name.split(".")
        found |= {".".join(parts[:size]) for size in range(1, len(parts))}
    return found
