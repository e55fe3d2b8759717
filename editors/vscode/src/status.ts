/** The item in the status bar: what the server is doing, and what is wrong if it is not. */

import {
  EventEmitter,
  MarkdownString,
  StatusBarAlignment,
  ThemeColor,
  window,
  type Disposable,
} from 'vscode';

export type State =
  | { readonly kind: 'starting' | 'installing' | 'stopped' | 'missing' }
  | { readonly kind: 'running'; readonly command: string; readonly version: string }
  | { readonly kind: 'failed'; readonly message: string };

interface Look {
  readonly icon: string;
  readonly text: string;
  /** What a click does. */
  readonly command: string;
  readonly background?: string;
}

export class Status implements Disposable {
  private readonly item = window.createStatusBarItem('resilint', StatusBarAlignment.Right, 100);
  private readonly changed = new EventEmitter<State>();
  readonly onDidChange = this.changed.event;
  state: State = { kind: 'stopped' };

  constructor() {
    this.item.name = 'Resilint';
    this.show(this.state);
  }

  show(state: State): void {
    const look = appearance(state);
    this.state = state;
    this.item.text = `$(${look.icon}) Resilint`;
    this.item.tooltip = tooltip(look.text, state);
    this.item.command = look.command;
    this.item.backgroundColor = look.background ? new ThemeColor(look.background) : undefined;
    this.item.accessibilityInformation = { label: `Resilint: ${look.text}` };
    this.item.show();
    this.changed.fire(state);
  }

  dispose(): void {
    this.item.dispose();
    this.changed.dispose();
  }
}

function appearance(state: State): Look {
  switch (state.kind) {
    case 'starting':
      return { icon: 'loading~spin', text: 'Starting', command: 'resilint.showLog' };
    case 'installing':
      return { icon: 'loading~spin', text: 'Installing the server', command: 'resilint.showLog' };
    case 'stopped':
      return { icon: 'circle-slash', text: 'Stopped', command: 'resilint.restart' };
    case 'running':
      return { icon: 'check', text: `Running ${state.version}`, command: 'resilint.showLog' };
    case 'missing':
      return {
        icon: 'warning',
        text: 'Not installed: click to install it',
        command: 'resilint.install',
        background: 'statusBarItem.warningBackground',
      };
    case 'failed':
      return {
        icon: 'error',
        text: state.message,
        command: 'resilint.showLog',
        background: 'statusBarItem.errorBackground',
      };
  }
}

function tooltip(text: string, state: State): MarkdownString {
  const result = new MarkdownString(undefined, true);
  // The message may quote a path or a server's words: appendText escapes what Markdown would read.
  result.appendMarkdown('**Resilint** \u2014 ').appendText(text);
  if (state.kind === 'running') {
    result.appendMarkdown('\n\n').appendText(state.command);
  }
  result.appendMarkdown(
    '\n\n[Restart](command:resilint.restart) \u00b7 [Show log](command:resilint.showLog)',
  );
  result.isTrusted = { enabledCommands: ['resilint.restart', 'resilint.showLog'] };
  return result;
}
