"""The composition root: one protocol, one session, and the ordered list of what is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Sequence
from types import ModuleType
from typing import Any, BinaryIO

from pygls.lsp.server import LanguageServer

from kibitz import __version__
from kibitz.lsp.handlers import (
    code_action,
    code_action_resolve,
    completion,
    completion_item_resolve,
    copilot_inline_edit,
    diagnostic,
    did_change,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_focus,
    did_open,
    did_partially_accept_completion,
    did_save,
    did_show_completion,
    did_show_inline_edit,
    execute_command,
    initialize,
    initialized,
    inline_completion,
    set_trace,
    shutdown,
    text_document_content,
    work_done_progress_cancel,
)
from kibitz.lsp.protocol import Protocol
from kibitz.lsp.session import Session
from kibitz.lsp.transport import PipeWriter, read_in_thread

REQUESTS: Sequence[ModuleType] = (
    initialize,
    shutdown,
    inline_completion,
    copilot_inline_edit,
    completion,
    completion_item_resolve,
    code_action,
    code_action_resolve,
    diagnostic,
    execute_command,
    text_document_content,
)
NOTIFICATIONS: Sequence[ModuleType] = (
    initialized,
    did_open,
    did_change,
    did_close,
    did_save,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    work_done_progress_cancel,
    set_trace,
    did_show_completion,
    did_show_inline_edit,
    did_partially_accept_completion,
    did_focus,
)


def bind(session: Session, module: ModuleType) -> Any:
    """A handler module's `handle` for one session.

    A request about an open document gets its snapshot from before the next message is read, so that the answer speaks
    of the text the client saw when it asked.
    """
    if not getattr(module, "NEEDS_DOCUMENT", False):
        return lambda params: module.handle(session, params)
    return lambda params: module.handle(session, params, session.snapshot(params.text_document.uri))


def connect(protocol: Protocol) -> Session:
    """A session answering on this protocol."""
    session = Session(protocol)
    for module in REQUESTS:
        protocol.requests[module.METHOD] = bind(session, module)
    for module in NOTIFICATIONS:
        protocol.notifications[module.METHOD] = bind(session, module)
    return session


async def serve(out: BinaryIO) -> int:
    """Answer on standard input and output until the client leaves; the exit code."""
    server = LanguageServer("kibitz", __version__, protocol_cls=Protocol)
    protocol = server.protocol
    if not isinstance(protocol, Protocol):
        raise TypeError("pygls made another protocol than ours")
    session = connect(protocol)
    loop = asyncio.get_running_loop()

    def broken() -> None:
        loop.call_soon_threadsafe(protocol.end, 1)

    writer = PipeWriter(out, broken)
    protocol.writer = writer
    read_in_thread(loop, protocol.feed, lambda: protocol.end(0))
    for number in (signal.SIGINT, signal.SIGTERM):
        # the loop's own handlers wake it; a plain one that comes as it goes to sleep is not heard before the next message
        with contextlib.suppress(NotImplementedError):  # Windows has none
            loop.add_signal_handler(number, protocol.end, 128 + number)
    try:
        await protocol.ended.wait()
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await session.close()
        writer.close()
    return protocol.exit_code or 0


def quiet_libraries() -> None:
    """pygls logs whole payloads at INFO: file contents, which no log may hold."""
    logging.getLogger("pygls").setLevel(logging.ERROR)
