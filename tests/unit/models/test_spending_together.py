"""Three processes, three hundred calls, one cap, two of them killed: a slice of the benchmark."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "budget.py"


async def test_the_cap_holds_whoever_spends_and_dies() -> None:
    command = [sys.executable, str(BENCHMARK), "--calls", "300", "--processes", "3", "--no-baseline"]
    ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=100)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    found = re.search(r"over (\S+) dollars", ran.stdout)
    assert found is not None
    assert float(found[1]) == 0
    assert "2 processes killed" in ran.stdout
