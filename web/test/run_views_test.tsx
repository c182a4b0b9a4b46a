import { act, cleanup, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { useShortcuts } from '../src/state/shortcuts';
import { prefer } from '../src/state/preferences';
import { AnsiText } from '../src/ui/ansi_text';
import { ConnectionBanner, ConnectionChip, connectionWords } from '../src/views/connection_chip';
import { DiagnosisCard, forAgent } from '../src/views/log/diagnosis_card';
import { MissingLines } from '../src/views/log/missing_lines';
import { RunHead } from '../src/views/runs/run_head';
import { CannedClient, report } from './canned';
import { show } from './show';

const diagnosis = {
  verdict: { class: 'test_failure', confidence: 0.9, summary: 'A test failed.' },
  failed_steps: [],
  causes: [{ message: '3 !== 2', file: 'test/a.mjs', line: 14, job: 'test', step: 'Test', log_line: 5, tool: 'node:test', count: 2 }],
};

describe('why a run failed', () => {
  it('names the causes and leads to their lines', async () => {
    const onPlace = vi.fn();
    const client = new CannedClient({ 'builds.diagnose': () => diagnosis });
    const { user } = show(<DiagnosisCard report={report()} onPlace={onPlace} />, { client });
    expect(await screen.findByText('3 !== 2')).toBeInTheDocument();
    expect(screen.getByText('test/a.mjs:14')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: /^Line 5/ }));
    expect(onPlace).toHaveBeenCalledWith({ job: 71, lines: { first: 5, last: 5 } });
  });

  it('says what came since it was green, and that it may be chance', async () => {
    const history = {
      since_green: { run_id: 4, branch: 'main', commits: [{ sha: '0123456789ab', subject: 'Assume faster readers' }], commits_total: 3, files_total: 1 },
      flaky: { passed: 1, failed: 2, passed_run_id: 6 },
    };
    const client = new CannedClient({ 'builds.diagnose': () => ({ ...diagnosis, ...history }) });
    show(<DiagnosisCard report={report()} onPlace={() => {}} />, { client });
    expect(await screen.findByText('3 commits since run 4 was green, 1 file')).toBeInTheDocument();
    expect(screen.getByText('Assume faster readers')).toBeInTheDocument();
    expect(screen.getByText(/This may be chance/)).toHaveTextContent('passed 1 and failed 2 times');
  });

  it('says so when no line tells', async () => {
    const client = new CannedClient({ 'builds.diagnose': () => ({ ...diagnosis, verdict: null, causes: [] }) });
    show(<DiagnosisCard report={report()} onPlace={() => {}} />, { client });
    expect(await screen.findByText(/No line says clearly/)).toBeInTheDocument();
  });

  it('says why there is no log, and leads nowhere from what is said beside it', async () => {
    const silent = new CannedClient({ 'builds.diagnose': () => ({ ...diagnosis, verdict: null, causes: [], why: 'Job "test" ended (failure) without a line.' }) });
    show(<DiagnosisCard report={report()} onPlace={() => {}} />, { client: silent });
    expect(await screen.findByText(/without a line/)).toBeInTheDocument();
    cleanup();

    const unpaid = { ...diagnosis.causes[0]!, message: 'The job was not started', log_line: null };
    const annotated = new CannedClient({ 'builds.diagnose': () => ({ ...diagnosis, causes: [unpaid] }) });
    show(<DiagnosisCard report={report()} onPlace={() => {}} />, { client: annotated });
    expect(await screen.findByText('The job was not started')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: /^Line/ })).not.toBeInTheDocument();
    expect(forAgent(report(), [unpaid])).toContain('(test, Test)');
  });

  it('is short for an agent', () => {
    expect(forAgent(report(), diagnosis.causes)).toBe(
      'Run 7 of branch faster-readers at abcdef012 failed:\n- 3 !== 2 at test/a.mjs:14 (test, Test, log line 5)\n',
    );
  });
});

describe('a log longer than the viewer holds', () => {
  it('says which lines are missing, what that means, and where they are', () => {
    show(<MissingLines here={500_000} total={1_200_000} growing={false} blamed href="/api/runs/7/jobs/71/log" fileName="run-7-test.log" />);
    const note = screen.getByText(/^Lines 1 to 500,000 are here/);
    expect(note).toHaveTextContent('The last 700,000 of 1,200,000 are not: the search and the errors counted here leave them out. The diagnosis blames one of them.');
    const link = screen.getByRole('link', { name: 'Download all lines' });
    expect(link).toHaveAttribute('href', '/api/runs/7/jobs/71/log');
    expect(link).toHaveAttribute('download', 'run-7-test.log');
  });
});

