import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LogName } from '../protocol/types';
import { type FeedState, LogFeed } from './log_feed';
import type { LogStore } from './log_store';
import { useParts } from './parts';

const nothing = () => () => {};
const loading: FeedState = { kind: 'loading' };

export interface Log {
  store: LogStore | undefined;
  /// Grows with the store; renders follow it.
  version: number;
  state: FeedState;
  retry: () => void;
}

/// One job's log, kept up to date while this is mounted.
export function useLog({ run, job, attempt }: LogName): Log {
  const { client, server } = useParts();
  const [feed, setFeed] = useState<LogFeed>();
  useEffect(() => {
    const made = new LogFeed({ run, job, ...(attempt ? { attempt } : {}) }, client, server);
    setFeed(made);
    return () => made.stop();
  }, [client, server, run, job, attempt]);

  const version = useSyncExternalStore(feed?.store.version.watch ?? nothing, () => feed?.store.version.get() ?? 0);
  const state = useSyncExternalStore(feed?.state.watch ?? nothing, () => feed?.state.get() ?? loading);
  return { store: feed?.store, version, state, retry: () => feed?.retry() };
}

/// What a downloaded log is called.
export function logFileName(run: number, job: string): string {
  return `run-${run}-${job.replace(/[^\w.-]+/g, '-')}.log`;
}
