// From the server's edit to the editor's buffer.

import * as vscode from 'vscode';
import { TextDocumentEdit, type WorkspaceEdit } from 'vscode-languageclient/node';
import type { Check, Edited } from './protocol';
import type { Server } from './server';

/** Applies the edit of a result and says how it was checked; a result without an edit says why there is none. */
export async function applyResult(server: Server, title: string, result: Edited): Promise<boolean> {
  const { edit } = result;
  if (!edit) {
    void vscode.window.showWarningMessage(`${title}: no edit. ${summary(result.checks, 'failed')}`.trim());
    return false;
  }
  if (hasMoved(server, edit)) {
    void vscode.window.showWarningMessage(`${title}: the file changed meanwhile, so nothing was applied. Ask again.`);
    return false;
  }
  const { protocol2CodeConverter } = server.converters;
  const converted = await protocol2CodeConverter.asWorkspaceEdit(result.engine === 'offline' ? unasked(edit) : edit);
  // the conversion was asynchronous: look once more, and apply without a pause in between
  if (converted === undefined || hasMoved(server, edit)) return false;
  const applied = await vscode.workspace.applyEdit(converted, { isRefactoring: true });
  if (applied) vscode.window.setStatusBarMessage(`$(check) ${title}: ${summary(result.checks)}`, 10_000);
  return applied;
}

/** The first file an edit writes to. */
export function firstFile(server: Server, edit: WorkspaceEdit): vscode.Uri | undefined {
  const first = (edit.documentChanges ?? []).find((change) => TextDocumentEdit.is(change));
  const uri = first?.textDocument.uri ?? Object.keys(edit.changes ?? {})[0];
  return uri === undefined ? undefined : server.converters.protocol2CodeConverter.asUri(uri);
}

/**
 * The edit without the editor's question about each of its changes.
 *
 * Only for what the user asked for and the built-in engine proved: one undo takes it back. What a model wrote is read first.
 */
function unasked(edit: WorkspaceEdit): WorkspaceEdit {
  const annotations = Object.entries(edit.changeAnnotations ?? {});
  const changeAnnotations = Object.fromEntries(
    annotations.map(([id, annotation]) => [id, { ...annotation, needsConfirmation: false }]),
  );
  return { ...edit, changeAnnotations };
}

/** Whether an open document is at another version than the one the edit was made for. */
function hasMoved(server: Server, edit: WorkspaceEdit): boolean {
  const { protocol2CodeConverter } = server.converters;
  return (edit.documentChanges ?? []).some((change) => {
    if (!TextDocumentEdit.is(change) || change.textDocument.version === null) return false;
    const uri = protocol2CodeConverter.asUri(change.textDocument.uri).toString();
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri);
    return document !== undefined && document.version !== change.textDocument.version;
  });
}

/** "syntax passed, names passed, tests skipped (no test command)". */
export function summary(checks: Check[] | undefined, only?: Check['status']): string {
  return (checks ?? [])
    .filter((check) => only === undefined || check.status === only)
    .map((check) => {
      const detail = check.status === 'passed' || !check.detail ? '' : ` (${check.detail})`;
      return `${check.name} ${check.status}${detail}`;
    })
    .join(', ');
}
