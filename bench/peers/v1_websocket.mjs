// SDK v1 over WebSocket, as the MVP was: a low-level server for each socket of the `ws` package.
import http from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { WebSocketServer } from 'ws';
import { z } from 'zod/v4';
import { echo, info, port, shape } from './echo.mjs';

const schema = z.object(shape);
const listener = http.createServer();
new WebSocketServer({ server: listener, path: '/mcp' }).on('connection', async (socket) => {
  const server = new Server(info, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => echo(schema.parse(params.arguments)));
  const transport = {
    start: async () => {},
    send: async (message) => socket.send(JSON.stringify(message)),
    close: async () => socket.close(),
  };
  await server.connect(transport);
  socket.on('message', (bytes) => transport.onmessage(JSON.parse(String(bytes))));
  socket.on('close', () => transport.onclose());
  socket.on('error', () => socket.terminate());
});
listener.listen(port, '127.0.0.1', 4096);
