"""Run a piece of code in the sandbox, and check that a document parses."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from attrs import frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Usage
from kibitz.models.select import OFFLINE
from kibitz.syntax.model import SyntaxIssue
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range


@frozen
class Run:
    """How a run ended; `limits` names the ones it hit."""

    envelope: Envelope
    exit_code: int | None
    stdout: str
    stderr: str
    timed_out: bool
    limits: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The result of `kibitz.run`."""
        return {
            **self.envelope.to_json(),
            "exitCode": self.exit_code,
            "stdout": self.stdout,
            "stderr": self.stderr,
            "timedOut": self.timed_out,
            "limits": list(self.limits),
        }


async def run(bench: Workbench, document: Document, where: Range | None, stdin: str, timeout_s: int) -> Run:
    """Run Python code with its project readable, in the sandbox. Raises `unsupported` and `untrusted`."""
    from kibitz.sandbox.python import python_job
    from kibitz.sandbox.run import Limits

    watch = Stopwatch()
    bench.services.require_trust()
    if document.language != "python":
        raise unsupported(f"kibitz runs Python, not {document.language}.", "Run it in a terminal.")
    sandbox = bench.services.sandbox
    if sandbox is None:
        raise unsupported("The sandbox is switched off.", "Set `sandbox.enabled`.")
    code = document.slice(where) if where is not None else document.text
    readable: tuple[Path, ...] = (bench.root,) if bench.root is not None else ()
    limits = Limits(
        timeout_s=min(timeout_s, bench.settings.sandbox.timeout_s), memory_mb=bench.settings.sandbox.memory_mb
    )
    job = python_job(
        Path(sys.executable),
        ("main.py",),
        files={"main.py": code},
        readable=readable,
        stdin=stdin,
        limits=limits,
    )
    outcome = await sandbox.run(job)
    envelope = bench.envelope(Answer(OFFLINE, "", Usage()), watch)
    return Run(envelope, outcome.exit_code, outcome.stdout, outcome.stderr, outcome.timed_out, outcome.limits)


@frozen
class Validation:
    """Whether a document parses, and where it does not."""

    envelope: Envelope
    document: Document
    errors: tuple[SyntaxIssue, ...]

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """The result of `kibitz.validate`."""
        errors = [
            {"range": shapes.range(self.document, e.range), "message": describe(e)} for e in self.errors
        ]
        return {**self.envelope.to_json(), "valid": not errors, "errors": errors}


async def validate(bench: Workbench, document: Document) -> Validation:
    """Parse a document. Raises `unsupported` for a language without a grammar."""
    watch = Stopwatch()
    tree = await asyncio.to_thread(parse, document)
    if tree is None:
        raise KibitzError(
            "unsupported",
            f"There is no grammar for {document.language}.",
            "Only languages with one are checked.",
        )
    return Validation(bench.envelope(Answer(OFFLINE, "", Usage()), watch), document, tree.errors)


def describe(issue: SyntaxIssue) -> str:
    """A syntax error in words."""
    return f"{issue.near} is missing here." if issue.kind == "missing" else "This does not parse."
