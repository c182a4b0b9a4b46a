import { createRoot } from 'react-dom/client';
import { HttpServer } from './protocol/http_server';
import { WebSocketClient } from './protocol/websocket_client';
import { takeLinkSecret } from './state/session';
import { takeRunPath } from './state/workspace';
import { App } from './views/app';
import './styles/index.css';

takeRunPath();
const link = takeLinkSecret();
const server = new HttpServer();
const client = new WebSocketClient({
  address: (ticket) => `${location.origin.replace(/^http/, 'ws')}/mcp?ticket=${encodeURIComponent(ticket)}`,
  ticket: () => server.ticket(),
});

const place = document.getElementById('page');
if (!place) throw new Error('index.html has no element for the page.');
createRoot(place).render(<App parts={{ client, server }} link={link} />);
