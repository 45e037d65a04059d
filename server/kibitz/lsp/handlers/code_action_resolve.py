"""`codeAction/resolve`: the work behind an action, done when it was chosen."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.actions import OURS, perform
from kibitz.lsp.edits import current, workspace_edit
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session

METHOD = lsp.CODE_ACTION_RESOLVE


async def handle(session: Session, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit. One that has an edit already, or is not ours, comes back as it is."""
    if action.edit is not None or not isinstance(action.data, dict) or OURS not in action.data:
        return action
    async with report(session, f"kibitz: {action.title}", None, None):
        made = await perform(session, action.data[OURS])
    action.edit = workspace_edit(
        session, current(session, made.edit), confirm=made.envelope.engine != "offline"
    )
    action.command = None
    return action
