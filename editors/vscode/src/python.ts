/** Which Python interpreters the person has selected for the open folders. */

import * as os from 'node:os';
import { extensions, workspace, type Disposable, type Event, type Uri } from 'vscode';

/** What we use of the Python extension's public interface. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Uri): { readonly path: string };
    resolveEnvironment(environment: { readonly path: string }): Promise<
      { readonly executable: { readonly uri?: Uri | undefined } } | undefined
    >;
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
  };
}

/**
 * The interpreters of the open folders, without repetition, the first folder's first.
 *
 * In an untrusted workspace only the person's own setting counts: what the Python extension
 * selected may have come from the workspace.
 */
export async function interpreters(): Promise<string[]> {
  const found: (string | undefined)[] = [];
  if (workspace.isTrusted) {
    const python = await pythonExtension();
    for (const folder of folders()) {
      found.push(await selected(python, folder), configured(folder));
    }
  } else {
    const setting = workspace.getConfiguration('python').inspect<string>('defaultInterpreterPath');
    found.push(expand(setting?.globalValue ?? ''));
  }
  return [...new Set(found)].filter((path) => path !== undefined && path !== '') as string[];
}

/** Calls back when another interpreter is selected. */
export async function watchInterpreters(changed: () => void): Promise<Disposable | undefined> {
  return (await pythonExtension())?.environments.onDidChangeActiveEnvironmentPath(changed);
}

/** Replaces `~` and `${workspaceFolder}` (the first folder unless one is given) in a path. */
export function expand(path: string, folder?: Uri): string {
  const root = folder ?? workspace.workspaceFolders?.[0]?.uri;
  return path
    .trim()
    .replace(/^~(?=$|[/\\])/, () => os.homedir())
    .replace(/\$\{workspaceFolder\}/g, () => root?.fsPath ?? '${workspaceFolder}');
}

function folders(): (Uri | undefined)[] {
  return workspace.workspaceFolders?.map((folder) => folder.uri) ?? [undefined];
}

async function selected(
  python: PythonExtension | undefined,
  folder: Uri | undefined,
): Promise<string | undefined> {
  const environment = python?.environments.getActiveEnvironmentPath(folder);
  const details = environment && (await python?.environments.resolveEnvironment(environment));
  return details?.executable.uri?.fsPath;
}

function configured(folder: Uri | undefined): string {
  const setting = workspace.getConfiguration('python', folder).get<unknown>('defaultInterpreterPath');
  return typeof setting === 'string' ? expand(setting, folder) : '';
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  try {
    const api: unknown = await extensions.getExtension('ms-python.python')?.activate();
    return (api as Partial<PythonExtension> | undefined)?.environments
      ? (api as PythonExtension)
      : undefined;
  } catch {
    // A Python extension that cannot start is told of by VS Code; we go on without it.
    return undefined;
  }
}
