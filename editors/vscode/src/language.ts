/** What the language status says of the file in front: its findings, and which settings hold for it. */

import * as path from 'node:path';
import {
  DiagnosticSeverity,
  languages,
  LanguageStatusSeverity,
  Uri,
  window,
  type Diagnostic,
  type Disposable,
  type LanguageStatusItem,
} from 'vscode';
import { ExecuteCommandRequest, State, type LanguageClient } from 'vscode-languageclient/node';

import { section } from './settings';

/** What the server's command `resilint.about` returns. */
interface About {
  readonly root: string;
  readonly source: string;
  readonly profile: string;
  readonly preview: boolean;
  readonly rules: number;
}

const NAMES: readonly (readonly [DiagnosticSeverity, string])[] = [
  [DiagnosticSeverity.Error, 'error'],
  [DiagnosticSeverity.Warning, 'warning'],
  [DiagnosticSeverity.Information, 'info'],
  [DiagnosticSeverity.Hint, 'hint'],
];

export class LanguageStatus implements Disposable {
  private readonly findings = item('resilint.findings', 'Resilint: findings');
  private readonly settings = item('resilint.settings', 'Resilint: settings');
  private readonly listening: Disposable[];
  private serial = 0;

  constructor(private readonly client: () => LanguageClient | undefined) {
    this.listening = [
      window.onDidChangeActiveTextEditor(() => void this.update()),
      languages.onDidChangeDiagnostics(({ uris }) => {
        const front = window.activeTextEditor?.document.uri.toString();
        if (uris.some((uri) => uri.toString() === front)) {
          void this.update();
        }
      }),
    ];
  }

  /** Says it again. */
  async update(): Promise<void> {
    const editor = window.activeTextEditor;
    if (editor === undefined || editor.document.languageId !== 'python') {
      return;
    }
    const serial = ++this.serial;
    const found = languages.getDiagnostics(editor.document.uri).filter((one) => one.source === section);
    this.findings.text = `Resilint: ${counts(found)}`;
    this.findings.severity = worst(found);
    this.findings.command = { command: 'workbench.actions.view.problems', title: 'Show' };
    const about = await this.ask(editor.document.uri);
    if (serial !== this.serial || about === undefined) {
      return; // another file came to the front meanwhile, or nothing is known
    }
    this.settings.text = `Resilint: ${about.rules} rules, profile ${about.profile}${about.preview ? ', preview' : ''}`;
    this.settings.detail = about.source === '' ? 'no settings file' : path.relative(about.root, about.source);
    this.settings.command =
      about.source === ''
        ? { command: 'workbench.action.openSettings', title: 'Settings', arguments: ['resilint'] }
        : { command: 'vscode.open', title: 'Open', arguments: [Uri.file(about.source)] };
  }

  dispose(): void {
    [this.findings, this.settings, ...this.listening].forEach((one) => one.dispose());
  }

  private async ask(uri: Uri): Promise<About | undefined> {
    const client = this.client();
    if (client?.state !== State.Running) {
      return undefined;
    }
    try {
      const command = 'resilint.about';
      const known = client.initializeResult?.capabilities.executeCommandProvider?.commands;
      if (known?.includes(command) !== true) {
        return undefined; // an older server
      }
      const given = [client.code2ProtocolConverter.asUri(uri)];
      return ((await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: given })) ??
        undefined) as About | undefined;
    } catch {
      return undefined; // the server stopped meanwhile: the status bar says so
    }
  }
}

function item(id: string, name: string): LanguageStatusItem {
  const made = languages.createLanguageStatusItem(id, { language: 'python' });
  made.name = name;
  made.text = name;
  return made;
}

function counts(found: readonly Diagnostic[]): string {
  const parts = NAMES.map(([severity, name]) => {
    const count = found.filter((one) => one.severity === severity).length;
    const plural = count === 1 || name === 'info' ? '' : 's';
    return count === 0 ? '' : `${count} ${name}${plural}`;
  });
  return parts.filter(Boolean).join(', ') || 'nothing found';
}

function worst(found: readonly Diagnostic[]): LanguageStatusSeverity {
  if (found.some((one) => one.severity === DiagnosticSeverity.Error)) {
    return LanguageStatusSeverity.Error;
  }
  return found.some((one) => one.severity === DiagnosticSeverity.Warning)
    ? LanguageStatusSeverity.Warning
    : LanguageStatusSeverity.Information;
}
