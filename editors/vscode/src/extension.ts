/** Where VS Code comes in: puts the parts together and passes on what changes. */

import { commands, window, workspace, type Event, type ExtensionContext } from 'vscode';

import { Calls } from './calls';
import { Service } from './client';
import { register } from './commands';
import { Explainer } from './explain';
import { offer } from './install';
import { LanguageStatus } from './language';
import { watchInterpreters } from './python';
import { servePages } from './rules';
import { Status, type State } from './status';
import { Sweep } from './sweep';

/** What the extension tells other extensions, and the tests: how the server is. */
export interface Api {
  state(): State;
  readonly onDidChangeState: Event<State>;
}

export function activate(context: ExtensionContext): Api {
  const log = window.createOutputChannel('Resilint', { log: true });
  const status = new Status();
  const service = new Service(context, log, status);
  const sweep = new Sweep();
  const explainer = new Explainer();
  const calls = new Calls();
  const language = new LanguageStatus(() => service.client);
  let offered = false;
  context.subscriptions.push(
    log,
    status,
    service,
    sweep,
    explainer,
    calls,
    language,
    servePages(() => service.located?.command),
    ...register(service, status, sweep, explainer, calls, log),
    status.onDidChange((state) => {
      void commands.executeCommand('setContext', 'resilint.running', state.kind === 'running');
      void language.update();
      // Once a window: who said no is reminded by the status item only.
      if (state.kind === 'missing' && !offered) {
        offered = true;
        void offer();
      }
    }),
    workspace.onDidChangeConfiguration((event) => {
      // What a server promises about the workspace is settled when it starts.
      const anew = ['resilint.path', 'resilint.workspaceDiagnostics'];
      if (anew.some((setting) => event.affectsConfiguration(setting))) {
        void service.restart();
      } else if (event.affectsConfiguration('python.defaultInterpreterPath')) {
        void service.relocate();
      }
    }),
    workspace.onDidGrantWorkspaceTrust(() => void service.relocate()),
    workspace.onDidChangeWorkspaceFolders(() => void service.relocate()),
  );
  void watchInterpreters(() => void service.relocate()).then((watching) => {
    if (watching) {
      context.subscriptions.push(watching);
    }
  });
  void service.restart();
  return { state: () => status.state, onDidChangeState: status.onDidChange };
}
