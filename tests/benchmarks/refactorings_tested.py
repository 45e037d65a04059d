"""What a project's own tests see of the same refactorings, where a user allows them to be run (`--with-tests N`)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from refactorings_corpus import Case, Function, functions_of

from kibitz.sandbox.job import Limits
from kibitz.sandbox.run import Sandbox
from kibitz.verify.project_tests import check_project_tests

WITH_TESTS = {False: ("click==8.1.8", "src/click"), True: ("sqlparse==0.5.3", "sqlparse")}
"""A package of each set whose source distribution has its tests, and where its code is."""


def unpacked(cache: Path, held_out: bool) -> Path | None:
    """The folder of a package's source distribution, with its tests; None where it cannot be downloaded."""
    package, _ = WITH_TESTS[held_out]
    folder = cache / f"sdist-{package}"
    if not folder.exists():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
            package,
        ]
        done = subprocess.run([*command, "-d", str(folder)], capture_output=True, check=False)
        archive = next(iter(folder.glob("*.tar.gz")), None)
        if done.returncode or archive is None:
            return None
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
    return next((path.parent for path in folder.glob("*/pyproject.toml")), None)


def functions_with_tests(cache: Path, held_out: bool) -> list[Function]:
    """The functions of that package."""
    root = unpacked(cache, held_out)
    return functions_of(root / WITH_TESTS[held_out][1]) if root is not None else []


async def tested(
    cases: list[Case], cache: Path, held_out: bool, blocked: Callable[[Case], Awaitable[bool]]
) -> None:
    """Run the package's tests before and after each case; print what they say, beside what the other checks said."""
    root = unpacked(cache, held_out)
    if root is None:
        print("the package with tests could not be downloaded")
        return
    sandbox, busy = Sandbox(), asyncio.Semaphore(2)

    async def one(case: Case) -> tuple[str, bool]:
        async with busy:
            texts = {case.path: case.before}, {case.path: case.after}
            check = await check_project_tests(sandbox, root, *texts, limits=Limits(timeout_s=120))
            return check.status, await blocked(case)

    found = await asyncio.gather(*map(one, cases))
    for good in (False, True):
        mine = [result for case, result in zip(cases, found, strict=True) if case.good == good]
        passed = [status for status, stopped in mine if not stopped]
        failed = sum(status == "failed" for status, _ in mine)
        skipped = sum(status == "skipped" for status, _ in mine)
        print(
            f"{WITH_TESTS[held_out][0]}, its tests: {len(mine)} {'good' if good else 'bad'}: {failed} failed, {skipped} skipped; "
            f"{len(passed)} that the other checks let pass: {passed.count('failed')} failed"
        )
