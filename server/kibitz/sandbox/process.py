"""One job from start to end: started, watched, stopped at a limit, its whole process tree gone when this returns."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.sandbox import bubblewrap, watch
from kibitz.sandbox.job import Job, Limit, Means, Outcome
from kibitz.sandbox.layout import resolve
from kibitz.sandbox.scratch import Scratch

_LAUNCHER = Path(__file__).with_name("launcher.py")
_WATCH_EVERY_S = 0.1
_END_WITHIN_S = 2.0
# What 128 + the signal's number says of how a job ended.
_XCPU, _XFSZ, _KILLED = 152, 153, 137
_MEMORY = ("MemoryError", "Cannot allocate memory", "std::bad_alloc", "heap out of memory")
_T = TypeVar("_T")


@frozen
class Ended:
    """An outcome, and the version of the kernel's Landlock where that was the means."""

    outcome: Outcome
    abi: int | None


async def uninterrupted(work: Coroutine[Any, Any, _T]) -> _T:
    """Await `work` to its end even where the caller is cancelled meanwhile; the cancellation goes on afterwards."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        task.exception()  # the cancellation is what the caller hears of
        raise asyncio.CancelledError
    return task.result()


class _Capture(asyncio.SubprocessProtocol):
    """Keeps what the job prints, up to a number of bytes; `stop` says why the job is over or must be ended."""

    def __init__(self, most_bytes: int) -> None:
        loop = asyncio.get_running_loop()
        self.printed = {1: bytearray(), 2: bytearray()}
        self.stop: asyncio.Future[Limit | None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._room = most_bytes

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.printed[fd] += data[: self._room]
        if len(data) > self._room:
            self.end("output")
        self._room -= min(len(data), self._room)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(None)
        if not self.closed.done():
            self.closed.set_result(None)

    def end(self, reason: Limit | None) -> None:
        if not self.stop.done():
            self.stop.set_result(reason)

    def text(self, fd: int) -> str:
        return self.printed[fd].decode("utf-8", "replace")


async def execute(job: Job, *, means: Means, bwrap: str, home: str) -> Ended:
    """Run a checked `job` by `means`; `bwrap` is that program's path where it is the means.

    Raises KibitzError `unsupported` where the means does not work here, and what `resolve` and `Scratch.fill` raise.
    Cancelling ends the job first: no process and no file of it is left when the CancelledError comes out.
    """
    scratch = Scratch()
    read_status, write_status = os.pipe()
    try:
        os.set_blocking(read_status, False)
        try:
            plan = await uninterrupted(
                asyncio.to_thread(_prepare, job, means, bwrap, home, scratch, write_status)
            )
            starting = asyncio.get_running_loop().subprocess_exec(
                lambda: _Capture(job.limits.output_bytes),
                *(sys.executable, "-I", "-S", "-X", "utf8", str(_LAUNCHER), str(plan)),
                env={"LANG": "C.UTF-8"},
                cwd=scratch.work,
                start_new_session=True,
                pass_fds=(write_status,),
            )
            begun = asyncio.get_running_loop().time()
            transport, capture = await starting
        finally:
            os.close(write_status)
        reason = await _attend(transport, capture, job, means, scratch)
        duration_s = asyncio.get_running_loop().time() - begun
        status = os.read(read_status, 65536).decode("utf-8", "replace")
        code = _exit_code(status, transport.get_returncode(), means, capture) if reason is None else None
        files, too_large = await asyncio.to_thread(scratch.collect, job.collect, job.limits.output_bytes)
        limits = _limits(reason, code, capture.text(2), too_large)
        abi = re.search(r'"abi": (\d+)', status)
        outcome = Outcome(
            exit_code=code,
            stdout=capture.text(1),
            stderr=capture.text(2),
            timed_out=reason == "time",
            limits=limits,
            means=means,
            duration_s=duration_s,
            scratch=str(scratch.work),
            files=files,
        )
        return Ended(outcome, int(abi[1]) if abi else None)
    finally:
        os.close(read_status)
        await uninterrupted(asyncio.to_thread(scratch.remove))


def _prepare(job: Job, means: Means, bwrap: str, home: str, scratch: Scratch, status_fd: int) -> Path:
    """Fill the scratch folder and write the launcher's plan."""
    scratch.fill(job.files)
    layout = resolve([*map(str, job.readable), job.argv[0]], home)
    limits = job.limits
    env = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(scratch.work),
        "TMPDIR": "/tmp" if means == "bubblewrap" else str(scratch.tmp),  # noqa: S108 - its own
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **job.env,
    }
    records = [
        f"status {status_fd}",
        # Private memory, not address space: V8 and others reserve far more addresses than they use.
        f"limit DATA {limits.memory_mb << 20}",
        f"limit FSIZE {limits.file_mb << 20}",
        f"limit CPU {limits.cpu_seconds}",
        "limit CORE 0",
        "limit NOFILE 1024",
    ]
    argv = list(job.argv)
    if means == "bubblewrap":
        argv = bubblewrap.command(bwrap, argv, layout=layout, scratch=scratch, env=env, status_fd=status_fd)
    else:
        records += [f"parent {os.getpid()}", *(f"read {path}" for path in layout.folders)]
        records += [f"write {scratch.work}", f"write {scratch.tmp}"]
        records += [f"env {key}={value}" for key, value in env.items()]
    plan = scratch.root / "plan"
    plan.write_text("\0".join([*records, *(f"arg {value}" for value in argv)]), "utf-8", "surrogateescape")
    return plan


