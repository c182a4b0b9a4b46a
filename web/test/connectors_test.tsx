import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Failure } from '../src/protocol/failures';
import type { Connector } from '../src/protocol/types';
import { ConnectorsPage } from '../src/views/connectors/connectors_page';
import { CannedClient, CannedServer } from './canned';
import { show } from './show';

const connectors: Connector[] = [
  { name: 'redis', category: 'scale', title: 'Redis', state: 'off', cure: 'Set FLUX_REDIS_URL.' },
  { name: 'local', category: 'runner', title: 'Embedded runner', state: 'connected', latency_ms: 0.4, checked_at: new Date().toISOString() },
  { name: 'github', category: 'source', title: 'GitHub Actions', state: 'error', reason: 'The token is not valid.', cure: 'Make a new one.', quota: { limit: 5000, remaining: 40 } },
];

function serverWith(all: Connector[] | Failure): CannedServer {
  const server = new CannedServer();
  server.connectors = all instanceof Failure ? all : { status: 'ready', connectors: all };
  return server;
}

describe('the connectors', () => {
  it('say in words how they are, and what to do', async () => {
    show(<ConnectorsPage />, { server: serverWith(connectors) });
    const github = await screen.findByRole('region', { name: 'GitHub Actions' });
    expect(within(github).getByText('Error')).toBeInTheDocument();
    expect(github).toHaveTextContent('The token is not valid.');
    expect(github).toHaveTextContent('Make a new one.');
    expect(within(github).getByRole('progressbar', { name: 'Quota left' })).toHaveAttribute('data-low');
    expect(screen.getByRole('region', { name: 'Redis' })).toHaveTextContent('To turn it on: Set FLUX_REDIS_URL.');
    expect(screen.getByRole('region', { name: 'Embedded runner' })).toHaveTextContent('<1 ms');
    expect(screen.getByText('1 of 2 in use are connected.')).toBeInTheDocument();
  });

  it('stand by category', async () => {
    show(<ConnectorsPage />, { server: serverWith(connectors) });
    await screen.findByRole('region', { name: 'Redis' });
    expect(screen.getAllByRole('heading', { level: 2 }).map((heading) => heading.textContent).slice(0, 3)).toEqual(['GitHub Actions', 'Embedded runner', 'Redis']);
  });

  it('are checked when somebody asks', async () => {
    const { user, server } = show(<ConnectorsPage />, { server: serverWith(connectors) });
    await user.click(await screen.findByRole('button', { name: 'Check Redis now' }));
    expect(server.checks).toBe(1);
  });

  it('are not made up where the server does not answer', async () => {
    show(<ConnectorsPage />, { server: serverWith(new Failure('The server cannot be reached.', 'unreachable')) });
    expect(await screen.findByRole('alert')).toHaveTextContent('The server cannot be reached.');
    expect(screen.queryByText('Connected')).not.toBeInTheDocument();
  });

  it('tell how each client is connected', async () => {
    const client = new CannedClient({}, { 'flux://server/clients': [{ client: 'codex', title: 'Codex', steps: [{ text: 'In ~/.codex/config.toml:', code: '[mcp_servers.flux]' }] }] });
    show(<ConnectorsPage />, { server: serverWith(connectors), client });
    expect(await screen.findByRole('tab', { name: 'Codex' })).toBeInTheDocument();
    expect(screen.getByText('[mcp_servers.flux]')).toBeInTheDocument();
  });
});
