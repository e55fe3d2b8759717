/** What the server says on standard error: kept in the log, and its last line for the status item. */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { LogOutputChannel } from 'vscode';

const PATIENCE = 1000;

export class Words {
  private line = '';
  private end: Promise<void> = Promise.resolve();

  readonly listen = (stream: Readable, log: LogOutputChannel): void => {
    this.line = '';
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      log.info(line);
      this.line = line.trim() || this.line;
    });
    this.end = new Promise((resolve) => lines.once('close', resolve));
  };

  /** The last line that a server wrote before it ended; empty if it was silent. */
  async last(): Promise<string> {
    // The connection may be seen to close before the last words have been read.
    await Promise.race([this.end, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    return this.line;
  }
}
