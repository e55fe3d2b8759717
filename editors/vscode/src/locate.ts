/** Where the server is: a search through the places a person may have put it, in order. */

import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import * as path from 'node:path';

/** The place a server was found in: the setting, a selected interpreter, PATH, or the environment of our own. */
export type Origin = 'setting' | 'interpreter' | 'path' | 'own';

export interface Located {
  readonly command: string;
  readonly origin: Origin;
}

/** Everything that decides where the server is found; nothing else is looked at. */
export interface Search {
  /** `resilint.path` with its variables replaced; empty if not set. */
  readonly setting: string;
  /** Python executables to look beside, the most wanted first. */
  readonly interpreters: readonly string[];
  /** The PATH variable as it stands. */
  readonly path: string;
  /** The folder of the environment that the extension may have made. */
  readonly own: string;
  /** The workspace's folders. */
  readonly folders: readonly string[];
  readonly trusted: boolean;
  readonly windows: boolean;
}

/**
 * Finds the server's executable, or nothing.
 *
 * Errors: a setting that names no executable is an `Error`, for falling back would run something
 * that the person did not ask for.
 */
export function locate(search: Search): Located | undefined {
  if (search.setting !== '') {
    if (!executable(search.setting, search.windows)) {
      throw new Error(`resilint.path is "${search.setting}", and no program is there`);
    }
    if (!allowed(search.setting, search)) {
      throw new Error(`resilint.path is "${search.setting}", inside a workspace that is not trusted`);
    }
    return { command: search.setting, origin: 'setting' };
  }
  for (const [origin, candidates] of [
    ['interpreter', search.interpreters.flatMap((python) => beside(python, search.windows))],
    ['path', onPath('resilint', search.path, search.windows)],
    ['own', [own(search.own, 'resilint', search.windows)]],
  ] as const) {
    for (const command of candidates) {
      if (executable(command, search.windows) && allowed(command, search)) {
        return { command, origin };
      }
    }
  }
  return undefined;
}

/** The Pythons that could make an environment: the interpreters given, then those on PATH. */
export function pythons(search: Search): string[] {
  const names = search.windows ? ['python', 'py'] : ['python3', 'python'];
  const candidates = [
    ...search.interpreters,
    ...names.flatMap((name) => onPath(name, search.path, search.windows)),
  ];
  return [...new Set(candidates)].filter(
    (python) => executable(python, search.windows) && allowed(python, search),
  );
}

/** The path of a program in the virtual environment `folder`. */
export function own(folder: string, program: string, windows: boolean): string {
  return windows
    ? path.join(folder, 'Scripts', `${program}.exe`)
    : path.join(folder, 'bin', program);
}

// The script beside the interpreter is started, never `python -m resilint`: with -m the current
// folder comes first in sys.path, and a project could slip in a `resilint` of its own.
function beside(python: string, windows: boolean): string[] {
  const folder = path.dirname(python);
  return windows
    ? [path.join(folder, 'Scripts', 'resilint.exe'), path.join(folder, 'resilint.exe')]
    : [path.join(folder, 'resilint')];
}

// Relative entries of PATH are left out: they would mean a folder of whatever is open.
function onPath(program: string, value: string, windows: boolean): string[] {
  return value
    .split(windows ? ';' : ':')
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, windows ? `${program}.exe` : program));
}

function executable(file: string, windows: boolean): boolean {
  try {
    accessSync(file, windows ? constants.F_OK : constants.X_OK);
    return path.isAbsolute(file) && statSync(file).isFile();
  } catch {
    return false;
  }
}

// A link may point into the workspace, and a program of the workspace may be a link to elsewhere:
// both count as the workspace's.
function allowed(file: string, search: Search): boolean {
  if (search.trusted) {
    return true;
  }
  const files = [path.resolve(file), realpathSync(file)];
  const folders = search.folders.flatMap((folder) => [path.resolve(folder), real(folder)]);
  return !files.some((one) => folders.some((folder) => below(one, folder)));
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}

function below(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}
