// What a person is told when a command fails.

import * as vscode from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';
import type { ErrorData } from './protocol';
import { ServerNotRunning } from './server';

/** Shows the sentence and the hint of an error, with the buttons that help; says nothing of a cancellation. */
export async function report(title: string, error: unknown): Promise<void> {
  if (isCancellation(error)) return;
  if (error instanceof ServerNotRunning) {
    await offer(`${title}: ${error.message}`, 'Restart Server', 'kibitz.editor.restart');
    return;
  }
  const data = errorData(error);
  const sentence = data?.message ?? (error instanceof Error ? error.message : String(error));
  const hint = data?.hint ? ` ${data.hint}` : '';
  await offer(`${title}: ${sentence}${hint}`, 'Show Log', 'kibitz.editor.showLog');
}

function isCancellation(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
  return error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled;
}

function errorData(error: unknown): ErrorData | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const data = error.data as globalThis.Partial<ErrorData> | undefined;
  return typeof data?.message === 'string' && typeof data.kind === 'string' ? (data as ErrorData) : undefined;
}

async function offer(message: string, button: string, command: string): Promise<void> {
  if ((await vscode.window.showErrorMessage(message, button)) === button) {
    await vscode.commands.executeCommand(command);
  }
}
