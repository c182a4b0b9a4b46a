import type { Conclusion, PreviewState, Status } from '../protocol/types';

/// How a run, job or step stands, in one word for people. Each has a word, a shape and a colour; none is told by colour
/// alone.
export type Outcome =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'timed_out'
  | 'skipped'
  | 'unknown';

export const outcomeWords: Record<Outcome, string> = {
  queued: 'Queued',
  running: 'Running',
  waiting: 'Waits for approval',
  success: 'Succeeded',
  failure: 'Failed',
  cancelled: 'Cancelled',
  timed_out: 'Timed out',
  skipped: 'Skipped',
  unknown: 'Unknown',
};

export function outcomeOf({ status, conclusion }: { status: Status; conclusion: Conclusion | null }): Outcome {
  if (status === 'in_progress') return 'running';
  if (status === 'waiting') return 'waiting';
  if (status !== 'completed') return 'queued';
  switch (conclusion) {
    case 'success':
    case 'neutral':
      return 'success';
    case 'failure':
    case 'startup_failure':
      return 'failure';
    case 'cancelled':
      return 'cancelled';
    case 'timed_out':
      return 'timed_out';
    case 'skipped':
      return 'skipped';
    case 'action_required':
      return 'waiting';
    default:
      return 'unknown';
  }
}

export function isOver(outcome: Outcome): boolean {
  return outcome !== 'queued' && outcome !== 'running' && outcome !== 'waiting';
}

export function hasFailed(outcome: Outcome): boolean {
  return outcome === 'failure' || outcome === 'timed_out';
}

export const previewWords: Record<PreviewState, string> = {
  requested: 'Requested',
  building: 'Building',
  deployed: 'Deployed, not answering yet',
  reachable: 'Live',
  failed: 'Not published',
  expired: 'Expired',
  removed: 'Removed',
};
