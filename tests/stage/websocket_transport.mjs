// The client of the stateless era has no WebSocket transport; this is one, as anybody would write it.
import WebSocket from 'ws';

export class WebSocketTransport {
  constructor(url) { this.url = url; }

  start() {
    return new Promise((opened, failed) => {
      this.socket = new WebSocket(this.url, 'mcp');
      this.socket.onopen = () => opened();
      this.socket.onclose = () => this.onclose?.();
      this.socket.onerror = (event) => { failed(event.error); this.onerror?.(event.error); };
      this.socket.onmessage = (event) => this.onmessage?.(JSON.parse(String(event.data)));
    });
  }

  async send(message) { this.socket.send(JSON.stringify(message)); }

  async close() { this.socket?.close(); }
}
