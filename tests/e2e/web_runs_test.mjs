// The history: all of it, a page after the other, and only what somebody asks for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { create, good, onGithub } from '../stage/github.mjs';
import { patience, until } from '../stage/stage.mjs';

test('a long history', async (t) => {
  const { github, server, peer } = await onGithub(t);
  const [repo] = github.world.repositories;
  for (let count = 0; count < 130; count++) github.start(repo, 'deploy.yml', count % 13 === 0 ? 'feat/x' : 'main');
  await until('them to end', () => [...github.world.runs.values()].every((run) => run.status === 'completed'), 60_000);
  const browser = await startBrowser(t);
  const page = await openPage(t, browser);
  await signIn(page, server, '/runs');
  const rows = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  const numbers = async () => (await rows.allTextContents()).map((text) => Number(/#(\d+)/.exec(text)[1]));
  const newestFirst = () => [...github.world.runs.keys()].map(Number).toSorted((one, other) => other - one);
  const older = page.getByRole('button', { name: 'Show older runs' });

  await t.test('is there to its first run', async () => {
    await page.getByText('50 runs, and there are older ones.').waitFor();
    await checkAccess(page, 'the first of many runs');
    await older.click();
    await page.getByText('100 runs, and there are older ones.').waitFor();
    await older.click();
    await page.getByText('130 runs: these are all.').waitFor();
    assert.deepEqual(await numbers(), newestFirst());
    assert.equal(await older.count(), 0);
  });

  await t.test('gets what begins meanwhile, in its place and once', async () => {
    const { run_id } = await good(create(peer, { fresh: true }));
    await rows.filter({ hasText: `#${run_id}` }).waitFor({ timeout: 40_000 * patience });
    await until('all of them in order', async () => JSON.stringify(await numbers()) === JSON.stringify(newestFirst()), 40_000);
  });

  await t.test('is filtered by branch and by state', async () => {
    await page.getByLabel('Branch', { exact: true }).fill('feat');
    await page.getByRole('option', { name: 'feat/x' }).click();
    await page.getByText('10 runs: these are all.').waitFor();
    assert.ok((await rows.allTextContents()).every((text) => text.includes('feat/x')));
    await page.getByRole('combobox', { name: 'State' }).selectOption('failure');
    await page.getByText('No run fits').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).first().click();
    await page.getByText('50 runs, and there are older ones.').or(page.getByText('131 runs: these are all.')).first().waitFor();
    checkQuiet(page, 'the history');
  });
});
