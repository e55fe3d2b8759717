/** All external calls of the workspace, by what is at the other end; on request those that nothing protects alone. */

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import {
  commands,
  EventEmitter,
  Range,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';

const run = promisify(execFile);
const VIEW = 'resilint.calls';
const PATIENCE = 10 * 60 * 1000;

/** What we use of a call as `resilint explain FOLDER --output-format json` describes it. */
export interface Call {
  readonly file: string;
  readonly call: string;
  readonly library: string;
  readonly peer: string;
  readonly location: { readonly row: number; readonly column: number; readonly cell?: number };
  readonly limit: { readonly state: string; readonly why: string };
  readonly requests: number | null;
  readonly seconds: number | null;
  readonly protected: boolean;
}

interface Peer {
  readonly name: string;
  readonly calls: readonly Call[];
}

type Node = Peer | Call;

export class Calls implements TreeDataProvider<Node>, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = window.createTreeView<Node>(VIEW, { treeDataProvider: this });
  private calls: readonly Call[] = [];
  private bare = false;

  /** Asks the program for all calls below the open folders. */
  async list(command: string | undefined, cwd: string): Promise<void> {
    if (command === undefined) {
      throw new Error('The server is not installed, and it is what finds the calls');
    }
    const found: Call[] = [];
    await window.withProgress({ location: { viewId: VIEW } }, async () => {
      for (const folder of workspace.workspaceFolders ?? []) {
        const words = ['explain', '--output-format', 'json', '--', folder.uri.fsPath];
        const options = { cwd, timeout: PATIENCE, maxBuffer: 1 << 28 };
        const { calls } = JSON.parse((await run(command, words, options)).stdout) as { calls: Call[] };
        found.push(...calls.map((call) => ({ ...call, file: path.resolve(cwd, call.file) })));
      }
    });
    this.calls = found;
    this.show();
  }

  /** Shows the calls that nothing protects, or all. */
  filter(bare: boolean): void {
    this.bare = bare;
    void commands.executeCommand('setContext', 'resilint.unprotectedOnly', bare);
    this.show();
  }

  getChildren(parent?: Node): Node[] {
    if (parent !== undefined) {
      return isPeer(parent) ? [...parent.calls] : [];
    }
    const groups = new Map<string, Call[]>();
    for (const call of this.calls.filter((one) => !this.bare || !one.protected)) {
      const name = call.peer || 'other';
      groups.set(name, [...(groups.get(name) ?? []), call]);
    }
    return [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([name, calls]) => ({ name, calls }));
  }

  getTreeItem(node: Node): TreeItem {
    return isPeer(node) ? group(node) : leaf(node);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private show(): void {
    const bare = this.calls.filter((call) => !call.protected).length;
    const all = `${this.calls.length} calls, ${bare} unprotected`;
    this.view.message = this.calls.length === 0 ? 'No external call was found.' : '';
    this.view.description = this.bare ? `${bare} unprotected` : all;
    this.changed.fire();
  }
}

function isPeer(node: Node): node is Peer {
  return 'calls' in node;
}

function group(peer: Peer): TreeItem {
  const item = new TreeItem(peer.name, TreeItemCollapsibleState.Expanded);
  const bare = peer.calls.filter((call) => !call.protected).length;
  const count = `${peer.calls.length} ${peer.calls.length === 1 ? 'call' : 'calls'}`;
  item.description = bare === 0 ? count : `${count}, ${bare === peer.calls.length ? 'none' : `${bare} not`} protected`;
  return item;
}

function leaf(call: Call): TreeItem {
  const item = new TreeItem(call.call, TreeItemCollapsibleState.None);
  const at = Math.max(call.location.row - 1, 0);
  const cell = call.location.cell === undefined ? '' : `cell ${call.location.cell}:`;
  item.description = `${path.basename(call.file)}:${cell}${call.location.row}  ${costs(call)}`;
  item.tooltip = `${call.library}: ${call.limit.why}\n${call.file}`;
  item.iconPath = call.protected
    ? new ThemeIcon('shield', new ThemeColor('testing.iconPassed'))
    : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.accessibilityInformation = {
    label: `${call.call}, ${call.protected ? 'protected' : 'not protected'}, ${item.description}`,
  };
  const place = new Range(at, call.location.column - 1, at, call.location.column - 1);
  const uri = Uri.file(call.file);
  item.command =
    call.location.cell === undefined
      ? { command: 'vscode.open', title: 'Open', arguments: [uri, { selection: place }] }
      : { command: 'vscode.open', title: 'Open', arguments: [uri] };
  return item;
}

/** What an outage costs there, as far as that is known. */
function costs(call: Call): string {
  const held = call.seconds === null ? '' : `up to ${Math.round(call.seconds)} s`;
  const sent = call.requests === null ? '' : `${call.requests} ${call.requests === 1 ? 'request' : 'requests'}`;
  return [sent, call.limit.state === 'unbounded' ? 'no limit' : held].filter(Boolean).join(', ');
}
