"""Running code that nobody has read: by bubblewrap where it proves to hold, else by Landlock, else not at all."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Literal

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.sandbox.job import Job, Limit, Limits, Means, Outcome, check
from kibitz.sandbox.process import execute
from kibitz.sandbox.selftest import Finding, try_means

__all__ = ["Finding", "Job", "Limit", "Limits", "Means", "Outcome", "Sandbox", "SelfTest"]

_HINT = "On Linux, install bubblewrap or use a kernel of 6.2 or later; `kibitz doctor` says what is missing."


@frozen
class SelfTest:
    """The means that jobs will run by (None: none works here), and a finding for each that was tried."""

    means: Means | None
    findings: tuple[Finding, ...]

    @property
    def detail(self) -> str:
        """The findings as one text for a person."""
        return " ".join(finding.detail for finding in self.findings)


class Sandbox:
    """Runs jobs in isolation, or refuses. One of them serves a whole process; jobs may run at the same time."""

    def __init__(
        self,
        *,
        means: Literal["auto", "bubblewrap", "landlock"] = "auto",
        search_path: str = "/usr/bin:/bin:/usr/local/bin",
    ) -> None:
        """`means` forbids all others, `search_path` is where bwrap is looked for (never in a project)."""
        self._wanted: tuple[Means, ...] = ("bubblewrap", "landlock") if means == "auto" else (means,)
        self._bwrap = shutil.which("bwrap", path=search_path) or ""
        self._lock = asyncio.Lock()
        self._tested: SelfTest | None = None

    async def self_test(self) -> SelfTest:
        """Which means works here, found by running a probe in it; the first that works is taken. Tested once."""
        async with self._lock:
            if self._tested is None:
                self._tested = await self._test()
            return self._tested

    async def available(self) -> Means | None:
        """The means that jobs will run by, or None where there is none."""
        return (await self.self_test()).means

    async def run(self, job: Job) -> Outcome:
        """Run `job` and wait for its end. Cancelling ends it, with every process it started and every file.

        Raises KibitzError: `unsupported` where no means works here, `invalid` for a job that names files outside
        its scratch folder or shows too much, `not_found` where its program or a folder is missing.
        """
        check(job)
        program = Path(job.argv[0])
        test = await self.self_test()
        if test.means is None:
            raise KibitzError(
                "unsupported", "There is no working sandbox here, so the code was not run.", _HINT
            )
        if not await asyncio.to_thread(_runnable, program):
            raise KibitzError(
                "not_found", "The program to run in the sandbox does not exist or is not executable."
            )
        ended = await execute(job, means=test.means, bwrap=self._bwrap, home=_home())
        return ended.outcome

    async def _test(self) -> SelfTest:
        findings: list[Finding] = []
        for means in self._wanted:
            if sys.platform != "linux":
                finding = Finding(
                    means, False, f"{means} exists on Linux only; there is no sandbox for this system yet."
                )
            elif not sys.executable:
                finding = Finding(
                    means, False, f"{means} is started by Python, whose own program is unknown here."
                )
            elif means == "bubblewrap" and not self._bwrap:
                finding = Finding(means, False, "bubblewrap is not installed.")
            else:
                finding = await try_means(means, bwrap=self._bwrap, home=_home())
            findings.append(finding)
            if finding.works:
                return SelfTest(means, tuple(findings))
        return SelfTest(None, tuple(findings))


def _runnable(program: Path) -> bool:
    return program.is_file() and bool(program.stat().st_mode & 0o111)


def _home() -> str:
    """The user's home folder by the system's account: the variable may say anything."""
    if sys.platform == "win32":
        return ""
    import os
    import pwd

    try:
        return str(Path(pwd.getpwuid(os.getuid()).pw_dir).resolve())
    except KeyError:  # a user without an account, as in some containers
        return ""
