"""What the connected editor can do, read once from what it declared."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from lsprotocol import types as lsp

from kibitz.lsp.convert import choose_encoding
from kibitz.text import Encoding


@frozen
class Client:
    """The editor's abilities as yes or no; what it did not declare it does not have."""

    name: str
    encoding: Encoding
    inline_completion: bool
    pull_diagnostics: bool
    refresh_diagnostics: bool
    apply_edit: bool
    document_changes: bool
    annotations: bool
    create_files: bool
    delete_files: bool
    failure_handling: str | None
    annotated_actions: bool
    action_literals: bool
    action_resolve: bool
    keeps_data: bool
    snippets: bool
    show_document: bool
    questions: bool
    virtual_documents: bool
    progress: bool
    configuration: bool
    watch_files: bool
    markdown_items: bool


def read_client(params: lsp.InitializeParams) -> Client:
    """From the parameters of `initialize`."""
    c = params.capabilities
    text, work, window = c.text_document, c.workspace, c.window
    edit = work.workspace_edit if work else None
    action = text.code_action if text else None
    item = text.completion.completion_item if text and text.completion else None
    kinds = (edit.resource_operations if edit else None) or ()
    handling = edit.failure_handling if edit else None
    resolvable = (action.resolve_support.properties if action and action.resolve_support else None) or ()
    return Client(
        name=params.client_info.name if params.client_info else "",
        encoding=choose_encoding(c),
        inline_completion=bool(text and text.inline_completion),
        pull_diagnostics=bool(text and text.diagnostic),
        refresh_diagnostics=bool(work and work.diagnostics and work.diagnostics.refresh_support),
        apply_edit=bool(work and work.apply_edit),
        document_changes=bool(edit and edit.document_changes) or (_is_neovim(params) and bool(kinds)),
        annotations=bool(edit and edit.change_annotation_support),
        create_files=lsp.ResourceOperationKind.Create in kinds,
        delete_files=lsp.ResourceOperationKind.Delete in kinds,
        failure_handling=str(getattr(handling, "value", handling)) if handling else None,
        annotated_actions=bool(action and action.honors_change_annotations),
        action_literals=bool(action and action.code_action_literal_support),
        action_resolve="edit" in resolvable and bool(action and action.code_action_literal_support),
        keeps_data=bool(action and action.data_support),
        snippets=bool(item and item.snippet_support),
        show_document=bool(window and window.show_document and window.show_document.support),
        questions=bool(window and window.show_message),
        virtual_documents=bool(work and _field(work, "text_document_content")),
        progress=bool(window and window.work_done_progress),
        configuration=bool(work and work.configuration),
        watch_files=bool(
            work and work.did_change_watched_files and work.did_change_watched_files.dynamic_registration
        ),
        markdown_items=bool(item and lsp.MarkupKind.Markdown in (item.documentation_format or ())),
    )


def _is_neovim(params: lsp.InitializeParams) -> bool:
    """Neovim takes `documentChanges` and does not say so. Only those have a version: without it, an edit would land on
    what was typed in the 150 ms for which Neovim keeps changes back."""
    return params.client_info is not None and params.client_info.name == "Neovim"


def _field(value: Any, name: str) -> Any:
    """A capability that older type packages do not have."""
    return getattr(value, name, None)
