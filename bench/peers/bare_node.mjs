// Node without an SDK: what the SDKs cost is the difference to this.
import http from 'node:http';
import { WebSocketServer } from 'ws';
import { echo, port } from './echo.mjs';

function answer({ id, method, params }) {
  if (id === undefined) return undefined;
  const result = method === 'tools/call' ? echo(params.arguments)
    : method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'node', version: '1' } } : {};
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

const listener = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const text = answer(JSON.parse(Buffer.concat(parts)));
    if (!text) response.writeHead(202).end();
    else response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
});
new WebSocketServer({ server: listener, path: '/mcp' }).on('connection', (socket) => {
  socket.on('message', (bytes) => {
    const text = answer(JSON.parse(String(bytes)));
    if (text) socket.send(text);
  });
  socket.on('error', () => socket.terminate());
});
listener.listen(port, '127.0.0.1', 4096);
