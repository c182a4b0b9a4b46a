// A run on GitHub that waits for a person: the page says what for and leads there. It never approves by itself.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { create, good, onGithub } from '../stage/github.mjs';
import { until } from '../stage/stage.mjs';

test('approvals', async (t) => {
  const { github, server, peer } = await onGithub(t);
  const browser = await startBrowser(t);
  github.addScript({ jobs: [{ name: 'publish', environment: { name: 'production', reviewers: ['octocat'] }, steps: [{ name: 'Go', hold: 'go' }] }] });
  const { run_id } = await good(create(peer));
  await until('the run to wait', () => github.run(run_id).status === 'waiting');
  github.addScript({ conclusion: 'action_required' });
  const { run_id: foreign } = await good(create(peer, { branch: 'feat/x' }));
  await until('GitHub to ask', () => github.run(foreign).conclusion === 'action_required');

  const page = await openPage(t, browser);
  await signIn(page, server, '/approvals');
  const waiting = page.getByRole('list', { name: 'Waiting runs' });
  const row = (id) => waiting.getByRole('listitem').filter({ hasText: `run ${id}` });
  const linkTo = (place, id) => place.getByRole('link', { name: /^Review.* on GitHub/ }).and(place.locator(`[href$="/octo-org/site/actions/runs/${id}"]`));

  await t.test('are listed with what each waits for, and lead to GitHub', async () => {
    await row(run_id).getByText(/production.*octocat/).waitFor();
    await row(foreign).getByText(/maintainer has to approve/).waitFor();
    for (const id of [run_id, foreign]) {
      const link = linkTo(row(id), id);
      await link.waitFor();
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    }
    await page.getByRole('link', { name: /^Approvals 2 waiting/ }).waitFor();
    await checkAccess(page, 'what waits');
  });

  await t.test('stand on the page of the run too', async () => {
    await row(run_id).getByRole('link').first().click();
    await page.getByText('Somebody has to approve this run.').waitFor();
    await page.getByText(/production.*octocat/).first().waitFor();
    await linkTo(page, run_id).first().waitFor();
    await checkAccess(page, 'a run that waits');
  });

  await t.test('are gone when somebody has approved on GitHub', async () => {
    github.world.actions.review(github.run(run_id), ['production'], 'approved', { user: 'octocat', comment: 'go' });
    await page.getByText('Somebody has to approve this run.').waitFor({ state: 'detached' });
    await page.goto(`${server.origin}/#/approvals`);
    await row(foreign).waitFor();
    await row(run_id).waitFor({ state: 'detached' });
    github.world.actions.release('go');
  });
  assert.deepEqual(github.requests.filter(({ method, path }) => method !== 'GET' && /pending_deployments|approve/.test(path)), []);
  checkQuiet(page, 'approvals');
});
