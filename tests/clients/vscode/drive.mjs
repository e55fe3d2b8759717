// A person at VS Code: opens a file, sees the finding, mends it, changes a setting, loses the server.

import { readFileSync, watch } from 'node:fs';
import path from 'node:path';

import { Workbench } from './workbench.mjs';

const scene = JSON.parse(readFileSync(process.env.RESILINT_SCENE, 'utf8'));
const bench = Workbench.prepare(path.join(scene.home, 'drive'), { 'resilint.path': scene.program }, scene.environment);
let page;
let failed = 0;

const squiggles = () => page.locator('.squiggly-warning:visible, .squiggly-error:visible');
const problems = () => page.locator('.markers-panel .monaco-list-row');
const status = (words) => page.locator(`.statusbar-item[aria-label*="${words}"]`);
const picture = (name) => page.screenshot({ path: path.join(scene.pictures, `${name}.png`) });

/** Waits until a file holds what is wanted. */
async function holds(file, wanted, what) {
  const late = AbortSignal.timeout(20_000);
  while (!wanted(readFileSync(file, 'utf8'))) {
    await new Promise((resolve, reject) => {
      const done = (act) => () => {
        watching.close();
        act();
      };
      const watching = watch(path.dirname(file), done(resolve));
      late.addEventListener('abort', done(() => reject(new Error(`${what}: in vain`))), { once: true });
    });
  }
}

/** Goes to a place in a file by its name and one-based row and column. */
async function visit(name, row, column) {
  await page.keyboard.press('Control+P');
  const input = page.locator('.quick-input-widget input').first();
  await input.fill(`${name}:${row}:${column}`);
  await bench.choose(name);
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** Sets what the person wants, on top of what the machine's settings began with, in their own editor. */
async function want(settings) {
  await bench.command('Preferences: Open Remote Settings (JSON)');
  await page.locator('.tab.active', { hasText: 'settings.json' }).waitFor();
  // Below the text: its one long line may be scrolled to the side, under the numbers of lines.
  const editor = page.locator('.editor-instance:visible', { hasText: 'resilint.path' }).first();
  await editor.click({ position: { x: 300, y: 100 } });
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify({ ...bench.settings, ...settings }));
  await page.keyboard.press('Control+S');
  await page.locator('.tab.active:not(.dirty)', { hasText: 'settings.json' }).waitFor();
  await visit('orders.py', 9, 14);
}

const mending = {
  async 'the finding is underlined and listed'() {
    await visit('orders.py', 9, 14);
    await squiggles().first().waitFor();
    await status('Running').waitFor();
    await page.keyboard.press('Control+Shift+M');
    await problems().filter({ hasText: 'has no timeout' }).first().waitFor();
    await visit('orders.py', 9, 24);
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget .monaco-list-row', { hasText: 'timeout=' }).first().waitFor();
    await picture('findings');
    await page.keyboard.press('Escape');
  },

  async "the finding's code leads to the page of its rule"() {
    await problems().filter({ hasText: 'has no timeout' }).getByText('no-timeout').click();
    await page.locator('.tab', { hasText: 'Preview no-timeout' }).waitFor();
    const frame = page.frameLocator('iframe.webview').frameLocator('iframe');
    await frame.getByRole('heading', { name: 'no-timeout (TMO001)' }).waitFor();
    await picture('page');
    await visit('orders.py', 9, 14);
  },

  async 'a change of settings is heeded, and its taking back too'() {
    const finding = problems().filter({ hasText: 'has no timeout' }).first();
    await finding.waitFor();
    await want({ 'resilint.ignore': ['no-timeout'] });
    await finding.waitFor({ state: 'detached' });
    await want({});
    await finding.waitFor();
  },

  async 'the fix of the light bulb is applied to a line with an emoji, and saved'() {
    await visit('smile.py', 3, 24);
    await squiggles().first().waitFor();
    await page.locator('.lightBulbWidget:visible, [class*="gutter-lightbulb"]:visible').first().waitFor();
    await page.keyboard.press('Control+.');
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'timeout=' }).first();
    await fix.waitFor();
    await fix.click();
    await page.locator('.view-line', { hasText: 'timeout=(3.05, 27)' }).waitFor();
    await page.keyboard.press('Control+S');
    await holds(scene.smile, (text) => text === scene.mended, 'the file is mended');
  },

  async 'a server that is killed comes back, and answers for what is typed then'() {
    const before = readFileSync(scene.pid, 'utf8');
    process.kill(Number(before));
    await holds(scene.pid, (text) => text.endsWith('\n') && text !== before, 'another server starts');
    await status('Running').waitFor();
    await visit('orders.py', 11, 1);
    await page.keyboard.type('requests.get("https://pay.example")');
    await problems().filter({ hasText: 'Ln 11,' }).filter({ hasText: 'has no timeout' }).first().waitFor();
  },

  async 'a server that cannot start is an error in the status bar, and a working one is not'() {
    await want({ 'resilint.path': scene.broken });
    await status('did not start: this server is broken').waitFor();
    await page.locator('.notification-list-item', { hasText: 'this server is broken' }).getByText('Restart').waitFor();
    await picture('error');
    await want({});
    await status('Running').waitFor();
    await squiggles().first().waitFor();
  },
};

