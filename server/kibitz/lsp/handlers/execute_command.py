"""`workspace/executeCommand`: every command is answered, streams if asked to, and can be cancelled."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.session import Session

METHOD = lsp.WORKSPACE_EXECUTE_COMMAND


async def handle(session: Session, params: lsp.ExecuteCommandParams) -> Any:
    """Run the command with the one object it takes. Raises `unsupported` for a name that is not ours."""
    from kibitz.lsp.commands import table

    command = table().get(params.command)
    if command is None:
        raise KibitzError(
            "unsupported", f"There is no command {params.command}.", "See the documentation for the commands."
        )
    given = params.arguments[0] if params.arguments else {}
    return await command(session, given, params.work_done_token)
