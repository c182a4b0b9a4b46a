import { useEffect, useRef } from 'react';
import type { ListedRun } from '../protocol/types';
import { hasFailed, isOver, outcomeOf } from './outcome';

/// Changes that somebody who looks elsewhere wants to know of.
export interface News {
  run: ListedRun;
  kind: 'live' | 'failed' | 'waits';
}

/// What changed between two looks at the list: runs that were not over before and are now. A run that is newer than all
/// that were known has begun between the looks, and may have failed before anybody saw it run. One that was not known
/// and isn't newer is no news: it is only that more of the history is shown.
export function newsBetween(before: ListedRun[], now: ListedRun[]): News[] {
  const known = new Map(before.map((run) => [run.run_id, run]));
  const newest = Math.max(0, ...known.keys());
  return now.flatMap((run): News[] => {
    const old = known.get(run.run_id);
    if (!old && run.run_id <= newest) return [];
    const outcome = outcomeOf(run);
    if (outcome === 'waiting' && (!old || outcomeOf(old) !== 'waiting')) return [{ run, kind: 'waits' }];
    if (hasFailed(outcome) && (!old || !isOver(outcomeOf(old)))) return [{ run, kind: 'failed' }];
    if (run.preview?.state === 'reachable' && old?.preview?.state !== 'reachable') return [{ run, kind: 'live' }];
    return [];
  });
}

export function useNews(runs: ListedRun[] | undefined, tell: (news: News) => void): void {
  const before = useRef<ListedRun[]>(undefined);
  const told = useRef(tell);
  told.current = tell;
  useEffect(() => {
    if (!runs) return;
    if (before.current) for (const news of newsBetween(before.current, runs)) told.current(news);
    before.current = runs;
  }, [runs]);
}
