// Bytes that no client of good will would send. The server answers clearly, or hangs up, and goes on.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { ask, demoRepository, serve, until } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

const deep = (depth) => '['.repeat(depth) + ']'.repeat(depth);

test('hostile input', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const authorization = `Bearer ${server.token}`;
  const connect = () => open(server.ws, { headers: { authorization } });
  const post = (body, headers = {}) => ask(server.url, { method: 'POST', body,
    headers: { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } });

  await t.test('over WebSocket, what is no request gets an error and the socket lives on', async () => {
    const peer = await connect();
    for (const [text, code] of [
      ['{', -32700], ['', -32700], ['nonsense', -32700], [`{"a":${deep(100)}}`, undefined],
      ['1', -32600], ['null', -32600], ['{}', -32600], ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":7}', -32600], ['{"jsonrpc":"2.0","id":null,"method":"tools/list"}', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"tools/list"}', -32600],
      ['{"jsonrpc":"2.0","id":5,"method":"tools/fly"}', -32601],
      ['{"jsonrpc":"2.0","id":6,"method":"tools/call","params":[]}', undefined],
      ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":7}}', -32602],
      ['{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"builds.list","arguments":[]}}', undefined],
    ]) {
      const seen = peer.messages.length;
      peer.send(text);
      const answer = await until(`an answer to ${text.slice(0, 60)}`, () => peer.messages[seen]);
      assert.ok(answer.error || answer.result?.isError, JSON.stringify(answer));
      if (code) assert.equal(answer.error?.code, code, `${text}: ${JSON.stringify(answer)}`);
    }
    assert.ok((await peer.request('tools/list')).result);
    await peer.close();
  });

  await t.test('wrong types in every argument are results that name it', async () => {
    const peer = await connect();
    for (const [name, good] of [
      ['builds.createPreview', { branch: 'main', dry_run: true }], ['builds.tailLogs', { run_id: 1 }], ['builds.status', { run_id: 1 }],
      ['builds.list', {}], ['builds.rerun', { run_id: 1 }], ['builds.cancel', { run_id: 1 }], ['builds.removePreview', { branch: 'none' }],
    ]) {
      const { result: { tools } } = await peer.request('tools/list');
      const { properties } = tools.find((tool) => tool.name === name).inputSchema;
      for (const argument of Object.keys(properties)) {
        const { result } = await peer.request('tools/call', { name, arguments: { ...good, [argument]: { not: ['this'] } } });
        if (argument === 'payload') continue;
        assert.equal(result?.isError, true, `${name} took ${argument}`);
        assert.ok(result.content[0].text.includes(argument), `${name} does not name ${argument}: ${result.content[0].text}`);
      }
    }
    await peer.close();
  });

  for (const [name, send, code] of [
    ['a binary frame', (socket) => socket.send(Buffer.from('{}'), { binary: true }), 1003],
    ['text that is no UTF-8', (socket) => socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false }), 1007],
    ['a message that is too big', (socket) => socket.send('x'.repeat((1 << 20) + 1)), 1009],
  ]) {
    await t.test(`${name} closes with ${code}`, async () => {
      const peer = await connect();
      send(peer.socket);
      await until('the close', () => peer.closed);
      assert.equal(peer.closed.code, code);
    });
  }

  await t.test('over HTTP, each gets its status', async () => {
    for (const [body, status] of [['{', 400], ['', 400], [`{"a":${deep(100)}}`, 400], ['{}', 400], ['x'.repeat((1 << 20) + 1), 413]]) {
      assert.equal((await post(body)).status, status, body.slice(0, 40));
    }
    assert.equal((await post('{}', { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await ask(`${server.origin}/nowhere`)).status, 404);
    assert.equal((await ask(`${server.origin}/mcp`, { method: 'PATCH', headers: { authorization } })).status, 405);
  });

  await t.test('framings that proxies disagree about are refused', async () => {
    for (const head of [
      'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      'GET /health HTTP/1.1\r\n\r\n', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'GET /health HTTP/1.1\nHost: 127.0.0.1\n\n', 'GET  /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      `GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    ]) {
      const answer = await raw(server.port, head);
      assert.match(answer, /^(HTTP\/1\.1 (400|431|414|421) |$)/, `${JSON.stringify(head.slice(0, 80))} got ${answer.slice(0, 80)}`);
    }
  });

  await t.test('and after all that it is well', async () => {
    assert.equal((await ask(`${server.origin}/health`)).status, 200);
  });
});

function raw(port, bytes) {
  return new Promise((done) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(20_000, () => { answer = 'no answer in time'; socket.destroy(); });
    socket.on('data', (part) => {
      answer += part;
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => done(answer));
  });
}
