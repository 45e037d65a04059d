// One entry in the status bar: which engine answers, and whether it is busy.

import * as vscode from 'vscode';
import type { Status, StatusNotification } from './protocol';
import { ServerNotRunning, type Phase, type Server } from './server';

export class StatusEntry implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('kibitz.engine', vscode.StatusBarAlignment.Right, 100);
  private readonly subscriptions: vscode.Disposable[];
  private phase: Phase = 'starting';
  private engine = '';
  private notified: StatusNotification = {};

  constructor(private readonly server: Server) {
    this.item.name = 'kibitz';
    this.subscriptions = [
      this.item,
      server.onDidChangePhase((phase) => {
        this.phase = phase;
        this.notified = {};
        this.render();
        if (phase === 'running') void this.refresh();
      }),
      server.onDidChangeStatus((status) => {
        const news = status.kind !== this.notified.kind;
        this.notified = status;
        this.render();
        // only then: a server that reports on every command must not be asked again because of its report
        if (news) void this.refresh();
      }),
    ];
    this.render();
    this.item.show();
  }

  /** Asks the server which engine answers now. */
  async refresh(): Promise<void> {
    try {
      this.engine = (await this.server.execute<Status>('kibitz.status', {})).model;
    } catch (error) {
      if (!(error instanceof ServerNotRunning)) this.notified = { kind: 'Warning', message: String(error) };
    }
    this.render();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private render(): void {
    const { busy, kind, message } = this.notified;
    const troubled = this.phase === 'missing' || kind === 'Error' || kind === 'Warning';
    this.item.text = `${this.icon(busy === true, troubled)} kibitz${this.suffix()}`;
    this.item.tooltip = message ?? this.sentence();
    this.item.command = this.phase === 'running' ? 'kibitz.editor.status' : 'kibitz.editor.restart';
    this.item.backgroundColor = troubled ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  private icon(busy: boolean, troubled: boolean): string {
    if (troubled) return '$(warning)';
    if (this.phase === 'starting' || busy) return '$(loading~spin)';
    return this.phase === 'running' ? '$(eye)' : '$(circle-slash)';
  }

  private suffix(): string {
    return this.phase === 'running' && this.engine ? `: ${this.engine}` : '';
  }

  private sentence(): string {
    switch (this.phase) {
      case 'running':
        return this.engine === 'offline' ? "The built-in engine answers: no model is asked." : `${this.engine} answers.`;
      case 'starting':
        return 'kibitz is starting.';
      case 'missing':
        return 'The kibitz server was not found. Click to try again.';
      case 'stopped':
        return 'kibitz is not running. Click to start it.';
    }
  }
}
