"""Settings from the editor, and the log they ask for."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.log import start
from kibitz.lsp.session import Session
from kibitz.settings import log_file


async def pull_settings(session: Session) -> None:
    """Ask the editor for section `kibitz`; what it does not know it answers with null, and nothing changes."""
    params = lsp.ConfigurationParams([lsp.ConfigurationItem(section="kibitz")])
    try:
        answer = await session.ask_client(lsp.WORKSPACE_CONFIGURATION, params)
    except KibitzError as error:
        session.report(error)
        return
    section = answer[0] if isinstance(answer, list | tuple) and answer else None
    if isinstance(section, dict):
        session.editor_settings = {**session.editor_settings, **section}
        session.load_settings()
        start_log(session)


def start_log(session: Session) -> None:
    """Log where and as much as the settings say; a log that cannot be written is said once and done without."""
    loop = asyncio.get_running_loop()

    def cannot(path: Path, why: str) -> None:
        error = KibitzError("invalid", f"The log {path} cannot be written: {why}.", "Set `log.file`.")
        with contextlib.suppress(RuntimeError):  # the server is ending
            loop.call_soon_threadsafe(session.report, error)

    start(log_file(session.settings), session.settings.log.level, cannot, check=True)
