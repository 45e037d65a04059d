"""`initialize`: what the client can do decides what is offered."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from kibitz import __version__
from kibitz.lsp.client import read_client
from kibitz.lsp.names import ACTION_KINDS, COMMANDS, CONTENT_SCHEME
from kibitz.lsp.session import Session, folders_of

METHOD = lsp.INITIALIZE


def handle(session: Session, params: lsp.InitializeParams) -> lsp.InitializeResult:
    """Answer before anything heavy is imported: whatever the settings are, the server starts."""
    session.client = client = read_client(params)
    session.folders = folders_of(params)
    session.editor_settings = own_section(params.initialization_options)
    session.load_settings()
    text = params.capabilities.text_document
    work = params.capabilities.workspace
    capabilities = lsp.ServerCapabilities(
        position_encoding=lsp.PositionEncodingKind(client.encoding),
        text_document_sync=lsp.TextDocumentSyncOptions(
            open_close=True,
            change=lsp.TextDocumentSyncKind.Incremental,
            save=lsp.SaveOptions(include_text=False),
        ),
        execute_command_provider=lsp.ExecuteCommandOptions(
            list(COMMANDS), work_done_progress=client.progress
        ),
    )
    if client.inline_completion:
        capabilities.inline_completion_provider = lsp.InlineCompletionOptions()
    elif text and text.completion:
        capabilities.completion_provider = lsp.CompletionOptions(resolve_provider=True)
    if text and text.code_action:
        capabilities.code_action_provider = (
            lsp.CodeActionOptions(list(ACTION_KINDS), resolve_provider=client.action_resolve)
            if client.action_literals
            else True
        )
    if client.pull_diagnostics:
        capabilities.diagnostic_provider = lsp.DiagnosticOptions(False, False, identifier="kibitz")
    workspace = lsp.WorkspaceOptions()
    if work and work.workspace_folders:
        workspace.workspace_folders = lsp.WorkspaceFoldersServerCapabilities(True, True)
    if client.virtual_documents:
        workspace.text_document_content = lsp.TextDocumentContentOptions([CONTENT_SCHEME])
    capabilities.workspace = workspace
    return lsp.InitializeResult(capabilities, lsp.ServerInfo("kibitz", __version__))


def own_section(options: Any) -> dict[str, Any]:
    """Our settings in what an editor sent: under `kibitz`, or the object itself."""
    if not isinstance(options, dict):
        return {}
    inner = options.get("kibitz", options)
    return inner if isinstance(inner, dict) else {}
