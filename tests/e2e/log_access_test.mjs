// Whoever is not let in does not reach a log, by whatever way: what they hear is the same whether the logs are there or not and
// whether there is such a run, and no file of a log is read for them. Of GitHub's logs the same holds for whoever GitHub
// refuses, although they lie here.
import assert from 'node:assert/strict';
import { readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ask, demoRepository, serve, until } from '../stage/stage.mjs';
import { create, ended, good, onGithub } from '../stage/github.mjs';
import { open } from '../stage/socket.mjs';
import { failingAssertion } from '../clients/journey.mjs';

const modern = '2026-07-28';
const [insider, outsider] = ['an-insiders-token-0123456789', 'another-token-0123456789'];
const longAgo = new Date('2001-01-01');

/// Whether any file below `folder` was read since. Where the file system keeps no time of reading, nothing ever shows.
function watchReads(folder) {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((name) => statSync(name).isFile());
  assert.ok(files.length > 0, `nothing lies in ${folder}`);
  for (const file of files) utimesSync(file, longAgo, statSync(file).mtime);
  return () => files.filter((file) => statSync(file).atime > longAgo);
}

/// Takes the logs away while `work` is done.
async function without(folder, work) {
  renameSync(folder, `${folder}.away`);
  try {
    return await work();
  } finally {
    renameSync(`${folder}.away`, folder);
  }
}

/// Everything by which a log, or what was made of one, can be asked for, in either era.
const requests = ({ run, job }, era = 'stateless') => [
  ...['builds_tailLogs', 'builds_diagnose'].map((name) => ['tools/call', { name, arguments: { run_id: run } }]),
  ['tools/call', { name: 'builds_tailLogs', arguments: { run_id: run, job: String(job), wait_s: 1, cursor: 'x' } }],
  ['tools/call', { name: 'builds_searchLogs', arguments: { run_id: run, pattern: 'note' } }],
  ['resources/read', { uri: `flux://runs/${run}/logs/${job}` }],
  ['resources/read', { uri: `flux://runs/${run}/diagnosis` }],
  ['prompts/get', { name: 'explain_failure', arguments: { run_id: String(run) } }],
  ['completion/complete', { ref: { type: 'ref/resource', uri: 'flux://runs/{run_id}/logs/{job}' }, argument: { name: 'job', value: '' },
    context: { arguments: { run_id: String(run) } } }],
  era === 'stateless'
    ? ['subscriptions/listen', { notifications: { resourceSubscriptions: [`flux://runs/${run}/logs/${job}`] } }]
    : ['resources/subscribe', { uri: `flux://runs/${run}/logs/${job}` }],
];
const downloads = ({ run, job }) => [`/api/runs/${run}/jobs/${job}/log`, `/api/runs/${run}/jobs/${job}/lines?first=1&count=10`];

const framed = (params) => ({ ...params, _meta: {
  'io.modelcontextprotocol/protocolVersion': modern, 'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} } });

const post = (server, method, params, headers = {}) => ask(server.url, {
  method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: framed(params) }),
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': modern,
    'mcp-method': method, ...(params.name ?? params.uri ? { 'mcp-name': params.name ?? params.uri } : {}), ...headers },
});

/// In the handshake era, inside a session.
const postIn = (server, session, token, method, params) => ask(server.url, {
  method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25',
    'mcp-session-id': session, authorization: `Bearer ${token}` },
});

async function openSession(server, token) {
  const answer = await ask(server.url, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: {
      protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } }),
  });
  return answer.headers['mcp-session-id'];
}

/// What somebody hears of an answer, without what says nothing of what was asked for.
const heard = ({ status, headers, text }) => ({
  status, text, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !['date', 'retry-after', 'ratelimit'].includes(name))),
});

/// Asks everything of a WebSocket at once, without waiting to be let in.
async function throughSocket(url, options, place) {
  const peer = await open(url, options);
  if (peer.refused) return { refused: peer.refused };
  if (!peer.closed) requests(place).forEach(([method, params], id) => peer.send({ jsonrpc: '2.0', id, method, params: framed(params) }));
  await until('the socket to be closed', () => peer.closed);
  return { closed: peer.closed, messages: peer.messages };
}

