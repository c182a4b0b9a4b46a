// Every state that a page can be in is for everybody: by axe-core's rules, in both themes, on a desktop and on a phone.
// What the server rarely says is said here in its place, in the shape of /readyz; everything else is the real server's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { addBranch, demoRepository, patience, repository, serve, until, workflow } from '../stage/stage.mjs';

const now = () => new Date().toISOString();
const everyState = () => ({
  status: 'degraded',
  connectors: [
    { name: 'github', category: 'source', title: 'GitHub Actions', state: 'degraded', reason: 'Requests are paced: few are left.', cure: 'Wait until the quota is renewed.', latency_ms: 212, quota: { limit: 5000, remaining: 41, reset_at: new Date(Date.now() + 900_000).toISOString() }, checked_at: now() },
    { name: 'gitlab', category: 'source', title: 'Another source', state: 'connected', reason: null, cure: null, latency_ms: 12, quota: { limit: 5000, remaining: 4300, reset_at: now() }, checked_at: now() },
    { name: 'local', category: 'runner', title: 'Embedded runner', state: 'error', reason: 'The repository cannot be read: /srv/site is not a git repository.', cure: 'Set FLUX_REPO to a repository and start again.', latency_ms: null, quota: null, checked_at: now() },
    { name: 'redis', category: 'scale', title: 'Redis', state: 'off', reason: 'This is the only instance.', cure: 'Nothing, while one instance is enough.', latency_ms: null, quota: null, checked_at: null },
  ],
});

