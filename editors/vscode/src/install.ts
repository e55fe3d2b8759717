/** An environment of our own: a virtual environment in the extension's storage, with resilint in it. */

import { execFile, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { commands, ProgressLocation, window, workspace, type LogOutputChannel } from 'vscode';

import type { Service } from './client';
import { own, pythons, type Search } from './locate';
import { section } from './settings';
import type { Status } from './status';

const run = promisify(execFile);

/** Says that no server was found and offers the two ways out. */
export async function offer(): Promise<void> {
  const install = 'Install';
  const choose = 'Choose a Path';
  const where = workspace.isTrusted
    ? 'in the selected Python environment nor on the PATH'
    : 'outside this workspace, and what lies in it is not started before you trust it';
  const answer = await window.showWarningMessage(
    `Resilint was not found ${where}. Install it into an environment of its own?`,
    install,
    choose,
  );
  if (answer === install) {
    await commands.executeCommand('resilint.install');
  } else if (answer === choose) {
    await commands.executeCommand('workbench.action.openSettings', `${section}.path`);
  }
}

/** Effect: makes the environment (or recreates it), installs the server that comes with the extension, starts it. */
export async function install(
  service: Service,
  status: Status,
  log: LogOutputChannel,
): Promise<void> {
  // A running server keeps its files locked on Windows.
  await service.stop();
  status.show({ kind: 'installing' });
  const stop = new AbortController();
  try {
    await window.withProgress(
      { location: ProgressLocation.Notification, title: 'Installing Resilint', cancellable: true },
      async (_progress, token) => {
        token.onCancellationRequested(() => stop.abort());
        await build(await service.search(), service.environment, service.wheel, log, stop.signal);
      },
    );
  } catch (error) {
    if (!stop.signal.aborted) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(reason);
      const show = 'Show Log';
      void window.showErrorMessage(`Resilint was not installed: ${reason}`, show).then((answer) => {
        if (answer === show) {
          log.show();
        }
      });
    }
  }
  await service.restart();
}

async function build(
  search: Search,
  environment: string,
  wheel: string | undefined,
  log: LogOutputChannel,
  signal: AbortSignal,
): Promise<void> {
  const folder = path.dirname(environment);
  mkdirSync(folder, { recursive: true });
  const step = (program: string, ...options: string[]) =>
    follow(program, options, folder, log, signal);
  // -I: neither the current folder nor PYTHONPATH has a say in what is run here.
  await step(await suitable(pythons(search)), '-I', '-m', 'venv', '--clear', environment);
  const python = own(environment, 'python', search.windows);
  // The server itself comes with the extension; what it depends on comes from the index that pip knows.
  const server = wheel ?? 'resilint';
  await step(python, '-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', server);
}

async function suitable(candidates: readonly string[]): Promise<string> {
  const question = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  for (const python of candidates) {
    try {
      await run(python, ['-I', '-c', question], { timeout: 10_000 });
      return python;
    } catch {
      continue;
    }
  }
  const tried = candidates.length === 0 ? 'none was found' : `tried ${candidates.join(', ')}`;
  throw new Error(`it needs Python 3.10 or later with its venv module; ${tried}`);
}

function follow(
  program: string,
  options: readonly string[],
  cwd: string,
  log: LogOutputChannel,
  signal: AbortSignal,
): Promise<void> {
  log.info([program, ...options].join(' '));
  return new Promise((resolve, reject) => {
    let last = '';
    const child = spawn(program, options, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.info(line);
        last = line.trim() || last;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) {
        resolve();
      } else {
        reject(new Error(last || `${program} ended with status ${status}`));
      }
    });
  });
}
