"""Runs inside the sandbox: the tests of a module, by pytest where it can be imported, with the lines each one reaches.

Reads `spec.json`: `target` (a module), `tests` (the name of the test module's file), `order` (None: as written, else a seed to
shuffle by), `skip` (names that are not run), `limit_s` (of one test). Writes a JSON object per line to `harness.jsonl`:
`{"found"}` with what the text says of each test, `{"begin"}` and `{"name", "ok", "reason", "lines"}`, then `{"end", "error", "target"}` (the target itself cannot be imported).

Imports the standard library and pytest alone, because it runs where nothing else is.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import inspect
import io
import json
import os
import random
import sys
import unittest
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

from kibitz.sandbox.python_target import Lines, TooSlow, at_most, load
from kibitz.verify.harness_text import facts

Write = Callable[..., None]
_TARGET = "target: "


def main() -> None:
    """One run of the tests."""
    spec = json.loads(Path("spec.json").read_text("utf-8"))
    sys.dont_write_bytecode = True
    # what depends on them is told apart by running several times
    sys.argv[:] = [f"run-{spec['order']}", "--tests"]
    with Path("harness.jsonl").open("w", encoding="utf-8") as file:

        def write(**record: Any) -> None:
            file.write(json.dumps(record) + "\n")
            file.flush()

        # what the tests print is nobody's business here
        quiet = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(quiet, stream)
        error = _run(spec, write)
        write(end=True, error=error.removeprefix(_TARGET), target=error.startswith(_TARGET))


def _run(spec: dict[str, Any], write: Write) -> str:
    """Runs the tests; what went wrong before one of them began."""
    text = Path(spec["tests"]).read_text("utf-8")
    try:
        found = facts(text, spec["target"]["name"])
    except SyntaxError as error:
        return f"SyntaxError: {error.msg} (line {error.lineno})"
    write(found=[vars(one) for one in found])
    try:
        with at_most(spec["limit_s"]):
            module = load(spec["target"])
    except BaseException as error:  # noqa: BLE001 - importing may even exit
        return f"{_TARGET}{_sentence(error)}"
    lines = Lines(module, spec["target"]["filename"])
    if importlib.util.find_spec("pytest") is not None:
        return _with_pytest(spec, text, lines, write)
    return _plainly(spec, lines, write)


def _with_pytest(spec: dict[str, Any], text: str, lines: Lines, write: Write) -> str:
    import pytest

    errors: list[str] = []

    class Plugin:
        """Orders the tests, times and traces each, and writes down how it ended."""

        failed = ""

        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items[:] = _ordered(
                [item for item in items if _name(item.nodeid) not in spec["skip"]], spec["order"]
            )

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                errors.append(_last_line(str(report.longrepr)))

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, None]:
            write(begin=_name(item.nodeid))
            self.failed = ""
            with lines, at_most(spec["limit_s"]):
                yield
            write(name=_name(item.nodeid), ok=not self.failed, reason=self.failed, lines=sorted(lines.seen))

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                crash = getattr(report.longrepr, "reprcrash", None)
                self.failed = _first_line(crash.message) if crash else _last_line(str(report.longrepr))
            elif report.skipped:
                self.failed = "expected to fail" if hasattr(report, "wasxfail") else "skipped"

    options = [
        "-q",
        "-p",
        "no:cacheprovider",
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "--import-mode=importlib",
    ]
    if "mark.asyncio" in text and importlib.util.find_spec("pytest_asyncio") is not None:
        options += ["-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function"]
    try:
        code = pytest.main([*options, spec["tests"]], plugins=[Plugin()])
    except TooSlow as error:
        return str(error)
    if errors:
        return errors[0]
    known = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
    return "" if code in known else f"pytest ended with exit code {int(code)}"


def _name(nodeid: str) -> str:
    """`test_x.py::TestIt::test_a[1]` as `TestIt.test_a`."""
    return ".".join(nodeid.split("[")[0].split("::")[1:])


def _ordered(items: list[Any], order: int | None) -> list[Any]:
    if order is not None:
        random.Random(order).shuffle(items)  # noqa: S311 - the same order for the same seed
    return items


def _plainly(spec: dict[str, Any], lines: Lines, write: Write) -> str:
    try:
        with at_most(spec["limit_s"]):
            module = importlib.import_module(Path(spec["tests"]).stem)
    except BaseException as error:  # noqa: BLE001 - whatever the module does
        return _sentence(error)
    for name, run in _ordered(list(_tests(module)), spec["order"]):
        if name in spec["skip"]:
            continue
        write(begin=name)
        reason = ""
        try:
            with lines, at_most(spec["limit_s"]), contextlib.redirect_stdout(io.StringIO()):
                run()
        except BaseException as error:  # noqa: BLE001 - whatever the test does
            reason = _sentence(error)
        write(name=name, ok=not reason, reason=reason, lines=sorted(lines.seen))
    return ""


def _tests(module: Any) -> Generator[tuple[str, Callable[[], object]], None, None]:
    """The tests of a module, as pytest would find them."""
    for name, value in list(vars(module).items()):
        if inspect.isfunction(value) and name.startswith("test") and value.__module__ == module.__name__:
            yield name, partial(_call, value)
        elif (
            inspect.isclass(value) and issubclass(value, unittest.TestCase) and value is not unittest.TestCase
        ):
            for test in unittest.defaultTestLoader.getTestCaseNames(value):
                yield f"{name}.{test}", value(test).debug
        elif inspect.isclass(value) and name.startswith("Test") and value.__module__ == module.__name__:
            for test in [test for test in vars(value) if test.startswith("test")]:
                yield f"{name}.{test}", partial(_on_fresh, value, test)


def _on_fresh(kind: type, test: str) -> None:
    _call(getattr(kind(), test))


def _call(test: Callable[..., Any]) -> None:
    if inspect.signature(test).parameters:
        raise unittest.SkipTest("needs pytest, which is not installed")
    result = test()
    if inspect.iscoroutine(result):
        asyncio.run(result)


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {_first_line(str(error))}".removesuffix(": ")


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:200] if lines else "failed"


def _last_line(text: str) -> str:
    lines = [line.strip().removeprefix("E").strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "failed"
