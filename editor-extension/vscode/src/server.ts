// The server's life: found, started, told about settings, asked, restarted, stopped.

import { homedir } from 'node:os';
import * as vscode from 'vscode';
import {
  DidChangeConfigurationNotification,
  ExecuteCommandRequest,
  LanguageClient,
  ProgressType,
  RevealOutputChannelOn,
  State,
  WorkDoneProgress,
  type LanguageClientOptions,
  type Middleware,
} from 'vscode-languageclient/node';
import { SECTION, serverPath, type Settings } from './config';
import { showBeside } from './documents';
import { interpreters } from './interpreters';
import type { Partial, StatusNotification } from './protocol';
import { findServer, type Launch } from './resolve';

/** The scheme of documents that exist only in the server. */
const ANSWERS = 'kibitz';

export type Phase = 'starting' | 'running' | 'stopped' | 'missing';

/** How to hear of an answer while it is being made. */
export interface Listeners {
  /** A sentence about what the server is doing. */
  progress?: (message: string) => void;
  /** A piece of the answer. */
  partial?: (partial: Partial) => void;
  cancel?: vscode.CancellationToken;
}

export class ServerNotRunning extends Error {
  constructor() {
    super('The kibitz server is not running.');
  }
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();
  private counter = 0;
  private path = serverPath();
  private readonly phaseEmitter = new vscode.EventEmitter<Phase>();
  private readonly statusEmitter = new vscode.EventEmitter<StatusNotification>();
  private readonly subscriptions: vscode.Disposable[] = [this.phaseEmitter, this.statusEmitter];

  readonly onDidChangePhase = this.phaseEmitter.event;
  readonly onDidChangeStatus = this.statusEmitter.event;

  constructor(
    private readonly settings: Settings,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscriptions.push(
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.sendSettings()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        // trust that is given reports its restricted settings as changed, whether or not they are
        if (event.affectsConfiguration('kibitz.server.path') && serverPath() !== this.path) void this.restart();
      }),
    );
  }

  /** Starts, or stops and starts again. Calls made meanwhile wait their turn. */
  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.stopClient();
      await this.startClient();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopClient());
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /**
   * Runs one of the server's commands, once a start that is under way is over.
   *
   * Throws ServerNotRunning, and whatever the server answers as an error.
   */
  async execute<Result>(command: string, argument: object, listeners: Listeners = {}): Promise<Result> {
    await this.queue;
    const client = this.running();
    const id = `kibitz-${++this.counter}`;
    const params = {
      command,
      arguments: [listeners.partial ? { ...argument, partialResultToken: `${id}-partial` } : argument],
      ...(listeners.progress ? { workDoneToken: `${id}-work` } : {}),
    };
    const handlers: vscode.Disposable[] = [];
    if (listeners.partial) {
      handlers.push(client.onProgress(new ProgressType<Partial>(), `${id}-partial`, listeners.partial));
    }
    const tell = listeners.progress;
    if (tell) {
      handlers.push(
        client.onProgress(WorkDoneProgress.type, `${id}-work`, (value) => {
          if (value.message !== undefined) tell(value.message);
        }),
      );
    }
    try {
      return (await client.sendRequest(ExecuteCommandRequest.type, params, listeners.cancel)) as Result;
    } finally {
      for (const handler of handlers) handler.dispose();
    }
  }

  /** The converters between the editor's types and the protocol's. Throws ServerNotRunning. */
  get converters(): Pick<LanguageClient, 'code2ProtocolConverter' | 'protocol2CodeConverter'> {
    return this.running();
  }

  private running(): LanguageClient {
    if (this.client?.state !== State.Running) throw new ServerNotRunning();
    return this.client;
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.queue.then(step);
    this.queue = done.catch((error: unknown) => this.log.error(text(error)));
    return done;
  }

  private async startClient(): Promise<void> {
    this.phaseEmitter.fire('starting');
    const launch = await this.find();
    if (launch === undefined) {
      this.phaseEmitter.fire('missing');
      void this.sayMissing();
      return;
    }
    this.log.info(`Starting ${[launch.command, ...launch.args].join(' ')}`);
    const client = new LanguageClient(
      'kibitz',
      'kibitz',
      // from the home folder: nothing in the opened folder may shadow a module or a program of the server
      { ...launch, options: { cwd: homedir() } },
      this.clientOptions(),
    );
    client.onDidChangeState(({ newState }) => this.phaseEmitter.fire(phaseOf(newState)));
    client.onNotification('didChangeStatus', (status: StatusNotification) => this.statusEmitter.fire(status));
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      // the client has already said so to the user; what is left is to keep the extension usable for a restart
      this.log.error(`The server did not start: ${text(error)}`);
      this.phaseEmitter.fire('stopped');
    }
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose(5000);
    } catch (error) {
      // a server that is gone, or that never came up, cannot be asked to shut down
      this.log.warn(`The server was not shut down in order: ${text(error)}`);
    }
  }

  private async find(): Promise<Launch | undefined> {
    const searchPath = process.env['PATH'] ?? '';
    this.path = serverPath();
    return findServer({
      setting: this.path,
      searchPath,
      home: homedir(),
      interpreters: () => interpreters(searchPath),
    });
  }

  private clientOptions(): LanguageClientOptions {
    const middleware: Middleware = {
      workspace: {
        configuration: async (params, token, next) => {
          const values = (await next(params, token)) as unknown[];
          return params.items.map((item, index) =>
            item.section === SECTION
              ? this.settings.forServer(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri))
              : values[index],
          );
        },
        didChangeConfiguration: () => this.sendSettings(),
      },
      window: {
        // what the server wrote is read beside what it is about, not instead of it
        showDocument: async (params, token, next) => {
          if (!params.uri.startsWith(`${ANSWERS}:`)) return next(params, token);
          await showBeside(vscode.Uri.parse(params.uri));
          return { success: true };
        },
      },
    };
    return {
      documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
      synchronize: { configurationSection: SECTION },
      initializationOptions: () => this.settings.forServer(),
      diagnosticCollectionName: 'kibitz',
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware,
    };
  }

  private async sendSettings(): Promise<void> {
    if (this.client?.state !== State.Running) return;
    await this.client.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { [SECTION]: this.settings.forServer() },
    });
  }

  private async sayMissing(): Promise<void> {
    const path = serverPath();
    const what = path
      ? `There is no program at "${path}", where the setting kibitz.server.path says the kibitz server is.`
      : 'The kibitz server was not found. Install it with "pip install kibitz", or say where it is.';
    const choice = await vscode.window.showErrorMessage(what, 'Open Setting', 'Try Again');
    if (choice === 'Open Setting') {
      // where the server runs on another machine, so does its setting
      const page = vscode.env.remoteName === undefined ? 'openSettings' : 'openRemoteSettings';
      await vscode.commands.executeCommand(`workbench.action.${page}`, { query: 'kibitz.server.path' });
    } else if (choice === 'Try Again') {
      await this.restart();
    }
  }
}

function phaseOf(state: State): Phase {
  if (state === State.Running) return 'running';
  return state === State.Starting ? 'starting' : 'stopped';
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
