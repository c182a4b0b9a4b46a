import { describe, expect, it } from 'vitest';
import type { ListedRun, WorkflowInput } from '../src/protocol/types';
import { payloadOf, problemsIn, startValues } from '../src/state/inputs';
import { newsBetween } from '../src/state/news';
import { outcomeOf } from '../src/state/outcome';
import { firstJob, progressOf } from '../src/state/progress';
import { runIdIn } from '../src/state/runs';
import { takeLinkSecret } from '../src/state/session';
import { ago, duration, sinceStart } from '../src/state/times';
import { leadsElsewhere, lineRangeIn, placePath, takeRunPath } from '../src/state/workspace';
import { report } from './canned';

describe('the state of a run in one word', () => {
  it.each([
    ['queued', null, 'queued'],
    ['in_progress', null, 'running'],
    ['waiting', null, 'waiting'],
    ['completed', 'success', 'success'],
    ['completed', 'failure', 'failure'],
    ['completed', 'startup_failure', 'failure'],
    ['completed', 'timed_out', 'timed_out'],
    ['completed', 'cancelled', 'cancelled'],
    ['completed', 'action_required', 'waiting'],
    ['completed', null, 'unknown'],
  ] as const)('%s and %s is %s', (status, conclusion, outcome) => {
    expect(outcomeOf({ status, conclusion })).toBe(outcome);
  });
});

describe('workflow inputs', () => {
  const inputs: WorkflowInput[] = [
    { name: 'notice', type: 'string', required: true },
    { name: 'drafts', type: 'boolean', required: false, default: 'true' },
    { name: 'depth', type: 'number', required: false, default: '3' },
    { name: 'colour', type: 'choice', required: true, options: ['day', 'night'] },
  ];

  it('start with their defaults', () => {
    expect(startValues(inputs)).toEqual({ notice: '', drafts: true, depth: '3', colour: 'day' });
  });

  it('are checked before they go out', () => {
    expect(problemsIn(inputs, { notice: ' ', drafts: true, depth: 'deep', colour: 'dusk' })).toEqual({
      notice: 'This input is required.',
      depth: 'This has to be a number.',
      colour: 'Choose one of: day, night.',
    });
  });

  it('go out with their types, and empty ones not at all', () => {
    expect(payloadOf(inputs, { notice: 'Hello', drafts: false, depth: '4', colour: '' })).toEqual({ notice: 'Hello', drafts: false, depth: 4 });
  });
});

describe('a run that somebody means', () => {
  it.each([
    ['42', 42],
    [' #42 ', 42],
    ['https://github.com/o/r/actions/runs/123/job/9', 123],
    ['http://127.0.0.1:8787/#/runs/7/jobs/3', 7],
    ['main', undefined],
    ['0', undefined],
    ['', undefined],
  ])('"%s"', (text, id) => expect(runIdIn(text)).toBe(id));
});

describe('places in a log', () => {
  it('have an address that can be read back', () => {
    expect(placePath(7, { job: 3, lines: { first: 10, last: 42 } })).toBe('/runs/7/jobs/3/lines/10-42');
    expect(lineRangeIn('10-42')).toEqual({ first: 10, last: 42 });
    expect(lineRangeIn('42-10')).toEqual({ first: 10, last: 42 });
    expect(lineRangeIn('9')).toEqual({ first: 9, last: 9 });
    expect(lineRangeIn('0')).toBeUndefined();
    expect(lineRangeIn('x')).toBeUndefined();
  });
});

describe('news', () => {
  const run = (run_id: number, status: ListedRun['status'], conclusion: ListedRun['conclusion'], state: 'building' | 'reachable' = 'building'): ListedRun => ({
    run_id, status, conclusion, html_url: null, created_at: '', head_branch: 'main', preview: { state, url: null },
  });

  it('are what ended since the last look', () => {
    const before = [run(1, 'in_progress', null), run(2, 'in_progress', null), run(3, 'completed', 'failure')];
    const now = [run(1, 'completed', 'failure'), run(2, 'completed', 'success', 'reachable'), run(3, 'completed', 'failure')];
    expect(newsBetween(before, now).map(({ run: { run_id }, kind }) => [run_id, kind])).toEqual([[1, 'failed'], [2, 'live']]);
  });

  it('are what began and failed between two looks', () => {
    const known = run(4, 'completed', 'success');
    expect(newsBetween([known], [run(5, 'completed', 'failure'), known]).map(({ kind }) => kind)).toEqual(['failed']);
    expect(newsBetween([], [run(1, 'completed', 'failure')]).map(({ kind }) => kind)).toEqual(['failed']);
  });

  it('are not the older runs that somebody looks up', () => {
    const known = run(4, 'completed', 'success');
    expect(newsBetween([known], [known, run(3, 'completed', 'failure'), run(2, 'waiting', null)])).toEqual([]);
  });
});

describe('progress', () => {
  it('counts what is done, by steps within jobs', () => {
    const jobs = report().jobs;
    const half = { ...jobs[0]!, status: 'in_progress' as const, conclusion: null, steps: [jobs[0]!.steps![0]!, { ...jobs[0]!.steps![1]!, status: 'in_progress' as const, conclusion: null }] };
    expect(progressOf(report({}, { jobs: [half], jobs_total: 2 }))).toBe(0.25);
    expect(progressOf(report({}, { jobs: [], jobs_total: 0 }))).toBe(0);
  });

  it('shows the job that failed first', () => {
    const failed = report().jobs[0]!;
    const fine = { ...failed, id: 72, conclusion: 'success' as const };
    expect(firstJob([fine, failed])?.id).toBe(71);
  });
});

describe('the one-time link', () => {
  it('is taken out of the address', () => {
    history.replaceState(null, '', '/#link=abc-DEF_1');
    expect(takeLinkSecret()).toBe('abc-DEF_1');
    expect(location.hash).toBe('');
    history.replaceState(null, '', '/#/runs/7');
    expect(takeLinkSecret()).toBeUndefined();
    expect(location.hash).toBe('#/runs/7');
  });
});

describe('the address of a run', () => {
  it('as the embedded runner names it leads to the run', () => {
    history.replaceState(null, '', '/runs/7#logs');
    takeRunPath();
    expect(location.pathname + location.hash).toBe('/#/runs/7');
  });

  it('is a link only where it leads elsewhere', () => {
    expect(leadsElsewhere(`${location.origin}/runs/7`)).toBe(false);
    expect(leadsElsewhere('https://github.com/o/r/actions/runs/7')).toBe(true);
    expect(leadsElsewhere(null)).toBe(false);
    expect(leadsElsewhere('no address')).toBe(false);
  });
});

describe('times', () => {
  it('are short', () => {
    expect([0, 4.21, 12.4, 75, 3_700].map(duration)).toEqual(['0.0 s', '4.2 s', '12 s', '1 m 15 s', '1 h 01 m']);
    expect(ago(1_000, 5_000)).toBe('just now');
    expect(ago(0, 120_000)).toBe('2 min. ago');
    expect(sinceStart(61_230)).toBe('+1:01.2');
  });
});