async def _attend(
    transport: asyncio.SubprocessTransport, capture: _Capture, job: Job, means: Means, scratch: Scratch
) -> Limit | None:
    """Feed and watch the job until it is over. The limit it was ended for, or None."""
    pid = transport.get_pid()
    timer = asyncio.get_running_loop().call_later(job.limits.timeout_s, capture.end, "time")
    watcher = asyncio.create_task(_watch(pid, job, scratch))
    try:
        stdin = transport.get_pipe_transport(0)
        if isinstance(stdin, asyncio.WriteTransport):
            stdin.write(job.stdin.encode(errors="surrogatepass"))
            stdin.write_eof()
        over: list[asyncio.Future[Limit | None]] = [capture.stop, watcher]
        await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        return capture.stop.result() if capture.stop.done() else watcher.result()
    finally:
        timer.cancel()
        watcher.cancel()
        if not capture.closed.done():
            await uninterrupted(_end(transport, capture, means))
        transport.close()


async def _watch(pid: int, job: Job, scratch: Scratch) -> Limit | None:
    """Look at the whole tree now and then; returns when a limit that the kernel does not keep is exceeded."""
    limits = job.limits
    while True:
        await asyncio.sleep(_WATCH_EVERY_S)
        processes = await asyncio.to_thread(watch.tree, pid)
        if len(processes) > limits.processes:
            return "processes"
        if await asyncio.to_thread(watch.memory_bytes, processes) > limits.memory_mb << 20:
            return "memory"
        if await asyncio.to_thread(scratch.used_bytes) > limits.file_mb << 23:
            return "file"


async def _end(transport: asyncio.SubprocessTransport, capture: _Capture, means: Means) -> None:
    """End the job and every process it started, and wait until they are gone."""
    doomed = await asyncio.to_thread(watch.tree, transport.get_pid())
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ProcessLookupError):
        # bwrap takes its process namespace along; the Landlock supervisor is asked to clean up first.
        transport.send_signal(signal.SIGKILL if means == "bubblewrap" else signal.SIGTERM)
    patience = loop.time() + _END_WITHIN_S
    while not capture.closed.done() or len(await asyncio.to_thread(watch.alive, doomed)) > 0:
        if loop.time() > patience:
            doomed += await asyncio.to_thread(watch.tree, transport.get_pid())
            await asyncio.to_thread(watch.kill, doomed)
            transport.close()
            patience += _END_WITHIN_S
        await asyncio.sleep(0.005)


def _exit_code(status: str, returncode: int | None, means: Means, capture: _Capture) -> int:
    """The job's own exit code, as the launcher or bwrap reported it; `unsupported` where it never started."""
    error = re.search(r'"error": "([^"]*)"', status)
    code = re.search(r'"exit-code": (\d+)', status)
    if error is None and code is not None:
        return int(code[1])
    if error is None and returncode is not None and returncode < 0:
        return 128 - returncode  # the supervisor itself was killed: the machine ran out of memory
    why = error[1] if error else capture.text(2).strip().rpartition("\n")[2][:200]
    raise KibitzError(
        "unsupported", f"The {means} sandbox could not start the program: {why or 'no reason given'}."
    )


def _limits(reason: Limit | None, code: int | None, stderr: str, too_large: bool) -> tuple[Limit, ...]:
    """The limits that were hit, the kernel's own told by the traces they leave."""
    hit: list[Limit] = [reason] if reason else []
    if code == _XCPU:
        hit.append("cpu")
    if code == _XFSZ or (code and "File too large" in stderr):
        hit.append("file")
    if code == _KILLED or (code and any(trace in stderr for trace in _MEMORY)):
        hit.append("memory")
    if too_large and "output" not in hit:
        hit.append("output")
    return tuple(hit)
