// Tests inside VS Code's extension host: discovery, settings, commands, states, with stub servers.

const assert = require('node:assert/strict');
const { existsSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');

const scene = JSON.parse(readFileSync(process.env.RESILINT_SCENE, 'utf8'));
const extension = vscode.extensions.getExtension('resilint.resilint');
const app = vscode.Uri.file(path.join(scene.first, 'app.py'));
const other = vscode.Uri.file(path.join(scene.second, 'app.py'));

const PATIENCE = 20_000;

/** What is sent when nobody has set anything. */
const switches = {
  enable: true, hover: true, 'inlay-hints': true, 'code-lens': false, 'workspace-diagnostics': false,
};

/** Waits until `look` gives something that is not undefined; looks again at every `event`. */
function until(event, look, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      listening.dispose();
      reject(new Error(`waited in vain until ${what}`));
    }, PATIENCE);
    const glance = () => {
      const value = look();
      if (value !== undefined) {
        clearTimeout(timer);
        listening.dispose();
        resolve(value);
      }
    };
    const listening = event(glance);
    glance();
  });
}

/** What the stub said about itself in its finding in `uri`, once `wanted` is true of it. */
function said(uri, wanted, what) {
  return until(
    vscode.languages.onDidChangeDiagnostics,
    () =>
      vscode.languages
        .getDiagnostics(uri)
        .filter((one) => one.source === 'resilint' && one.message.startsWith('{'))
        .map((one) => JSON.parse(one.message))
        .find(wanted),
    what,
  );
}

function state(kind) {
  const { state: now, onDidChangeState } = extension.exports;
  return until(onDidChangeState, () => (now().kind === kind ? now() : undefined), `it is ${kind}`);
}

const started = (program) => said(app, (one) => one.program === program, `${program} answers`);
const run = (name, ...given) => vscode.commands.executeCommand(`resilint.${name}`, ...given);

/** Sets settings of the person for the time of `work`. */
async function having(settings, work) {
  const all = vscode.workspace.getConfiguration();
  for (const [key, value] of Object.entries(settings)) {
    await all.update(key, value, vscode.ConfigurationTarget.Global);
  }
  try {
    return await work();
  } finally {
    for (const key of Object.keys(settings)) {
      await all.update(key, undefined, vscode.ConfigurationTarget.Global);
    }
  }
}

