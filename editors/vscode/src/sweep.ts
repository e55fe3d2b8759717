/** One check of the whole workspace, shown in the Problems panel until the files are opened. */

import {
  languages,
  ProgressLocation,
  Uri,
  window,
  workspace,
  type CancellationToken,
  type Disposable,
  type Progress,
} from 'vscode';
import {
  State,
  WorkDoneProgress,
  WorkspaceDiagnosticRequest,
  type LanguageClient,
  type WorkspaceDiagnosticReportPartialResult,
} from 'vscode-languageclient/node';

import { linked } from './rules';

export class Sweep implements Disposable {
  private readonly found = languages.createDiagnosticCollection('resilint-workspace');
  // An open file's findings come from the server as it is typed: a second copy would grow stale.
  private readonly opened = workspace.onDidOpenTextDocument((document) =>
    this.found.delete(document.uri),
  );
  private readonly notebooks = workspace.onDidOpenNotebookDocument((notebook) =>
    this.found.delete(notebook.uri),
  );
  private serial = 0;

  /** Asks the server for every file of the workspace; the person may cancel. Gives the number found. */
  async run(client: LanguageClient | undefined): Promise<number> {
    if (client?.state !== State.Running) {
      throw new Error('The server is not running');
    }
    this.found.clear();
    const title = 'Resilint: checking the workspace';
    const count = await window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => this.ask(client, progress, token),
    );
    const where = count === 0 ? '' : '; they are listed in the Problems panel';
    void window.showInformationMessage(`Resilint: ${count} findings in the workspace${where}`);
    return count;
  }

  dispose(): void {
    this.found.dispose();
    this.opened.dispose();
    this.notebooks.dispose();
  }

  private async ask(
    client: LanguageClient,
    progress: Progress<{ message?: string }>,
    token: CancellationToken,
  ): Promise<number> {
    // A server may send the files in parts, under a token of its own, or all at once in its answer.
    const serial = ++this.serial;
    const [partialResultToken, workDoneToken] = [`resilint-part-${serial}`, `resilint-work-${serial}`];
    const taken: Promise<number>[] = [];
    const listening = [
      client.onProgress(WorkspaceDiagnosticRequest.partialResult, partialResultToken, (part) => {
        taken.push(this.take(client, part));
      }),
      client.onProgress(WorkDoneProgress.type, workDoneToken, (step) => {
        if (step.kind === 'report' && step.message !== undefined) {
          progress.report({ message: step.message });
        }
      }),
    ];
    try {
      const params = { previousResultIds: [], partialResultToken, workDoneToken };
      taken.push(this.take(client, await client.sendRequest(WorkspaceDiagnosticRequest.type, params, token)));
    } finally {
      listening.forEach((one) => one.dispose());
    }
    return (await Promise.all(taken)).reduce((sum, count) => sum + count, 0);
  }

  private async take(
    client: LanguageClient,
    result: WorkspaceDiagnosticReportPartialResult,
  ): Promise<number> {
    let count = 0;
    for (const report of result.items) {
      if (report.kind !== 'full') {
        continue;
      }
      count += report.items.length;
      const uri = Uri.parse(report.uri);
      if (!workspace.textDocuments.some((document) => document.uri.toString() === uri.toString())) {
        const findings = await client.protocol2CodeConverter.asDiagnostics(report.items);
        this.found.set(uri, linked(findings));
      }
    }
    return count;
  }
}