test('a log is for those who are let in', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: `${insider},${outsider}`, FLUX_RATE_LIMIT: '50' } });
  const logs = join(server.state, 'runs');
  const connect = (token) => open(server.ws, { headers: { authorization: `Bearer ${token}` } });
  const friend = await connect(insider);
  const { run_id: run } = JSON.parse((await friend.tool('builds.createPreview', { branch: 'faster-readers' })).content[0].text);
  const over = await until('the run to end', async () => {
    const { structuredContent } = await friend.tool('builds.status', { run_id: run, wait_s: 40, until: 'completed' });
    return structuredContent.run.status === 'completed' && structuredContent;
  }, 60_000);
  const { id: job } = over.jobs.find(({ conclusion }) => conclusion === 'failure');
  assert.ok(job > 0, JSON.stringify(over.jobs));
  const real = { run, job };
  const made_up = { run: 999_999, job: 999_999 };
  const said = (text) => text.replaceAll(/\b(999999|999,999)\b/g, 'N').replaceAll(new RegExp(`\\b(${run}|${job})\\b`, 'g'), 'N');

  const authorized = { authorization: `Bearer ${insider}` };
  let shows = false; // whether it can be seen here that a file was read
  await t.test('who read it, and then cannot when it is away', async () => {
    const reads = watchReads(logs);
    const { content } = await friend.tool('builds.tailLogs', { run_id: run });
    assert.ok(content[0].text.includes(failingAssertion), content[0].text);
    shows = reads().length > 0;
    if (!shows) t.diagnostic('this file system keeps no time of reading; only that the logs may be away is tested');
    const here = await ask(`${server.origin}${downloads(real)[0]}`, { headers: authorized });
    assert.ok(here.text.includes(failingAssertion));
    await without(logs, async () => {
      assert.ok(!JSON.stringify(await friend.tool('builds.tailLogs', { run_id: run })).includes(failingAssertion));
      const gone = await ask(`${server.origin}${downloads(real)[0]}`, { headers: authorized });
      assert.ok(!gone.text.includes(failingAssertion), 'the logs were away');
    });
  });

  /// `knock` asks for everything of a run, as somebody who may not, and gives what they hear.
  async function assertNothing(knock) {
    const reads = watchReads(logs);
    const present = await knock(real);
    const other = await knock(made_up);
    const away = await without(logs, () => knock(real));
    assert.ok(!JSON.stringify(present).includes(failingAssertion));
    assert.equal(said(JSON.stringify(away)), said(JSON.stringify(present)), 'it shows whether the logs are there');
    assert.equal(said(JSON.stringify(other)), said(JSON.stringify(present)), 'it shows whether there is such a run');
    assert.deepEqual(reads(), [], 'a log was read for somebody who may not');
    return present;
  }

  for (const [who, headers, status] of [
    ['nobody', {}, 401], ['a wrong token', { authorization: 'Bearer wrong' }, 401], ['half a token', { authorization: `Bearer ${insider.slice(0, -1)}` }, 401],
    ['another way to show it', { authorization: `Basic ${btoa(`x:${insider}`)}` }, 401],
    ['a page from elsewhere', { ...authorized, origin: 'https://evil.example' }, 403], ['another host', { ...authorized, host: 'evil.example' }, 403],
  ]) {
    await t.test(`over HTTP, ${who}`, async () => {
      const answers = await assertNothing(async (place) => {
        const all = [];
        for (const [method, params] of requests(place)) all.push(heard(await post(server, method, params, headers)));
        for (const path of downloads(place)) {
          for (const method of ['GET', 'HEAD']) all.push(heard(await ask(`${server.origin}${path}`, { method, headers })));
        }
        return all;
      });
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [status], JSON.stringify(answers));
    });

    await t.test(`over WebSocket, ${who}`, async () => {
      for (const protocols of [['mcp'], []]) {
        const end = await assertNothing((place) => throughSocket(server.ws, { headers, protocols }, place));
        if (protocols.length > 0 || status === 403) assert.equal(end.refused, status, JSON.stringify(end));
        else assert.deepEqual([end.closed.code, end.messages], [1008, []], JSON.stringify(end));
      }
    });
  }

  await t.test("over HTTP, somebody else's session", async () => {
    const session = await openSession(server, insider);
    assert.equal((await postIn(server, session, insider, 'ping', {})).status, 200);
    const answers = await assertNothing(async (place) => {
      const all = [];
      for (const [method, params] of requests(place, 'handshake')) all.push(heard(await postIn(server, session, outsider, method, params)));
      return all;
    });
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [404], JSON.stringify(answers));
  });

  await t.test('on the page, who made a cookie up, or has signed out, or shows a ticket twice', async () => {
    const json = { origin: server.origin, 'content-type': 'application/json' };
    const signIn = await ask(`${server.origin}/api/session`, { method: 'POST', headers: json, body: JSON.stringify({ token: insider }) });
    const cookie = signIn.headers['set-cookie'][0].split(';')[0];
    assert.ok((await ask(`${server.origin}${downloads(real)[0]}`, { headers: { cookie } })).text.includes(failingAssertion));
    const { ticket } = JSON.parse((await ask(`${server.origin}/api/ticket`, { method: 'POST', headers: { ...json, cookie } })).text);
    const own = { headers: { origin: server.origin }, protocols: ['mcp'] };
    await (await open(`${server.ws}?ticket=${ticket}`, own)).close();
    assert.equal((await assertNothing((place) => throughSocket(`${server.ws}?ticket=${ticket}`, own, place))).refused, 401);
    assert.equal((await ask(`${server.origin}/api/session`, { method: 'DELETE', headers: { ...json, cookie } })).status, 204);

    for (const headers of [{ cookie }, { cookie: 'flux_session=made-up' }, {}]) {
      const answers = await assertNothing(async (place) => {
        const all = [];
        for (const path of downloads(place)) {
          for (const more of ['', `${path.includes('?') ? '&' : '?'}ticket=${ticket}`]) all.push(heard(await ask(`${server.origin}${path}${more}`, { headers })));
        }
        return all;
      });
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [401], JSON.stringify(answers));
    }
  });

  await t.test('who has no turn left, over every transport', async () => {
    const session = await openSession(server, outsider);
    const spent = { authorization: `Bearer ${outsider}` };
    const socket = await connect(outsider);
    await until('the turns to be spent', async () => (await post(server, 'tools/list', {}, spent)).status === 429);
    const answers = await assertNothing(async (place) => {
      const all = [];
      const refused = ({ status, text }) => all.push({ status, code: JSON.parse(text).error.code });
      for (const [method, params] of requests(place)) {
        refused(await post(server, method, params, spent));
        all.push({ status: 429, code: (await socket.request(method, framed(params))).error.code });
      }
      for (const [method, params] of requests(place, 'handshake')) refused(await postIn(server, session, outsider, method, params));
      return all;
    });
    for (const answer of answers) assert.deepEqual(answer, { status: 429, code: -32000 });
    await socket.close();
  });

  await t.test('and it is there still for those who may', async () => {
    const reads = watchReads(logs);
    assert.ok((await friend.tool('builds.tailLogs', { run_id: run })).content[0].text.includes(failingAssertion));
    assert.equal(reads().length > 0, shows);
    await friend.close();
  });
});

