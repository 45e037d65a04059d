"""Worker processes: started, talked to, cancelled, restarted, gone with their parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.settings import environment
from kibitz.workers import worker as worker_module
from kibitz.workers.process import run_tool
from kibitz.workers.worker import Worker

MODULE = """
import asyncio, os, sys, time
from kibitz.errors import KibitzError

def echo(params): return params
def pid(params): return os.getpid()
def refuse(params): raise KibitzError("not_found", "No such thing.", "Look elsewhere.")
def fail(params): raise ValueError("a secret value")
def die(params): os._exit(3)
def spin(params):
    while True: time.sleep(0.01)
def noisy(params):
    print("on standard output"); sys.stdout.flush(); return "quiet"
def modules(params): return sorted(sys.path)
async def count(params, emit):
    for n in range(params): emit(n)
    return "done"
async def forever(params, emit):
    emit("started")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        open(params, "w").write("cancelled")
        raise
METHODS = {f.__name__: f for f in (echo, pid, refuse, fail, die, spin, noisy, modules, count, forever)}
"""


@pytest.fixture
async def worker(tmp_path: Path) -> Worker:
    (tmp_path / "worker_for_tests.py").write_text(MODULE, "utf-8")
    worker = Worker("worker_for_tests", name="test", env=environment(PYTHONPATH=str(tmp_path)))
    yield worker
    await worker.close()


async def test_it_answers_and_keeps_its_process(worker: Worker) -> None:
    assert await worker.call("echo", {"a": "é😀", "b": [1, None]}) == {"a": "é😀", "b": [1, None]}
    assert await worker.call("pid", None) == await worker.call("pid", None) == worker.pid


async def test_many_calls_at_once_get_their_own_answers(worker: Worker) -> None:
    answers = await asyncio.gather(*(worker.call("echo", n) for n in range(50)))
    assert answers == list(range(50))


async def test_its_errors_arrive_as_they_were_raised(worker: Worker) -> None:
    with pytest.raises(KibitzError) as caught:
        await worker.call("refuse", None)
    assert (caught.value.kind, caught.value.hint) == ("not_found", "Look elsewhere.")


async def test_an_unexpected_error_says_where_but_not_what(worker: Worker) -> None:
    with pytest.raises(KibitzError) as caught:
        await worker.call("fail", None)
    assert caught.value.kind == "internal"
    assert "ValueError in worker_for_tests" in caught.value.message
    assert "secret" not in str(caught.value.to_json())


async def test_a_dead_worker_fails_the_call_and_the_next_one_starts_it_again(worker: Worker) -> None:
    first = await worker.call("pid", None)
    with pytest.raises(KibitzError) as caught:
        await worker.call("die", None)
    assert caught.value.kind == "internal"
    assert await worker.call("pid", None) != first


async def test_a_worker_that_keeps_dying_is_left_alone(worker: Worker) -> None:
    for _ in range(worker_module.STARTS_PER_MINUTE):
        with pytest.raises(KibitzError):
            await worker.call("die", None)
    with pytest.raises(KibitzError, match="keeps ending"):
        await worker.call("echo", 1)


async def test_work_that_does_not_stop_is_ended_with_its_process(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "CANCEL_GRACE_S", 0.05)
    first = await worker.call("pid", None)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await worker.call("spin", None)
    await worker._process.wait()  # type: ignore[union-attr]
    assert await worker.call("pid", None) != first


async def test_streams_come_in_order_and_end(worker: Worker) -> None:
    assert [value async for value in worker.stream("count", 200)] == list(range(200))


async def test_a_closed_stream_cancels_the_work(worker: Worker, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    stream = worker.stream("forever", str(mark))
    assert await anext(stream) == "started"
    await stream.aclose()
    await worker.call("echo", 1)
    async with asyncio.timeout(10):
        while not mark.exists():
            await worker.call("echo", 1)


async def test_what_it_prints_is_not_an_answer(worker: Worker) -> None:
    assert await worker.call("noisy", None) == "quiet"


async def test_the_folder_it_is_started_in_is_not_imported_from(worker: Worker) -> None:
    assert "" not in await worker.call("modules", None)
    assert os.getcwd() not in await worker.call("modules", None)


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")
def test_it_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "worker_for_tests.py").write_text(MODULE, "utf-8")
    script = textwrap.dedent("""
        import asyncio
        from kibitz.workers.worker import Worker
        async def main():
            worker = Worker("worker_for_tests", name="test")
            print(await worker.call("pid", None), flush=True)
            await worker.call("spin", None)
        asyncio.run(main())
    """)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=env, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    waiter = subprocess.run(
        [
            "timeout",
            "10",
            "sh",
            "-c",
            f"while kill -0 {child} 2>/dev/null && ! grep -q '^State:.Z' /proc/{child}/status; do sleep 0.05; done",
        ],
        check=False,
    )
    assert waiter.returncode == 0, "the worker went on without its parent"


async def test_tools_answer_time_out_and_may_be_missing() -> None:
    result = await run_tool([sys.executable, "-c", "print(input())"], stdin="é")
    assert (result.exit_code, result.stdout.strip()) == (0, "é")
    with pytest.raises(KibitzError) as caught:
        await run_tool([sys.executable, "-c", "import time; time.sleep(60)"], timeout_s=0.2)
    assert caught.value.kind == "timeout"
    with pytest.raises(KibitzError) as caught:
        await run_tool(["/nowhere/program"])
    assert caught.value.kind == "not_found"


PLAIN = """
import os
from kibitz.errors import KibitzError

