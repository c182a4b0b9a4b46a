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

/// Groups of the page, in order; a category that we do not know stands at the end under its own name.
const categories: [string, string][] = [
  ['source', 'Source and CI'],
  ['runner', 'Embedded runner'],
  ['scale', 'Scale-out'],
];

export function byCategory(connectors: Connector[]): { title: string; connectors: Connector[] }[] {
  const known = new Map(categories);
  const groups = new Map<string, Connector[]>(categories.map(([name]) => [name, []]));
  for (const connector of connectors) {
    const group = groups.get(connector.category);
    if (group) group.push(connector);
    else groups.set(connector.category, [connector]);
  }
  return [...groups]
    .filter(([, each]) => each.length > 0)
    .map(([name, each]) => ({ title: known.get(name) ?? name, connectors: each }));
}
