"""Runs inside the sandbox: some of a project's test files in a copy of it, by pytest, else by unittest.

Reads `spec.json`: `folder` (the copy), `paths` (folders inside of it that modules are imported from), `tests` (files, or pytest's
ids of single tests). Writes a JSON object per line to `tests.jsonl`: `{"begin"}` before a test, `{"name", "ok"}` after it (`ok` is
null for one that was skipped), then `{"end", "error"}`.

Imports the standard library and pytest alone, because it runs where nothing else is.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[..., None]


def main() -> None:
    """One run of the tests."""
    spec = json.loads(Path("spec.json").read_text("utf-8"))
    sys.dont_write_bytecode = True
    folder = Path(spec["folder"]).resolve()
    with Path("tests.jsonl").open("w", encoding="utf-8") as file:

        def write(**record: Any) -> None:
            file.write(json.dumps(record) + "\n")
            file.flush()

        # what the tests print is nobody's business here
        quiet = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(quiet, stream)
        empty = Path("empty.ini").resolve()
        empty.write_text("[pytest]\n", "utf-8")
        os.chdir(folder)
        sys.path[:0] = [str(folder / path) for path in spec["paths"]]
        sys.argv[:] = ["pytest"]
        if importlib.util.find_spec("pytest") is None:
            error = _plainly(spec["tests"], write)
        else:
            error = _with_pytest(spec["tests"], str(empty), write)
        write(end=True, error=error)


def _with_pytest(tests: list[str], empty: str, write: Write) -> str:
    """Runs the tests as the project has set pytest up; where that does not work, without its configuration."""
    import pytest

    class Plugin:
        """Writes down when each test begins and how it ended."""

        def __init__(self) -> None:
            self.ended = 0
            self.error = ""
            self.ok: bool | None = True

        def pytest_runtest_logstart(self, nodeid: str) -> None:
            self.ok = True
            write(begin=nodeid)

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                self.ok = False
            elif report.skipped and self.ok:
                self.ok = None

        def pytest_runtest_logfinish(self, nodeid: str) -> None:
            self.ended += 1
            write(name=nodeid, ok=self.ok)

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed and not self.error:
                lines = [line.strip() for line in str(report.longrepr).splitlines() if line.strip()]
                self.error = lines[-1].removeprefix("E").strip()[:200] if lines else "failed"

    error = ""
    # the project's options may want plugins that are not here, and its filters may not bear those that are
    no_options, no_filters = ["-o", "addopts="], ["-o", "filterwarnings="]
    for setup in (no_options, no_options + no_filters, ["-c", empty, "--rootdir", "."]):
        plugin = Plugin()
        code = pytest.main(
            ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", *setup, *tests], [plugin]
        )
        error = error or plugin.error or ("" if plugin.ended else f"pytest ended with exit code {int(code)}")
        if plugin.ended:
            return plugin.error
    return error


def _plainly(tests: list[str], write: Write) -> str:
    class Result(unittest.TestResult):
        """Writes down when each test begins and how it ended."""

        def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest calls it so
            super().startTest(test)
            self.before = len(self.failures) + len(self.errors), len(self.skipped)
            write(begin=test.id())

        def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
            super().stopTest(test)
            failed = len(self.failures) + len(self.errors) > self.before[0]
            write(
                name=test.id(), ok=False if failed else None if len(self.skipped) > self.before[1] else True
            )

    result = Result()
    loader = unittest.TestLoader()
    for test in tests:
        name = test.removesuffix(".py").replace("/", ".") if test.endswith(".py") else test
        loader.loadTestsFromName(name).run(result)
    return "" if result.testsRun else "no test could be run; pytest is not installed"
