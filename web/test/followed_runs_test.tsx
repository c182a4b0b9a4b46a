import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunReport, Status } from '../src/protocol/types';
import { useRun } from '../src/state/runs';
import { CannedClient, report } from './canned';
import { show } from './show';

/// Answers to builds.status that the test gives, in the order in which they were asked for.
let asked: ((status: Status) => void)[] = [];

function heldClient() {
  return new CannedClient({
    'builds.status': () =>
      new Promise<RunReport>((answer) => {
        asked.push((status) => answer(report({ status, conclusion: null })));
      }),
  });
}

function Status7() {
  return <p>Run 7: {useRun(7).data?.run.status ?? 'not known'}</p>;
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const answer = async (index: number, status: Status) => {
  asked[index]?.(status);
  await pass(1);
};

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a run that changes', () => {
  it('is asked about again when the change may be newer than the answer on its way', async () => {
    const { client } = show(<Status7 />, { client: heldClient() });
    await pass(1);
    expect(asked).toHaveLength(1);
    client.push('flux://runs/7');
    await pass(500);
    // Its answer was written before the change.
    await answer(0, 'queued');
    expect(screen.getByText('Run 7: queued')).toBeInTheDocument();
    await pass(500);
    expect(asked).toHaveLength(2);
    await answer(1, 'in_progress');
    expect(screen.getByText('Run 7: in_progress')).toBeInTheDocument();
  });

  it('moves even where answers are slower than changes', async () => {
    const { client } = show(<Status7 />, { client: heldClient() });
    await pass(1);
    await answer(0, 'queued');
    const told = async (times: number) => {
      for (let time = 0; time < times; time++) {
        client.push('flux://runs/7');
        await pass(450);
      }
    };
    await told(4);
    expect(asked).toHaveLength(2);
    await answer(1, 'in_progress');
    expect(screen.getByText('Run 7: in_progress')).toBeInTheDocument();
    await told(4);
    expect(asked).toHaveLength(3);
  });

  it('is asked about once for changes that come together', async () => {
    const { client } = show(<Status7 />, { client: heldClient() });
    await pass(1);
    await answer(0, 'queued');
    for (let time = 0; time < 20; time++) client.push('flux://runs/7');
    await pass(450);
    expect(asked).toHaveLength(2);
  });
});
