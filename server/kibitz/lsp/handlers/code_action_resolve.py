"""`codeAction/resolve`: the work behind an action, done when it was chosen."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.errors import UnchangedError
from kibitz.lsp.actions import OURS, perform
from kibitz.lsp.current import current
from kibitz.lsp.edits import workspace_edit
from kibitz.lsp.preview import say_checks
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session

METHOD = lsp.CODE_ACTION_RESOLVE


async def handle(session: Session, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit. One that has an edit already, or is not ours, comes back as it is."""
    if action.edit is not None or not isinstance(action.data, dict) or OURS not in action.data:
        return action
    try:
        async with report(session, f"kibitz: {action.title}", None, None):
            made = await perform(session, action.data[OURS])
    except UnchangedError:
        if not str(action.kind).startswith("source."):
            raise
        action.edit, action.command = lsp.WorkspaceEdit(), None  # a text that is tidy is no failure of a save
        return action
    edit, by_model = await current(session, made.edit), made.envelope.engine != "offline"
    action.edit = workspace_edit(session, edit, confirm=by_model)
    action.command = None
    if by_model and not (session.client.annotations and session.client.annotated_actions):
        say_checks(session, edit, action.title)
    return action
