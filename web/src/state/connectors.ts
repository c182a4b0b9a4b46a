import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ConnectGuide, Connector } from '../protocol/types';
import { useConnection, useParts } from './parts';

const key = ['connectors'];

export function useConnectors() {
  const { server } = useParts();
  return useQuery({ queryKey: key, queryFn: () => server.readiness(false), refetchInterval: 30_000 });
}

export function useCheckNow() {
  const { server } = useParts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => server.readiness(true),
    onSuccess: (readiness) => queries.setQueryData(key, readiness),
  });
}

export function useConnectGuides() {
  const { client } = useParts();
  const live = useConnection().phase === 'live';
  return useQuery({
    queryKey: ['clients'],
    queryFn: () => client.read<ConnectGuide[]>('flux://server/clients'),
    enabled: live,
    staleTime: Infinity,
    retry: false,
  });
}

/// What the page shows first; a category that we do not know stands at the end under its own name.
const categories: [string, string][] = [
  ['source', 'Source and CI'],
  ['runner', 'Embedded runner'],
  ['scale', 'Scale-out'],
];

export function byCategory(connectors: Connector[]): Connector[] {
  const rank = ({ category }: Connector) => {
    const at = categories.findIndex(([name]) => name === category);
    return at < 0 ? categories.length : at;
  };
  return connectors.toSorted((one, other) => rank(one) - rank(other));
}

export function categoryTitle(category: string): string {
  return categories.find(([name]) => name === category)?.[1] ?? category;
}
