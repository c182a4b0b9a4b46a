// The official TypeScript client of the stateless era, in each of its modes, over HTTP, stdio and WebSocket.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { binary, demoRepository, serve } from '../stage/stage.mjs';
import { WebSocketTransport } from '../stage/websocket_transport.mjs';
import { witness } from '../stage/wire_schema.mjs';
import { journey } from './journey.mjs';

const modes = [
  { name: 'default', options: {}, era: 'legacy' },
  { name: 'auto', options: { versionNegotiation: { mode: 'auto' } }, era: 'modern' },
  { name: 'pin', options: { versionNegotiation: { mode: { pin: '2026-07-28' } } }, era: 'modern' },
];

const transports = [
  {
    name: 'Streamable HTTP', style: 'safe', env: {}, modes,
    make: (server) => new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { authorization: `Bearer ${server.token}` } },
    }),
  },
  {
    name: 'stdio', style: 'safe', env: {}, modes,
    make: (server) => new StdioClientTransport({ command: binary, args: ['stdio'], env: server.settings, stderr: 'inherit' }),
  },
  {
    name: 'WebSocket', style: 'dotted', env: { MCP_AUTH_TOKEN: undefined }, modes,
    make: (server) => new WebSocketTransport(server.ws),
  },
];

for (const transport of transports) {
  for (const mode of transport.modes) {
    test(`client 2.4.0 over ${transport.name}, mode ${mode.name}`, async (t) => {
      const server = await serve(t, { repo: demoRepository(t), env: transport.env });
      const client = new Client({ name: 'client-v2', version: '2.4.0' }, { capabilities: {}, ...mode.options });
      const wire = transport.make(server);
      const watching = witness(wire);
      await client.connect(wire);
      assert.equal(client.getProtocolEra(), mode.era);
      await journey(t, {
        tools: async () => (await client.listTools()).tools,
        call: (name, args, options = {}) => client.callTool({ name, arguments: args }, options),
        close: async () => {
          await client.close();
          watching.assertFit();
        },
      }, server, transport.style);
    });
  }
}
