import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ListedRun } from '../src/protocol/types';
import RunsPage from '../src/views/runs/runs_page';
import { CannedClient, report } from './canned';
import { show } from './show';

/// A server that has `ids` and gives them as builds.list does: newest first, from after the cursor on.
function serverOf(ids: number[]) {
  const made = (run_id: number): ListedRun => ({ ...report().run, run_id, title: `Run of ${run_id}` });
  return new CannedClient({
    'builds.list': ({ cursor, limit, branch }) => {
      const all = ids.filter((id) => !branch || id % 2 === 0).toSorted((one, other) => other - one);
      const rest = cursor ? all.filter((id) => id < Number(cursor)) : all;
      const items = rest.slice(0, Number(limit)).map(made);
      return { items, cursor: rest.length > items.length ? String(items.at(-1)?.run_id) : null };
    },
  }, {}, ['even']);
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const shown = () => within(screen.getByRole('list', { name: 'Runs' })).getAllByRole('listitem').map((row) => Number(/Run of (\d+)/.exec(row.textContent ?? '')?.[1]));

describe('the runs', () => {
  it('go back as far as there are any, and say when these are all', async () => {
    const { user } = show(<RunsPage />, { client: serverOf(upTo(120)) });
    await screen.findByText('50 runs, and there are older ones.');
    await user.click(screen.getByRole('button', { name: 'Show older runs' }));
    await screen.findByText('100 runs, and there are older ones.');
    expect(screen.getByRole('link', { name: 'Run of 70' })).toHaveFocus();
    await user.click(screen.getByRole('button', { name: 'Show older runs' }));
    await screen.findByText('120 runs: these are all.');
    expect(screen.getByRole('link', { name: 'Run of 20' })).toHaveFocus();
    expect(screen.queryByRole('button', { name: 'Show older runs' })).toBeNull();
    expect(shown()).toEqual(upTo(120).toReversed());
  });

  it('show what begins meanwhile, and none of them twice', async () => {
    const ids = upTo(70);
    const { user, client } = show(<RunsPage />, { client: serverOf(ids) });
    await user.click(await screen.findByRole('button', { name: 'Show older runs' }));
    await screen.findByText('70 runs: these are all.');
    ids.push(71, 72);
    client.push('flux://runs');
    await waitFor(() => expect(shown()).toEqual(upTo(72).toReversed()), { timeout: 3_000 });
  });

  it('begin anew with another filter', async () => {
    const { user, client } = show(<RunsPage />, { client: serverOf(upTo(120)) });
    await user.click(await screen.findByRole('button', { name: 'Show older runs' }));
    await screen.findByText('100 runs, and there are older ones.');
    await user.type(screen.getByLabelText('Branch'), 'eve');
    await user.click(await screen.findByRole('option', { name: 'even' }));
    await screen.findByText('50 runs, and there are older ones.');
    expect(client.calls.at(-1)?.args).toEqual({ kind: 'runs', limit: 50, branch: 'even' });
    expect(shown()).toEqual(upTo(120).filter((id) => id % 2 === 0).toReversed().slice(0, 50));
  });
});