test('a log of GitHub that lies here is for those who GitHub lets see its run', async (t) => {
  const stage = await onGithub(t);
  const { github } = stage;
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Test', run: 'npm test', conclusion: 'failure', log: ['a line for friends', '##[error]1 failing'] }] }] });
  const { run_id: run } = await good(create(stage.peer));
  await ended(stage.peer, run);
  const read = (peer) => peer.tool('builds.tailLogs', { run_id: run, job: 'build' });
  await until('the log to be here', async () => JSON.stringify(await read(stage.peer)).includes('a line for friends'));
  const job = github.run(run).jobs?.[0]?.id ?? 1;
  assert.equal((await stage.server.stop()).code, 0);
  // More than once where it came a moment after its job's end.
  const fetched = () => github.asked('actions/download-job-logs-for-workflow-run').length;
  const fetchedBefore = fetched();
  assert.ok(fetchedBefore >= 1);

  // What it remembers of a run is gone with the process; what it keeps of its log is on the disk.
  const { PORT, FLUX_PREVIEW_PORT, ...env } = stage.server.settings;
  const again = await serve(t, { state: stage.server.state, env });
  const headers = { authorization: `Bearer ${again.token}` };
  const peer = await open(again.ws, { headers });
  const logs = join(again.state, 'github/logs');
  const everything = async () => {
    const all = [];
    for (const [method, params] of requests({ run, job: 'build' }).filter(([name]) => !/subscri/.test(name))) all.push(await peer.request(method, framed(params)));
    for (const path of downloads({ run, job })) all.push((await ask(`${again.origin}${path}`, { headers })).text);
    return JSON.stringify(all);
  };
  for (const status of [404, 403]) {
    github.faults.add({ kind: 'status', status, match: { path: `/actions/runs/${run}` } });
    const reads = watchReads(logs);
    const answers = await everything();
    assert.ok(!answers.includes('a line for friends'), answers);
    assert.deepEqual(reads(), [], `GitHub said ${status}, and a log was read`);
    github.faults.clear();
  }
  const reads = watchReads(logs);
  await until('the log to be read again', async () => (await everything()).includes('a line for friends'), 40_000);
  if (reads().length === 0) t.diagnostic('this file system keeps no time of reading');
  assert.equal(fetched(), fetchedBefore, 'it was here all the time');
  await peer.close();
});
