// A conversation: one Markdown document that grows while the model writes.

import * as vscode from 'vscode';
import { showBeside, type Answers } from './documents';
import { applyResult } from './edits';
import type { ChatAnswer, Target } from './protocol';
import type { Server } from './server';

export class Chat {
  private conversationId: string | undefined;
  private document: vscode.Uri | undefined;

  constructor(
    private readonly server: Server,
    private readonly answers: Answers,
  ) {}

  /** The next message begins a conversation of its own. */
  startOver(): void {
    this.conversationId = undefined;
    this.document = undefined;
  }

  /** Sends one message, about the target where there is one, and shows the answer while it comes. */
  async send(message: string, target: Target | undefined, cancel: vscode.CancellationToken): Promise<ChatAnswer> {
    const { uri, before } = await this.page(message);
    let streamed = '';
    const answer = await this.server.execute<ChatAnswer>(
      'kibitz.chat.send',
      { ...target, message, ...(this.conversationId ? { conversationId: this.conversationId } : {}) },
      {
        cancel,
        partial: (partial) => {
          if (partial.kind !== 'text') return;
          streamed += partial.delta;
          this.answers.update(uri, before + streamed);
        },
      },
    );
    this.conversationId = answer.conversationId;
    this.answers.update(uri, `${before}${answer.text.trim()}\n\n*${answer.engine}*\n`);
    return answer;
  }

  private async page(message: string): Promise<{ uri: vscode.Uri; before: string }> {
    const heading = `**You:** ${message}\n\n`;
    if (this.document !== undefined && this.answers.isOpen(this.document)) {
      const before = `${this.answers.text(this.document)}\n---\n\n${heading}`;
      this.answers.update(this.document, before);
      await showBeside(this.document);
      return { uri: this.document, before };
    }
    this.document = await this.answers.show('Chat', heading);
    return { uri: this.document, before: heading };
  }

  /** Asks before an edit that came with an answer is applied. */
  async offer(answer: ChatAnswer): Promise<void> {
    const choice = await vscode.window.showInformationMessage('The answer comes with a change to your files.', 'Apply');
    if (choice === 'Apply') await applyResult(this.server, 'Chat', answer);
  }
}
