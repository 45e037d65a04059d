"""The same server, as VS Code, Neovim, Emacs, Vim and a client that declares nothing see it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest_lsp
from lsprotocol import converters
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from support.profiles import PROFILES
from support.samples import BUGGY

CONVERTER = converters.get_converter()


def capabilities(name: str) -> lsp.ClientCapabilities:
    return CONVERTER.structure(PROFILES[name], lsp.ClientCapabilities)


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-P", "-m", "kibitz", "serve", "--stdio"]),
    params=list(PROFILES),
)
async def client(request: Any, lsp_client: LanguageClient, tmp_path: Path) -> Any:
    lsp_client.profile = request.param  # type: ignore[attr-defined]
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "shop.py").write_text(BUGGY, "utf-8")
    lsp_client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    lsp_client.root = (tmp_path / "project").as_uri()  # type: ignore[attr-defined]
    params = lsp.InitializeParams(capabilities=capabilities(request.param), root_uri=lsp_client.root)  # type: ignore[attr-defined]
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


def opened(client: LanguageClient) -> str:
    uri = f"{client.root}/shop.py"  # type: ignore[attr-defined]
    client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "python", 0, BUGGY))
    )
    return uri


async def test_findings_reach_every_client(client: LanguageClient) -> None:
    uri = opened(client)
    if client.profile in ("vscode", "neovim"):  # type: ignore[attr-defined]
        report = await client.text_document_diagnostic_async(
            lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri))
        )
        found = report.items  # type: ignore[union-attr]
        again = await client.text_document_diagnostic_async(
            lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri), previous_result_id=report.result_id)
        )
        assert again.kind == "unchanged"
    else:
        while not client.diagnostics.get(uri):
            await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        found = client.diagnostics[uri]
    assert {d.range.start.line for d in found} >= {2, 6}
    assert all(d.source == "kibitz" for d in found)
    assert all(d.data["evidence"]["kind"] == "static" for d in found)


async def test_a_suggestion_reaches_every_client(client: LanguageClient) -> None:
    uri = opened(client)
    line = BUGGY.split("\n").index("    total = sum(values)")
    where = lsp.Range(lsp.Position(line, 11), lsp.Position(line, len("    total = sum(values)")))
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(
            lsp.VersionedTextDocumentIdentifier(uri=uri, version=1),
            [lsp.TextDocumentContentChangePartial(where, "")],
        )
    )
    at = lsp.Position(line, 11)
    if client.profile == "vscode":  # type: ignore[attr-defined]
        context = lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Invoked)
        answer: Any = await client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(context, lsp.TextDocumentIdentifier(uri), at)
        )
        (item,) = answer.items
        assert item.range == lsp.Range(at, at), "without a range VS Code replaces the word"
        assert item.insert_text
    else:
        answer = await client.text_document_completion_async(
            lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), at)
        )
        assert answer.is_incomplete
        (item,) = answer.items
        assert isinstance(item.text_edit, lsp.TextEdit)
        assert item.text_edit.range.end == at
        assert "\n" not in item.label
        assert item.insert_text_format in (None, lsp.InsertTextFormat.PlainText)
        resolved = await client.completion_item_resolve_async(item)
        documentation = resolved.documentation
        text = documentation.value if isinstance(documentation, lsp.MarkupContent) else documentation
        assert text and item.text_edit.new_text.strip() in text
        assert isinstance(documentation, lsp.MarkupContent) == (client.profile == "neovim")  # type: ignore[attr-defined]


async def test_an_action_can_be_taken_in_every_client(client: LanguageClient) -> None:
    uri = opened(client)
    lines = BUGGY.split("\n")
    first, last = lines.index("    total = sum(values)"), lines.index("    count = len(values)")
    where = lsp.Range(lsp.Position(first, 0), lsp.Position(last, len(lines[last])))
    params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), where, lsp.CodeActionContext([]))
    actions = await client.text_document_code_action_async(params) or []
    titles = [a.title for a in actions]
    assert {"Extract function", "Explain", "Find bugs", "Generate tests"} <= set(titles)
    action = next(a for a in actions if a.title == "Extract function")
    if client.profile in ("ale", "minimal"):  # type: ignore[attr-defined]
        assert "'apply': True" in repr(action), (
            "without resolve the action is a command that applies its edit"
        )
        return
    assert isinstance(action, lsp.CodeAction)
    assert action.edit is None and action.command is None, "listing computes nothing"
    resolved = await client.code_action_resolve_async(action)
    edit = resolved.edit
    assert edit is not None
    if client.profile == "neovim":  # type: ignore[attr-defined]
        assert edit.document_changes is None and edit.changes and uri in edit.changes
    else:
        assert edit.changes is None and edit.document_changes
        change = edit.document_changes[0]
        assert isinstance(change, lsp.TextDocumentEdit)
        assert change.text_document.version == 0
        assert bool(edit.change_annotations) == (client.profile == "vscode")  # type: ignore[attr-defined]
    already = await client.code_action_resolve_async(resolved)
    assert already.edit == edit, "clients resolve actions that have an edit already"


async def test_every_client_gets_answers_by_command(client: LanguageClient) -> None:
    uri = opened(client)
    answer: Any = await client.workspace_execute_command_async(
        lsp.ExecuteCommandParams("kibitz.explain", [{"uri": uri, "range": position(16, 4)}])
    )
    answer = plain(answer)
    assert answer["engine"] == "offline"
    assert "average" in answer["markdown"]
    assert answer["unresolved"] == []
    assert {"inputTokens", "cachedTokens", "outputTokens", "costUsd", "estimated"} == set(answer["usage"])
    found = plain(
        await client.workspace_execute_command_async(
            lsp.ExecuteCommandParams("kibitz.findBugs", [{"uri": uri}])
        )
    )
    assert {f["rule"] for f in found["findings"]} >= {"ruff/F401", "ruff/B006"}


def position(line: int, character: int) -> dict[str, Any]:
    at = {"line": line, "character": character}
    return {"start": at, "end": at}


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda o: o._asdict() if hasattr(o, "_asdict") else vars(o)))
