// The server is replaced under an open page: what was on the page stays, and a log that is being written loses and doubles
// no line.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, live, logOnPage, lost, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { create, ended, githubToken, good, onGithub } from '../stage/github.mjs';
import { open } from '../stage/socket.mjs';
import { ask, freshFolder, patience, repository, serve, until, workflow } from '../stage/stage.mjs';
import { wire } from '../stage/wire.mjs';

const refused = [...lost, /401/];
const counting = workflow('for i in $(seq 1 3000); do echo "count $i"; sleep 0.02; done');

async function begin(server) {
  const peer = await open(`${server.ws}${server.settings.MCP_AUTH_TOKEN ? `?token=${server.token}` : ''}`);
  const { run_id: run } = await good(create(peer, { fresh: true }));
  const { jobs } = await until('the job to begin', async () => {
    const report = await good(peer.tool('builds.status', { run_id: run, wait_s: 1 }));
    return report.jobs[0]?.lines_total > 0 && report;
  });
  await peer.close();
  return { run, job: jobs[0].id };
}

const lastCount = async (page) => Number(/\d+/.exec(await page.getByRole('log').getByText(/^count \d+$/).last().textContent())[0]);

/// The log on the page is the server's, line by line; what was counted is counted without a gap; answers with how far.
async function checkLog(page, server, { run, job }) {
  await page.getByTestId('line-count').getByText(/^[\d,]+ lines$/).waitFor();
  const shown = await logOnPage(page);
  const headers = server.settings.MCP_AUTH_TOKEN ? { authorization: `Bearer ${server.token}` } : {};
  const { status, text } = await ask(`${server.origin}/api/runs/${run}/jobs/${job}/log`, { headers });
  assert.equal(status, 200);
  const bare = (log) => log.trimEnd().split('\n').map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, '').replace(/^##\[\w+\]/, ''));
  assert.deepEqual(bare(shown), bare(text), 'the page shows what the server has');
  const counted = bare(shown).filter((line) => /^count \d+$/.test(line));
  assert.deepEqual(counted, counted.map((_, index) => `count ${index + 1}`), 'no gap, nothing twice');
  return counted.length;
}

test('a server that is replaced while a run writes', async (t) => {
  const repo = repository(t, { '.github/workflows/deploy.yml': counting });
  const browser = await startBrowser(t);
  for (const [how, leave] of [['told to stop', (server) => server.stop()], ['killed', (server) => server.kill()]]) {
    await t.test(how, async (t) => {
      const between = await wire(t);
      const { origin } = between;
      const env = { FLUX_PUBLIC_URL: origin };
      const first = await serve(t, { repo, env });
      between.lead(first.port);
      const page = await openPage(t, browser, { expected: refused });
      await signIn(page, first, '/', origin);
      const { run, job } = await begin(first);
      await page.goto(`${origin}/#/runs/${run}/jobs/${job}`);
      // Something half done, which has to be there afterwards.
      await page.getByRole('button', { name: 'AI Workspace' }).click();
      const branch = page.getByRole('form', { name: 'New preview' }).getByRole('combobox', { name: 'Branch' });
      await branch.fill('half-written');
      await page.getByRole('searchbox', { name: 'Search in the log' }).first().fill('count 7');
      await until('some lines', async () => (await lastCount(page)) > 40);

      const seen = await lastCount(page);
      await leave(first);
      await page.locator('[data-phase=waiting], [data-phase=connecting]').first().waitFor();
      assert.ok(await page.getByRole('log').isVisible(), 'the log stays readable');
      const second = await serve(t, { repo, env, state: first.state });
      between.lead(second.port);

      await page.getByText('Your session has ended.').waitFor({ timeout: 40_000 * patience });
      await checkAccess(page, 'a session that ended');
      assert.equal(await page.getByRole('log').count(), 0, 'nothing of it can be read meanwhile');
      const token = page.getByLabel('Token', { exact: true });
      await until('the focus to be in the field', () => token.evaluate((element) => element === document.activeElement));
      await page.keyboard.type(second.token);
      await page.keyboard.press('Enter');
      await live(page);

      assert.match(page.url(), new RegExp(`#/runs/${run}/jobs/${job}$`));
      await page.getByText('Cancelled', { exact: true }).first().waitFor();
      assert.equal(await branch.inputValue(), 'half-written');
      assert.equal(await page.getByRole('searchbox', { name: 'Search in the log' }).first().inputValue(), 'count 7');
      await page.getByRole('button', { name: 'Close the workspace' }).click();
      assert.ok((await checkLog(page, second, { run, job })) >= seen, 'what was seen is still there');
      checkQuiet(page, how);
    });
  }

  await t.test('where no token is asked for, the page is back by itself', async (t) => {
    const between = await wire(t);
    const env = { FLUX_PUBLIC_URL: between.origin, MCP_AUTH_TOKEN: undefined };
    const first = await serve(t, { repo, env });
    between.lead(first.port);
    const page = await openPage(t, browser, { expected: refused });
    page.own = between.origin;
    const { run, job } = await begin(first);
    await page.goto(`${between.origin}/#/runs/${run}/jobs/${job}`);
    await live(page);
    await until('some lines', async () => (await lastCount(page)) > 40);
    const seen = await lastCount(page);
    await first.kill();
    const second = await serve(t, { repo, env, state: first.state });
    between.lead(second.port);
    await page.getByText('Cancelled', { exact: true }).first().waitFor({ timeout: 40_000 * patience });
    await live(page);
    assert.ok((await checkLog(page, second, { run, job })) >= seen, 'what was seen is still there');
    checkQuiet(page, 'without a token');
  });
});

