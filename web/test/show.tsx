// Shows a piece of the page with a canned server behind it.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { PartsProvider } from '../src/state/parts';
import { CannedClient, CannedServer } from './canned';

export function show(what: ReactNode, { client = new CannedClient(), server = new CannedServer() } = {}) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false }, mutations: { retry: false } } });
  const place = memoryLocation({ path: '/', record: true });
  render(
    <QueryClientProvider client={queries}>
      <PartsProvider parts={{ client, server }}>
        <Router hook={place.hook}>{what}</Router>
      </PartsProvider>
    </QueryClientProvider>,
  );
  return { client, server, user: userEvent.setup(), place };
}
