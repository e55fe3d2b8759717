// A workspace that is not trusted brings a server of its own. It must not run before the person trusts it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Workbench } from './workbench.mjs';

const scene = JSON.parse(readFileSync(process.env.RESILINT_SCENE, 'utf8'));
const bench = Workbench.prepare(path.join(scene.home, 'trust'), {}, scene.environment);
try {
  await bench.install(scene.vsix);
  const page = await bench.listen();
  await page.goto(bench.address(scene.workspace));
  await page.waitForSelector('.monaco-workbench .explorer-folders-view');
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'app.py' }).dblclick();
  await page.locator('.statusbar-item[aria-label*="Not installed"]').waitFor();
  await page.screenshot({ path: path.join(scene.pictures, 'untrusted.png') });
  assert.ok(!existsSync(scene.ran), 'the server of the workspace ran without trust');

  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).click();
  await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).first().click();
  await page.locator('.statusbar-item[aria-label*="did not start: the server of the workspace"]').waitFor();
  assert.ok(existsSync(scene.ran), 'the server of the trusted workspace did not run');
} catch (error) {
  await bench.page?.screenshot({ path: path.join(scene.pictures, 'failed.png') });
  throw error;
} finally {
  await bench.stop();
}
