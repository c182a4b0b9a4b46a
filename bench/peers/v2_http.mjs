// SDK v2 in revision 2026-07-28, with the checks of Host and Origin that it brings.
import http from 'node:http';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod/v4';
import { echo, info, port, shape } from './echo.mjs';

const handler = toNodeHandler(createMcpHandler(() => {
  const server = new McpServer(info);
  server.registerTool('echo', { inputSchema: z.object(shape) }, async (given) => echo(given));
  return server;
}));
const isOurHost = localhostHostValidation();
const isOurOrigin = localhostOriginValidation();
http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  if (isOurHost(request, response) && isOurOrigin(request, response)) handler(request, response);
}).listen(port, '127.0.0.1', 4096);