const policy = {
  async 'the inlay hint says which limit is in force'() {
    await visit('orders.py', 9, 24);
    await page.locator('.view-line', { hasText: 'timeout=∞' }).first().waitFor();
  },

  async 'the hover says what happens when the other side fails'() {
    await bench.command('Show or Focus Hover');
    const hover = page.locator('.monaco-hover:visible');
    for (const words of ['503', '429']) await hover.filter({ hasText: words }).first().waitFor();
    await picture('hover');
    await page.keyboard.press('Escape');
  },
};

const knowing = {
  async 'a code lens sums a function up, and a click explains it'() {
    await visit('orders.py', 9, 14);
    await squiggles().first().waitFor();
    await want({ 'resilint.codeLens': true });
    const lens = page.locator('.codelens-decoration a', { hasText: '1 call' }).first();
    await lens.waitFor();
    await picture('lens');
    await lens.click();
    await page.locator('.tab', { hasText: 'What happens at this call' }).waitFor();
    const frame = page.frameLocator('iframe.webview').frameLocator('iframe');
    await frame.getByRole('heading', { name: 'leads to 1 external call' }).waitFor();
    await picture('explained');
    await bench.command('View: Close All Editors');
    await want({});
    await lens.waitFor({ state: 'detached' });
  },

  async 'the tree lists the calls, all or the unprotected'() {
    await bench.command('Resilint: List External Calls');
    await page.locator('.pane-header', { hasText: 'External Calls' }).first().waitFor();
    const header = page.locator('.pane-header', { hasText: 'External Calls' }).first();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    const call = page.locator('.monaco-list-row', { hasText: 'requests.post' }).first();
    await call.waitFor();
    await picture('calls');
    await call.click();
    await page.locator('.tab.active', { hasText: /orders|smile/ }).waitFor();
    await bench.command('Resilint: Show Unprotected Calls Only');
    await page.locator('.pane-header', { hasText: 'unprotected' }).first().waitFor();
  },

  async 'the language status tells findings, profile and settings'() {
    await visit('orders.py', 9, 14);
    await squiggles().first().waitFor();
    await page.locator('[id="status.languageStatus"]').hover();
    const told = page.locator('.hover-language-status');
    await told.filter({ hasText: 'Resilint: 1 error' }).or(told.filter({ hasText: 'warning' })).first().waitFor();
    await told.filter({ hasText: 'profile default' }).first().waitFor();
    await picture('language');
    await page.keyboard.press('Escape');
  },

  async 'all unsafe fixes are looked at before they are applied'() {
    await visit('orders.py', 9, 14);
    await bench.command('Resilint: Preview All Fixes in File');
    await page.locator('.bulk-edit-panel .monaco-list-row', { hasText: 'orders.py' }).first().waitFor();
    await picture('preview');
    await page.locator('.monaco-button', { hasText: 'Discard' }).first().click();
    await page.locator('.bulk-edit-panel .monaco-list-row').first().waitFor({ state: 'detached' });
  },

  async 'the menu of the right button has a part of its own'() {
    await visit('orders.py', 9, 14);
    await page.locator('.view-line', { hasText: 'requests.post' }).first().click({ button: 'right' });
    // The menu is in a shadow tree, through which Playwright looks.
    await page.locator('.monaco-menu .action-item', { hasText: 'Resilint' }).first().hover();
    await page.locator('.monaco-menu .action-item', { hasText: 'Make This Call Resilient' }).first().waitFor();
    await picture('menu');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  },

  async 'a mistake in the settings is shown on its line'() {
    await visit('resilint.toml', 1, 1);
    await page.keyboard.press('Control+Shift+M');
    await problems().filter({ hasText: 'is not a setting' }).first().waitFor();
    await picture('settings');
  },

  async 'the findings of a notebook are in its cells'() {
    await visit('plan.ipynb', 1, 1);
    await page.locator('.notebookOverlay .squiggly-warning').first().waitFor();
    await picture('notebook');
  },

  async 'a walkthrough has four steps'() {
    await bench.command('Welcome: Open Walkthrough');
    await page.locator('.quick-input-widget input').first().fill('Resilint');
    await bench.choose('Get Started with Resilint');
    await page.locator('.getting-started-step', { hasText: 'Keep it' }).first().waitFor();
    await picture('walkthrough');
  },
};

