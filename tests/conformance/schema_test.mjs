// Clients that use everything there is, over HTTP and WebSocket, in every revision: each message that the server says to
// them is held against the schema of its revision.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import {
  CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import WebSocket from 'ws';
import { speaking } from '../stage/speaking.mjs';
import { until } from '../stage/stage.mjs';
import { WebSocketTransport } from '../stage/websocket_transport.mjs';
import { assertError, schemas, witness } from '../stage/wire_schema.mjs';
import { serveEverything } from './suites.mjs';

// Node has one of its own from 22 on only.
globalThis.WebSocket ??= WebSocket;

const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const answers = {
  elicit: async ({ params }) => (params.mode === 'url' ? { action: 'accept' } : { action: 'accept', content: { name: 'Ada', color: 'green', username: 'ada', email: 'ada@example.org' } }),
  sample: async () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } }),
  roots: async () => ({ roots: [{ uri: 'file:///tmp', name: 'tmp' }] }),
};

/// Tools that say everything they can, what has to stand in their answers, and the first revision that has words for it.
const calls = [
  ['test_simple_text', {}, 'simple text'], ['test_image_content', {}], ['test_audio_content', {}],
  ['test_embedded_resource', {}], ['test_multiple_content_types', {}], ['test_error_handling', {}, 'intentionally'],
  ['test_tool_with_logging', {}], ['test_tool_with_progress', {}], ['echo', { branch: 'main' }, 'main'],
  ['test_input_required_result_elicitation', {}, 'Ada', '2025-06-18'], ['test_input_required_result_sampling', {}, 'Paris'],
  ['test_input_required_result_list_roots', {}, 'file:///tmp'],
  ['test_input_required_result_multi_round', {}, 'Ada likes green', '2025-06-18'],
  ['test_elicitation_url', {}, 'The page: accept', '2025-11-25'],
];

/// Everything that both clients do by the same names. `call` differs.
async function useEverything(client, revision, call) {
  const { tools } = await client.listTools();
  assert.ok(tools.length > 20);
  for (const [name, args, expected, since = ''] of calls) {
    if (revision < since) {
      await assert.rejects(call(name, args), (error) => error.code === -32600, `${name} can ask nobody`);
      continue;
    }
    const result = await call(name, args);
    if (expected) assert.match(JSON.stringify(result.content), new RegExp(expected), name);
  }
  const { resources } = await client.listResources();
  for (const { uri } of resources) await client.readResource({ uri });
  await client.readResource({ uri: 'test://template/7/data' });
  await assert.rejects(client.readResource({ uri: 'test://nothing' }), (error) => [-32002, -32602].includes(error.code));
  await client.listResourceTemplates();
  const { prompts } = await client.listPrompts();
  assert.ok(prompts.length > 3);
  await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } });
  await client.getPrompt({ name: 'test_prompt_with_image' });
  await assert.rejects(client.getPrompt({ name: 'nothing' }), (error) => error.code === -32602);
  await client.complete({ ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 'pa' } });
}

const handshake = [...schemas.keys()].filter((revision) => revision < '2026').sort();

for (const [name, make] of [
  ['Streamable HTTP', (url) => new HttpV1(new URL(url))],
  ['WebSocket', (url) => new WebSocketClientTransport(new URL(url.replace('http', 'ws')))],
]) {
  for (const revision of handshake) {
    test(`SDK 1.32.2 over ${name}, ${revision}`, async (t) => {
      const transport = speaking(revision, make(await serveEverything(t)));
      const watching = witness(transport);
      const client = new ClientV1({ name: 'everything-v1', version: '1' }, { capabilities });
      client.setRequestHandler(ElicitRequestSchema, answers.elicit);
      client.setRequestHandler(CreateMessageRequestSchema, answers.sample);
      client.setRequestHandler(ListRootsRequestSchema, answers.roots);
      let updates = 0;
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => { updates += 1; });
      await client.connect(transport);
      await client.ping();
      await client.setLoggingLevel('debug');
      await useEverything(client, revision, (tool, args) => client.callTool({ name: tool, arguments: args }, undefined, { onprogress() {} }));

      await client.subscribeResource({ uri: 'test://watched-resource' });
      await client.callTool({ name: 'test_trigger_prompt_change', arguments: {} });
      await until('the watched resource to change', () => updates > 0);
      await client.unsubscribeResource({ uri: 'test://watched-resource' });
      await until('the list of prompts to change', () => watching.seen.methods.has('notifications/prompts/list_changed'));
      await client.close();
      watching.assertFit();
      assert.deepEqual([...watching.seen.revisions], [revision]);
      for (const method of ['notifications/message', 'notifications/progress', 'sampling/createMessage', 'roots/list',
        'notifications/resources/updated', ...(revision < '2025-06-18' ? [] : ['elicitation/create'])]) {
        assert.ok(watching.seen.methods.has(method), `${method} was not said`);
      }
    });
  }
}