test('a run on GitHub goes on while the server is replaced', async (t) => {
  const between = await wire(t);
  const { origin } = between;
  const state = freshFolder(t);
  const { github, server: first, peer } = await onGithub(t, { state, env: { FLUX_PUBLIC_URL: origin } });
  between.lead(first.port);
  const compiled = Array.from({ length: 500 }, (_, index) => `compiled part ${index + 1}`);
  const tested = Array.from({ length: 300 }, (_, index) => `tested part ${index + 1}`);
  github.addScript({ jobs: [
    { name: 'build', steps: [{ name: 'Compile', run: 'make', seconds: 2, log: compiled }] },
    { name: 'check', needs: ['build'], steps: [{ name: 'Hold', hold: 'go' }, { name: 'Test', run: 'make test', seconds: 2, log: tested }] },
  ] });
  const { run_id } = await good(create(peer));
  const { jobs } = await until('the second job to run', async () => {
    const report = await good(peer.tool('builds.status', { run_id, wait_s: 2 }));
    return report.jobs.find((job) => job.name === 'check')?.status === 'in_progress' && report;
  });
  const id = (name) => jobs.find((job) => job.name === name).id;

  const browser = await startBrowser(t);
  const page = await openPage(t, browser, { expected: refused });
  await signIn(page, first, `/runs/${run_id}/jobs/${id('build')}`, origin);
  await page.getByRole('log').getByText('compiled part 500', { exact: true }).or(page.getByTestId('line-count').getByText(/^5\d\d lines$/)).first().waitFor();
  await page.goto(`${origin}/#/runs/${run_id}/jobs/${id('check')}`);
  await page.getByText('Running', { exact: true }).first().waitFor();
  await first.stop();

  const { PORT, FLUX_PREVIEW_PORT, ...env } = first.settings;
  const second = await serve(t, { state, env });
  assert.equal(second.settings.GITHUB_TOKEN, githubToken);
  between.lead(second.port);
  const token = page.getByLabel('Token', { exact: true });
  await token.waitFor({ timeout: 40_000 * patience });
  await token.fill(second.token);
  await token.press('Enter');
  await live(page);
  await page.getByText('Running', { exact: true }).first().waitFor();

  github.world.actions.release('go');
  const again = await open(`${second.ws}?token=${second.token}`);
  assert.equal((await ended(again, run_id)).run.conclusion, 'success');
  await again.close();
  await page.getByText('Succeeded', { exact: true }).first().waitFor({ timeout: 60_000 * patience });
  await page.getByTestId('line-count').getByText(/^3\d\d lines$/).waitFor({ timeout: 60_000 * patience });
  const parts = (text, what) => text.split('\n').filter((line) => line.startsWith(`${what} part `));
  assert.deepEqual(parts(await logOnPage(page), 'tested'), tested);
  await page.goto(`${origin}/#/runs/${run_id}/jobs/${id('build')}`);
  await page.getByTestId('line-count').getByText(/^5\d\d lines$/).waitFor();
  await page.getByText(/lines? copied/).first().waitFor({ state: 'detached' });
  assert.deepEqual(parts(await logOnPage(page), 'compiled'), compiled);
  checkQuiet(page, 'on GitHub');
});
