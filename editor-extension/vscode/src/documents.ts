// Answers as read-only Markdown documents.

import * as vscode from 'vscode';

const SCHEME = 'kibitz-answer';
const GONE = 'This answer was not kept when the window was closed. Ask again.\n';
const REFRESH_MS = 80;

export class Answers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[];
  private counter = 0;

  readonly onDidChange = this.changed.event;

  constructor() {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => this.texts.delete(document.uri.toString())),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? GONE;
  }

  /** Opens a new document beside the editor, without taking the focus, and returns its address. */
  async show(title: string, markdown: string): Promise<vscode.Uri> {
    const name = title.replace(/[\\/:*?"<>|#%\s]+/g, ' ').trim();
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${++this.counter}/${name}.md` });
    this.texts.set(uri.toString(), markdown);
    await showBeside(uri);
    return uri;
  }

  isOpen(uri: vscode.Uri): boolean {
    return this.texts.has(uri.toString());
  }

  text(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  /** Replaces the text. Many calls in a short time are one change on the screen. */
  update(uri: vscode.Uri, markdown: string): void {
    const key = uri.toString();
    if (!this.texts.has(key)) return;
    this.texts.set(key, markdown);
    if (this.pending.has(key)) return;
    const timer = setTimeout(() => {
      this.pending.delete(key);
      this.changed.fire(uri);
    }, REFRESH_MS);
    this.pending.set(key, timer);
  }

  dispose(): void {
    for (const timer of this.pending.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

/** Opens a document beside the editor that has the focus, and leaves the focus there. */
export async function showBeside(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
}
