"""The server as the model tests run it: it tells what it has imported, and does not wait a minute for a model."""

from __future__ import annotations

import sys
from pathlib import Path

PATIENCE_S = 4.0

SCRIPT = f"""
import sys
from kibitz.cli.serve import run
from kibitz.lsp import commands
from kibitz.lsp.protocol import Protocol

answer = Protocol._answer
early = []

def telling(self, number, result):
    answer(self, number, result)
    if not early:
        early.extend(sorted(sys.modules))

async def modules(session, given, token):
    return {{"early": early, "now": sorted(sys.modules)}}

async def impatient(session, given, token):
    from kibitz.models import gateway

    in_time = gateway.in_time
    gateway.in_time = lambda values, model, seconds: in_time(values, model, min(seconds, {PATIENCE_S}))
    gateway.Gateway._pause = lambda self, attempt, asked_s: asked_s or 0.0

Protocol._answer = telling
original = commands.table
commands.table = lambda: {{**original(), "t.modules": modules, "t.impatient": impatient}}
run()
"""


def telling_server(folder: Path) -> list[str]:
    """How to start it. It has two more commands: `t.modules` gives the modules imported when the first answer had been
    given (`early`) and `now`; `t.impatient` cuts the time a model has to PATIENCE_S and takes the pauses out of retries."""
    script = folder / "telling_server.py"
    script.write_text(SCRIPT, "utf-8")
    return [sys.executable, "-P", str(script)]
