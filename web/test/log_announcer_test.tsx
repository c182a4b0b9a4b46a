import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LogStore } from '../src/state/log_store';
import { LogAnnouncer } from '../src/views/log/log_announcer';
import { lines } from './canned';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/// A log that gets a line each 50 ms for so long, and what a screen reader is given of it.
async function told(seconds: number, texts: (index: number) => string): Promise<string[]> {
  const store = new LogStore();
  const view = render(<LogAnnouncer store={store} version={0} over={false} />);
  const said: string[] = [];
  const watcher = new MutationObserver(() => said.push(screen.getByRole('status').textContent ?? ''));
  watcher.observe(screen.getByRole('status'), { childList: true, characterData: true, subtree: true });
  for (let index = 0; index < seconds * 20; index++) {
    store.append(lines([texts(index)], { from: index + 1 }));
    await act(() => vi.advanceTimersByTimeAsync(50));
    view.rerender(<LogAnnouncer store={store} version={index + 1} over={false} />);
  }
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  view.rerender(<LogAnnouncer store={store} version={-1} over />);
  watcher.disconnect();
  return [...said, screen.getByRole('status').textContent ?? ''];
}

it('tells of a log that pours a few times a minute, not of every line', async () => {
  const said = await told(60, (index) => `line ${index}`);
  expect(said.length).toBeGreaterThanOrEqual(3);
  expect(said.length).toBeLessThanOrEqual(13);
  const counts = said.slice(0, -1).map((words) => Number.parseInt(words, 10));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_200);
  expect(said.at(-1)).toMatch(/The log is complete\.$/);
});

it('says how many of the lines are errors, and never what they hold', async () => {
  const said = await told(3, (index) => (index === 30 ? '##[error]secret trouble' : `line ${index}`));
  expect(said.join(' ')).toMatch(/\d+ new lines, 1 error among them, \d+ in all\./);
  expect(said.join(' ')).not.toContain('trouble');
});
