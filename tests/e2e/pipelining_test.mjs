// Who asks much at once and reads the answers gets all of them, on every transport; who doesn't read holds little.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import WebSocket from 'ws';
import { command, demoRepository, environment, freshFolder, patience, serve, sleep, until } from '../stage/stage.mjs';

const list = (id) => `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`;
const ids = (count) => Array.from({ length: count }, (_, id) => id);
const shake = JSON.stringify({ jsonrpc: '2.0', id: 'first', method: 'initialize',
  params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'eager', version: '1' } } });

async function connect(server) {
  const socket = new WebSocket(server.ws, { headers: { authorization: `Bearer ${server.token}` }, perMessageDeflate: false });
  const heard = { socket, messages: [] };
  socket.on('message', (data) => heard.messages.push(String(data)));
  socket.on('close', (code, reason) => { heard.closed = { code, reason: String(reason) }; });
  await new Promise((done, fail) => socket.on('open', done).on('error', fail));
  return heard;
}

const post = (server, body, fields = '') => `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n`
  + `Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const answeredIds = (text) => [...text.matchAll(/^\{"jsonrpc":"2.0","id":(\d+),/gm)].map(([, id]) => Number(id));

test('much at once', async (t) => {
  // What the address sanitizer keeps of freed memory is not what the server keeps.
  const ASAN_OPTIONS = [process.env.ASAN_OPTIONS, 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0'].filter(Boolean).join(':');
  const server = await serve(t, { repo: demoRepository(t), env: { ASAN_OPTIONS } });

  await t.test('over WebSocket, in frames that come together', async () => {
    const heard = await connect(server);
    const { socket, messages } = heard;
    for (const id of ids(2500)) socket.send(list(id));
    await until('every answer', () => messages.length === 2500 || heard.closed, 60_000);
    assert.deepEqual(messages.map((each) => JSON.parse(each).id), ids(2500));
    socket.close();
  });

  await t.test('over HTTP, in requests that come together', async () => {
    const socket = net.connect(server.port, '127.0.0.1');
    let heard = '';
    let ended = false;
    socket.on('data', (data) => { heard += data; });
    socket.on('close', () => { ended = true; }).on('error', () => {});
    socket.write(ids(400).map((id) => post(server, list(id))).join(''));
    const answers = () => answeredIds(heard.replaceAll('\r\n\r\n', '\n'));
    await until('every answer', () => ended || answers().length === 400, 60_000);
    socket.destroy();
    assert.deepEqual(answers(), ids(400));
  });

  for (const [place, where] of [['beside a server', server.state], ['alone', freshFolder(t)]]) {
    await t.test(`over stdio ${place}, until the input ends`, async () => {
      const env = environment({ HOME: where, FLUX_STATE_DIR: where, FLUX_REPO: server.repo, FLUX_RATE_LIMIT: '0' });
      const { code, stdout, stderr } = await command(['stdio'], { env, input: `${shake}\n${ids(3000).map(list).join('\n')}\n` });
      assert.equal(code, 0, stderr);
      assert.deepEqual(answeredIds(stdout), ids(3000), stderr);
    });
  }

  await t.test('who does not read is answered little', async () => {
    const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1024;
    const before = peak();
    const deaf = await Promise.all(ids(20).map(() => connect(server)));
    for (const { socket } of deaf) {
      socket.pause();
      for (const id of ids(2600)) socket.send(list(id));
    }
    await sleep(1500 * patience);
    const grown = peak() - before;
    for (const { socket } of deaf) socket.terminate();
    // They have asked for 500 MB.
    assert.ok(grown < 64, `${grown} MiB more for twenty that do not read`);
  });
});
