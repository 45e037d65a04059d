// Runs inside the extension host, and judges the extension by what the editor's own API then says.
//
// Each check waits for a state, and reports itself as one JSON line. A check that fails does not stop the others.

'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const vscode = require('vscode');

const WAIT_MS = 20_000;
const plan = JSON.parse(process.env.KIBITZ_EDITOR_PLAN);

/** Waits until the function's result is truthy, and returns it. Asks again when the editor reports a change, or shortly. */
async function until(what, look) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, `waited ${WAIT_MS} ms for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

const fileUri = () => vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, plan.file);

/** The file as it is on disk, in the active editor. */
async function freshEditor() {
  const document = await vscode.workspace.openTextDocument(fileUri());
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  if (document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
  assert.ok(!document.isDirty);
  return editor;
}

const findings = () => vscode.languages.getDiagnostics(fileUri()).filter((diagnostic) => diagnostic.source === 'kibitz');

function placeCursorAt(editor, text) {
  const offset = editor.document.getText().indexOf(text);
  assert.ok(offset >= 0, `the sample has no ${text}`);
  const position = editor.document.positionAt(offset);
  editor.selection = new vscode.Selection(position, position);
  return position;
}

const answerNamed = (name) => vscode.window.visibleTextEditors.find(
  ({ document }) => document.uri.scheme === 'kibitz-answer' && path.posix.basename(document.uri.path).startsWith(name),
);

const closeAnswers = () => vscode.window.tabGroups.close(
  vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ input }) => input?.uri?.scheme === 'kibitz-answer'),
);

async function applyEdit(edit, document) {
  const before = document.getText();
  assert.ok(await vscode.workspace.applyEdit(edit));
  assert.notEqual(document.getText(), before);
}

const checks = {
  async 'the server starts and names its engine'() {
    const extension = vscode.extensions.getExtension('kibitz.kibitz');
    await extension.activate();
    const status = await vscode.commands.executeCommand('kibitz.status', {});
    assert.equal(status.model, 'offline');
    assert.equal(status.trusted, true);
    return `${status.model}, version ${status.version}`;
  },

  async 'a finding is underlined where it is'() {
    const { document } = await freshEditor();
    const finding = await until('a finding of kibitz', () =>
      findings().find(({ range }) => document.getText(range).includes(plan.finding)));
    assert.ok(finding.message.length > 0);
    assert.ok(finding.code !== undefined);
    return `${typeof finding.code === 'object' ? finding.code.value : finding.code}: ${finding.message}`;
  },

  async 'a suggestion is shown and accepted'() {
    const editor = await freshEditor();
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    await vscode.commands.executeCommand('type', { text: plan.typed });
    const before = editor.document.getText();
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    // accepting does nothing before the suggestion is there
    await until('an accepted suggestion', async () => {
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      return editor.document.getText() !== before;
    });
    const after = editor.document.getText();
    assert.ok(after.startsWith(before), 'the suggestion continues what was typed');
    assert.match(after.slice(before.length), /\S/);
    return after.slice(before.length);
  },

  async 'Explain opens a read-only Markdown document'() {
    placeCursorAt(await freshEditor(), plan.symbol);
    await vscode.commands.executeCommand('kibitz.editor.explain');
    const { document } = await until('the explanation', () => answerNamed('Explanation'));
    assert.equal(document.languageId, 'markdown');
    assert.ok(document.getText().includes(plan.symbol), document.getText());
    return document.getText().split('\n')[0];
  },

  async 'a refactoring is listed, resolved and applied'() {
    const editor = await freshEditor();
    const { document } = editor;
    const start = placeCursorAt(editor, plan.extract);
    const range = new vscode.Range(start, document.positionAt(document.offsetAt(start) + plan.extract.length));
    editor.selection = new vscode.Selection(range.start, range.end);
    const refactor = vscode.CodeActionKind.Refactor;
    const list = (resolve) =>
      vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, range, refactor.value, resolve);
    const actions = await until('refactorings', async () => {
      const found = await list(20);
      return found.some(({ edit }) => edit?.size > 0) && found;
    });
    const action = actions.find(({ edit }) => edit?.size > 0);
    await applyEdit(action.edit, document);
    return actions.map(({ title, edit }) => `${title}${edit ? '' : ' (no edit)'}`).join('; ');
  },

  async 'a finding is repaired by its quick fix'() {
    const { document } = await freshEditor();
    const fixable = await until('a fixable finding', () =>
      findings().find(({ range }) => document.getText(range).includes(plan.fixable)));
    const fixes = await vscode.commands.executeCommand(
      'vscode.executeCodeActionProvider', document.uri, fixable.range, vscode.CodeActionKind.QuickFix.value, 20);
    const fix = fixes.find(({ edit }) => edit?.size > 0);
    assert.ok(fix, `no fix with an edit among: ${fixes.map(({ title }) => title).join('; ')}`);
    await applyEdit(fix.edit, document);
    await until('the finding to be gone', () => !findings().some(({ range }) => document.getText(range).includes(plan.fixable)));
    return fix.title;
  },

  async 'a chat goes on in the same document'() {
    await freshEditor();
    await vscode.commands.executeCommand('kibitz.editor.chat', 'What does this file do?');
    const first = await until('the answer', () => answerNamed('Chat')?.document);
    await until('the whole answer', () => first.getText().includes('*offline*'));
    const length = first.getText().length;
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fileUri()), vscode.ViewColumn.One);
    await vscode.commands.executeCommand('kibitz.editor.chat', 'And what could go wrong?');
    await until('the second answer', () => (first.getText().match(/\*offline\*/g) ?? []).length === 2);
    assert.ok(first.getText().length > length);
    return `${first.lineCount} lines`;
  },

  async 'a refactoring in words is applied by its command'() {
    const editor = await freshEditor();
    const start = placeCursorAt(editor, plan.extract);
    editor.selection = new vscode.Selection(start, start.translate(0, plan.extract.length));
    const before = editor.document.getText();
    await vscode.commands.executeCommand('kibitz.editor.refactor', plan.instruction);
    assert.notEqual(editor.document.getText(), before);
    return editor.document.getText().split('\n').find((line) => !before.includes(line));
  },

  async 'generated tests are written, and it is said what became of them'() {
    placeCursorAt(await freshEditor(), plan.symbol);
    await vscode.commands.executeCommand('kibitz.editor.generateTests');
    const report = await until('the report', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.path.endsWith('/Generated tests.md')));
    const tests = await until('the tests', () =>
      vscode.window.visibleTextEditors.find(({ document }) => path.posix.basename(document.uri.path).startsWith('test_')));
    assert.match(tests.document.getText(), /^def test_/m);
    assert.ok(tests.document.getText().includes(plan.symbol));
    return report.getText().split('\n').slice(2, 4).join(' ');
  },

  async 'a setting reaches the running server, and is taken back'() {
    const settings = vscode.workspace.getConfiguration('kibitz');
    const engine = async () => (await vscode.commands.executeCommand('kibitz.status', {})).model;
    await settings.update('model', plan.model, vscode.ConfigurationTarget.Global);
    try {
      await until('the model to be the engine', async () => (await engine()) === plan.model);
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
    }
    await until('the built-in engine to be back', async () => (await engine()) === 'offline');
    return plan.model;
  },

  async 'the server restarts on command'() {
    await freshEditor();
    const before = await vscode.commands.executeCommand('kibitz.status', {});
    await vscode.commands.executeCommand('kibitz.editor.restart');
    const after = await vscode.commands.executeCommand('kibitz.status', {});
    assert.ok(before && after);
    await until('the findings to be back', () => findings().length > 0);
    return `${findings().length} findings`;
  },
};

exports.run = async function run() {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const start = Date.now();
    try {
      const shown = await check();
      console.log(JSON.stringify({ event: 'passed', name, ms: Date.now() - start, shown }));
    } catch (error) {
      failed += 1;
      console.log(JSON.stringify({ event: 'failed', name, ms: Date.now() - start, why: String(error?.message ?? error) }));
    }
    await closeAnswers();
  }
  if (failed > 0) throw new Error(`${failed} checks failed`);
};