const tests = {
  async 'the server on the PATH is found, and started outside the project'() {
    const one = await started(scene.onPath);
    assert.equal(path.basename(one.cwd), 'resilint.resilint');
    const running = await state('running');
    assert.equal(running.command, scene.onPath);
    assert.equal(running.version, '0.0');
  },

  async 'the interpreter of the settings comes before the PATH'() {
    await having({ 'python.defaultInterpreterPath': scene.python }, () => started(scene.besidePython));
    await started(scene.onPath);
  },

  async 'the interpreter selected in the Python extension comes before the one of the settings'() {
    await having({ 'python.defaultInterpreterPath': scene.python }, async () => {
      await started(scene.besidePython);
      await vscode.commands.executeCommand('stubPython.select', scene.selectedPython);
      await started(scene.besideSelected);
      await vscode.commands.executeCommand('stubPython.select', '');
      await started(scene.besidePython);
    });
    await started(scene.onPath);
  },

  async 'resilint.path comes first, and knows the workspace folder'() {
    const inside = '${workspaceFolder}/tools/resilint';
    await having({ 'resilint.path': inside, 'python.defaultInterpreterPath': scene.python }, () =>
      started(path.join(scene.first, 'tools/resilint')),
    );
    await started(scene.onPath);
  },

  async 'a path that leads nowhere is an error, not a reason to start something else'() {
    await having({ 'resilint.path': '/nowhere/resilint' }, async () => {
      const { message } = await state('failed');
      assert.match(message, /"\/nowhere\/resilint", and no program is there/);
    });
    await started(scene.onPath);
  },

  async 'a server that cannot start is an error with its last words, and a restart mends it'() {
    const flag = path.join(path.dirname(scene.onPath), 'broken');
    writeFileSync(flag, '');
    await run('restart');
    const { message } = await state('failed');
    assert.match(message, /did not start: the stub is broken/);
    rmSync(flag);
    await run('restart');
    await state('running');
  },

  async 'only settings that somebody set are sent, in the words of the configuration file'() {
    await run('restart');
    const before = await started(scene.onPath);
    assert.deepEqual(before.start, switches);
    await having({ 'resilint.extendSelect': ['TMO'], 'resilint.timeouts': { read: 9 } }, async () => {
      const wanted = { ...switches, 'extend-select': ['TMO'], timeouts: { read: 9 } };
      const after = await said(app, (one) => one.asked.timeouts, 'the settings arrive');
      assert.deepEqual(after.asked, wanted);
      assert.deepEqual(after.told, { resilint: wanted });
      await run('restart');
      const anew = await said(app, (one) => one.pid !== after.pid, 'a new server answers');
      assert.deepEqual(anew.start, wanted);
    });
    await said(app, (one) => !one.asked.timeouts, 'the settings are gone');
  },

  async 'each folder has its own settings'() {
    await vscode.workspace.openTextDocument(other);
    const one = await said(other, (two) => two.asked.profile, 'the folder is asked for');
    assert.deepEqual(one.asked, { ...switches, profile: 'strict' });
    const first = await started(scene.onPath);
    assert.deepEqual(first.asked, switches);
  },

  async 'a server that dies is started again'() {
    const { pid } = await started(scene.onPath);
    process.kill(pid, 'SIGKILL');
    const anew = await said(app, (one) => one.pid !== pid, 'another server answers');
    assert.equal(anew.program, scene.onPath);
  },

  async 'fix all applies the source action of the file in front'() {
    const editor = await vscode.window.showTextDocument(app);
    await started(scene.onPath);
    await run('fixAll');
    await until(
      vscode.workspace.onDidChangeTextDocument,
      () => (editor.document.getText() === 'mended = 1\n' ? true : undefined),
      'the text is mended',
    );
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), 'guilty = 1\n');
  },

  async 'check workspace lists the findings of files that nobody opened, until they are opened'() {
    await started(scene.onPath);
    await run('checkWorkspace');
    const closed = vscode.Uri.file(path.join(scene.first, 'closed.py'));
    const swept = () => vscode.languages.getDiagnostics(closed).map((one) => one.message);
    assert.deepEqual(swept(), ['swept']);
    await vscode.workspace.openTextDocument(closed);
    await said(closed, () => true, 'the server answers for the opened file');
    assert.ok(!swept().includes('swept'));
  },

  async "a rule's page opens, of the rule named or under the cursor"() {
    const open = () =>
      until(
        vscode.window.tabGroups.onDidChangeTabs,
        () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).find((tab) => /Preview/.test(tab.label)),
        'the page is open',
      );
    await run('openRulePage', 'no-timeout');
    const tab = await open();
    assert.match(tab.label, /no-timeout/);
    const page = vscode.Uri.parse('resilint-rule:/no-timeout.md');
    const text = (await vscode.workspace.openTextDocument(page)).getText();
    assert.match(text, /^# no-timeout \(TMO001\)\n\nwarning, has a fix\n\nA remote call that may wait for ever/);
    assert.match(text, /\n\*bad\*:\n\n```python\nguilty = 1\n```/);
    await vscode.window.tabGroups.close(tab);
    const editor = await vscode.window.showTextDocument(app);
    editor.selection = new vscode.Selection(0, 2, 0, 2);
    await run('openRulePage');
    assert.match((await open()).label, /no-timeout/);
  },

  async 'every command of the manifest is there'() {
    const known = await vscode.commands.getCommands(true);
    for (const { command } of extension.packageJSON.contributes.commands) {
      assert.ok(known.includes(command), command);
    }
    await run('showLog');
  },

  async 'with no server anywhere it says so, and installs one into an environment of its own'() {
    renameSync(scene.onPath, `${scene.onPath}.away`);
    try {
      await run('restart');
      await state('missing');
      await run('install');
      const running = await state('running');
      assert.match(running.command, /globalStorage\/resilint\.resilint\/environment\/bin\/resilint$/);
      assert.ok(existsSync(running.command));
      await said(app, (one) => one.start, 'the installed server answers');
    } finally {
      renameSync(`${scene.onPath}.away`, scene.onPath);
    }
    await run('restart');
    await started(scene.onPath);
  },
};

exports.run = async () => {
  const results = [];
  const beginning = async () => {
    await vscode.window.showTextDocument(app);
    await extension.activate();
  };
  for (const [name, test] of [['the beginning', beginning], ...Object.entries(tests)]) {
    try {
      await test();
      results.push({ name, error: '' });
    } catch (error) {
      results.push({ name, error: error.stack });
    }
  }
  // The rename is what the other side waits for: it never sees half a file.
  writeFileSync(`${scene.results}.part`, JSON.stringify(results));
  renameSync(`${scene.results}.part`, scene.results);
};
