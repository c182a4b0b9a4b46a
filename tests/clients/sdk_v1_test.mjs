// The official TypeScript SDK of the handshake era, over every transport it has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import WebSocket from 'ws';
import { binary, demoRepository, environment, freePort, freshFolder, serve } from '../stage/stage.mjs';
import { witness } from '../stage/wire_schema.mjs';
import { journey } from './journey.mjs';

// Node has one of its own from 22 on only.
globalThis.WebSocket ??= WebSocket;

async function connect(transport) {
  const watching = witness(transport);
  const client = new Client({ name: 'sdk-v1', version: '1.32.2' });
  await client.connect(transport);
  await client.ping();
  return {
    tools: async () => (await client.listTools()).tools,
    call: (name, args, options = {}) => client.callTool({ name, arguments: args }, undefined, options),
    close: async () => {
      await client.close();
      watching.assertFit();
    },
  };
}

test('SDK 1.32.2 over Streamable HTTP', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: { authorization: `Bearer ${server.token}` } },
  });
  const client = await connect(transport);
  assert.equal(transport.protocolVersion, '2025-11-25');
  const close = client.close;
  client.close = async () => {
    await transport.terminateSession();
    await close();
  };
  await journey(t, client, server, 'safe');
});

test('SDK 1.32.2 over WebSocket', async (t) => {
  // It cannot send headers, so it comes as on a developer's machine: without a token, on loopback.
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: undefined } });
  await journey(t, await connect(new WebSocketClientTransport(new URL(server.ws))), server, 'dotted');
});

test('SDK 1.32.2 over stdio, beside a server', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const transport = new StdioClientTransport({ command: binary, args: ['stdio'], env: server.settings, stderr: 'inherit' });
  await journey(t, await connect(transport), server, 'safe');
});

test('SDK 1.32.2 over stdio, alone', async (t) => {
  const state = freshFolder(t);
  const previewPort = await freePort();
  const env = environment({
    HOME: state, FLUX_STATE_DIR: state, FLUX_REPO: demoRepository(t), FLUX_PREVIEW_PORT: String(previewPort), FLUX_RATE_LIMIT: '0',
  });
  const transport = new StdioClientTransport({ command: binary, env: { ...env, TRANSPORT: 'stdio' }, stderr: 'inherit' });
  await journey(t, await connect(transport), { previewPort }, 'safe');
});
