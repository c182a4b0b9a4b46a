// A server that is told to stop: new work is sent elsewhere, and whoever listens hears the end as its era demands.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { open } from '../stage/socket.mjs';
import { afterwards, ask, binary, demoRepository, environment, freePort, freshFolder, serve, token, until } from '../stage/stage.mjs';

const authorization = `Bearer ${token}`;
const media = { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
const modern = (method) => ({ ...media, 'mcp-protocol-version': '2026-07-28', 'mcp-method': method });
const listen = (id) => ({
  jsonrpc: '2.0', id, method: 'subscriptions/listen',
  params: { notifications: { resourceSubscriptions: ['flux://runs'] }, _meta: meta },
});
const subscription = 'io.modelcontextprotocol/subscriptionId';

/// An answer that comes bit by bit.
function stream(url, options, body) {
  const heard = { status: undefined, text: '', ended: false, broken: undefined };
  const request = http.request(url, { agent: false, ...options }, (response) => {
    heard.status = response.statusCode;
    response.on('data', (part) => { heard.text += part; });
    response.on('end', () => { heard.ended = true; });
    response.on('error', (error) => { heard.broken = error; });
  });
  request.on('error', (error) => { heard.broken = error; });
  request.end(body && JSON.stringify(body));
  heard.messages = () => [...heard.text.matchAll(/^data: (\{.*)$/gm)].map(([, text]) => JSON.parse(text));
  return heard;
}

async function session(server, protocolVersion) {
  const body = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo: { name: 't', version: '0' } } };
  const opened = await ask(server.url, { method: 'POST', headers: media, body: JSON.stringify(body) });
  assert.equal(JSON.parse(opened.text).result.protocolVersion, protocolVersion);
  return { authorization, accept: 'text/event-stream', 'mcp-session-id': opened.headers['mcp-session-id'], 'mcp-protocol-version': protocolVersion };
}

/// A request of which the server has a part. It is waited for, so this is how long a drain takes.
async function half(server) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 'half', method: 'tools/list', params: { _meta: meta } });
  const socket = net.connect(server.port, '127.0.0.1');
  const heard = { text: '', over: false, send: () => socket.write(body.slice(10)) };
  socket.on('data', (bytes) => { heard.text += bytes; });
  socket.on('close', () => { heard.over = true; });
  const fields = Object.entries({ host: `127.0.0.1:${server.port}`, ...modern('tools/list'), 'content-length': body.length, expect: '100-continue' });
  socket.write(`POST /mcp HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body.slice(0, 10)}`);
  await until('the server to read on', () => heard.text.includes('100 Continue'));
  return heard;
}

test('what a server that stops says to whom', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const streams = new Map();
  for (const revision of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    streams.set(revision, stream(server.url, { headers: await session(server, revision) }));
  }
  const listener = stream(server.url, { method: 'POST', headers: modern('subscriptions/listen') }, listen('over-http'));
  const socket = await open(server.ws, { headers: { authorization } });
  socket.send(listen('over-a-socket'));
  const silent = await open(server.ws, { headers: { authorization } });
  await until('all to be heard', () => socket.messages.length === 1 && listener.messages().length === 1 &&
    [...streams.values()].every(({ status }) => status === 200));

  const holding = await half(server);
  const end = server.stop();
  await until('the server to say so', async () => (await ask(`${server.origin}/health`)).status === 503);

  await t.test('new work is sent elsewhere, on a new connection', async () => {
    const ready = await ask(`${server.origin}/readyz`);
    assert.equal(ready.status, 503);
    assert.equal(JSON.parse(ready.text).status, 'draining');
    const list = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: { _meta: meta } });
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    for (const [what, path, options] of [
      ['a request', '/mcp', { method: 'POST', headers: modern('tools/list'), body: list }],
      ['a socket', '/mcp', { headers: { authorization, ...upgrade } }],
      ['the page', '/', {}],
    ]) {
      const refused = await ask(`${server.origin}${path}`, options);
      assert.equal(refused.status, 503, what);
      assert.ok(Number(refused.headers['retry-after']) > 0, what);
      assert.equal(refused.headers.connection, 'close', what);
    }
    assert.equal((await ask(`${server.origin}/livez`)).status, 200);
  });

  await t.test('the stream of a session ends', async () => {
    for (const [revision, heard] of streams) {
      await until(`the stream of ${revision} to end`, () => heard.ended);
      assert.equal(heard.broken, undefined, revision);
    }
  });

  await t.test('a subscription ends with its result, on a channel with others also with a notification', async () => {
    const result = (id) => ({ id, type: 'complete', subscription: id });
    const told = ({ id, result: { resultType, _meta } }) => ({ id, type: resultType, subscription: _meta[subscription] });
    await until('the subscription over HTTP to end', () => listener.ended);
    assert.deepEqual(listener.messages().slice(1).map(told), [result('over-http')]);
    await until('the socket to close', () => socket.closed);
    assert.equal(socket.messages.length, 3);
    assert.deepEqual(told(socket.messages[1]), result('over-a-socket'));
    assert.equal(socket.messages[2].method, 'notifications/cancelled');
    assert.equal(socket.messages[2].params.requestId, 'over-a-socket');
  });

  await t.test('sockets are closed with 1001', async () => {
    await until('the other one to close too', () => silent.closed);
    assert.deepEqual([socket.closed.code, silent.closed.code], [1001, 1001]);
  });

  await t.test('it ends when the last has its answer', async () => {
    assert.equal(server.process.exitCode, null);
    holding.send();
    await until('the last to be answered', () => holding.over);
    assert.match(holding.text, /\r\n\r\nHTTP\/1\.1 503 [^]*\r\nRetry-After: \d+\r\n/);
    assert.deepEqual(await end, { code: 0, signal: null }, server.output);
    await assert.rejects(ask(`${server.origin}/health`), { code: 'ECONNREFUSED' });
  });
});

test('a process that serves its own input ends its subscriptions, too', async (t) => {
  const state = freshFolder(t);
  const env = environment({ HOME: state, FLUX_STATE_DIR: state, FLUX_REPO: demoRepository(t), FLUX_PREVIEW_PORT: String(await freePort()) });
  const child = spawn(binary, ['stdio'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  afterwards(t, () => child.kill('SIGKILL'));
  const ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal })));
  let text = '';
  child.stdout.on('data', (bytes) => { text += bytes; });
  const lines = () => text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  child.stdin.write(`${JSON.stringify(listen(7))}\n`);
  await until('it to be acknowledged', () => lines().length === 1);

  child.kill('SIGTERM');
  assert.deepEqual(await ended, { code: 0, signal: null });
  const [, result, cancelled] = lines();
  assert.equal(result.id, 7);
  assert.equal(result.result._meta[subscription], 7);
  assert.deepEqual([cancelled.method, cancelled.params.requestId], ['notifications/cancelled', 7]);
  assert.equal(lines().length, 3);
});
