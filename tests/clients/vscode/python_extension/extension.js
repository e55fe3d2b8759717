// The part of the Python extension's interface that ours uses, with a command to select an interpreter.

const { commands, EventEmitter, Uri } = require('vscode');

exports.activate = () => {
  const changed = new EventEmitter();
  let selected = '';
  commands.registerCommand('stubPython.select', (interpreter) => {
    selected = interpreter;
    changed.fire({ path: selected });
  });
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path: selected }),
      resolveEnvironment: async ({ path }) =>
        path === '' ? undefined : { executable: { uri: Uri.file(path) } },
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
