import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ListedRun, Listing } from '../protocol/types';
import { useParts } from './parts';
import { given, type RunFilter, useFollowed, useIsLive, useLookEvery } from './runs';

const pageSize = 50;
/// Each page is a call, and all are asked for again when something changed: the more there are, the rarer.
const everyMsForEachPage = 400;

/// All that ran, newest first, a page after the other as far as somebody wants to look back.
export function useRunPages(filter: RunFilter) {
  const { client } = useParts();
  const every = useLookEvery(30_000, 5_000);
  const pages = useInfiniteQuery({
    queryKey: ['run_pages', filter],
    queryFn: ({ pageParam: cursor }) =>
      client.call<Listing<ListedRun>>('builds.list', { kind: 'runs', limit: pageSize, ...given(filter), ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.cursor ?? undefined,
    enabled: useIsLive(),
    refetchInterval: ({ state }) => every + (state.data?.pages.length ?? 0) * everyMsForEachPage,
    placeholderData: keepPreviousData,
  });
  useFollowed('flux://runs', ['run_pages'], everyMsForEachPage * (pages.data?.pages.length ?? 1));
  return { ...pages, items: newestFirst(pages.data?.pages ?? []) };
}

/// A run that begins between two pages pushes another one over to the next, where it is seen twice.
function newestFirst(pages: Listing<ListedRun>[]): ListedRun[] {
  const known = new Map<number, ListedRun>();
  for (const { items } of pages) for (const run of items) if (!known.has(run.run_id)) known.set(run.run_id, run);
  return [...known.values()];
}
