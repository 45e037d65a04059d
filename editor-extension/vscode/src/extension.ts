// Wires the parts together.

import * as vscode from 'vscode';
import { Commands } from './commands';
import { Settings } from './config';
import { Answers } from './documents';
import { WorkspaceFindings } from './findings';
import { Server } from './server';
import { StatusEntry } from './status';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('kibitz', { log: true });
  const answers = new Answers();
  server = new Server(new Settings(context.extension.packageJSON), log);
  const status = new StatusEntry(server);
  const findings = new WorkspaceFindings();
  const commands = new Commands(server, answers, findings, log, () => status.refresh());
  context.subscriptions.push(log, answers, findings, server, status, ...commands.register());
  await server.restart();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
