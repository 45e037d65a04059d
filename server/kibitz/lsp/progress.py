"""Long work shows that it goes on, streams what it has, and can be cancelled."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.session import Session

Token = int | str


class Report:
    """What a long piece of work says while it runs; says nothing to a client that cannot show it."""

    def __init__(self, session: Session, shown: Token | None, partial: Token | None) -> None:
        self._session = session
        self._shown = shown
        self._partial = partial

    def say(self, message: str, percentage: int | None = None) -> None:
        """Update the progress display."""
        if self._shown is not None:
            self._send(self._shown, lsp.WorkDoneProgressReport(message=message, percentage=percentage))

    def text(self, delta: str) -> None:
        """Stream a piece of the answer."""
        if self._partial is not None:
            self._send(self._partial, {"kind": "text", "delta": delta})

    def artifact(self, artifact: dict[str, Any]) -> None:
        """Stream a code block of the answer."""
        if self._partial is not None:
            self._send(self._partial, {"kind": "artifact", **artifact})

    def _send(self, token: Token, value: Any) -> None:
        self._session.protocol.notify(lsp.PROGRESS, lsp.ProgressParams(token, value))


@asynccontextmanager
async def report(
    session: Session, title: str, work_done: Token | None, partial: Token | None
) -> AsyncIterator[Report]:
    """Progress around a piece of work.

    `work_done` is the client's own token; without one the server makes a token where the client can show progress.
    A cancel in the display cancels the work.
    """
    shown = work_done
    if shown is None and session.client.progress:
        shown = str(uuid.uuid4())
        try:
            await session.ask_client(
                lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, lsp.WorkDoneProgressCreateParams(shown)
            )
        except KibitzError:  # a client that declares progress and then refuses it does without
            shown = None
    says = Report(session, shown, partial)
    if shown is not None:
        if (task := asyncio.current_task()) is not None:
            session.shown_work[shown] = task
        begin = lsp.WorkDoneProgressBegin(title, cancellable=True)
        session.protocol.notify(lsp.PROGRESS, lsp.ProgressParams(shown, begin))
    try:
        yield says
    finally:
        if shown is not None:
            session.shown_work.pop(shown, None)
            session.protocol.notify(lsp.PROGRESS, lsp.ProgressParams(shown, lsp.WorkDoneProgressEnd()))


def cancel(session: Session, token: Token) -> None:
    """Cancel the work shown under a token; an unknown one has ended already."""
    if (task := session.shown_work.get(token)) is not None:
        task.cancel()
