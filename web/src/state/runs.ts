import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Failure } from '../protocol/failures';
import type {
  Branch,
  Cause,
  CreatedRun,
  Diagnosis,
  Job,
  ListedPreview,
  ListedRun,
  Listing,
  Run,
  RunReport,
  Workflow,
} from '../protocol/types';
import { hasFailed, isOver, outcomeOf } from './outcome';
import { useConnection, useParts } from './parts';

export interface RunFilter {
  branch?: string;
  status?: string;
  workflow?: string;
}

const keys = {
  runs: (filter: RunFilter, limit: number) => ['runs', filter, limit] as const,
  run: (id: number) => ['run', id] as const,
  diagnosis: (id: number, attempt: number) => ['diagnosis', id, attempt] as const,
};

/// Asks again when the server says that `uri` changed; at most once in `atMostEveryMs`, and never while an answer is on
/// its way. That answer may be older than the change, so it is waited for and not relied on; and it is not thrown away,
/// or a run that changes faster than a slow line answers would never move.
export function useFollowed(uri: string | undefined, queryKey: readonly unknown[], atMostEveryMs = 400) {
  const { client } = useParts();
  const queries = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    if (!uri) return;
    const filter = { queryKey: JSON.parse(key) as unknown[] };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    let again = false;
    let ended = false;
    const soon = () => {
      if (!ended) timer ??= setTimeout(() => void ask(), atMostEveryMs);
    };
    const ask = async () => {
      timer = undefined;
      asking = true;
      again = queries.isFetching(filter) > 0;
      await queries.invalidateQueries(filter, { cancelRefetch: false });
      asking = false;
      if (again) soon();
    };
    const end = client.follow(uri, () => {
      if (asking) again = true;
      else soon();
    });
    return () => {
      ended = true;
      end();
      clearTimeout(timer);
    };
  }, [client, queries, uri, key, atMostEveryMs]);
}

/// How often to look where the server does not tell by itself.
export function useLookEvery(pushedMs: number, otherwiseMs: number): number {
  const connection = useConnection();
  return connection.phase === 'live' && connection.pushes ? pushedMs : otherwiseMs;
}

export function useIsLive(): boolean {
  return useConnection().phase === 'live';
}

export function useRuns(filter: RunFilter = {}, limit = 30) {
  const { client } = useParts();
  const every = useLookEvery(30_000, 5_000);
  useFollowed('flux://runs', ['runs']);
  return useQuery({
    queryKey: keys.runs(filter, limit),
    queryFn: () => client.call<Listing<ListedRun>>('builds.list', { kind: 'runs', limit, ...given(filter) }),
    enabled: useIsLive(),
    refetchInterval: every,
    placeholderData: keepPreviousData,
  });
}

export function useRun(id: number | undefined) {
  const { client } = useParts();
  const every = useLookEvery(5_000, 2_000);
  useFollowed(id === undefined ? undefined : `flux://runs/${id}`, ['run', id]);
  return useQuery({
    queryKey: keys.run(id ?? 0),
    queryFn: () => client.call<RunReport>('builds.status', { run_id: id, steps: true }),
    enabled: useIsLive() && id !== undefined,
    refetchInterval: ({ state }) => (state.data && isSettled(state.data) ? false : every),
  });
}

/// Nothing about it will change by itself any more.
export function isSettled(report: RunReport): boolean {
  if (!isOver(outcomeOf(report.run))) return false;
  return report.preview.state !== 'deployed' && report.preview.state !== 'building' && report.preview.state !== 'requested';
}

export function useDiagnosis(report: RunReport | undefined) {
  const { client } = useParts();
  const run = report?.run;
  const failed = run !== undefined && hasFailed(outcomeOf(run));
  return useQuery({
    queryKey: keys.diagnosis(run?.run_id ?? 0, run?.attempt ?? 1),
    queryFn: () => client.call<Diagnosis>('builds.diagnose', { run_id: run?.run_id }),
    enabled: useIsLive() && failed,
    staleTime: Infinity,
    retry: false,
  });
}

/// The job whose log holds the cause's line.
export function jobOfCause({ jobs }: RunReport, cause: Cause): Job | undefined {
  return jobs.find(({ name }) => name === cause.job) ?? (jobs.length === 1 ? jobs[0] : undefined);
}

