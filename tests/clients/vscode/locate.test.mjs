// The search for the server, without VS Code: which places count, in which order, and who may be trusted.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const extension = fileURLToPath(new URL('../../../editors/vscode/', import.meta.url));
const { buildSync } = createRequire(path.join(extension, 'package.json'))('esbuild');
const options = { entryPoints: [path.join(extension, 'src/locate.ts')], bundle: true, platform: 'node', format: 'esm' };
const [{ text }] = buildSync({ ...options, write: false }).outputFiles;
const { locate, pythons } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'locate-')));
after(() => rmSync(root, { recursive: true }));

/** A program at that place below the root. */
function put(...way) {
  const file = path.join(root, ...way);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

let search;
beforeEach(() => {
  rmSync(root, { recursive: true });
  mkdirSync(path.join(root, 'work'), { recursive: true });
  search = {
    setting: '', interpreters: [], path: '', own: path.join(root, 'own'),
    folders: [path.join(root, 'work')], trusted: true, windows: false,
  };
});

test('nothing is found where nothing is', () => {
  assert.equal(locate(search), undefined);
});

test('the places come in their order', () => {
  const places = [
    [put('own/bin/resilint'), 'own', {}],
    [put('path/resilint'), 'path', { path: `${root}/empty:${root}/path` }],
    [put('env/bin/resilint'), 'interpreter', { interpreters: [path.join(root, 'env/bin/python')] }],
    [put('set/resilint'), 'setting', { setting: path.join(root, 'set/resilint') }],
  ];
  for (const [command, origin, more] of places) {
    search = { ...search, ...more };
    assert.deepEqual(locate(search), { command, origin });
  }
});

test('an interpreter without a server is passed over', () => {
  const wanted = put('second/bin/resilint');
  const interpreters = [put('first/bin/python'), path.join(root, 'second/bin/python')];
  assert.equal(locate({ ...search, interpreters }).command, wanted);
});

test('folders, files that cannot be run, and relative entries of PATH do not count', () => {
  mkdirSync(path.join(root, 'folder/resilint'), { recursive: true });
  chmodSync(put('plain/resilint'), 0o644);
  put('work/resilint');
  const here = process.cwd();
  process.chdir(path.join(root, 'work'));
  try {
    assert.equal(locate({ ...search, path: `${root}/folder:${root}/plain:.::` }), undefined);
  } finally {
    process.chdir(here);
  }
});

test('a setting that leads nowhere is an error that quotes it', () => {
  put('path/resilint');
  const setting = path.join(root, 'nowhere');
  assert.throws(() => locate({ ...search, setting, path: `${root}/path` }), { message: new RegExp(setting) });
});

test('without trust, nothing in the workspace is started, by whatever way it is reached', () => {
  const inside = put('work/.venv/bin/resilint');
  const python = put('work/.venv/bin/python');
  const outside = put('outside/resilint');
  mkdirSync(path.join(root, 'links'));
  symlinkSync(inside, path.join(root, 'links/resilint'));
  mkdirSync(path.join(root, 'work/tools'));
  symlinkSync(outside, path.join(root, 'work/tools/resilint'));
  symlinkSync(path.join(root, 'work'), path.join(root, 'alias'));
  const ways = [
    { interpreters: [python] },
    { path: path.dirname(inside) },
    { path: `${root}/links` },
    { path: `${root}/work/tools` },
    { path: `${root}/alias/.venv/bin` },
    { interpreters: [python], folders: [path.join(root, 'alias')] },
  ];
  for (const way of ways) {
    assert.notEqual(locate({ ...search, ...way }), undefined, 'the way leads somewhere');
    assert.equal(locate({ ...search, ...way, trusted: false }), undefined);
  }
  assert.throws(() => locate({ ...search, setting: inside, trusted: false }), /not trusted/);
  assert.equal(locate({ ...search, path: `${root}/outside`, trusted: false }).command, outside);
});

test('a folder whose name begins like the workspace is not in it', () => {
  const command = put('workshop/resilint');
  assert.equal(locate({ ...search, path: `${root}/workshop`, trusted: false }).command, command);
});

test('Pythons to make an environment with: the selected ones first, each once, none of an untrusted workspace', () => {
  const selected = put('env/bin/python');
  const system = put('path/python3');
  const theirs = put('work/.venv/bin/python');
  const given = { ...search, interpreters: [theirs, selected, selected], path: `${root}/path:${root}/path` };
  assert.deepEqual(pythons(given), [theirs, selected, system]);
  assert.deepEqual(pythons({ ...given, trusted: false }), [selected, system]);
});