test('every state', async (t) => {
  const repo = demoRepository(t);
  addBranch(repo, 'endless', { '.github/workflows/deploy.yml': workflow('echo begun; sleep 600') });
  const server = await serve(t, { repo });
  const blank = await serve(t, { repo: repository(t, { 'README.md': 'Nothing to run.' }) });
  const browser = await startBrowser(t);
  const peer = await open(`${server.ws}?token=${server.token}`);
  const make = async (branch) => (await peer.tool('builds.createPreview', { branch, fresh: true })).structuredContent.run_id;
  const over = (run_id) => until(`run ${run_id} to end`, async () =>
    (await peer.tool('builds.status', { run_id, wait_s: 10, until: 'completed' })).structuredContent.run.status === 'completed', 60_000);
  const good = await make('main');
  const bad = await make('faster-readers');
  await over(good);
  await over(bad);

  for (const size of ['desktop', 'phone']) {
    const fresh = (t, options) => openPage(t, browser, { size, ...options });
    const look = (page, what) => checkAccess(page, `${what}, ${size}`);

    await t.test(`connectors, ${size}`, async (t) => {
      const page = await fresh(t, { expected: [/503|Failed to load resource|ERR_/] });
      let say = () => new Promise(() => {});
      await page.route('**/readyz*', async (route) => {
        const body = await say();
        if (body) await route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify(body) });
        else await route.abort();
      });
      await signIn(page, server);
      await page.getByText('Loading the connectors').or(page.getByRole('status').filter({ hasText: 'connectors' })).first().waitFor({ state: 'attached' });
      await look(page, 'connectors that load');
      say = () => undefined;
      await page.reload();
      await page.getByText('The state of the connectors cannot be read.').waitFor();
      await look(page, 'connectors that cannot be read');
      // Anew, for every half minute the page tries again by itself, and then there is nothing to be clicked.
      await page.reload();
      await page.getByText('The state of the connectors cannot be read.').waitFor();
      say = everyState;
      await page.getByRole('button', { name: 'Try again' }).first().click();
      for (const [name, word] of [['GitHub Actions', 'Degraded'], ['Another source', 'Connected'], ['Embedded runner', 'Error'], ['Redis', 'Off']]) {
        await page.getByRole('region', { name }).getByText(word, { exact: true }).waitFor();
      }
      await page.getByRole('region', { name: 'Embedded runner' }).getByText('Set FLUX_REPO to a repository and start again.').waitFor();
      await page.getByRole('region', { name: 'GitHub Actions' }).getByRole('progressbar', { name: 'Quota left' }).waitFor();
      await look(page, 'connectors in every state');
      for (const client of size === 'desktop' ? await page.getByRole('tab').all() : []) {
        await client.click();
        await look(page, `how to connect ${await client.textContent()}`);
      }
    });

    await t.test(`nothing there yet, ${size}`, async (t) => {
      const page = await fresh(t, { expected: [/401/] });
      page.own = blank.origin;
      await page.goto(blank.origin);
      await page.getByLabel('Token', { exact: true }).waitFor();
      await look(page, 'the sign-in');
      await signIn(page, blank, '/runs');
      await page.getByText('Nothing has run yet').waitFor();
      await look(page, 'no runs');
      await page.getByRole('button', { name: 'Ship the first preview' }).click();
      const panel = page.getByRole('dialog', { name: 'AI Workspace' });
      await panel.getByText('None yet.').waitFor();
      await panel.getByRole('button', { name: 'Create preview' }).click();
      await panel.getByText('Choose a branch.').waitFor();
      await look(page, 'a form that is not complete');
      checkQuiet(page, 'nothing there yet');
    });

    await t.test(`runs, ${size}`, async (t) => {
      const page = await fresh(t);
      await signIn(page, server, '/runs');
      await page.getByRole('list', { name: 'Runs' }).waitFor();
      await page.getByRole('combobox', { name: 'State' }).selectOption('timed_out');
      await page.getByText('No run fits').waitFor();
      await look(page, 'no run that fits');
      const running = await make('endless');
      await page.goto(`${server.origin}/#/runs/${running}`);
      await page.getByRole('log').getByText('begun', { exact: true }).waitFor();
      await look(page, 'a run that runs');
      await page.getByRole('button', { name: 'AI Workspace' }).click();
      const panel = page.getByRole('dialog', { name: 'AI Workspace' });
      const previews = panel.getByRole('region', { name: 'Recent previews' });
      await previews.getByRole('button', { name: `endless run ${running}` }).click();
      await panel.getByRole('group', { name: `Run ${running}` }).getByRole('button', { name: /^Cancel/ }).waitFor();
      await look(page, 'progress in the workspace');
      await previews.getByRole('button', { name: /main/ }).first().click();
      await panel.getByText('Preview: Live').waitFor();
      await look(page, 'a live preview in the workspace');
      await previews.getByRole('button', { name: /faster-readers/ }).first().click();
      await panel.getByRole('button', { name: 'Why did it fail?' }).click();
      await panel.getByRole('region', { name: 'Why it failed' }).getByRole('listitem').first().waitFor();
      await panel.locator('.log-row').first().waitFor();
      await look(page, 'a diagnosis in the workspace');
      // The same run beneath it.
      await page.goto(`${server.origin}/#/runs/${bad}`);
      await page.locator('#main').getByRole('region', { name: 'Why it failed' }).getByRole('listitem').first().waitFor();
      await look(page, 'a run on its page and in the workspace');
      await panel.getByRole('button', { name: 'Close the workspace' }).click();
      await page.goto(`${server.origin}/#/runs/${running}`);
      await page.getByRole('button', { name: /^Cancel/ }).click();
      await page.getByText('Cancelled', { exact: true }).first().waitFor();
      await look(page, 'a run that was cancelled');
      assert.equal(await page.getByText(`Run ${running} of endless failed`).count(), 0, 'who cancels a run is not told that it failed');
    });

    await t.test(`what comes up, ${size}`, async (t) => {
      const page = await fresh(t);
      await signIn(page, server, `/runs/${good}`);
      await page.getByRole('button', { name: 'Remove preview' }).click();
      await page.getByRole('alertdialog').waitFor();
      await look(page, 'a question');
      await page.getByRole('button', { name: 'Keep it' }).click();
      const failing = await make('faster-readers');
      await page.getByText(`Run ${failing} of faster-readers failed`).waitFor({ timeout: 60_000 * patience });
      // News stays as long as somebody points at it.
      await page.getByText(`Run ${failing} of faster-readers failed`).hover();
      await look(page, 'news of a run that failed');
      await page.getByRole('button', { name: 'Why?' }).click();
      const panel = page.getByRole('dialog', { name: 'AI Workspace' });
      await panel.getByRole('region', { name: 'Why it failed' }).getByRole('listitem').first().waitFor();
      const tour = await fresh(t, { tourSeen: false });
      await signIn(tour, server);
      for (let stop = 1; ; stop++) {
        await tour.locator('.driver-popover').waitFor();
        await look(tour, `stop ${stop} of the tour`);
        const next = tour.locator('.driver-popover').getByRole('button', { name: 'Next' });
        if (!(await next.isVisible())) break;
        await next.click();
      }
    });

    await t.test(`the viewer, ${size}`, async (t) => {
      const page = await fresh(t);
      await signIn(page, server, `/runs/${bad}`);
      await page.locator('.log-row[data-cause]').first().waitFor();
      await page.getByRole('searchbox', { name: 'Search in the log' }).fill('o');
      await page.getByRole('button', { name: 'Next match' }).click();
      await page.locator('.log-row[data-hit="now"]').waitFor();
      await page.getByRole('button', { name: 'Timestamps: off' }).click();
      await look(page, 'the viewer with matches and times');
      await page.getByRole('button', { name: 'Regular expression: off' }).click();
      await page.getByRole('searchbox', { name: 'Search in the log' }).fill('(');
      await page.getByText('no valid pattern').waitFor();
      await page.locator('.log-number').nth(3).click();
      await page.locator('.log-row[data-target]').waitFor();
      await look(page, 'the viewer with a chosen line and a pattern that is none');
    });
  }

  await t.test('nothing moves for those who want it still', async (t) => {
    const moving = async (motion) => {
      const page = await openPage(t, browser, { motion });
      const running = await make('endless');
      await signIn(page, server, `/runs/${running}`);
      await page.getByRole('log').getByText('begun', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'AI Workspace' }).click();
      await page.getByRole('dialog', { name: 'AI Workspace' }).waitFor();
      const seen = await page.evaluate(() => document.getAnimations().filter((each) => {
        const { duration, iterations } = each.effect.getComputedTiming();
        return duration > 10 || (iterations > 1 && duration > 0.1);
      }).length);
      await peer.tool('builds.cancel', { run_id: running });
      return seen;
    };
    assert.ok((await moving('no-preference')) > 0, 'else there is something: what turns while a run runs');
    assert.equal(await moving('reduce'), 0);
  });
  await peer.close();
});