/** Takes a module from how it was written to what survives, with the menu of the light bulb. */
async function harden(name, row, column, offered) {
  await visit(name, row, column);
  await squiggles().first().waitFor();
  await page.locator('.lightBulbWidget:visible, [class*="gutter-lightbulb"]:visible').first().waitFor();
  await picture(`${name}-1-written`);
  await page.keyboard.press('Control+.');
  const action = page.locator('.action-widget .monaco-list-row', { hasText: offered }).first();
  await action.waitFor();
  await picture(`${name}-2-offered`);
  await action.click();
  await page.locator('.view-line', { hasText: 'def retry_after_seconds' }).first().waitFor();
  await page.keyboard.press('Control+S');
  await holds(path.join(scene.workspace, name), (text) => text === scene.hardened[name], `${name} is hardened`);
  await squiggles().first().waitFor({ state: 'detached' });
  await visit(name, name === 'payments.py' ? 46 : 52, 1);
  await page.locator('.view-line', { hasText: 'timeout=∞' }).first().waitFor({ state: 'detached' });
  await picture(`${name}-3-resilient`);
}

const hardening = {
  async 'a payment that survives rate limits and network failures'() {
    await harden('payments.py', 15, 30, 'Make `requests.post` resilient');
  },

  async "a job of CI that survives its forge's rate limit"() {
    await harden('forge_ci.py', 12, 24, 'Make `requests.get` resilient');
  },
};

try {
  await bench.install(scene.vsix);
  page = await bench.listen('--disable-workspace-trust');
  await page.goto(bench.address(scene.workspace));
  await page.waitForSelector('.monaco-workbench .explorer-folders-view');
  for (const [name, step] of Object.entries({ mending, policy, knowing, hardening }[scene.steps])) {
    try {
      await step();
      console.log(`fine: ${name}`);
    } catch (error) {
      await picture(`failed-${++failed}`);
      console.log(`FAILED: ${name}\n${error.stack}`);
      process.exitCode = 1;
    }
  }
} finally {
  await bench.stop();
}
