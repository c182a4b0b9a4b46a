import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { failureOf } from '../protocol/failures';
import { useParts } from './parts';

export const sessionKey = ['session'];

export function useSession() {
  const { server } = useParts();
  return useQuery({ queryKey: sessionKey, queryFn: () => server.session(), staleTime: Infinity, retry: 2 });
}

export function useSignIn() {
  const { server, client } = useParts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (how: { token: string } | { link: string } | Record<string, never>) => server.signIn(how),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sessionKey });
      client.open();
      await queries.invalidateQueries();
    },
  });
}

export function useSignOut() {
  const { server, client } = useParts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => server.signOut(),
    onSettled: async () => {
      client.close();
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
      await queries.invalidateQueries({ queryKey: sessionKey });
    },
  });
}

/// The one-time link that `serve` prints: its secret stands in the fragment, which no request carries. Taken out of the
/// address before anything else happens.
export function takeLinkSecret(place: Location = location, past: History = history): string | undefined {
  const found = /^#link=([A-Za-z0-9._~-]+)$/.exec(place.hash);
  if (!found) return undefined;
  past.replaceState(null, '', place.pathname + place.search);
  return found[1];
}

export function wantsSignIn(error: unknown): boolean {
  return failureOf(error).code === 'signed_out';
}
