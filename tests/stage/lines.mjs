// A bare peer over stdio: writes the lines that it is told to, remembers what comes, and holds it against the schema of its
// revision. Whatever is no JSON on the program's output, which is for messages only, is an error here.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterwards, binary, until } from './stage.mjs';
import { conversation } from './wire_schema.mjs';

/// What was sent, if it is a message at all.
function messageOf(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/// `lines` holds what came, batches whole. The program ends with its input, and well, when the test does.
export function openLines(t, env, args = ['stdio']) {
  const child = spawn(binary, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const peer = { lines: [], code: undefined };
  const said = conversation();
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
    const message = JSON.parse(line);
    said.heard(message);
    peer.lines.push(message);
  });
  const ended = new Promise((done) => child.once('exit', (code) => done(code)));
  peer.seen = said.seen;
  peer.send = (line) => {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    said.sent(messageOf(text));
    child.stdin.write(`${text}\n`);
  };
  /// The next line that `fits` after the first `from`.
  peer.next = (what, fits, from = 0) => until(what, () => {
    said.assertFit();
    return peer.lines.slice(from).find(fits);
  }, 60_000);
  let last = 0;
  peer.request = (method, params) => {
    const id = ++last;
    peer.send({ jsonrpc: '2.0', id, method, ...(params && { params }) });
    return peer.next(`an answer to ${method}`, (message) => message.id === id && !message.method);
  };
  peer.end = async () => {
    if (peer.code !== undefined) return;
    child.stdin.end();
    peer.code = await ended;
    said.assertFit();
    assert.equal(peer.code, 0, 'stdio did not end well');
  };
  afterwards(t, peer.end);
  return peer;
}
