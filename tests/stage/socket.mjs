// A bare WebSocket peer: sends what it is told, remembers what comes, and holds it against the schema of its revision.
import WebSocket from 'ws';
import { until } from './stage.mjs';
import { conversation } from './wire_schema.mjs';

/// What was sent, if it is a message at all.
function messageOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function open(url, { protocols = [], headers = {} } = {}) {
  const socket = new WebSocket(url, protocols, { headers });
  const peer = { socket, messages: [], closed: undefined, refused: undefined };
  const said = conversation();
  socket.on('message', (data, binary) => {
    const message = binary ? data : JSON.parse(String(data));
    if (!binary) said.heard(message);
    peer.messages.push(message);
  });
  socket.on('close', (code, reason) => { peer.closed = { code, reason: String(reason) }; });
  socket.on('unexpected-response', (request, response) => {
    peer.refused = response.statusCode;
    request.destroy();
  });
  socket.on('error', () => {});
  await until('the upgrade to be answered', () => peer.refused || peer.closed || socket.readyState === WebSocket.OPEN);

  peer.send = (message) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    said.sent(messageOf(text));
    socket.send(text);
  };
  peer.answer = (id) => until(`an answer to ${JSON.stringify(id)}`, () => {
    said.assertFit();
    const found = peer.messages.find((message) => message.id === id && !message.method);
    if (!found && peer.closed) throw new Error(`closed with ${JSON.stringify(peer.closed)} before it answered ${id}`);
    return found;
  }, 60_000);
  let last = 1000; // apart from the numbers that tests give their own messages
  peer.request = (method, params) => {
    const id = ++last;
    peer.send({ jsonrpc: '2.0', id, method, params });
    return peer.answer(id);
  };
  peer.tool = async (name, args) => {
    const answer = await peer.request('tools/call', { name, arguments: args });
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.result;
  };
  peer.close = async () => {
    socket.close();
    await until('the socket to close', () => peer.closed);
  };
  return peer;
}
