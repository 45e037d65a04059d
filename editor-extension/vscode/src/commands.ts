// The commands of the palette and the menus. Each asks the server and shows what it answers.

import * as vscode from 'vscode';
import { Chat } from './chat';
import { rememberModel } from './config';
import { showBeside, type Answers } from './documents';
import { applyResult, firstFile, summary } from './edits';
import { report } from './failures';
import type { WorkspaceFindings } from './findings';
import type { Edited, Explanation, Findings, GeneratedTests, Model, Models, Status, Target } from './protocol';
import type { Server } from './server';

const MODEL_BOX: vscode.InputBoxOptions = {
  title: 'Which model answers?',
  prompt: 'As provider/model. Its key comes from the environment of the server, or from the system keyring.',
  placeHolder: 'ollama/qwen2.5-coder',
};

type Ask = <Result>(command: string, argument: object) => Promise<Result>;

export class Commands {
  private readonly chat: Chat;

  constructor(
    private readonly server: Server,
    private readonly answers: Answers,
    private readonly workspaceFindings: WorkspaceFindings,
    private readonly log: vscode.LogOutputChannel,
    private readonly engineChanged: () => Promise<void>,
  ) {
    this.chat = new Chat(server, answers);
  }

  register(): vscode.Disposable[] {
    const command = (name: string, run: () => unknown): vscode.Disposable =>
      vscode.commands.registerCommand(`kibitz.editor.${name}`, run);
    return [
      command('explain', () => this.explain()),
      command('refactor', (instruction?: unknown) => this.refactor(instruction)),
      command('findBugs', () => this.findBugs('file')),
      command('findBugsInWorkspace', () => this.findBugs('workspace')),
      command('generateTests', () => this.generateTests()),
      command('chat', (message?: unknown) => this.send(message)),
      command('newChat', (message?: unknown) => {
        this.chat.startOver();
        return this.send(message);
      }),
      command('selectModel', () => this.selectModel()),
      command('status', () => this.status()),
      command('restart', () => this.server.restart()),
      command('showLog', () => this.log.show()),
    ];
  }

  private async explain(): Promise<void> {
    const target = this.target();
    if (target === undefined) return;
    const result = await this.during('Explain', (ask) => ask<Explanation>('kibitz.explain', target));
    if (result) await this.answers.show('Explanation', `${result.markdown.trim()}\n\n*${result.engine}*\n`);
  }

  private async refactor(given: unknown): Promise<void> {
    const target = this.target();
    if (target === undefined) return;
    const instruction = await textFor(given, {
      title: 'Refactor',
      prompt: 'What should become of the selection, or of the definition at the cursor?',
      placeHolder: 'extract the loop into a function',
    });
    if (instruction === undefined) return;
    const argument = instruction ? { ...target, instruction } : target;
    const result = await this.during('Refactor', (ask) => ask<Edited>('kibitz.refactor', argument));
    if (result) await applyResult(this.server, 'Refactor', result);
  }

  private async findBugs(where: 'file' | 'workspace'): Promise<void> {
    const target = where === 'file' ? this.target() : undefined;
    if (where === 'file' && target === undefined) return;
    const argument = target ? { uri: target.uri } : {};
    const result = await this.during('Find bugs', (ask) => ask<Findings>('kibitz.findBugs', argument));
    if (!result) return;
    const { findings, engine } = result;
    if (where === 'workspace') this.workspaceFindings.show(findings);
    if (findings.length === 0) {
      void vscode.window.showInformationMessage(`No bugs found (${engine}).`);
      return;
    }
    const found = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
    const choice = await vscode.window.showInformationMessage(`${found} (${engine}).`, 'Show Problems');
    if (choice !== undefined) await vscode.commands.executeCommand('workbench.actions.view.problems');
  }

  private async generateTests(): Promise<void> {
    const target = this.target();
    if (target === undefined) return;
    const result = await this.during('Generate tests', (ask) => ask<GeneratedTests>('kibitz.generateTests', target));
    if (!result) return;
    await this.answers.show('Generated tests', testReport(result));
    if (!result.edit || !(await applyResult(this.server, 'Generate tests', result))) return;
    const file = firstFile(this.server, result.edit);
    if (file) await showBeside(file);
  }

  private async send(given: unknown): Promise<void> {
    const message = await textFor(given, { title: 'Chat', prompt: 'Ask kibitz' });
    if (!message) return;
    const answer = await this.during('Chat', (_ask, cancel) => this.chat.send(message, this.subject(), cancel));
    if (answer?.edit) await this.chat.offer(answer);
  }

