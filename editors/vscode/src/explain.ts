/** What happens at a call, or in a function, as a page beside the code. */

import { commands, EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';
import { ExecuteCommandRequest, State, type LanguageClient } from 'vscode-languageclient/node';

const SCHEME = 'resilint-explain';

export class Explainer implements Disposable {
  private text = '';
  private readonly changed = new EventEmitter<Uri>();
  private readonly provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: () => this.text,
  });

  /** Asks the server about a line, that of the cursor if none is given, and shows its answer beside the editor. */
  async run(client: LanguageClient | undefined, document?: string, row?: number): Promise<void> {
    const editor = window.activeTextEditor;
    if (client?.state !== State.Running || (document === undefined && editor === undefined)) {
      throw new Error('There is no Python file that the server knows');
    }
    const found: unknown = await client.sendRequest(ExecuteCommandRequest.type, {
      command: 'resilint.explain',
      arguments: [
        document ?? client.code2ProtocolConverter.asUri(editor!.document.uri),
        row ?? editor!.selection.active.line,
      ],
    });
    this.text = typeof found === 'string' && found !== '' ? page(found) : 'Nothing is known of this line.';
    const uri = Uri.from({ scheme: SCHEME, path: '/What happens at this call.md' });
    this.changed.fire(uri);
    await commands.executeCommand('markdown.showPreviewToSide', uri);
  }

  dispose(): void {
    this.provider.dispose();
    this.changed.dispose();
  }
}

/** The server's text as Markdown: a heading for what begins a line, a list of what is indented. */
function page(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const depth = line.length - line.trimStart().length;
      const words = line.trim().replace(/^(limit|on [^:`]+):/, '**$1:**');
      if (words === '') {
        return '';
      }
      return depth === 0 ? `\n#### ${words}\n` : `${' '.repeat(Math.max(depth - 2, 0))}- ${words}`;
    })
    .join('\n');
}
