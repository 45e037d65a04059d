// Findings in files that are not open: of those that are, the server reports them itself.

import * as vscode from 'vscode';
import type { Finding } from './protocol';

const SEVERITIES: Record<Finding['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

export class WorkspaceFindings implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('kibitz workspace');
  private readonly subscription = vscode.workspace.onDidOpenTextDocument(({ uri }) => this.collection.delete(uri));

  /** Replaces what an earlier search showed. */
  show(findings: Finding[]): void {
    this.collection.clear();
    const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.toString()));
    for (const [key, found] of byFile(findings)) {
      const uri = vscode.Uri.parse(key);
      if (!open.has(uri.toString())) this.collection.set(uri, found.map(diagnostic));
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.collection.dispose();
  }
}

function byFile(findings: Finding[]): Map<string, Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.uri, [...(files.get(finding.uri) ?? []), finding]);
  return files;
}

function diagnostic(finding: Finding): vscode.Diagnostic {
  const { start, end } = finding.range;
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  const result = new vscode.Diagnostic(range, finding.message, SEVERITIES[finding.severity]);
  result.source = 'kibitz';
  result.code = finding.rule;
  return result;
}
