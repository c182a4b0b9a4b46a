import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { failureOf } from '../protocol/failures';
import { type Parts, PartsProvider } from '../state/parts';
import { sessionKey } from '../state/session';
import { Door } from './door';

const Toasts = lazy(() => import('../ui/toasts'));

/// A refusal that waiting can cure is tried again; what the server decided is shown at once.
const passing = new Set(['connection_lost', 'timed_out', 'rate_limited', 'unreachable']);

function makeQueries(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
        retry: (count, error) => count < 3 && passing.has(failureOf(error).code),
        retryDelay: (count, error) => {
          const { retryAt } = failureOf(error);
          return retryAt ? Math.max(500, retryAt - Date.now()) : Math.min(8_000, 500 * 2 ** count);
        },
      },
      mutations: { networkMode: 'always', retry: false },
    },
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (failureOf(error).code === 'signed_out' && query.queryKey[0] !== sessionKey[0]) {
          void queries.invalidateQueries({ queryKey: sessionKey });
        }
      },
    }),
  });
  return queries;
}

/// `link`: the secret of a one-time sign-in link, if the page was opened by one.
export function App({ parts, link }: { parts: Parts; link?: string | undefined }) {
  const [queries] = useState(makeQueries);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <PartsProvider parts={parts}>
          <Router hook={useHashLocation}>
            <Tooltip.Provider>
              <Door link={link} />
              <Suspense fallback={null}>
                <Toasts />
              </Suspense>
            </Tooltip.Provider>
          </Router>
        </PartsProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
