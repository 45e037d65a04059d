// The shapes of the server's own commands and notifications, as far as this extension reads them.

import type { Location, Range, WorkspaceEdit } from 'vscode-languageclient/node';

export interface Check {
  name: string;
  status: 'passed' | 'failed' | 'skipped';
  detail?: string;
}

/** What every result carries beside its own fields. */
export interface Envelope {
  engine: string;
  durationMs: number;
  checks?: Check[];
}

/** What a command is about: a file and, where there is a selection, the part of it. */
export interface Target {
  uri: string;
  range?: Range;
}

export interface Explanation extends Envelope {
  markdown: string;
  references?: { name: string; location: Location }[];
  unresolved?: string[];
}

export interface Edited extends Envelope {
  edit?: WorkspaceEdit | null;
}

export interface GeneratedTests extends Edited {
  /** `adds`: the 1-based lines that no earlier test of these reached. */
  tests?: { name: string; passed: boolean; runs?: number; adds?: number[] }[];
  dropped?: { name: string; reason: string }[];
}

export interface Finding {
  id: string;
  uri: string;
  range: Range;
  severity: 'error' | 'warning' | 'information' | 'hint';
  rule: string;
  message: string;
  evidence?: { kind: 'static' | 'model' | 'executed'; detail: string };
}

export interface Findings extends Envelope {
  findings: Finding[];
}

export interface ChatAnswer extends Edited {
  conversationId: string;
  messageId: string;
  text: string;
}

/** A piece of an answer that is still being written. */
export type Partial =
  | { kind: 'text'; delta: string }
  | { kind: 'tool'; name: string; state?: string }
  | { kind: 'artifact' };

export interface Model {
  name: string;
  provider: string;
  contextWindow?: number | null;
  available?: boolean;
  /** Why it can or cannot answer. */
  reason?: string;
}

export interface Models extends Envelope {
  models: Model[];
}

export interface Status extends Envelope {
  version: string;
  /** Who answers: a model, or `offline`. */
  model: string;
  trusted: boolean;
}

/** The `didChangeStatus` notification, in the shape Copilot's server gave it. */
export interface StatusNotification {
  busy?: boolean;
  kind?: 'Normal' | 'Warning' | 'Error' | 'Inactive';
  message?: string;
}

/** The `data` of a JSON-RPC error. */
export interface ErrorData {
  kind: string;
  message: string;
  hint?: string;
}
