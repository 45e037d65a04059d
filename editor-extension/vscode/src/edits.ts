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
  const converted = await server.converters.protocol2CodeConverter.asWorkspaceEdit(edit);
  // the conversion was asynchronous: look once more, and apply without a pause in between
  if (converted === undefined || hasMoved(server, edit)) return false;
  const applied = await vscode.workspace.applyEdit(converted, { isRefactoring: true });
  if (applied) vscode.window.setStatusBarMessage(`$(check) ${title}: ${summary(result.checks)}`, 10_000);
  return applied;
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
