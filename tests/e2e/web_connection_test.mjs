// The connection breaks, and nothing is lost, doubled or lied about.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, live, logOnPage, lost, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { ask, repository, serve, sleep, until, workflow } from '../stage/stage.mjs';
import { wire } from '../stage/wire.mjs';

const counting = 400;

async function createRun(server) {
  const peer = await open(`${server.ws}?token=${server.token}`);
  const { structuredContent } = await peer.tool('builds.createPreview', { branch: 'main', fresh: true });
  const status = await until('the job to begin', async () => {
    const { structuredContent: report } = await peer.tool('builds.status', { run_id: structuredContent.run_id, wait_s: 1 });
    return report.jobs[0]?.lines_total > 0 && report;
  });
  await peer.close();
  return { run: structuredContent.run_id, job: status.jobs[0].id };
}

const counted = (text) => text.split('\n').filter((line) => /^count \d+$/.test(line));
const expected = Array.from({ length: counting }, (_, index) => `count ${index + 1}`);

test('a wire that breaks', async (t) => {
  const repo = repository(t, {
    '.github/workflows/deploy.yml': workflow(`for i in $(seq 1 ${counting}); do echo "count $i"; sleep 0.02; done`),
  });
  const between = await wire(t);
  const { origin } = between;
  const env = { FLUX_PUBLIC_URL: origin };
  const first = await serve(t, { repo, env });
  between.lead(first.port);
  const browser = await startBrowser(t);
  const page = await openPage(t, browser, { expected: lost });
  await signIn(page, first, '/', origin);
  const { run, job } = await createRun(first);

  await t.test('loses and doubles no line of a log that is being written', async () => {
    await page.goto(`${origin}/#/runs/${run}/jobs/${job}`);
    await page.getByRole('log').getByText(/^count \d+$/).first().waitFor();
    for (let cuts = 0; cuts < 4; cuts++) {
      between.cut();
      await sleep(700);
    }
    await live(page);
    await page.getByText(/^Succeeded|^Failed/).first().waitFor({ timeout: 60_000 });
    await until('the log to be whole', async () => !/live/.test(await page.getByTestId('line-count').textContent()), 30_000);
    assert.deepEqual(counted(await logOnPage(page)), expected);
  });

  await t.test('says so while it lasts, and keeps what is there', async () => {
    between.break();
    await page.locator('[data-phase=waiting]').first().waitFor();
    await page.getByText(/Reconnecting in \d+ s/).first().waitFor();
    assert.ok(await page.getByRole('log').isVisible(), 'the log stays readable');
    await page.getByTestId('connection-banner').waitFor();
    await checkAccess(page, 'while the connection is lost');
    // Pressed while the wire is still broken: the button is there again after each try, and what it does is seen on the
    // wire, long before the page would try by itself.
    await page.getByText(/Reconnecting in (1\d|[5-9]) s/).first().waitFor({ timeout: 60_000 });
    const before = between.refused();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await until('the page to try at once', () => between.refused() > before, 2_000);
    between.mend();
    await live(page);
    await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
  });

  await t.test('knows when the device has no network', async () => {
    await page.context().setOffline(true);
    between.cut();
    await page.locator('[data-phase=offline]').first().waitFor();
    await page.context().setOffline(false);
    await live(page);
  });

  await t.test('comes back to the same place after the server was replaced', async () => {
    await first.stop();
    await page.locator('[data-phase=waiting], [data-phase=connecting]').first().waitFor();
    const second = await serve(t, { repo, env, state: first.state });
    between.lead(second.port);
    // Sessions end with the process that gave them; the page says so and takes the token.
    const token = page.getByLabel('Token', { exact: true });
    await token.waitFor({ timeout: 40_000 });
    await checkAccess(page, 'signed out');
    await token.fill(second.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await live(page);
    assert.match(page.url(), new RegExp(`#/runs/${run}/jobs/${job}`));
    await page.getByRole('log').waitFor();
    await until('the log to be whole', async () => /^\d+ lines$/.test(await page.getByTestId('line-count').textContent()), 30_000);
    assert.deepEqual(counted(await logOnPage(page)), expected);
    const listed = await ask(`${second.origin}/api/runs/${run}/jobs/${job}/log`, { headers: { authorization: `Bearer ${second.token}` } });
    assert.equal(listed.status, 200);
  });
  checkQuiet(page, 'over all breaks');
});
