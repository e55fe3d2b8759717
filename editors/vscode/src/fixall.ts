/** All fixes of a file: the safe ones at once, the others after a look at them. */

import { commands, Range, window, type CodeAction, type TextEditor } from 'vscode';

const SAFE = 'source.fixAll.resilint';
const UNSAFE = `${SAFE}.unsafe`;

/** Applies what is safe. Where nothing is, says so, and offers to show the rest. */
export async function fixAll(): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  if ((await offered(editor, SAFE)) !== undefined) {
    await apply(SAFE);
    return;
  }
  const unsafe = await offered(editor, UNSAFE);
  if (unsafe === undefined) {
    void window.showInformationMessage('Resilint: there is nothing to fix in this file.');
    return;
  }
  const preview = 'Preview';
  const answer = await window.showInformationMessage(
    `Resilint: nothing can be fixed safely in this file. ${unsafe.title}?`,
    preview,
  );
  if (answer === preview) {
    await apply(UNSAFE);
  }
}

/** Shows what all fixes would change, and applies what the person leaves ticked. */
export async function fixAllUnsafe(): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor !== undefined && (await offered(editor, UNSAFE)) === undefined) {
    await fixAll();
  } else {
    await apply(UNSAFE);
  }
}

async function offered(editor: TextEditor, kind: string): Promise<CodeAction | undefined> {
  const { document } = editor;
  const whole = new Range(0, 0, document.lineCount, 0);
  const actions = await commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    whole,
    kind,
  );
  return actions.find((action) => action.kind?.value === kind);
}

async function apply(kind: string): Promise<void> {
  await commands.executeCommand('editor.action.sourceAction', { kind, apply: 'first' });
}
