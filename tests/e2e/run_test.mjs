// What a newcomer does: ./run, twice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ask, environment, freePort, freshFolder, patience, root, until } from '../stage/stage.mjs';

async function start(state, port, previewPort, env = {}) {
  const begun = Date.now();
  const child = spawn(join(root, 'run'), [], {
    env: environment({ HOME: state, FLUX_STATE_DIR: state, PORT: String(port), FLUX_PREVIEW_PORT: String(previewPort), ...env }),
    stdio: ['ignore', 'pipe', 'pipe'], cwd: '/',
  });
  const run = { child, stdout: '', stderr: '' };
  child.stdout.on('data', (part) => { run.stdout += part; });
  child.stderr.on('data', (part) => { run.stderr += part; });
  run.ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  await until('the preview URL', () => {
    if (child.exitCode !== null) throw new Error(`./run ended with ${child.exitCode}:\n${run.stdout}${run.stderr}`);
    return /^ *Preview /m.test(run.stdout);
  }, 600_000);
  run.seconds = (Date.now() - begun) / 1000;
  return run;
}

test('./run shows everything, works, drains, and is quick the second time', async (t) => {
  const state = freshFolder(t);
  const [port, previewPort] = [await freePort(), await freePort()];
  const first = await start(state, port, previewPort);
  t.after(() => first.child.kill('SIGKILL'));

  const said = first.stdout.trimEnd().split('\n').slice(first.stdout.split('\n').findIndex((line) => line.startsWith('flux-mcp')));
  assert.ok(said.length <= 12, first.stdout);
  assert.ok(!/\x1b/.test(first.stdout + first.stderr), 'no colours in a pipe');

  await t.test('a token that only this user can read', async () => {
    const file = join(state, 'run-token');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const token = readFileSync(file, 'utf8').trim();
    assert.ok(first.stdout.includes(token));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '0' } } });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const at = `http://127.0.0.1:${port}/mcp`;
    assert.equal((await ask(at, { method: 'POST', body, headers })).status, 401);
    assert.equal((await ask(at, { method: 'POST', body, headers: { ...headers, authorization: `Bearer ${token}` } })).status, 200);
  });

  await t.test('a preview that opens', async () => {
    const url = new URL(first.stdout.match(/^ *Preview +(\S+)/m)[1]);
    const page = await ask(`http://127.0.0.1:${previewPort}${url.pathname}`, { headers: { host: url.host } });
    assert.equal(page.status, 200);
    assert.match(page.text, /<h1>Fathom<\/h1>/);
  });

  await t.test('the second owner is refused', async () => {
    const second = spawn(join(root, 'run'), [], { env: environment({ HOME: state, FLUX_STATE_DIR: state, PORT: String(await freePort()), FLUX_PREVIEW_PORT: String(await freePort()) }), stdio: 'ignore' });
    assert.notEqual(await new Promise((done) => second.on('exit', done)), 0);
  });

  first.child.kill('SIGINT');
  assert.deepEqual(await first.ended, { code: 0, signal: null }, first.stderr);

  await t.test('the second start takes less than five seconds', async () => {
    const second = await start(state, port, previewPort);
    assert.ok(second.seconds < 5 * patience, `${second.seconds} s`);
    second.child.kill('SIGTERM');
    assert.deepEqual(await second.ended, { code: 0, signal: null }, second.stderr);
  });
});
