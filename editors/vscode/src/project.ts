/** What is done once for a project: its files are written by `resilint init`, its findings recorded as known. */

import { window, workspace } from 'vscode';
import { ExecuteCommandRequest, State, type LanguageClient } from 'vscode-languageclient/node';

/** Records today's findings in the project of the file in front; the server says what it has done. */
export async function recordBaseline(client: LanguageClient | undefined): Promise<void> {
  const editor = window.activeTextEditor;
  if (client?.state !== State.Running || editor === undefined) {
    throw new Error('Open a Python file of the project first');
  }
  await client.sendRequest(ExecuteCommandRequest.type, {
    command: 'resilint.recordBaseline',
    arguments: [client.code2ProtocolConverter.asUri(editor.document.uri)],
  });
}

/** Starts `resilint init` in a terminal, where it shows what it would write, and asks. */
export function init(command: string | undefined): void {
  if (command === undefined) {
    throw new Error('The server is not installed');
  }
  const cwd = workspace.workspaceFolders?.[0]?.uri;
  if (cwd === undefined) {
    throw new Error('Open the folder of the project first');
  }
  const terminal = window.createTerminal({ name: 'resilint init', cwd });
  terminal.show();
  terminal.sendText(`${process.platform === 'win32' ? '& ' : ''}"${command}" init`);
}
