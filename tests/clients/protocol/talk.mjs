// Microsoft's own implementation of the protocol talks to the server; its type guards judge every answer.
// Told by the environment: COMMAND (JSON list), ROOT (a folder with a pyproject.toml), MODULES (where npm put it).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.MODULES, 'x.js'));
const p = require('vscode-languageserver-protocol/node');
const [program, ...words] = JSON.parse(process.env.COMMAND);
const pull = process.env.PULL === '1';

const server = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = p.createProtocolConnection(
  new p.StreamMessageReader(server.stdout),
  new p.StreamMessageWriter(server.stdin),
);
const judged = {};
function judge(name, value, guard) {
  judged[name] = guard(value) === true;
  return value;
}
const all = (guard) => (values) => Array.isArray(values) && values.length > 0 && values.every((v) => guard(v));

const waiting = [];
connection.onNotification(p.PublishDiagnosticsNotification.type, (params) => {
  for (const wake of waiting.splice(0)) wake(params);
});
const published = () => new Promise((resolve) => waiting.push(resolve));
const strange = [];
connection.onUnhandledNotification((message) => strange.push(message.method));
connection.onError((error) => strange.push(String(error)));
connection.onRequest(p.ConfigurationRequest.type, (params) => params.items.map(() => null));
connection.onRequest(p.RegistrationRequest.type, (params) => {
  judge('registrations', params.registrations, all((r) => p.Registration?.is?.(r) ?? typeof r.id === 'string'));
});
connection.listen();

const uri = pathToFileURL(join(process.env.ROOT, 'a.py')).toString();
const text = "é = '😀'; SLOW\nx = SAFE\ny = SAFE  # resilint: ignore[no-timeout]\n";
const full = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
const result = await connection.sendRequest(p.InitializeRequest.type, {
  processId: process.pid,
  rootUri: null,
  workspaceFolders: [{ uri: pathToFileURL(process.env.ROOT).toString(), name: 'root' }],
  capabilities: {
    general: { positionEncodings: ['utf-16'] },
    workspace: {
      configuration: true,
      didChangeWatchedFiles: { dynamicRegistration: true },
      workspaceEdit: { documentChanges: true },
      fileOperations: { didRename: true, didDelete: true, didCreate: true },
    },
    textDocument: {
      publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, versionSupport: true },
      codeAction: {
        codeActionLiteralSupport: { codeActionKind: { valueSet: [] } },
        isPreferredSupport: true,
        resolveSupport: { properties: ['edit'] },
      },
      hover: { contentFormat: ['markdown'] },
      inlayHint: {},
      ...(pull ? { diagnostic: {} } : {}),
    },
  },
});
judge('capabilities', result.capabilities, (c) => p.TextDocumentSyncKind.Incremental === c.textDocumentSync.change);
judge('renames', result.capabilities.workspace.fileOperations.didRename.filters, all((f) => typeof f.pattern.glob === 'string'));
await connection.sendNotification(p.InitializedNotification.type, {});

const first = pull ? null : published();
await connection.sendNotification(p.DidOpenTextDocumentNotification.type, {
  textDocument: p.TextDocumentItem.create(uri, 'python', 1, text),
});
const told = pull
  ? await connection.sendRequest(p.DocumentDiagnosticRequest.type, { textDocument: { uri } })
  : await first;
const diagnostics = judge('diagnostics', pull ? told.items : told.diagnostics, all(p.Diagnostic.is));
if (pull) {
  judged.result = typeof told.resultId === 'string' && told.kind === p.DocumentDiagnosticReportKind.Full;
}
judge('related', diagnostics.flatMap((d) => d.relatedInformation ?? []), all(p.DiagnosticRelatedInformation.is));
judge('descriptions', diagnostics.map((d) => d.codeDescription), all(p.CodeDescription.is));

const actions = await connection.sendRequest(p.CodeActionRequest.type, {
  textDocument: { uri },
  range: full,
  context: { diagnostics },
});
// The guard knows nothing of actions that are still to be resolved: those are judged below.
judge('actions', actions.filter((a) => a.data === undefined), all(p.CodeAction.is));
judge('edits', actions.filter((a) => a.edit).map((a) => a.edit), all(p.WorkspaceEdit.is));
const changes = actions.filter((a) => a.edit).flatMap((a) => a.edit.documentChanges);
judge('changes', changes, all(p.TextDocumentEdit.is));
const lazy = actions.find((a) => a.kind === 'source.fixAll.resilint');
const resolved = await connection.sendRequest(p.CodeActionResolveRequest.type, lazy);
judge('resolved', resolved, (a) => p.CodeAction.is(a) && p.WorkspaceEdit.is(a.edit));

// Applied with a line table of our own: JavaScript counts in UTF-16 as the protocol does.
function apply(edits) {
  const starts = [0];
  for (let i = 0; i < text.length; i += 1) if (text[i] === '\n') starts.push(i + 1);
  const at = (position) => starts[position.line] + position.character;
  return [...edits].sort((a, b) => at(b.range.start) - at(a.range.start)).reduce(
    (all, edit) => all.slice(0, at(edit.range.start)) + edit.newText + all.slice(at(edit.range.end)),
    text,
  );
}
const applied = Object.fromEntries(
  [...actions.filter((a) => a.edit), resolved].map((a) => [a.title, apply(a.edit.documentChanges[0].edits)]),
);

judge('hover', await connection.sendRequest(p.HoverRequest.type, { textDocument: { uri }, position: { line: 0, character: 11 } }), p.Hover.is);
judge('page', await connection.sendRequest(p.HoverRequest.type, { textDocument: { uri }, position: { line: 2, character: 34 } }), p.Hover.is);
judge('hints', await connection.sendRequest(p.InlayHintRequest.type, { textDocument: { uri }, range: full }), all(p.InlayHint.is));
const whole = await connection.sendRequest(p.WorkspaceDiagnosticRequest.type, { previousResultIds: [] });
judge('workspace', whole.items, (items) => items.every((item) => all(p.Diagnostic.is)(item.items)) && items.length === 1);
const refused = await connection.sendRequest('textDocument/hover', { nothing: true }).catch((error) => error);
judge('refusal', refused, (error) => error instanceof p.ResponseError && error.code === p.ErrorCodes.InvalidParams);

await connection.sendRequest(p.ShutdownRequest.type);
const ended = new Promise((resolve) => server.on('exit', resolve));
await connection.sendNotification(p.ExitNotification.type);
const status = await ended;
console.log(JSON.stringify({ judged, applied, strange, status }));
process.exit(0);
