import type { Job, RunReport } from '../protocol/types';
import { isOver, outcomeOf } from './outcome';

/// How much of a run is done, from 0 to 1: jobs count the same, and within a job its steps. What it says is what has
/// happened, never a guess at time.
export function progressOf({ jobs, jobs_total }: RunReport): number {
  const all = Math.max(jobs_total, jobs.length);
  if (all === 0) return 0;
  return jobs.reduce((sum, job) => sum + jobProgress(job), 0) / all;
}

function jobProgress(job: Job): number {
  if (isOver(outcomeOf(job))) return 1;
  const steps = job.steps ?? [];
  if (steps.length === 0) return 0;
  return steps.filter((step) => isOver(outcomeOf(step))).length / steps.length;
}

/// In the order of the workflow: the server sends the interesting ones first.
export function jobsInOrder(jobs: Job[]): Job[] {
  return jobs.toSorted((one, other) => one.id - other.id);
}

/// The job that somebody wants to see first: one that failed, else one that runs, else the last.
export function firstJob(jobs: Job[]): Job | undefined {
  const rank = (job: Job) => {
    const outcome = outcomeOf(job);
    if (outcome === 'failure' || outcome === 'timed_out') return 0;
    if (outcome === 'running') return 1;
    return (job.lines_total ?? 0) > 0 ? 2 : 3;
  };
  return jobs.toSorted((one, other) => rank(one) - rank(other) || other.id - one.id)[0];
}
