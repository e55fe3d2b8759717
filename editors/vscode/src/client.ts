/** The server's life: found, started, watched, started again, stopped. */

import { mkdirSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import {
  commands,
  window,
  workspace,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type ErrorHandler,
} from 'vscode-languageclient/node';

import { locate, type Located, type Search } from './locate';
import { expand, interpreters } from './python';
import { linked } from './rules';
import { chosen, names, section } from './settings';
import type { Status } from './status';
import { Words } from './words';

const CRASHES = 5;
const WITHIN = 3 * 60 * 1000;
const START = 30 * 1000;

/** The library's client, whose own pop-ups are left to the log: the status item and `fail` say it once. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Service implements Disposable {
  client: LanguageClient | undefined;
  located: Located | undefined;
  private readonly words = new Words();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly status: Status,
  ) {}

  /** The folder of the environment that the extension makes for itself. */
  get environment(): string {
    return path.join(this.context.globalStorageUri.fsPath, 'environment');
  }

  /** A folder of our own as the current one of programs: nothing that lies in a project is picked up by chance. */
  get folder(): string {
    const cwd = this.context.globalStorageUri.fsPath;
    mkdirSync(cwd, { recursive: true });
    return cwd;
  }

  /** The server as it comes with the extension; undefined in an extension that was built without it. */
  get wheel(): string | undefined {
    const folder = path.join(this.context.extensionPath, 'dist');
    const own = readdirSync(folder).find((name) => name.endsWith('.whl'));
    return own === undefined ? undefined : path.join(folder, own);
  }

  /** Searches for the server again and starts it; a running one is stopped first. */
  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.halt();
      await this.launch();
    });
  }

  /** Restarts only if another server than the running one would be found now. */
  relocate(): Promise<void> {
    return this.enqueue(async () => {
      if (this.client?.state !== State.Running || (await this.moved())) {
        await this.halt();
        await this.launch();
      }
    });
  }

  stop(): Promise<void> {
    return this.enqueue(async () => {
      await this.halt();
      this.status.show({ kind: 'stopped' });
    });
  }

  async search(): Promise<Search> {
    const settings = workspace.getConfiguration(section);
    return {
      setting: expand(settings.get('path', '')),
      interpreters: await interpreters(),
      path: process.env['PATH'] ?? '',
      own: this.environment,
      folders: (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      trusted: workspace.isTrusted,
      windows: process.platform === 'win32',
    };
  }

  dispose(): void {
    void this.stop();
  }

  // One change at a time: settings, trust and interpreters may all change at once.
  private enqueue(task: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(task).catch((error: unknown) => this.fail(error));
    return this.queue;
  }

  private async moved(): Promise<boolean> {
    try {
      return locate(await this.search())?.command !== this.located?.command;
    } catch {
      return true; // the launch that follows says why
    }
  }

  private async launch(): Promise<void> {
    this.status.show({ kind: 'starting' });
    this.located = undefined;
    this.located = locate(await this.search()); // the queue reports its error
    if (this.located === undefined) {
      this.status.show({ kind: 'missing' });
      return;
    }
    const { command, origin } = this.located;
    this.log.info(`Starting ${command} server (found by: ${origin})`);
    const client = this.connect(this.located);
    this.client = client;
    try {
      await within(START, client.start());
    } catch (error) {
      this.fail((await this.words.last()) || error, `${command} server did not start`);
      await this.halt();
    }
  }

  private connect(located: Located): LanguageClient {
    const cwd = this.folder;
    const settings = names(this.context.extension.packageJSON);
    const client: LanguageClient = new Client(
      section,
      'Resilint',
      { command: located.command, args: ['server'], options: { cwd } },
      {
        documentSelector: [
          { scheme: 'file', language: 'python' },
          { scheme: 'untitled', language: 'python' },
          { notebook: 'jupyter-notebook', language: 'python' },
          { scheme: 'file', pattern: '**/{pyproject,resilint}.toml' },
        ],
        outputChannel: this.log,
        stdioOptions: { stdout: () => undefined, stderr: this.words.listen },
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: () => chosen(settings),
        initializationFailedHandler: () => false,
        errorHandler: this.watch(),
        synchronize: { configurationSection: section },
        middleware: {
          // A client that may pull is not pushed to; older servers push all the same.
          handleDiagnostics: (uri, findings, next) => next(uri, linked(findings)),
          provideDiagnostics: async (document, previous, token, next) => {
            const report = await next(document, previous, token);
            return report?.kind === 'full' ? { ...report, items: linked(report.items) } : report;
          },
          // What a code lens does elsewhere is a message; here the explanation has a place of its own.
          executeCommand: (command, given, next) =>
            command === 'resilint.showExplanation'
              ? commands.executeCommand('resilint.explainCall', ...given)
              : next(command, given),
          workspace: {
            configuration: async (params, token, next) => {
              const answers = await next(params, token);
              return Array.isArray(answers)
                ? params.items.map((item, index) =>
                    item.section === section
                      ? chosen(settings, resource(client, item.scopeUri))
                      : answers[index],
                  )
                : answers;
            },
            didChangeConfiguration: () =>
              client.sendNotification(DidChangeConfigurationNotification.type, {
                settings: { [section]: chosen(settings) },
              }),
          },
        },
      },
    );
    let started = false;
    client.onDidChangeState(({ newState }) => {
      // A client that was replaced must not report for the one that replaced it.
      if (this.client !== client) {
        return;
      }
      if (newState === State.Running) {
        started = true;
        const version = client.initializeResult?.serverInfo?.version ?? '';
        this.status.show({ kind: 'running', command: located.command, version });
      } else if (newState === State.Starting) {
        this.status.show({ kind: 'starting' });
      } else if (newState === State.StartFailed && started) {
        this.fail('The server ended, and did not start again');
      }
    });
    return client;
  }

  // The library's own handler would start a server that never came up again and again.
  private watch(): ErrorHandler {
    const crashes: number[] = [];
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: () => {
        if (this.client?.state !== State.Running) {
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        crashes.push(Date.now());
        if (crashes.filter((time) => Date.now() - time < WITHIN).length < CRASHES) {
          return { action: CloseAction.Restart, handled: true };
        }
        this.fail(`The server ended ${CRASHES} times within three minutes; it is left stopped`);
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // stop() rejects for a client that never came up; then there is nothing to stop.
    await client?.stop().catch(() => undefined);
    await client?.dispose().catch(() => undefined);
  }

  private fail(error: unknown, what = ''): void {
    const reason = error instanceof Error ? error.message : String(error);
    const message = what === '' ? reason : `${what}: ${reason}`;
    this.log.error(message);
    this.status.show({ kind: 'failed', message });
    const actions = { 'Show Log': 'resilint.showLog', Restart: 'resilint.restart' };
    void window.showErrorMessage(`Resilint: ${message}`, ...Object.keys(actions)).then((answer) => {
      if (answer !== undefined) {
        void commands.executeCommand(actions[answer as keyof typeof actions]);
      }
    });
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`no answer within ${milliseconds / 1000} seconds`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function resource(client: LanguageClient, uri: string | undefined) {
  return uri === undefined ? undefined : client.protocol2CodeConverter.asUri(uri);
}
