import { useEffect, useMemo, useRef, useState } from 'react';
import { LogSearch, matcherOf, neighbour } from './log_search';
import type { LogStore } from './log_store';

const none: readonly number[] = [];

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
  /// Goes to the next or previous match and answers with its line.
  step: (forward: boolean, from: number) => number | undefined;
}

/// A search over the whole log, which goes on as the log grows.
export function useLogSearch(store: LogStore | undefined, version: number): LogSearchState {
  const [pattern, setPattern] = useState('');
  const [asRegex, setAsRegex] = useState(false);
  const [hits, setHits] = useState<readonly number[]>(none);
  const [at, setAt] = useState<number>();
  const running = useRef<LogSearch>(undefined);
  const matcher = useMemo(() => (pattern === '' ? undefined : matcherOf(pattern, asRegex)), [pattern, asRegex]);

  useEffect(() => {
    setAt(undefined);
    setHits(none);
    if (!store || !matcher || 'problem' in matcher) return;
    // The array grows in place; a copy is what React can compare.
    const search = new LogSearch(store, matcher.test, ({ hits: found }) => setHits([...found]));
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
    source: matcher && 'source' in matcher ? matcher.source : undefined,
    problem: matcher && 'problem' in matcher ? matcher.problem : undefined,
    step: (forward, from) => {
      const next = neighbour(hits, at ?? from - (forward ? 1 : 0), forward);
      setAt(next);
      return next;
    },
  };
}