  private async selectModel(): Promise<void> {
    const listed = await this.during('Models', (ask) => ask<Models>('kibitz.models.list', {}));
    if (!listed) return;
    const other: vscode.QuickPickItem = { label: 'Another model...', alwaysShow: true };
    const picked = await vscode.window.showQuickPick([...listed.models.map(modelItem), other], {
      title: 'Who answers?',
    });
    const model = picked === other ? await textFor(undefined, MODEL_BOX) : picked?.label;
    if (!model) return;
    const chosen = await this.during('Select model', (ask) => ask<{ model: string }>('kibitz.models.select', { model }));
    if (!chosen) return;
    await rememberModel(chosen.model);
    await this.engineChanged();
  }

  private async status(): Promise<void> {
    const status = await this.during('Status', (ask) => ask<Status>('kibitz.status', {}));
    if (!status) return;
    await this.answers.show('Status', `# kibitz\n\n\`\`\`json\n${JSON.stringify(status, undefined, 2)}\n\`\`\`\n`);
  }

  /** What the commands are about: the active editor's file and selection. */
  private target(): Target | undefined {
    const target = targetOf(vscode.window.activeTextEditor);
    if (target === undefined) void vscode.window.showInformationMessage('Open a file first.');
    return target;
  }

  /** What a chat is about: the selection, else the file, else nothing. */
  private subject(): Target | undefined {
    const editor = vscode.window.activeTextEditor;
    const target = targetOf(editor);
    return target && editor?.selection.isEmpty ? { uri: target.uri } : target;
  }

  /**
   * Asks for something long under a notification that says how far it is and can cancel it.
   * What goes wrong is shown; the result is undefined then.
   */
  private async during<Result>(
    title: string,
    run: (ask: Ask, cancel: vscode.CancellationToken) => Promise<Result>,
  ): Promise<Result | undefined> {
    const location = vscode.ProgressLocation.Notification;
    try {
      return await vscode.window.withProgress(
        { location, title: `kibitz: ${title}`, cancellable: true },
        (progress, cancel) => {
          const listeners = { cancel, progress: (message: string) => progress.report({ message }) };
          return run((command, argument) => this.server.execute(command, argument, listeners), cancel);
        },
      );
    } catch (error) {
      void report(title, error);
      return undefined;
    }
  }
}

function targetOf(editor: vscode.TextEditor | undefined): Target | undefined {
  if (editor === undefined || !['file', 'untitled'].includes(editor.document.uri.scheme)) return undefined;
  const { start, end } = editor.selection;
  return {
    uri: editor.document.uri.toString(),
    range: {
      start: { line: start.line, character: start.character },
      end: { line: end.line, character: end.character },
    },
  };
}

/** The text a keybinding or another extension gave, else what the user types. Undefined: they changed their mind. */
async function textFor(given: unknown, box: vscode.InputBoxOptions): Promise<string | undefined> {
  if (typeof given === 'string') return given;
  return (await vscode.window.showInputBox({ ...box, ignoreFocusOut: true }))?.trim();
}

function modelItem(model: Model): vscode.QuickPickItem {
  const window = model.contextWindow ? `${model.contextWindow} tokens` : '';
  const trouble = model.available === false ? (model.reason ?? 'not available') : '';
  return { label: model.name, description: [model.provider, window, trouble].filter(Boolean).join(', ') };
}

function testReport(result: GeneratedTests): string {
  const kept = (result.tests ?? []).map((test) => `- \`${test.name}\`${reaches(test.adds ?? [])}`);
  const dropped = (result.dropped ?? []).map((test) => `- \`${test.name}\`: ${test.reason}`);
  const lines = ['# Generated tests', '', ...(kept.length > 0 ? kept : ['No test was kept.'])];
  if (dropped.length > 0) lines.push('', '## Dropped', '', ...dropped);
  const checks = summary(result.checks);
  if (checks) lines.push('', `Checks: ${checks}.`);
  return [...lines, '', `*${result.engine}*`, ''].join('\n');
}

/** ": reaches lines 8-12, 17". */
function reaches(lines: number[]): string {
  const spans: [number, number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else spans.push([line, line]);
  }
  const text = spans.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  return text && `: reaches ${lines.length === 1 ? 'line' : 'lines'} ${text}`;
}