export function usePreviews(limit = 8) {
  const { client } = useParts();
  const every = useLookEvery(30_000, 8_000);
  useFollowed('flux://runs', ['previews']);
  return useQuery({
    queryKey: ['previews', limit],
    queryFn: () => client.call<Listing<ListedPreview>>('builds.list', { kind: 'previews', limit }),
    enabled: useIsLive(),
    refetchInterval: every,
  });
}

export function useWorkflows(branch: string) {
  const { client } = useParts();
  return useQuery({
    queryKey: ['workflows', branch],
    queryFn: () => client.call<Listing<Workflow>>('builds.list', { kind: 'workflows', branch, limit: 50 }),
    enabled: useIsLive() && branch !== '',
    staleTime: 30_000,
    retry: false,
    // The fields stand still while the next branch is looked at, instead of vanishing under somebody's hands.
    placeholderData: (before) => (branch === '' ? undefined : before),
  });
}

/// Branches to choose from: what the server completes, or, where it completes nothing, its list.
export function useBranches(typed: string) {
  const { client } = useParts();
  return useQuery({
    queryKey: ['branches', typed],
    queryFn: async () => {
      try {
        return await client.complete('branch', typed);
      } catch (error) {
        if (error instanceof Failure && error.code === 'connection_lost') throw error;
        const listing = await client.call<Listing<Branch>>('builds.list', { kind: 'branches', limit: 100 });
        return listing.items.map((branch) => branch.name).filter((name) => name.includes(typed));
      }
    },
    enabled: useIsLive(),
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
}

export interface PreviewWish {
  branch: string;
  workflow?: string;
  payload: Record<string, string | number | boolean>;
}

function useAfterChange() {
  const queries = useQueryClient();
  return (id: number | undefined) => {
    void queries.invalidateQueries({ queryKey: ['runs'] });
    void queries.invalidateQueries({ queryKey: ['run_pages'] });
    void queries.invalidateQueries({ queryKey: ['previews'] });
    if (id !== undefined) void queries.invalidateQueries({ queryKey: ['run', id] });
  };
}

export function useCreatePreview() {
  const { client } = useParts();
  const after = useAfterChange();
  return useMutation({
    mutationFn: ({ branch, workflow, payload }: PreviewWish) =>
      client.call<CreatedRun>('builds.createPreview', {
        branch,
        ...(workflow ? { workflow } : {}),
        ...(Object.keys(payload).length > 0 ? { payload } : {}),
      }),
    onSuccess: (run) => after(run.run_id),
  });
}

export function useRerun() {
  const { client } = useParts();
  const after = useAfterChange();
  return useMutation({
    mutationFn: ({ id, failedOnly }: { id: number; failedOnly: boolean }) =>
      client.call<Run>('builds.rerun', { run_id: id, failed_only: failedOnly }),
    onSettled: (_, __, { id }) => after(id),
  });
}

export function useCancel() {
  const { client } = useParts();
  const after = useAfterChange();
  return useMutation({
    mutationFn: (id: number) => client.call<Run>('builds.cancel', { run_id: id }),
    onSettled: (_, __, id) => after(id),
  });
}

export function useRemovePreview() {
  const { client } = useParts();
  const after = useAfterChange();
  return useMutation({
    mutationFn: (id: number) => client.call('builds.removePreview', { run_id: id }),
    onSettled: (_, __, id) => after(id),
  });
}

/// The filters that are set, as a tool takes them.
export function given(filter: RunFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}

/// The run that a person means by what they typed: its number or address, or a branch, for its newest run.
export function useFindRun() {
  const { client } = useParts();
  return useMutation({
    mutationFn: async (typed: string) => {
      const id = runIdIn(typed);
      if (id !== undefined) return id;
      const branch = typed.trim();
      const { items } = await client.call<Listing<ListedRun>>('builds.list', { kind: 'runs', branch, limit: 1 });
      const newest = items[0];
      if (!newest) throw new Failure(`No run has the number, address or branch “${branch}”.`, 'run_not_found');
      return newest.run_id;
    },
  });
}

/// The run that a person means: a number, or an address that ends with one (`…/runs/42`, `…/actions/runs/42/job/7`).
export function runIdIn(text: string): number | undefined {
  const trimmed = text.trim();
  const found = /^#?(\d+)$/.exec(trimmed) ?? /\/runs\/(\d+)/.exec(trimmed);
  const id = found ? Number(found[1]) : Number.NaN;
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
