"""How far a job goes, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

from kibitz.sandbox.python import python_job
from kibitz.sandbox.run import Limits, Sandbox

# Starts a process that leaves the session and the parent, so that neither a group nor a parent finds it.
DETACH = """
import os, subprocess, sys, time
sleeper = "import time; time.sleep(300)"
subprocess.run([sys.executable, "-c", f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleeper!r}, "
    "sys.argv[1]], start_new_session=True, stdout=-3, stderr=-3, stdin=-3)", sys.argv[1]], check=True)
print("started", flush=True)
"""


@pytest.fixture(autouse=True)
def scratch_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every scratch folder of a test is made in one place, which is empty when the test is over."""
    root = tmp_path / "scratch"
    root.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(root))
    yield root
    assert list(root.iterdir()) == []


async def test_the_wall_clock_ends_detached_processes_too(run_python, processes_with):
    mark = uuid.uuid4().hex
    outcome = await run_python(DETACH + "time.sleep(300)", mark, timeout_s=1.5)
    assert processes_with(mark) == []
    assert outcome.stdout == "started\n"
    assert (outcome.timed_out, outcome.exit_code, outcome.limits) == (True, None, ("time",))


async def test_what_a_job_leaves_behind_ends_with_it(run_python, processes_with, until):
    mark = uuid.uuid4().hex
    outcome = await run_python(DETACH, mark)
    assert (outcome.exit_code, outcome.stdout, outcome.limits) == (0, "started\n", ())
    await until(lambda: processes_with(mark) == [])


async def test_a_job_that_ignores_requests_to_end_is_ended(run_python, processes_with):
    mark = uuid.uuid4().hex
    code = (
        "import signal, time\nfor s in (1, 2, 3, 15, 24): signal.signal(s, signal.SIG_IGN)\ntime.sleep(300)"
    )
    outcome = await run_python(code, mark, timeout_s=0.8)
    assert outcome.timed_out
    assert processes_with(mark) == []


async def test_cancelling_ends_everything(sandbox: Sandbox, processes_with, until):
    mark = uuid.uuid4().hex
    job = python_job(Path(sys.executable), ["-c", DETACH + "time.sleep(300)", mark])
    task = asyncio.create_task(sandbox.run(job))
    await until(lambda: len(processes_with(mark)) >= 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes_with(mark) == []


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 10])
async def test_cancelling_while_it_starts_leaves_nothing(sandbox: Sandbox, turns: int, processes_with):
    mark = uuid.uuid4().hex
    job = python_job(Path(sys.executable), ["-c", "import time; time.sleep(300)", mark])
    task = asyncio.create_task(sandbox.run(job))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes_with(mark) == []


async def test_memory_of_one_process(run_python):
    outcome = await run_python("x = bytearray(400 << 20)", limits=Limits(timeout_s=30, memory_mb=200))
    assert outcome.limits == ("memory",)
    assert outcome.exit_code == 1
    assert "MemoryError" in outcome.stderr


async def test_memory_of_all_processes_together(run_python):
    code = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        x = b"x" * (80 << 20)
        time.sleep(300)
os.wait()
"""
    outcome = await run_python(code, limits=Limits(timeout_s=60, memory_mb=200))
    assert (outcome.limits, outcome.exit_code) == (("memory",), None)


async def test_shared_memory_counts(run_python):
    code = "import mmap, time; m = mmap.mmap(-1, 400 << 20)\nfor i in range(0, 400 << 20, 4096): m[i] = 1\ntime.sleep(300)"
    outcome = await run_python(code, limits=Limits(timeout_s=60, memory_mb=200))
    assert (outcome.limits, outcome.exit_code) == (("memory",), None)


async def test_output(run_python):
    code = "import sys\nwhile True: sys.stdout.write('x' * 4096); sys.stderr.write('y' * 4096)"
    outcome = await run_python(code, limits=Limits(timeout_s=60, output_bytes=100_000))
    assert (outcome.limits, outcome.exit_code, outcome.timed_out) == (("output",), None, False)
    assert len(outcome.stdout) + len(outcome.stderr) == 100_000


async def test_processor_time(run_python):
    outcome = await run_python("while True: pass", limits=Limits(timeout_s=60, cpu_s=1))
    assert (outcome.limits, outcome.exit_code) == (("cpu",), 152)


async def test_the_size_of_a_file(run_python):
    outcome = await run_python(
        "open('f', 'wb').write(bytes(3 << 20))", limits=Limits(timeout_s=30, file_mb=1)
    )
    assert outcome.limits == ("file",)
    assert outcome.exit_code == 1


async def test_the_size_of_all_files(run_python):
    code = "import itertools\nfor i in itertools.count(): open(f'f{i % 400}', 'wb').write(b'x' * 500_000)"
    outcome = await run_python(code, limits=Limits(timeout_s=60, file_mb=1))
    assert (outcome.limits, outcome.exit_code) == (("file",), None)


async def test_many_processes(run_python, processes_with):
    mark = uuid.uuid4().hex
    code = "import os, time\nfor _ in range(40):\n    if os.fork() == 0: time.sleep(300)\ntime.sleep(300)"
    outcome = await run_python(code, mark, limits=Limits(timeout_s=60, processes=20))
    assert (outcome.limits, outcome.exit_code) == (("processes",), None)
    assert processes_with(mark) == []


async def test_processes_that_keep_forking_are_all_ended(sandbox: Sandbox, run_python, processes_with):
    detail = (await sandbox.self_test()).detail
    if "signals" in detail:
        pytest.skip(detail)
    mark = uuid.uuid4().hex
    # A dozen chains, each of which replaces itself by a child all the time: no list of them is ever right.
    code = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        while True:
            if os.fork(): os._exit(0)
            os.setsid()
time.sleep(300)
"""
    outcome = await run_python(code, mark, timeout_s=1.0)
    assert processes_with(mark) == []
    assert "time" in outcome.limits


async def test_locked_folders_and_links_are_removed(run_python, tmp_path):
    (tmp_path / "kept").write_text("kept")
    code = """
import os, sys
os.makedirs("a/b/c")
open("a/b/c/f", "w").close()
os.symlink(sys.argv[1], "a/link")
os.mkfifo("a/pipe")
for name in ("a/b/c", "a/b", "a"): os.chmod(name, 0)
"""
    outcome = await run_python(code, str(tmp_path))
    assert outcome.exit_code == 0, outcome.stderr
    assert (tmp_path / "kept").read_text() == "kept"