for (const [name, make] of [
  ['Streamable HTTP', (url) => new HttpV2(new URL(url))],
  ['WebSocket', (url) => new WebSocketTransport(url.replace('http', 'ws'))],
]) {
  test(`client 2.4.0 over ${name}, stateless`, async (t) => {
    const transport = make(await serveEverything(t));
    const watching = witness(transport);
    const client = new ClientV2({ name: 'everything-v2', version: '1' },
      { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } });
    client.setRequestHandler('elicitation/create', answers.elicit);
    client.setRequestHandler('sampling/createMessage', answers.sample);
    client.setRequestHandler('roots/list', answers.roots);
    const told = [];
    client.setNotificationHandler('notifications/prompts/list_changed', () => { told.push('prompts'); });
    client.setNotificationHandler('notifications/resources/updated', () => { told.push('resource'); });
    await client.connect(transport);
    assert.equal(client.getProtocolEra(), 'modern');
    await useEverything(client, '2026-07-28', (tool, args) => client.callTool({ name: tool, arguments: args }, { onprogress() {} }));

    const subscription = await client.listen({ promptsListChanged: true, resourceSubscriptions: ['test://watched-resource'] });
    await client.callTool({ name: 'test_trigger_prompt_change', arguments: {} });
    await until('the changes to be told', () => told.includes('prompts') && told.includes('resource'));
    await subscription.close();
    await client.close();
    watching.assertFit();
    assert.deepEqual([...watching.seen.revisions], ['2026-07-28']);
  });
}

// The SDKs' clients throw what a refusal says away, so here it is asked for by hand.
const asked = (method, params = {}) => JSON.stringify({ jsonrpc: '2.0', id: 'q', method, params });
const told = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
const answered = JSON.stringify({ jsonrpc: '2.0', id: 'flux-1', result: {} });
const both = 'application/json, text/event-stream';

const post = (url, body, headers = {}) => fetch(url, {
  method: 'POST', body, headers: { 'Content-Type': 'application/json', Accept: both, ...headers },
});
const get = (url, headers) => fetch(url, { headers: { Accept: 'text/event-stream', ...headers } });

/// Fails unless `response` has `status` and an error of `revision` as its body; `id`: what the error is about, or undefined.
async function assertRefusal(revision, response, status, id) {
  assert.equal(response.status, status);
  assert.equal(response.headers.get('content-type'), 'application/json');
  const body = await response.json();
  assertError(revision, body);
  assert.equal(body.id, id ?? (revision < '2025-11-25' ? null : undefined), JSON.stringify(body));
}

