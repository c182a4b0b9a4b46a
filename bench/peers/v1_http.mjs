// SDK v1 over Streamable HTTP: v1_http.mjs PORT sessions|stateless. With sessions answers are event streams, its default;
// without, they are JSON, and a server is made for each request, as its own example does.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { echo, info, port, shape } from './echo.mjs';

async function made(options) {
  const server = new McpServer(info);
  server.registerTool('echo', { inputSchema: shape }, echo);
  const transport = new StreamableHTTPServerTransport(options);
  await server.connect(transport);
  return transport;
}

const sessions = new Map();
const answer = {
  async sessions(request, response) {
    const known = sessions.get(request.headers['mcp-session-id']);
    const transport = known ?? await made({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => sessions.set(id, transport),
    });
    await transport.handleRequest(request, response);
  },
  async stateless(request, response) {
    const transport = await made({ sessionIdGenerator: undefined, enableJsonResponse: true });
    response.on('close', () => transport.close());
    await transport.handleRequest(request, response);
  },
}[process.argv[3]];
http.createServer({ keepAliveTimeout: 60_000 }, answer).listen(port, '127.0.0.1', 4096);
