// Makes dist/: the extension in one file, the licences of what is in it, and the readme of the package.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: true,
  metafile: true,
  logLevel: 'info',
});

const folders = new Set(
  Object.keys(metafile.inputs).flatMap(
    (file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [],
  ),
);
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) {
    throw new Error(`${name} has no licence file, so it cannot be bundled`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
});
writeFileSync('dist/NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));

// A package's page shows pictures only from an address on the web, and these have none.
writeFileSync('dist/README.md', readFileSync('README.md', 'utf8').replace(/^!\[.*\n\n/gm, ''));

// The server: no index needs to have it. RESILINT_WHEEL names one that is built already.
for (const old of readdirSync('dist').filter((name) => name.endsWith('.whl'))) {
  rmSync(`dist/${old}`);
}
const given = process.env.RESILINT_WHEEL;
const wheel = ['wheel', '--no-deps', '--disable-pip-version-check', '--wheel-dir', 'dist', given ?? '../..'];
execFileSync(process.env.PYTHON ?? 'python3', ['-m', 'pip', ...wheel], { stdio: 'inherit' });