describe('a run in short', () => {
  it('offers what can be done now, and opens only what is there', () => {
    show(<RunHead report={report()} heading="h1" />);
    expect(screen.getByText('Failed')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Rerun failed jobs' })).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Cancel' })).not.toBeInTheDocument();
    expect(screen.queryByRole('link', { name: /Open/ })).not.toBeInTheDocument();
  });

  it('opens a preview that is live, in a tab that knows nothing of this one', () => {
    show(<RunHead report={report({ conclusion: 'success' }, { preview: { state: 'reachable', url: 'http://r7.localhost:8788/' } })} heading="h1" />);
    const link = screen.getByRole('link', { name: /Open/ });
    expect(link).toHaveAttribute('href', 'http://r7.localhost:8788/');
    expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  });

  it('shows progress and cancel while it runs', async () => {
    const client = new CannedClient({ 'builds.cancel': () => ({}) });
    const { user } = show(<RunHead report={report({ status: 'in_progress', conclusion: null })} heading="h1" />, { client });
    expect(screen.getByRole('progressbar', { name: 'Steps done' })).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(client.calls).toContainEqual({ tool: 'builds.cancel', args: { run_id: 7 } });
  });

  it('removes a preview only after it has asked', async () => {
    const client = new CannedClient({ 'builds.removePreview': () => ({}) });
    const { user } = show(<RunHead report={report({ conclusion: 'success' }, { preview: { state: 'reachable', url: 'http://r7.localhost:8788/' } })} heading="h1" />, { client });
    await user.click(screen.getByRole('button', { name: 'Remove preview' }));
    expect(client.calls).toEqual([]);
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Remove' }));
    expect(client.calls).toEqual([{ tool: 'builds.removePreview', args: { run_id: 7 } }]);
  });

  it('says who has to approve it', () => {
    show(<RunHead report={report({ status: 'waiting', conclusion: null }, { waiting_for: { kind: 'waiting', detail: 'github-pages needs @ops' } })} heading="h1" />);
    expect(screen.getByText('Somebody has to approve this run.')).toBeInTheDocument();
    expect(screen.getByText('github-pages needs @ops')).toBeInTheDocument();
  });

  it('says so of a run that GitHub does not let begin, which there is nothing to cancel of', () => {
    const html_url = 'https://github.com/octo-org/site/actions/runs/7';
    show(<RunHead report={report({ conclusion: 'action_required', reason: 'A maintainer has to approve it.', html_url })} heading="h1" />);
    expect(screen.getByText('A maintainer has to approve it.')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: /^Review it on GitHub/ })).toHaveAttribute('href', html_url);
    expect(screen.queryByRole('button', { name: 'Cancel' })).not.toBeInTheDocument();
  });
});

describe('the connection', () => {
  it('is told in words that are true at that moment', () => {
    expect(connectionWords({ phase: 'live', epoch: 1, pushes: true }, 0)).toBe('Live');
    expect(connectionWords({ phase: 'waiting', attempt: 2, nextTryAt: 3_200, reason: '' }, 1_000)).toBe('Reconnecting in 3 s');
    expect(connectionWords({ phase: 'offline' }, 0)).toBe('Offline');
  });

  it('has a banner only when it is lost, with a way to try at once', async () => {
    const { user, client } = show(<><ConnectionChip /><ConnectionBanner /></>);
    expect(screen.getByText('Live')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Retry now' })).not.toBeInTheDocument();
    act(() => client.connection.set({ phase: 'waiting', attempt: 1, nextTryAt: Date.now() + 9_000, reason: 'The server is shutting down.' }));
    expect(screen.getByRole('status')).toHaveTextContent('The server is shutting down. What you see may be out of date.');
    expect(screen.queryByText('Live')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Retry now' }));
    expect(client.retries).toBe(1);
  });
});

describe('colours of a log', () => {
  it('become classes, never markup', () => {
    show(<p data-testid="line"><AnsiText text={'\u001b[1;31m<b>bad</b>\u001b[0m fine'} /></p>);
    const line = screen.getByTestId('line');
    expect(line).toHaveTextContent('<b>bad</b> fine');
    expect(line.querySelector('b')).toBeNull();
    expect(line.querySelector('.a-red.a-bold')).toHaveTextContent('<b>bad</b>');
  });

  it('leave room for what was searched', () => {
    show(<p data-testid="line"><AnsiText text={'\u001b[32mok\u001b[0m 1, ok 2'} search={/ok/i} /></p>);
    expect(screen.getByTestId('line').querySelectorAll('mark')).toHaveLength(2);
  });
});

describe('shortcuts', () => {
  function Keys({ act: does, beneath }: { act: () => void; beneath: () => void }) {
    useShortcuts({ wrap: beneath, runs: does });
    return <input aria-label="Field" />;
  }

  it('act, as one key and as two, but not while somebody types', async () => {
    const [does, beneath] = [vi.fn(), vi.fn()];
    const { user } = show(<Keys act={does} beneath={beneath} />);
    await user.keyboard('z');
    await user.keyboard('gr');
    expect([does.mock.calls.length, beneath.mock.calls.length]).toEqual([1, 1]);
    await user.type(screen.getByLabelText('Field'), 'zgr');
    expect([does.mock.calls.length, beneath.mock.calls.length]).toEqual([1, 1]);
  });

  it('can be switched off', async () => {
    const does = vi.fn();
    const { user } = show(<Keys act={does} beneath={does} />);
    act(() => prefer({ shortcuts: false }));
    await user.keyboard('z');
    expect(does).not.toHaveBeenCalled();
    act(() => prefer({ shortcuts: true }));
  });
});
