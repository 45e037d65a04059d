// The Python interpreters that may have the server installed.

import * as vscode from 'vscode';
import { onPath } from './resolve';

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/**
 * The selected interpreter, then those on the search path.
 *
 * The selected one may lie inside the folder that is open: it is left out until that folder is trusted.
 */
export async function interpreters(searchPath: string): Promise<string[]> {
  const found = vscode.workspace.isTrusted ? [await selected()] : [];
  for (const name of ['python3', 'python']) found.push(await onPath(name, searchPath));
  return [...new Set(found.filter((file): file is string => file !== undefined))];
}

async function selected(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  if (extension === undefined) return undefined;
  const { environments } = await extension.activate();
  if (environments === undefined) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const environment = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
  return environment?.executable.uri?.fsPath;
}