steps = 0

def echo(params): return params
def counted(params): return steps
def busy(params):
    before = steps
    for _ in range(2_000_000): pass
    return steps - before
def until(params):
    global steps
    try:
        while not os.path.exists(params["go"]):
            steps += 1
            yield
        return "went"
    finally:
        open(params["end"], "w").close()
def odd(params): return {1, 2}
def broken(params):
    yield
    raise KibitzError("not_found", "No such thing.", "Look elsewhere.")
FOUND = {f.__name__: f for f in (echo, odd, counted, busy, until, broken)}
def method(name): return FOUND.get(name)
"""


@pytest.fixture
async def plain(tmp_path: Path) -> Worker:
    (tmp_path / "plain_for_tests.py").write_text(PLAIN, "utf-8")
    worker = Worker("plain_for_tests", name="test", env=environment(PYTHONPATH=str(tmp_path)))
    yield worker
    await worker.close()


async def test_a_generator_runs_beside_and_gives_way(plain: Worker, tmp_path: Path) -> None:
    go, end = tmp_path / "go", tmp_path / "end"
    beside = asyncio.ensure_future(plain.call("until", {"go": str(go), "end": str(end)}))
    while not await plain.call("counted", None):
        pass
    assert await plain.call("echo", "é") == "é"
    assert await plain.call("busy", None) <= 1, "no step was begun meanwhile"
    assert not beside.done()
    go.touch()
    assert await beside == "went"
    assert end.exists()


async def test_a_cancelled_generator_comes_to_its_end(plain: Worker, tmp_path: Path) -> None:
    go, end = tmp_path / "go", tmp_path / "end"
    beside = asyncio.ensure_future(plain.call("until", {"go": str(go), "end": str(end)}))
    before = plain.pid
    while not await plain.call("counted", None):
        before = plain.pid
    beside.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beside
    assert await plain.call("until", {"go": str(tmp_path), "end": str(end)}) == "went", (
        "the lane is free again"
    )
    assert end.exists()
    assert plain.pid == before


async def test_what_a_generator_raises_is_its_answer(plain: Worker) -> None:
    with pytest.raises(KibitzError, match="No such thing"):
        await plain.call("broken", None)
    with pytest.raises(KibitzError, match="does not do"):
        await plain.call("nothing", None)
    with pytest.raises(KibitzError, match="TypeError"):
        await plain.call("odd", None)
    assert await plain.call("echo", 1) == 1


@pytest.mark.parametrize(
    "module",
    [
        "kibitz.context.worker",
        "kibitz.features.reading_worker",
        "kibitz.models.offline.rules_worker",
        "kibitz.models.offline.python_worker",
        "kibitz.models.keyring_worker",
    ],
)
def test_a_worker_of_plain_functions_does_without_asyncio(module: str) -> None:
    """It would cost each of these processes 7 MB."""
    code = f"import sys, kibitz.workers.child, {module}; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False, timeout=60).returncode == 0
