// Messages that are well-formed and mean no good: wrong types wherever the protocol reads something, ids of every kind, what is
// somebody else's, and much of it at once. Each is answered as the protocol says, and the server lives on with what it had.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { afterwards, ask, binary, demoRepository, serve, sleep, until } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

const legacy = '2025-11-25';
const modern = '2026-07-28';
const meta = { 'io.modelcontextprotocol/protocolVersion': modern, 'io.modelcontextprotocol/clientCapabilities': {
  extensions: { 'io.modelcontextprotocol/tasks': {} } } };

/// What the address sanitizer keeps of freed memory and puts around each piece is not what the server keeps.
const measured = { ASAN_OPTIONS: [process.env.ASAN_OPTIONS, 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0:max_redzone=16'].filter(Boolean).join(':') };

/// A value of every kind of JSON, and some that are on the edge of their kind.
const values = ['null', 'true', '0', '-1', '1.5', '1e308', '9007199254740993', '""', '"\\u0000"', `"${'x'.repeat(5000)}"`, '[]', '[[]]', '{}',
  '{"a":{}}', '"../../etc/passwd"', '"flux://runs/%00"'];

/// What the protocol reads in each method's params, in both eras.
const members = {
  initialize: ['protocolVersion', 'capabilities', 'clientInfo'],
  ping: ['anything'],
  'server/discover': ['anything'],
  'tools/list': ['cursor'],
  'tools/call': ['name', 'arguments', 'inputResponses', 'requestState', 'task'],
  'prompts/list': ['cursor'],
  'prompts/get': ['name', 'arguments'],
  'resources/list': ['cursor'],
  'resources/templates/list': ['cursor'],
  'resources/read': ['uri'],
  'resources/subscribe': ['uri'],
  'resources/unsubscribe': ['uri'],
  'completion/complete': ['ref', 'argument', 'context'],
  'logging/setLevel': ['level'],
  'subscriptions/listen': ['notifications'],
  'tasks/get': ['taskId'],
  'tasks/update': ['taskId', 'inputResponses'],
  'tasks/cancel': ['taskId'],
};

/// Params that are right in everything but what a test puts in their place.
const right = {
  'tools/call': { name: 'builds.list', arguments: {} }, 'prompts/get': { name: 'ship_preview', arguments: { branch: 'main' } },
  'completion/complete': { ref: { type: 'ref/prompt', name: 'ship_preview' }, argument: { name: 'branch', value: '' } },
  'tasks/update': { taskId: 'x', inputResponses: {} }, initialize: { protocolVersion: legacy, capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};

/// What the server may say to such a thing: never that it broke (-32603).
const codes = [-32600, -32601, -32602, -32002, -32020, -32021, -32022];

/// `{"name":VALUE, ...}` of which `json` gives one member as text, so that any JSON can stand there.
function withMember(params, name, json) {
  const rest = Object.entries(params).filter(([key]) => key !== name).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${[...rest, `${JSON.stringify(name)}:${json}`].join(',')}}`;
}

/// Every message of the table, as text with its id.
function* misfits() {
  let id = 0;
  for (const [method, names] of Object.entries(members)) {
    for (const stateless of [false, true]) {
      const params = { ...right[method], ...(stateless && { _meta: meta }) };
      for (const name of [...names, '_meta']) {
        for (const value of values) {
          id += 1;
          yield { id, method, text: `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${withMember(params, name, value)}}` };
        }
      }
    }
    for (const value of values) {
      id += 1;
      yield { id, method, text: `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${value}}` };
    }
  }
}

function assertAnswer({ id, text }, answer) {
  assert.equal(answer.id, id, `${text.slice(0, 200)} got ${JSON.stringify(answer).slice(0, 300)}`);
  if (answer.error) assert.ok(codes.includes(answer.error.code), `${text.slice(0, 300)} got ${JSON.stringify(answer.error)}`);
  else assert.equal(typeof answer.result, 'object', text);
}

/// A listening that was begun by accident has no answer; it is given up.
const listens = ({ method, text }) => method === 'subscriptions/listen' && text.includes('"notifications":{');

/// `flux-mcp stdio` beside the server.
function stdio(t, server) {
  const child = spawn(binary, ['stdio'], { env: server.settings, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('exit', done));
  afterwards(t, async () => {
    child.stdin.end();
    assert.equal(await ended, 0, 'stdio did not end well');
  });
  const peer = { messages: [] };
  createInterface({ input: child.stdout }).on('line', (line) => peer.messages.push(JSON.parse(line)));
  peer.send = (text) => child.stdin.write(`${text}\n`);
  return peer;
}

function poster(server, token = server.token) {
  return (body, headers = {}) => ask(server.url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: {
    authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } });
}

async function openSession(post, version = legacy) {
  const answer = await post({ jsonrpc: '2.0', id: 'begin', method: 'initialize', params: { ...right.initialize, protocolVersion: version } });
  assert.equal(answer.status, 200, answer.text);
  return answer.headers['mcp-session-id'];
}

test('messages that mean no good', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: measured });
  const authorization = `Bearer ${server.token}`;
  const connect = () => open(server.ws, { headers: { authorization } });
  const post = poster(server);

  for (const [transport, begin] of [
    ['a WebSocket', async () => connect()],
    ['stdio', async (st) => stdio(st, server)],
  ]) {
    await t.test(`wrong types wherever the protocol reads, over ${transport}`, async (st) => {
      const peer = await begin(st);
      const sent = [...misfits()];
      // In pieces, because so many calls at once are refused for that alone.
      for (let first = 0; first < sent.length; first += 32) {
        const piece = sent.slice(first, first + 32);
        const before = peer.messages.length;
        for (const each of piece) peer.send(each.text);
        const owed = piece.filter((each) => !listens(each));
        const answers = await until(`the answers from ${first} on`, () => {
          const seen = peer.messages.slice(before).filter((message) => !message.method);
          return owed.every(({ id }) => seen.some((message) => message.id === id)) && seen;
        }, 60_000);
        for (const each of owed) assertAnswer(each, answers.find((message) => message.id === each.id));
        for (const { id } of piece.filter(listens)) {
          peer.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }));
        }
      }
      peer.send('{"jsonrpc":"2.0","id":"still","method":"ping"}');
      await until('a pong', () => peer.messages.some((message) => message.id === 'still' && message.result));
      await peer.close?.();
    });
  }

  await t.test('wrong types wherever the protocol reads, over HTTP', async () => {
    const session = await openSession(post);
    const take = async (each) => {
      const stateless = each.text.includes('protocolVersion":"2026');
      const name = /"(?:name|uri|taskId)":("(?:[^"\\]|\\.)*")/.exec(each.text)?.[1];
      const headers = stateless
        ? { 'mcp-protocol-version': modern, 'mcp-method': each.method, ...(name && { 'mcp-name': `=?base64?${Buffer.from(JSON.parse(name)).toString('base64')}?=` }) }
        : { 'mcp-session-id': session, 'mcp-protocol-version': legacy };
      const answer = await post(each.text, headers);
      assert.ok([200, 400, 404].includes(answer.status), `${each.text.slice(0, 200)} got ${answer.status} ${answer.text.slice(0, 200)}`);
      assertAnswer(each, JSON.parse(answer.text));
    };
    const left = [...misfits()].filter((each) => !listens(each));
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (let each = left.pop(); each; each = left.pop()) await take(each);
    }));
  });

  await t.test('ids of every kind', async (st) => {
    const kinds = [
      ['1', 1], ['0', 0], ['-7', -7], ['9007199254740991', 9007199254740991], ['"x"', 'x'], ['""', ''], ['"\\u00e9\\n"', 'é\n'], ['"1"', '1'],
      ['null'], ['true'], ['false'], ['1.5'], ['[]'], ['[1]'], ['{}'], ['{"a":1}'], ['1e400'], [`"${'x'.repeat(600)}"`], ['9'.repeat(40)],
    ];
    const socket = await connect();
    const pipe = stdio(st, server);
    for (const [id, echoed] of kinds) {
      const text = `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;
      const answers = [];
      for (const peer of [socket, pipe]) {
        const seen = peer.messages.length;
        peer.send(text);
        answers.push(await until(`an answer to ${text.slice(0, 80)}`, () => peer.messages[seen]));
      }
      answers.push(JSON.parse((await post(text)).text));
      for (const answer of answers) {
        if (echoed === undefined) {
          assert.ok([-32600, -32700].includes(answer.error?.code), `${text.slice(0, 80)} got ${JSON.stringify(answer)}`);
          assert.ok(!('id' in answer), `an id that is none is not given back: ${JSON.stringify(answer)}`);
        } else {
          assert.deepEqual(answer, { jsonrpc: '2.0', id: echoed, result: {} });
        }
      }
    }
    await socket.close();
  });

  await t.test('depth is counted, wherever it is', async () => {
    const socket = await connect();
    const nested = (depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    // The message and its params are two levels of the 64.
    for (const [depth, fine] of [[62, true], [63, false], [5_000, false], [100_000, false]]) {
      for (const name of ['anything', '_meta']) {
        const text = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"${name}":${nested(depth)}}}`;
        const seen = socket.messages.length;
        socket.send(text);
        const answer = await until('an answer', () => socket.messages[seen]);
        assert.equal(Boolean(answer.result), fine, `${depth} deep in ${name}: ${JSON.stringify(answer)}`);
        const over = await post(text);
        assert.equal(over.status, fine ? 200 : 400, `${depth} deep in ${name} over HTTP`);
      }
    }
    await socket.close();
  });

  await t.test('what is somebody else\'s stays untouched by cancels, answers and ids', async () => {
    const peer = await connect();
    const { run_id } = (await peer.tool('builds.createPreview', { branch: 'slow', fresh: true })).structuredContent;
    const [mine, other] = [await openSession(post), await openSession(post)];
    const wait = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'builds_status', arguments: { run_id, wait_s: 45, until: 'completed' } } };
    const waiting = post(wait, { 'mcp-session-id': mine });
    peer.send(JSON.stringify({ ...wait, id: 8 }));
    await sleep(200);
    for (const requestId of [7, '7', 8, '"7"', null, 7.5, [7], { id: 7 }]) {
      const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason: 'no reason' } };
      assert.equal((await post(cancel, { 'mcp-session-id': other })).status, 202);
      assert.equal((await post(cancel)).status, 202);
    }
    for (const id of [7, 'flux-1', 'flux-2']) {
      assert.equal((await post({ jsonrpc: '2.0', id, result: {} }, { 'mcp-session-id': other })).status, 202);
    }
    // An id that is in flight is not taken twice, and the first goes on.
    peer.send({ jsonrpc: '2.0', id: 8, method: 'ping' });
    const refusal = await until('the refusal', () => peer.messages.find((message) => message.id === 8));
    assert.equal(refusal.error?.code, -32600, JSON.stringify(refusal));
    const answer = await waiting;
    assert.equal(JSON.parse(answer.text).result.structuredContent.run.conclusion, 'success', answer.text);
    await until('the answer on the socket', () => peer.messages.find((message) => message.id === 8 && message.result), 60_000);
    await peer.close();
  });

  await t.test('an event stream goes on only where it was', async () => {
    const session = await openSession(post);
    const peer = await connect();
    const { run_id } = (await peer.tool('builds.createPreview', { branch: 'slow', fresh: true })).structuredContent;
    await peer.close();
    // Broken off after its first event, as by a bad line.
    const first = await firstEvent(server, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {
      name: 'builds_status', arguments: { run_id, wait_s: 45, until: 'completed' }, _meta: { progressToken: 'p' } } }, session);
    const resume = (id, where) => ask(server.url, { headers: { authorization, accept: 'text/event-stream', 'mcp-session-id': where, 'last-event-id': id } });
    const other = await openSession(post);
    for (const id of [first, '0-99', '99-0', '-1-0', '1', '-', '', 'x-y', '1-1-1', '18446744073709551616-0', '9'.repeat(300)]) {
      assert.equal((await resume(id, other)).status, 400, `${id} in another session`);
    }
    assert.equal((await resume(first, 'made-up')).status, 404);
    assert.equal((await resume('0-99', session)).status, 400);
    const rest = await resume(first, session);
    assert.equal(rest.status, 200);
    assert.match(rest.text, /"id":1,"result"/, 'the answer is not lost');
  });

  await t.test('a hundred sessions at once, each with its own', async () => {
    const sessions = await Promise.all(Array.from({ length: 100 }, () => openSession(post)));
    assert.equal(new Set(sessions).size, 100);
    const answers = await Promise.all(sessions.map((session, i) => post({ jsonrpc: '2.0', id: i, method: 'resources/subscribe', params: { uri: 'flux://runs' } }, { 'mcp-session-id': session })));
    answers.forEach((answer, i) => assert.deepEqual(JSON.parse(answer.text), { jsonrpc: '2.0', id: i, result: {} }));
    const end = (session) => ask(server.url, { method: 'DELETE', headers: { authorization, 'mcp-session-id': session } });
    for (const status of [200, 404]) {
      for (const { status: seen } of await Promise.all(sessions.map(end))) assert.equal(seen, status);
    }
    assert.equal((await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': sessions[0] })).status, 404);
  });

  await t.test('and all of it again and again costs no memory', async () => {
    const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1024;
    const storm = async () => {
      const peer = await connect();
      for (let round = 0; round < 40; ++round) {
        const before = peer.messages.length;
        for (let i = 0; i < 50; ++i) {
          peer.send(`{"jsonrpc":"2.0","id":"${round}-${i}","method":"tools/call","params":{"name":"${'n'.repeat(1000)}","arguments":{"a":${i}}}}`);
          peer.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: `${'z'.repeat(400)}${i}` } }));
          peer.send(JSON.stringify({ jsonrpc: '2.0', id: `flux-${i}`, result: { filler: 'r'.repeat(1000) } }));
        }
        await until('the answers', () => peer.messages.length >= before + 50, 60_000);
      }
      await Promise.all(Array.from({ length: 50 }, async () => {
        const session = await openSession(post);
        await ask(server.url, { method: 'DELETE', headers: { authorization, 'mcp-session-id': session } });
      }));
      await peer.close();
    };
    await storm();
    await storm();
    const before = resident();
    for (let i = 0; i < 6; ++i) await storm();
    const grown = resident() - before;
    t.diagnostic(`12,000 calls, 12,000 cancels, 12,000 answers and 300 sessions: ${grown.toFixed(1)} MiB above ${before.toFixed(0)} MiB`);
    // What the six sent is twice this.
    assert.ok(grown < 16, `grew by ${grown} MiB`);
  });
});

/// Sends a request over HTTP and hangs up after the first event of its answer that has an id; gives that id back.
function firstEvent(server, message, session) {
  return new Promise((done, fail) => {
    const request = http.request(server.url, { method: 'POST', agent: false, headers: {
      authorization: `Bearer ${server.token}`, 'content-type': 'application/json', accept: 'text/event-stream, application/json',
      'mcp-session-id': session } }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
        const id = /^id: (.+)$/m.exec(text);
        if (!id) return;
        request.destroy();
        done(id[1]);
      });
      response.on('end', () => fail(new Error(`no event came: ${text}`)));
      response.on('error', () => {});
    });
    request.on('error', () => {});
    request.end(JSON.stringify(message));
  });
}
