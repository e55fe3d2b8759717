// Runs suite.cjs in the extension host of a real VS Code. The scene's results file says how it went.

import { existsSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Workbench } from './workbench.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const scene = JSON.parse(readFileSync(process.env.RESILINT_SCENE, 'utf8'));
const PATIENCE = 150_000;

const bench = Workbench.prepare(path.join(scene.home, 'host'), {}, scene.environment);
try {
  await bench.install(scene.vsix);
  const page = await bench.listen('--disable-workspace-trust');
  // Extension tests are taken up only by a window that is told that it is driven.
  await page.addInitScript(() => {
    const watching = new MutationObserver(() => {
      const meta = document.getElementById('vscode-workbench-web-configuration');
      if (meta) {
        watching.disconnect();
        const settings = JSON.parse(meta.dataset.settings);
        settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
        meta.dataset.settings = JSON.stringify(settings);
      }
    });
    watching.observe(document, { childList: true, subtree: true });
  });
  const remote = (file) => `vscode-remote://127.0.0.1:${bench.port}${file}`;
  const payload = [
    ['extensionDevelopmentPath', remote(path.join(here, 'python_extension'))],
    ['extensionTestsPath', remote(path.join(here, 'suite.cjs'))],
  ];
  const done = new Promise((resolve, reject) => {
    const watching = watch(path.dirname(scene.results), () => existsSync(scene.results) && resolve());
    const timer = setTimeout(() => reject(new Error('the suite did not end')), PATIENCE);
    watching.unref();
    timer.unref();
  });
  await page.goto(bench.address(scene.workspace, payload));
  try {
    await done;
  } catch (error) {
    await page.screenshot({ path: path.join(scene.home, 'host.png') });
    throw error;
  }
} finally {
  await bench.stop();
}
