/** The page of a rule, as the installed server knows it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  commands,
  languages,
  Uri,
  window,
  workspace,
  type Diagnostic,
  type Disposable,
  type QuickPickItem,
} from 'vscode';

import { section } from './settings';

const run = promisify(execFile);
const scheme = 'resilint-rule';

/** What we use of a rule as `resilint rule --output-format json` describes it. */
interface Rule {
  readonly code: string;
  readonly name: string;
  readonly severity: string;
  readonly fixable: boolean;
  readonly summary: string;
  readonly explanation: string;
}

/** Serves `resilint-rule:/NAME.md` from what the server says of the rule. `command` gives the program to ask. */
export function servePages(command: () => string | undefined): Disposable {
  return workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: async (uri) =>
      page((await ask(command(), uri.path.slice(1, -'.md'.length))) as Rule),
  });
}

/** Findings whose code opens the rule's page here, not the source file that the page is kept in. */
export function linked(findings: readonly Diagnostic[]): Diagnostic[] {
  return findings.map((finding) => {
    const name = ruleOf(finding);
    if (name !== undefined) {
      const given = encodeURIComponent(JSON.stringify([name]));
      finding.code = { value: name, target: Uri.parse(`command:resilint.openRulePage?${given}`) };
    }
    return finding;
  });
}

/** Opens the page of the rule named, of the finding under the cursor, or of one chosen from a list. */
export async function openPage(command: string | undefined, wanted?: string): Promise<void> {
  const rule = wanted ?? underCursor() ?? (await choose(command));
  if (rule !== undefined) {
    await commands.executeCommand('markdown.showPreview', Uri.from({ scheme, path: `/${rule}.md` }));
  }
}

function underCursor(): string | undefined {
  const editor = window.activeTextEditor;
  const found = editor
    ? languages
        .getDiagnostics(editor.document.uri)
        .filter((one) => one.source === section)
        .find((one) => one.range.contains(editor.selection.active))
    : undefined;
  return found && ruleOf(found);
}

function ruleOf(finding: Diagnostic): string | undefined {
  const code = typeof finding.code === 'object' ? finding.code.value : finding.code;
  return code === undefined ? undefined : String(code);
}

function page(rule: Rule): string {
  const about = [rule.severity, ...(rule.fixable ? ['has a fix'] : [])].join(', ');
  // A preview does not show the words after a fence's language: "bad", "fixed", a file's name.
  const text = rule.explanation.replace(/^```(\w+) +(.+)$/gm, '*$2*:\n\n```$1');
  return `# ${rule.name} (${rule.code})\n\n${about}\n\n${text}`;
}

async function choose(command: string | undefined): Promise<string | undefined> {
  const rules = (await ask(command)) as Rule[];
  const items: QuickPickItem[] = rules.map(({ code, name, summary }) => ({
    label: name,
    description: code,
    detail: summary,
  }));
  const picked = await window.showQuickPick(items, {
    placeHolder: 'Which rule?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.label;
}

async function ask(command: string | undefined, ...rule: string[]): Promise<unknown> {
  if (command === undefined) {
    throw new Error('The server is not installed, and the rules are described there');
  }
  const options = ['rule', ...rule, '--output-format', 'json'];
  return JSON.parse((await run(command, options, { timeout: 20_000, maxBuffer: 1 << 24 })).stdout);
}
