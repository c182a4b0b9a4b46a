import { useEffect, useMemo, useRef, useState } from 'react';
import { type Found, LogSearch, matcherOf, neighbour } from './log_search';
import type { LogStore } from './log_store';

const nothing: Found = { hits: [], looked: 0 };

export interface LogSearchState {
  pattern: string;
  asRegex: boolean;
  setPattern: (pattern: string) => void;
  setAsRegex: (asRegex: boolean) => void;
  /// Indices of the lines that match so far.
  hits: readonly number[];
  /// The match that was gone to.
  at: number | undefined;
  /// From 1; 0 where none was gone to.
  position: number;
  source: RegExp | undefined;
  problem: string | undefined;
  /// Whether there are lines here that were not looked at yet.
  looking: boolean;
  /// Goes to the next or previous match and answers with its line.
  step: (forward: boolean, from: number) => number | undefined;
}

/// A search over the whole log, which goes on as the log grows.
export function useLogSearch(store: LogStore | undefined, version: number): LogSearchState {
  const [pattern, setPattern] = useState('');
  const [asRegex, setAsRegex] = useState(false);
  const [at, setAt] = useState<number>();
  const running = useRef<LogSearch>(undefined);
  const matcher = useMemo(() => (pattern === '' ? undefined : matcherOf(pattern, asRegex)), [pattern, asRegex]);
  const source = matcher && 'source' in matcher ? matcher.source : undefined;
  /// What was found, where and by which pattern: it says nothing about another log or pattern.
  const [found, setFound] = useState<Found & { store?: LogStore; source?: RegExp }>(nothing);
  const { hits, looked } = found.store === store && found.source === source ? found : nothing;

  useEffect(() => {
    setAt(undefined);
    if (!store || !matcher || 'problem' in matcher) return;
    // The array grows in place; a copy is what React can compare.
    const search = new LogSearch(store, matcher.test, (now) => setFound({ ...now, hits: [...now.hits], store, source: matcher.source }));
    running.current = search;
    return () => search.stop();
  }, [store, matcher]);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- with every change of the store
  useEffect(() => running.current?.more(), [version]);

  return {
    pattern,
    asRegex,
    setPattern,
    setAsRegex,
    hits,
    at,
    position: at === undefined ? 0 : hits.indexOf(at) + 1,
    source,
    problem: matcher && 'problem' in matcher ? matcher.problem : undefined,
    looking: source !== undefined && looked < (store?.length ?? 0),
    step: (forward, from) => {
      const next = neighbour(hits, at ?? from - (forward ? 1 : 0), forward);
      setAt(next);
      return next;
    },
  };
}
