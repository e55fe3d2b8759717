/** What happens at the call under the cursor, as a text beside the code. */

import { EventEmitter, Uri, ViewColumn, window, workspace, type Disposable } from 'vscode';
import { ExecuteCommandRequest, State, type LanguageClient } from 'vscode-languageclient/node';

const SCHEME = 'resilint-explain';

export class Explainer implements Disposable {
  private text = '';
  private readonly changed = new EventEmitter<Uri>();
  private readonly provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: () => this.text,
  });

  /** Asks the server about the line of the cursor, and shows its answer beside the editor. */
  async run(client: LanguageClient | undefined): Promise<void> {
    const editor = window.activeTextEditor;
    if (client?.state !== State.Running || editor === undefined) {
      throw new Error('There is no Python file that the server knows');
    }
    const { line } = editor.selection.active;
    const found: unknown = await client.sendRequest(ExecuteCommandRequest.type, {
      command: 'resilint.explain',
      arguments: [client.code2ProtocolConverter.asUri(editor.document.uri), line],
    });
    this.text = typeof found === 'string' && found !== '' ? found : 'Nothing is known of this line.';
    const uri = Uri.from({ scheme: SCHEME, path: 'What happens at this call' });
    this.changed.fire(uri);
    const document = await workspace.openTextDocument(uri);
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true });
  }

  dispose(): void {
    this.provider.dispose();
    this.changed.dispose();
  }
}
