"""Settings from the editor, and the log they ask for."""

from __future__ import annotations

import logging

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.session import Session
from kibitz.settings import log_file

LOG_BYTES = 2_000_000


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
    from logging.handlers import RotatingFileHandler
    from pathlib import Path

    root = logging.getLogger("kibitz")
    root.setLevel(session.settings.log.level.upper())
    path = log_file(session.settings)
    current = [h for h in root.handlers if isinstance(h, RotatingFileHandler)]
    if current and Path(current[0].baseFilename) == path.absolute():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8", delay=True)
    except OSError as error:
        session.report(
            KibitzError("invalid", f"The log {path} cannot be written: {error.strerror}.", "Set `log.file`.")
        )
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for old in current:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.propagate = False
