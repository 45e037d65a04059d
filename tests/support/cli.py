"""The command line as a shell sees it: arguments in; exit code, standard output and standard error back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

KIBITZ = [sys.executable, "-P", "-m", "kibitz"]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        document, end = json.JSONDecoder().raw_decode(self.out)
        assert self.out[end:].strip() == "", f"more than one document: {self.out[end:][:200]!r}"
        return document

    @property
    def error(self) -> dict[str, Any]:
        """The error of a `--json` run: a kind, a sentence and a hint, and nothing beside them."""
        document = self.json
        assert set(document) == {"error"}, document
        assert (
            {"kind", "message", "hint"}
            <= set(document["error"])
            <= {"kind", "message", "hint", "retryAfterS"}
        )
        assert document["error"]["message"].rstrip().endswith((".", "?", "!")), document
        error: dict[str, Any] = document["error"]
        return error


def kibitz(
    *arguments: str | Path,
    stdin: str | bytes | None = "",
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout_s: float = 60,
) -> Ran:
    """Run the command to its end. Whatever happens, no traceback may reach a person."""
    done = subprocess.run(
        [*KIBITZ, *map(str, arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=timeout_s,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))
    assert "Traceback" not in ran.err + ran.out, ran.err
    return ran


def here(*arguments: str | Path) -> Ran:
    """The same command in this process, for what must be tried often: its exit code and what it wrote."""
    from kibitz.cli.main import main

    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as done:
            code = done.code
    out.flush()
    err.flush()
    ran = Ran(int(code or 0), out.buffer.getvalue().decode(), err.buffer.getvalue().decode())
    assert "Traceback" not in ran.err + ran.out, ran.err
    return ran
