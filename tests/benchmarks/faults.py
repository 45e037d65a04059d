"""Every way a model server fails, through the real gateway and its worker, as a table: kind, tries, seconds, words.

    python tests/benchmarks/faults.py [--form chat] [--only NAME ...] [--pause 0.1]

Each fault of tests/support/faults.py is staged on loopback in each form a model is asked in (OpenAI's chat, its text
completion for filling in the middle, Anthropic's messages). The last column is what a user is told. Exits 1 where a
fault does not end in its own kind, is asked more often than it may be, repeats the prompt, or takes longer than its
limit: the request's own time and a second for silence, the retries' pauses and two seconds for everything else. The
baseline, a call that is answered, comes first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.endpoint import Answer
from support.fault_trial import MODELS, tried, wrong
from support.faults import FAULTS, Fault

SILENCE_S = 0.5
QUICK_S = 2.0
LONGEST_PAUSES = 1.5 + 3.0
"""Of two pauses, each twice the one before and up to half longer, in units of the first."""


async def run(forms: list[str], only: list[str], pause_s: float) -> int:
    """Print the table; the number of rows that are not as they should be."""
    from kibitz.models.gateway import Gateway
    from kibitz.settings import Settings

    gateway = Gateway(Settings(), first_pause_s=pause_s)
    failed = 0
    print(f"{'fault':32} {'form':9}{'kind':15}{'tries':>5}{'s':>7}{'limit':>7}  sentence")
    try:
        await gateway.warm()
        for form in forms:
            # the first call and the first failure load what the others do not have to
            await tried(gateway, Fault("warming", "network", Answer(drop=True)), form, timeout_s=10)
            well = await tried(gateway, Fault("none", "", Answer(text="ok")), form, timeout_s=QUICK_S)
            told = str(well.error) if well.error else f"answers {well.heard!r}"
            print(
                f"{'(none: the baseline)':32} {form:9}{'':15}{well.requests:5}{well.seconds:7.2f}{'':7}  {told}"
            )
            failed += well.error is not None
        for fault in FAULTS:
            for form in forms:
                if form not in fault.forms or (only and fault.name not in only):
                    continue
                timeout_s = SILENCE_S if fault.silence else QUICK_S + 10
                pauses = LONGEST_PAUSES * pause_s if fault.retry else 0.0
                limit_s = timeout_s + 1 if fault.silence else QUICK_S + pauses
                outcome = await tried(gateway, fault, form, timeout_s=timeout_s)
                problems = wrong(fault, outcome, limit_s=limit_s)
                error = outcome.error
                kind, told = (error.kind, f"{error.message} {error.hint}") if error else ("-", "")
                print(
                    f"{fault.name:32} {form:9}{kind:15}{outcome.requests:5}{outcome.seconds:7.2f}{limit_s:7.1f}  {told}"
                )
                for problem in problems:
                    print(f"{'':32} WRONG: {problem}")
                failed += bool(problems)
    finally:
        await gateway.close()
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--form", action="append", choices=list(MODELS), help="default: all of them")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this fault")
    parser.add_argument("--pause", type=float, default=0.1, help="before the first retry, in seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "KIBITZ_HOME": home,
            "HOME": home,
            "OPENAI_API_KEY": "sk-none",
            "ANTHROPIC_API_KEY": "sk-ant-none",
        }
        failed = asyncio.run(run(arguments.form or list(MODELS), arguments.only, arguments.pause))
    print(f"{failed} wrong" if failed else "every fault ends in its own kind, in time")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
