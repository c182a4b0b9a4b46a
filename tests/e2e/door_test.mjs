// Who gets in, how often, and what is said to the others.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ask, command, demoRepository, environment, freePort, freshFolder, serve, until } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

const list = (id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: {
  _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } } });

const post = (server, { headers = {}, body = list(), token = server.token } = {}) => ask(server.url, {
  method: 'POST', body,
  headers: {
    'content-type': 'application/json', accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list',
    ...(token && { authorization: `Bearer ${token}` }), ...headers,
  },
});

test('the door', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: 'first-token-0123456789,second-token-0123456789' } });

  await t.test('opens for each of several tokens', async () => {
    for (const token of ['first-token-0123456789', 'second-token-0123456789']) {
      const answer = await post(server, { token });
      assert.equal(answer.status, 200, answer.text);
    }
  });

  await t.test('stays shut without a token, or with another', async () => {
    for (const token of [undefined, 'first-token-012345678', 'first-token-0123456789,second-token-0123456789']) {
      const answer = await post(server, { token });
      assert.equal(answer.status, 401, String(token));
      assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
    }
  });

  await t.test('stays shut for pages from elsewhere', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }, { origin: 'null' }]) {
      const answer = await post(server, { headers, token: 'first-token-0123456789' });
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
  });

  await t.test('stays shut before an upgrade, too', async () => {
    const authorization = 'Bearer first-token-0123456789';
    assert.equal((await open(server.ws, { headers: { authorization, origin: 'https://evil.example' } })).refused, 403);
    assert.equal((await open(server.ws, { headers: { authorization, host: 'evil.example' } })).refused, 403);
  });

  await t.test('lets its own pages in', async () => {
    for (const origin of [server.origin, `http://localhost:${server.port}`]) {
      const answer = await post(server, { headers: { origin }, token: 'first-token-0123456789' });
      assert.equal(answer.status, 200, origin);
    }
  });

  await t.test('leaves the operator pages open', async () => {
    const health = await ask(`${server.origin}/health`);
    assert.equal(JSON.parse(health.text).status, 'healthy');
    assert.equal(JSON.parse(health.text).service, 'flux-mcp');
    assert.equal((await ask(`${server.origin}/livez`)).status, 200);
    assert.equal((await ask(`${server.origin}/readyz`)).status, 200);
  });
});

test('a token in the address is taken until the operator says no', async (t) => {
  const repo = demoRepository(t);
  for (const [said, opens] of [[undefined, true], ['no', false]]) {
    const server = await serve(t, { repo, env: { FLUX_QUERY_TOKENS: said } });
    const query = `token=${server.token}`;
    const answer = await ask(`${server.url}?${query}`, { method: 'POST', body: list(), headers: {
      'content-type': 'application/json', accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' } });
    assert.equal(answer.status, opens ? 200 : 401, `FLUX_QUERY_TOKENS=${said}`);
    const peer = await open(`${server.ws}?${query}`, { protocols: ['mcp'] });
    assert.equal(peer.refused, opens ? undefined : 401, `FLUX_QUERY_TOKENS=${said}`);
    if (opens) await peer.close();
    assert.equal((await post(server)).status, 200, 'the header is as good as ever');
    await server.stop();
  }
});

test('thirty requests in sixty seconds, however they come', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { FLUX_RATE_LIMIT: '30' } });
  const headers = { authorization: `Bearer ${server.token}` };

  const first = await open(server.ws, { headers });
  for (let n = 0; n < 15; n++) assert.ok((await first.request('tools/list')).result, `request ${n + 1}`);
  await first.close();
  for (let n = 15; n < 30; n++) assert.equal((await post(server)).status, 200, `request ${n + 1}`);

  await t.test('the next is refused over WebSocket, after reconnecting', async () => {
    const again = await open(server.ws, { headers });
    const before = Date.now();
    const refused = await again.request('tools/list');
    assert.equal(refused.error.code, -32000);
    assert.equal(refused.id, 1001);
    assert.ok(refused.error.data.resetAt > before - 1000 && refused.error.data.resetAt < before + 61_000, JSON.stringify(refused));
    await again.close();
  });

  await t.test('and over HTTP, with the time to come back', async () => {
    const refused = await post(server);
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['retry-after']) <= 60, JSON.stringify(refused.headers));
    const { error, id } = JSON.parse(refused.text);
    assert.equal(error.code, -32000);
    assert.equal(id, 1);
    assert.ok(error.data.resetAt > Date.now() - 1000);
  });

  await t.test('health costs nothing', async () => {
    assert.equal((await ask(`${server.origin}/health`)).status, 200);
  });
});

