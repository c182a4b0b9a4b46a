// A bare WebSocket peer: sends what it is told, remembers what comes.
import WebSocket from 'ws';
import { until } from './stage.mjs';

export async function open(url, { protocols = [], headers = {} } = {}) {
  const socket = new WebSocket(url, protocols, { headers });
  const peer = { socket, messages: [], closed: undefined, refused: undefined };
  socket.on('message', (data, binary) => peer.messages.push(binary ? data : JSON.parse(String(data))));
  socket.on('close', (code, reason) => { peer.closed = { code, reason: String(reason) }; });
  socket.on('unexpected-response', (request, response) => {
    peer.refused = response.statusCode;
    request.destroy();
  });
  socket.on('error', () => {});
  await until('the upgrade to be answered', () => peer.refused || peer.closed || socket.readyState === WebSocket.OPEN);

  peer.send = (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  peer.answer = (id) => until(`an answer to ${JSON.stringify(id)}`, () => {
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
