// VS Code on this machine: code-server as the program, a headless Chromium as the window.

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Where the tools are: `node` (the program), `code` (the folder with code-server and playwright-core), `chromium`. */
export const tools = {
  node: process.execPath,
  code: process.env.RESILINT_CODE,
  chromium: process.env.RESILINT_CHROMIUM,
};

const { chromium } = createRequire(path.join(tools.code, 'package.json'))('playwright-core');
const entry = path.join(tools.code, 'node_modules/code-server/out/node/entry.js');

/** Settings of the person that keep VS Code's own doings out of the pictures and out of what is typed. */
const quiet = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.tips.enabled': false,
  'workbench.editor.useModal': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoSurround': 'never',
  'editor.fontFamily': 'DejaVu Sans Mono, monospace',
};

export class Workbench {
  /**
   * Prepares code-server with folders of its own below `home`. `settings` are those of the remote machine:
   * a path on the person's own machine would mean nothing there, so VS Code does not heed it.
   */
  static prepare(home, settings = {}, environment = {}) {
    const bench = new Workbench();
    bench.home = home;
    bench.extensions = path.join(home, 'extensions');
    bench.environment = { ...process.env, EXTENSIONS_GALLERY: '{}', VSCODE_CLI: '1', ...environment };
    bench.settings = settings;
    for (const [kind, values] of [['User', quiet], ['Machine', settings]]) {
      mkdirSync(path.join(home, 'data', kind), { recursive: true });
      writeFileSync(path.join(home, 'data', kind, 'settings.json'), JSON.stringify(values));
    }
    return bench;
  }

  get folders() {
    return ['--user-data-dir', path.join(this.home, 'data'), '--extensions-dir', this.extensions];
  }

  /** Installs a .vsix as a person would from the command line. */
  async install(vsix) {
    const child = spawn(tools.node, [entry, ...this.folders, '--install-extension', vsix], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (data) => (said += data));
    child.stderr.on('data', (data) => (said += data));
    const status = await new Promise((resolve) => child.once('close', resolve));
    if (status !== 0) throw new Error(`the extension was not installed: ${said}`);
  }

  async listen(...options) {
    this.port = await freePort();
    this.child = spawn(
      tools.node,
      [
        entry, '--auth', 'none', '--bind-addr', `127.0.0.1:${this.port}`, ...this.folders,
        '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', ...options,
      ],
      { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.said = '';
    await new Promise((resolve, reject) => {
      const hear = (data) => {
        this.said += data;
        if (this.said.includes('HTTP server listening')) resolve();
      };
      this.child.stdout.on('data', hear);
      this.child.stderr.on('data', hear);
      this.child.once('close', () => reject(new Error(`code-server ended: ${this.said}`)));
    });
    this.browser = await chromium.launch({
      executablePath: tools.chromium,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1180, height: 720 } });
    this.page.setDefaultTimeout(20_000);
    return this.page;
  }

  /** The address of the window with a folder, or a .code-workspace file, open. */
  address(place, payload) {
    const kind = place.endsWith('.code-workspace') ? 'workspace' : 'folder';
    const query = new URLSearchParams({ [kind]: place });
    if (payload) query.set('payload', JSON.stringify(payload));
    return `http://127.0.0.1:${this.port}/?${query}`;
  }

  /** Runs a command from the palette. */
  async command(title) {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').first().fill(`>${title}`);
    await this.choose(title);
  }

  /** Takes what is offered first, once it is what was meant: the list is filled anew while one types. */
  async choose(text) {
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: text }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  async stop() {
    await this.browser?.close();
    if (this.child && this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('close', resolve));
      this.child.kill();
      await ended;
    }
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
