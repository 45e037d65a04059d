"""The server may die at any time: no job outlives it."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path

from kibitz.sandbox.run import Sandbox

SERVER = """
import asyncio, sys, tempfile
from pathlib import Path
from kibitz.sandbox.python import python_job
from kibitz.sandbox.run import Sandbox
tempfile.tempdir = sys.argv[3]
code = (
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)', sys.argv[1]], "
    "start_new_session=True, stdin=-3, stdout=-3, stderr=-3); time.sleep(300)"
)
job = python_job(Path(sys.executable), ["-c", code, "job-" + sys.argv[2]])
asyncio.run(Sandbox(means=sys.argv[1]).run(job))
"""


async def test_a_job_ends_with_the_server(sandbox: Sandbox, tmp_path: Path, processes_with, until):
    means, mark = await sandbox.available(), uuid.uuid4().hex
    assert means is not None
    with subprocess.Popen([sys.executable, "-c", SERVER, means, mark, str(tmp_path)]) as server:
        try:
            # Among them the program that starts the job, with bubblewrap: both the job and its child are to be there.
            await until(lambda: len(processes_with(f"job-{mark}")) >= (4 if means == "bubblewrap" else 2))
        finally:
            server.kill()
    await until(lambda: processes_with(f"job-{mark}") == [])
