// From the page: ship a preview and open it; follow a run that fails to its cause.
import assert from 'node:assert/strict';
import test from 'node:test';
import { failingAssertion } from '../clients/journey.mjs';
import { checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { addBranch, ask, demoRepository, serve, until, workflow } from '../stage/stage.mjs';

const minute = 60_000;

/// A cause in the middle of much else, with a group around what is no news.
const longLog = workflow(`for i in $(seq 1 400); do echo "compiling part $i"; done
echo "src/reader.cpp:12:5: error: expected ';' before 'return'"
for i in $(seq 401 800); do echo "compiling part $i"; done
echo "::group::What was installed"
for i in $(seq 1 50); do echo "package $i"; done
echo "::endgroup::"
exit 1`);

/// Fails at once, and the next time lasts until it is cancelled.
const endlessAgain = workflow('[ "$GITHUB_RUN_ATTEMPT" != 1 ] || exit 1; sleep 600');

/// Whether a row of the log is there to be seen: the list draws some that are not.
const inSight = (row) => row.evaluate((element) => {
  const [its, list] = [element, element.closest('[role=log]')].map((each) => each.getBoundingClientRect());
  return its.top >= Math.max(0, list.top) && its.bottom <= Math.min(innerHeight, list.bottom);
});

test('the workspace', async (t) => {
  const repo = demoRepository(t);
  addBranch(repo, 'long-log', { '.github/workflows/deploy.yml': longLog });
  addBranch(repo, 'endless-again', { '.github/workflows/deploy.yml': endlessAgain });
  const server = await serve(t, { repo });
  const browser = await startBrowser(t);
  const page = await openPage(t, browser);
  await signIn(page, server);
  const panel = page.getByRole('dialog', { name: 'AI Workspace' });
  const form = panel.getByRole('form', { name: 'New preview' });

  await t.test('creates a preview with inputs, and shows the way to it', async () => {
    await page.getByRole('button', { name: 'AI Workspace' }).click();
    const branch = form.getByRole('combobox', { name: 'Branch' });
    await branch.fill('night');
    await panel.getByRole('option', { name: 'night-watch' }).click();
    assert.equal(await branch.inputValue(), 'night-watch');
    await form.getByRole('textbox', { name: 'notice' }).fill('Written by the page');
    await form.getByRole('button', { name: 'Create preview' }).click();

    const run = panel.getByRole('group', { name: /^Run \d+$/ });
    await run.getByText('Preview: Live').waitFor({ timeout: minute });
    await run.getByRole('button', { name: /Build/ }).first().waitFor();
    const link = run.getByRole('link', { name: /^Open/ });
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    const [preview] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await preview.getByText('Written by the page').waitFor();
    assert.match(new URL(preview.url()).hostname, /\.localhost$/);
    await preview.close();
  });

  await t.test('names the branch that there is not', async () => {
    await panel.getByRole('button', { name: 'New preview' }).click();
    await form.getByRole('combobox', { name: 'Branch' }).fill('night-wach');
    await form.getByRole('alert').getByText(/night-wach/).waitFor();
  });

  await t.test('finds the logs of a run by whatever names it', async () => {
    await panel.getByRole('tab', { name: 'Logs' }).click();
    const box = panel.getByLabel('Or by branch, number or URL');
    const chosen = panel.getByRole('combobox', { name: 'Recent run' });
    for (const name of ['1', '#1', `${server.origin}/#/runs/1`, 'https://github.com/o/r/actions/runs/1/job/5', 'night-watch']) {
      await box.fill('4711');
      await box.press('Enter');
      await panel.getByText('Run 4711 cannot be shown.').waitFor();
      await box.fill(name);
      await box.press('Enter');
      await until(`${name} to lead to the run`, async () => (await chosen.inputValue()) === '1');
      await panel.locator('.log-row').first().waitFor();
    }
    await box.fill('no-such-branch');
    await box.press('Enter');
    await panel.getByText(/No run has the number, address or branch/).waitFor();
    await panel.getByRole('tab', { name: 'Preview' }).click();
  });

  let runId;
  await t.test('follows a run that fails to its cause', async () => {
    await form.getByRole('combobox', { name: 'Branch' }).fill('faster-readers');
    await form.getByRole('alert').waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Create preview' }).click();
    await panel.getByRole('button', { name: 'Why did it fail?' }).click({ timeout: minute });

    const why = panel.getByRole('region', { name: 'Why it failed' });
    await why.getByText(failingAssertion.slice(0, 40)).first().waitFor({ timeout: minute });
    const toLine = why.getByRole('button', { name: /^Line \d+/ }).first();
    const line = /\d+/.exec(await toLine.textContent())[0];
    await toLine.click();
    await panel.locator(`.log-row[data-line="${line}"][data-target]`).waitFor();

    runId = Number(await panel.getByRole('combobox', { name: 'Recent run' }).inputValue());
    await panel.getByRole('button', { name: 'Whole page' }).click();
    await page.waitForURL(new RegExp(`#/runs/${runId}/jobs/\\d+/lines/${line}$`));
    await page.locator(`.log-row[data-line="${line}"][data-target]`).waitFor();
  });

  await t.test('opens a run that failed at the line that says why', async (t) => {
    const peer = await open(`${server.ws}?token=${server.token}`);
    const { run_id } = (await peer.tool('builds.createPreview', { branch: 'long-log' })).structuredContent;
    await until('the run to end', async () =>
      (await peer.tool('builds.status', { run_id, wait_s: 10, until: 'completed' })).structuredContent.run.status === 'completed', minute);
    const [cause] = (await peer.tool('builds.diagnose', { run_id })).structuredContent.causes;
    await peer.close();
    assert.match(cause.message, /expected ';'/);

    const own = await openPage(t, browser);
    await signIn(own, server, `/runs/${run_id}`);
    const row = own.locator(`.log-row[data-line="${cause.log_line}"][data-cause]`);
    await row.waitFor();
    await until('it to be in sight', () => inSight(row));
    // A line's address is kept when the quiet groups fold.
    const job = (await own.locator('.log-number').first().getAttribute('href')).match(/jobs\/(\d+)/)[1];
    const lines = await ask(`${server.origin}/api/runs/${run_id}/jobs/${job}/log`, { headers: { authorization: `Bearer ${server.token}` } });
    const packaged = lines.text.split('\n').findIndex((line) => /package 25$/.test(line)) + 1;
    const other = await openPage(t, browser);
    await signIn(other, server, `/runs/${run_id}/jobs/${job}/lines/${packaged}`);
    const addressed = other.locator(`.log-row[data-line="${packaged}"][data-target]`);
    await addressed.waitFor();
    await other.getByTestId('line-count').getByText(/^[\d,]+ lines$/).waitFor();
    await until('it to be in sight', () => inSight(addressed));
    checkQuiet(own, 'a run that failed');
    checkQuiet(other, 'a line with an address');
  });

  await t.test('searches, goes to errors, folds, and counts as the server does', async () => {
    const box = page.getByRole('searchbox', { name: 'Search in the log' });
    await page.keyboard.press('/');
    assert.ok(await box.evaluate((element) => element === document.activeElement));
    await box.fill('not ok|should take');
    await page.getByRole('button', { name: 'Regular expression: off' }).click();
    await box.press('Enter');
    // From the cause's line on, and round the end.
    await page.getByRole('search').getByText('2 of 2', { exact: true }).waitFor();
    await box.press('Enter');
    await page.getByRole('search').getByText('1 of 2', { exact: true }).waitFor();
    await page.locator('.log-row[data-hit="now"]').waitFor();
    await box.press('Escape');

    await page.getByRole('button', { name: 'Next error' }).click();
    await page.locator('.log-row[data-level="error"]').first().waitFor();

    const step = page.getByRole('log').getByRole('button', { name: /Test/ }).first();
    await page.keyboard.press('Home');
    const job = /jobs\/(\d+)/.exec(page.url())[1];
    const download = await ask(`${server.origin}/api/runs/${runId}/jobs/${job}/log`, { headers: { authorization: `Bearer ${server.token}` } });
    assert.equal(download.status, 200);
    const lines = download.text.trimEnd().split('\n').length;
    await page.getByTestId('line-count').getByText(`${lines.toLocaleString('en')} lines`).waitFor();
    if (await step.isVisible()) {
      await step.click();
      assert.equal(await step.getAttribute('aria-expanded'), 'false');
    }
  });

  await t.test('runs it again and cancels it', async () => {
    const peer = await open(`${server.ws}?token=${server.token}`);
    const { run_id } = (await peer.tool('builds.createPreview', { branch: 'endless-again', wait_s: 45 })).structuredContent;
    await peer.close();
    await page.goto(`${server.origin}/#/runs/${run_id}`);
    await page.getByRole('button', { name: 'Rerun all' }).click();
    await page.getByText('attempt 2').first().waitFor();
    await page.getByRole('button', { name: /^Cancel/ }).click();
    await page.getByText('Cancelled', { exact: true }).first().waitFor({ timeout: minute });
  });

  await t.test('removes a preview when it is told so twice', async () => {
    await page.goto(`${server.origin}/#/runs/1`);
    await page.getByRole('button', { name: 'Remove preview' }).click();
    const sure = page.getByRole('alertdialog');
    await sure.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('Preview: Live').waitFor();
    await page.getByRole('button', { name: 'Remove preview' }).click();
    await sure.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Preview: Removed').waitFor();
  });

  await t.test('lists what ran, and filters it', async () => {
    await page.goto(`${server.origin}/#/runs`);
    const list = page.getByRole('list', { name: 'Runs' });
    await list.getByRole('listitem').nth(1).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('success');
    await list.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
    assert.match(await list.getByRole('listitem').first().textContent(), /night-watch/);
    await page.getByRole('combobox', { name: 'State' }).selectOption('timed_out');
    await page.getByText('No run fits').waitFor();
    checkQuiet(page, 'the workspace');
  });
});
