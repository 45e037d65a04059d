"""`kibitz serve`: the language server on standard input and output."""

from __future__ import annotations

import asyncio
import gc
import linecache
import logging
import os
import sys

import click

SWITCH_S = 0.001
"""A thread that parses gives the event loop its turn after so long; Python's own five milliseconds add up in one answer."""
COLLECTED = (5_000, 200, 50)
"""How seldom garbage is looked for while there is no pause (`lsp/pauses.py`): most of what a key makes is let go of without."""

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""mallopt(3)"""
LARGE_BYTES = 16_384


@click.command(context_settings={"allow_extra_args": True})
@click.option("--stdio", is_flag=True, help="The only way there is; accepted because editors pass it.")
@click.option("--tcp", is_flag=True, hidden=True)
@click.option("--ws", is_flag=True, hidden=True)
@click.option("--socket", "--port", "socket", default=None, hidden=True)
@click.option("--clientProcessId", "client_process_id", default=None, hidden=True)
@click.pass_context
def command(
    ctx: click.Context, stdio: bool, tcp: bool, ws: bool, socket: str | None, client_process_id: str | None
) -> None:
    """The language server, on standard input and output."""
    if tcp or ws or socket or ctx.args:
        raise click.UsageError(
            "kibitz speaks over standard input and output only: start it with `kibitz serve --stdio`."
        )
    run()


def run() -> None:
    """Serve until the client leaves, then end at once."""
    _one_heap()
    from kibitz.log import flush
    from kibitz.workers.child import take_stdout

    out = take_stdout()
    from kibitz.lsp.server import quiet_libraries, serve

    quiet_libraries()
    linecache.clearcache()  # a megabyte of sources that attrs made for the protocol's classes, kept for debuggers
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECTED)

    async def until_left() -> None:
        try:
            code = await serve(out)
        except asyncio.CancelledError:  # interrupted
            code = 130
        except Exception:
            logging.getLogger("kibitz.serve").exception("the server failed")
            code = 1
        flush()
        sys.stderr.flush()
        # the thread that reads standard input cannot be woken, and asyncio's own end waits for ever for a process that
        # is just being started; everything that has to be closed is
        os._exit(code)

    asyncio.run(until_left())


def _one_heap() -> None:
    """One heap for all threads, and large texts outside of it, where the C library is glibc.

    It gives each thread a heap of its own, which keeps what it once needed: 8 MB after the first file. Python's threads take
    turns and gain nothing by it. And the texts of documents, made anew with every key, would leave holes between what is
    small and stays: 3 MB a minute under sixteen people's hands. Children get the same by their environment.
    """
    if sys.platform == "linux":
        import ctypes

        if (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
            mallopt(M_ARENA_MAX, 1)
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
