/** The person's settings in the words of the configuration file, as the server reads them. */

import { workspace, type Uri } from 'vscode';

export const section = 'resilint';

/** The setting that is the extension's own business and never sent. */
const ours = 'path';

/** Settings that a project's file knows nothing of; they always have a value. */
const switches = new Set(['enable', 'hover', 'inlayHints', 'codeLens', 'workspaceDiagnostics']);

/**
 * The switches, and the settings that somebody has set, in kebab case.
 *
 * A default of VS Code is not sent: it would hide what the project's `pyproject.toml` says.
 */
export function chosen(names: readonly string[], resource?: Uri): Record<string, unknown> {
  const settings = workspace.getConfiguration(section, resource);
  const result: Record<string, unknown> = {};
  for (const name of names) {
    const value = settings.inspect(name);
    const set = value?.globalValue ?? value?.workspaceValue ?? value?.workspaceFolderValue;
    if (set !== undefined || switches.has(name)) {
      result[kebab(name)] = settings.get(name);
    }
  }
  return result;
}

/** The names of the server's settings, out of the extension's own manifest. */
export function names(manifest: {
  contributes: { configuration: readonly { properties: Record<string, unknown> }[] };
}): string[] {
  return manifest.contributes.configuration
    .flatMap((group) => Object.keys(group.properties))
    .map((key) => key.slice(section.length + 1))
    .filter((name) => name !== ours);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