test('production takes requests over https only', async (t) => {
  const token = 'x'.repeat(40);
  const server = await serve(t, { repo: demoRepository(t), env: {
    FLUX_ENV: 'production', MCP_AUTH_TOKEN: token, FLUX_RATE_LIMIT: '1000', FLUX_TRUSTED_PROXIES: '127.0.0.1', FLUX_PUBLIC_URL: 'https://flux.example.org' } });
  const through = (scheme, more = {}) => ({ host: 'flux.example.org', 'x-forwarded-for': '203.0.113.7', ...(scheme && { 'x-forwarded-proto': scheme }), ...more });

  await t.test('through the proxy', async () => {
    const answer = await post(server, { token, headers: through('https') });
    assert.equal(answer.status, 200, answer.text);
    const socket = await open(server.ws, { headers: { authorization: `Bearer ${token}`, ...through('https') } });
    assert.ok((await socket.request('tools/list')).result);
    await socket.close();
  });

  await t.test('not what came to the proxy in the open, whoever asks and for what', async () => {
    for (const scheme of ['http', undefined]) {
      const answer = await post(server, { token, headers: through(scheme) });
      assert.equal(answer.status, 403, answer.text);
      assert.match(answer.text, /https/);
      assert.equal((await open(server.ws, { headers: { authorization: `Bearer ${token}`, ...through(scheme) } })).refused, 403);
      for (const path of ['/', '/api/session', '/webhooks/github']) {
        assert.equal((await ask(`${server.origin}${path}`, { headers: through(scheme) })).status, 403, path);
      }
    }
  });

  await t.test('probes need neither name nor scheme, and learn no details by a name that is not ours', async () => {
    for (const path of ['/health', '/livez', '/readyz']) {
      for (const headers of [through('http'), { host: 'flux.internal' }]) {
        const answer = await ask(`${server.origin}${path}`, { headers });
        assert.equal(answer.status, 200, path);
        assert.equal(JSON.parse(answer.text).connectors, undefined);
      }
    }
    assert.ok(JSON.parse((await ask(`${server.origin}/readyz`)).text).connectors.length);
  });

  await t.test('this machine itself goes on without', async () => {
    assert.equal((await post(server, { token })).status, 200);
  });

  await t.test('its log is JSON, with the id that a client was told, and without the token', async () => {
    const socket = await open(server.ws, { headers: { authorization: `Bearer ${token}` } });
    const refused = await socket.tool('builds.status', { run_id: 4711 });
    const told = refused.structuredContent.error.request_id;
    assert.match(told, /^[A-Za-z0-9_-]{8,}$/);
    await socket.close();
    const lines = () => server.output.trim().split('\n').map((line) => JSON.parse(line));
    const line = await until('the line', () => lines().find(({ request_id }) => request_id === told));
    assert.deepEqual([line.tool, line.run_id, line.answered, line.level], ['builds.status', '4711', 'run_not_found', 'info']);
    assert.match(line.principal, /^token:/);
    assert.ok(!server.output.includes(token));
  });
});

test('a start that would be unsafe or cannot work is refused with a reason', async (t) => {
  const repo = demoRepository(t);
  const start = async (env, args = []) => {
    const state = freshFolder(t);
    return command(['serve', ...args], { env: environment({
      HOME: state, FLUX_STATE_DIR: state, FLUX_REPO: repo, PORT: String(await freePort()),
      FLUX_PREVIEW_PORT: String(await freePort()), ...env }) });
  };

  for (const [name, env, says] of [
    ['production without a token', { NODE_ENV: 'production' }, /token/i],
    ['production by its own name', { FLUX_ENV: 'production' }, /token/i],
    ['beyond loopback without a token', { FLUX_HOST: '0.0.0.0' }, /token/i],
    ['production without a limit', { FLUX_ENV: 'production', MCP_AUTH_TOKEN: 'x'.repeat(40), FLUX_RATE_LIMIT: '0' }, /FLUX_RATE_LIMIT/],
    ['a port that is none', { PORT: 'eighty' }, /PORT.*eighty/s],
    ['a repository that is none', { FLUX_REPO: mkdtempSync(join(tmpdir(), 'flux-none-')) }, /FLUX_REPO|repository/],
    ['two mistakes at once', { PORT: 'eighty', FLUX_RATE_LIMIT: 'many' }, /PORT[\s\S]*FLUX_RATE_LIMIT|FLUX_RATE_LIMIT[\s\S]*PORT/],
    ['a default workflow that is not allowed', { FLUX_ALLOWED_WORKFLOWS: 'preview-*.yml' }, /FLUX_ALLOWED_WORKFLOWS.*deploy\.yml/],
    ['an unknown setting', { FLUX_RATE_LIMITS: '30' }, /FLUX_RATE_LIMITS/],
  ]) {
    await t.test(name, async () => {
      const refused = await start(env);
      assert.equal(refused.code, 2, refused.stderr + refused.stdout);
      assert.match(refused.stderr, says);
    });
  }
});

test('one owner', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });

  await t.test('a second server on the same state folder is refused with the name of the first', async () => {
    const second = await command(['serve'], { env: { ...server.settings, PORT: String(await freePort()), FLUX_PREVIEW_PORT: String(await freePort()) } });
    assert.notEqual(second.code, 0);
    assert.match(second.stderr, new RegExp(`\\b${server.process.pid}\\b`), second.stderr);
  });

  await t.test('a second server on the same port is refused', async () => {
    const state = freshFolder(t);
    const second = await command(['serve'], { env: { ...server.settings, HOME: state, FLUX_STATE_DIR: state, FLUX_PREVIEW_PORT: String(await freePort()) } });
    assert.notEqual(second.code, 0);
    assert.match(second.stderr, new RegExp(String(server.port)));
  });

  await t.test('the first goes on', async () => {
    assert.equal((await post(server)).status, 200);
  });
});
