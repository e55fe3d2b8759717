/** What a person can ask for in the command palette. */

import { commands, window, type Disposable, type LogOutputChannel } from 'vscode';

import type { Calls } from './calls';
import type { Service } from './client';
import type { Explainer } from './explain';
import { fixAll, fixAllUnsafe } from './fixall';
import { install } from './install';
import { init, recordBaseline } from './project';
import { openPage } from './rules';
import type { Status } from './status';
import type { Sweep } from './sweep';

export function register(
  service: Service,
  status: Status,
  sweep: Sweep,
  explainer: Explainer,
  calls: Calls,
  log: LogOutputChannel,
): Disposable[] {
  const table: Record<string, (...given: never[]) => unknown> = {
    restart: () => service.restart(),
    showLog: () => log.show(),
    install: () => install(service, status, log),
    fixAll,
    fixAllUnsafe,
    explainCall: (document?: unknown, row?: unknown) =>
      // A menu gives what it was opened on; only a code lens names a document and a row.
      typeof document === 'string' && typeof row === 'number'
        ? explainer.run(service.client, document, row)
        : explainer.run(service.client),
    harden: () =>
      commands.executeCommand('editor.action.codeAction', { kind: 'refactor.rewrite.resilint' }),
    baseline: () => recordBaseline(service.client),
    init: () => init(service.located?.command),
    listCalls: () => calls.list(service.located?.command, service.folder),
    showUnprotectedCalls: () => calls.filter(true),
    showAllCalls: () => calls.filter(false),
    checkWorkspace: () => sweep.run(service.client),
    openRulePage: (rule?: string) => openPage(service.located?.command, rule),
  };
  return Object.entries(table).map(([name, action]) =>
    commands.registerCommand(`resilint.${name}`, async (...given: never[]) => {
      try {
        await action(...given);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error(`${name}: ${reason}`);
        void window.showErrorMessage(`Resilint: ${reason}`);
      }
    }),
  );
}