for (const revision of handshake) {
  test(`refusals over HTTP, ${revision}`, async (t) => {
    const url = await serveEverything(t);
    const open = async () => {
      const opened = await post(url, asked('initialize', {
        protocolVersion: revision, capabilities: {}, clientInfo: { name: 'refused', version: '1' },
      }));
      assert.equal((await opened.json()).result.protocolVersion, revision);
      return { 'Mcp-Session-Id': opened.headers.get('mcp-session-id') };
    };
    const session = await open();
    const spoken = { ...session, 'MCP-Protocol-Version': revision };
    const gone = { 'Mcp-Session-Id': '0'.repeat(32), 'MCP-Protocol-Version': revision };
    const unspoken = { ...session, 'MCP-Protocol-Version': '2023-01-01' };

    await assertRefusal(revision, await post(url, '{', spoken), 400);
    await assertRefusal(revision, await post(url, '[]', spoken), 400);
    await assertRefusal(revision, await post(url, '{}', spoken), 400);
    await assertRefusal(revision, await post(url, '{"jsonrpc":"2.0","id":null,"method":"ping"}', spoken), 400);
    await assertRefusal(revision, await post(url, asked('initialize', { protocolVersion: revision }), spoken), 400, 'q');
    for (const [headers, status] of [[gone, 404], [unspoken, 400]]) {
      await assertRefusal(revision, await post(url, asked('ping'), headers), status, 'q');
      await assertRefusal(revision, await post(url, told, headers), status);
      await assertRefusal(revision, await post(url, answered, headers), status);
      await assertRefusal(revision, await post(url, `[${asked('ping')}]`, headers), status);
      await assertRefusal(revision, await get(url, headers), status);
      assert.equal((await fetch(url, { method: 'DELETE', headers })).status, status);
    }
    await assertRefusal(revision, await get(url, { ...spoken, 'Last-Event-ID': '9-9' }), 400);
    const stream = await get(url, spoken);
    assert.equal(stream.status, 200);
    await assertRefusal(revision, await get(url, spoken), 409);
    await stream.body.cancel();

    // What asks its client something takes an event stream.
    const asking = asked('tools/call', { name: 'test_input_required_result_list_roots', arguments: {} });
    const able = await post(url, asked('initialize', {
      protocolVersion: revision, capabilities: { roots: {} }, clientInfo: { name: 'refused', version: '1' },
    }));
    await able.json();
    const without = { 'Mcp-Session-Id': able.headers.get('mcp-session-id'), Accept: 'application/json' };
    await assertRefusal(revision, await post(url, asking, without), 406, 'q');
  });
}

test('refusals over HTTP, stateless', async (t) => {
  const revision = '2026-07-28';
  const url = await serveEverything(t);
  const claim = (version = revision) => ({
    _meta: { 'io.modelcontextprotocol/protocolVersion': version, 'io.modelcontextprotocol/clientCapabilities': {} },
  });
  const named = (method, more = {}) => ({ 'MCP-Protocol-Version': revision, 'Mcp-Method': method, ...more });
  const call = (name, more = {}) => asked('tools/call', { name, arguments: {}, ...claim(), ...more });

  await assertRefusal(revision, await post(url, '{', named('x')), 400);
  await assertRefusal(revision, await post(url, answered, named('x')), 400);
  await assertRefusal(revision, await post(url, `[${asked('tools/list', claim())}]`, named('tools/list')), 400);
  await assertRefusal(revision, await post(url, told, { 'MCP-Protocol-Version': '2027-01-01' }), 400);
  await assertRefusal(revision, await post(url, asked('tools/list'), named('tools/list')), 400, 'q');
  await assertRefusal(revision, await post(url, asked('tools/list', claim()), named('tools/call')), 400, 'q');
  await assertRefusal(revision, await post(url, asked('tools/list', claim('2027-01-01')),
    { ...named('tools/list'), 'MCP-Protocol-Version': '2027-01-01' }), 400, 'q');
  await assertRefusal(revision, await post(url, asked('nothing', claim()), named('nothing')), 404, 'q');
  await assertRefusal(revision, await post(url, call('test_missing_capability'),
    named('tools/call', { 'Mcp-Name': 'test_missing_capability' })), 400, 'q');
  await assertRefusal(revision, await post(url, asked('subscriptions/listen', { notifications: {}, ...claim() }),
    { ...named('subscriptions/listen'), Accept: 'application/json' }), 406, 'q');
  const listening = await get(url, { 'MCP-Protocol-Version': revision });
  await assertRefusal(revision, listening, 405);
});
