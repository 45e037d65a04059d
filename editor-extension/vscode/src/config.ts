// What the server is told of the editor's settings.

import * as vscode from 'vscode';

export const SECTION = 'kibitz';

/** Settings of this extension, which mean nothing to the server. */
const EDITOR_OWNED = new Set(['kibitz.server.path', 'kibitz.trace.server']);

interface Manifest {
  contributes: { configuration: { properties: Record<string, unknown> } };
}

export class Settings {
  private readonly keys: string[];

  constructor(manifest: Manifest) {
    this.keys = Object.keys(manifest.contributes.configuration.properties).filter((key) => !EDITOR_OWNED.has(key));
  }

  /**
   * The settings somebody has set, as nested objects, and whether the workspace is trusted.
   *
   * What nobody has set here is null, not this manifest's default: the editor's word counts more than the user's
   * config.toml and environment, so it must have none where it was not asked. Null also takes back an earlier value.
   */
  forServer(resource?: vscode.Uri): Record<string, unknown> {
    const configuration = vscode.workspace.getConfiguration(undefined, resource ?? null);
    const result: Record<string, unknown> = {};
    for (const key of this.keys) {
      const value = isSet(configuration.inspect(key)) ? configuration.get(key) : null;
      put(result, key.split('.').slice(1), value);
    }
    return { ...result, trusted: vscode.workspace.isTrusted };
  }
}

/** What the user wrote into `kibitz.server.path`. */
export function serverPath(): string {
  return vscode.workspace.getConfiguration(SECTION).get('server.path', '');
}

/** Remembers who answers, for this user and every later start. */
export async function rememberModel(name: string): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update('model', name, vscode.ConfigurationTarget.Global);
}

function isSet(found: ReturnType<vscode.WorkspaceConfiguration['inspect']>): boolean {
  return (
    found?.globalValue !== undefined ||
    found?.workspaceValue !== undefined ||
    found?.workspaceFolderValue !== undefined
  );
}

function put(target: Record<string, unknown>, names: string[], value: unknown): void {
  const [name, ...rest] = names;
  if (name === undefined) return;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = (target[name] ??= {}) as Record<string, unknown>;
  put(inner, rest, value);
}
