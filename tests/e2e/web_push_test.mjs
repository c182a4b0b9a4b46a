// What changes is on the page because the server said so: here the page cannot look by itself every few seconds.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { addBranch, repository, serve, until, workflow } from '../stage/stage.mjs';

/// Takes away what a page would look by: no timer of more than a second ever rings. Answers with how long those were.
async function withoutPolls(page) {
  await page.addInitScript(() => {
    window.silenced = [];
    for (const name of ['setInterval', 'setTimeout']) {
      const real = window[name];
      window[name] = (work, ms, ...rest) => {
        if (!(ms > 1_000)) return real(work, ms, ...rest);
        window.silenced.push(ms);
        return 0;
      };
    }
  });
  return () => page.evaluate(() => window.silenced);
}

test('pushes', async (t) => {
  const repo = repository(t, { '.github/workflows/deploy.yml': workflow('echo begun\nsleep 600') });
  addBranch(repo, 'ticking', { '.github/workflows/deploy.yml': workflow('for i in $(seq 1 3000); do echo "tick $i"; sleep 0.2; done') });
  const server = await serve(t, { repo });
  const browser = await startBrowser(t);
  const peer = await open(`${server.ws}?token=${server.token}`);
  const begin = async (branch) => {
    const { run_id: run } = (await peer.tool('builds.createPreview', { branch, fresh: true })).structuredContent;
    const { jobs } = await until(`run ${run} to write`, async () => {
      const { structuredContent } = await peer.tool('builds.status', { run_id: run, wait_s: 1 });
      return structuredContent.jobs[0]?.lines_total > 0 && structuredContent;
    });
    return { run, job: jobs[0].id };
  };
  const cancel = (run_id) => peer.tool('builds.cancel', { run_id });

  await t.test('show how a run ends', async (t) => {
    const { run } = await begin('main');
    const page = await openPage(t, browser);
    const silenced = await withoutPolls(page);
    await signIn(page, server, `/runs/${run}`);
    await page.getByText('Running', { exact: true }).first().waitFor();
    await cancel(run);
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    assert.ok((await silenced()).length > 0, 'the page would have looked by itself');
    checkQuiet(page, 'a run that ends');
  });

  await t.test('show a run that begins', async (t) => {
    const page = await openPage(t, browser);
    const silenced = await withoutPolls(page);
    await signIn(page, server, '/runs');
    const list = page.getByRole('list', { name: 'Runs' });
    await list.getByRole('listitem').first().waitFor();
    const { run } = await begin('main');
    const row = list.getByRole('listitem').filter({ hasText: `#${run}` });
    await row.getByText('Running', { exact: true }).waitFor();
    await cancel(run);
    await row.getByText('Cancelled', { exact: true }).waitFor();
    assert.ok((await silenced()).length > 0, 'the page would have looked by itself');
    checkQuiet(page, 'a run that begins');
  });

  await t.test('bring the lines as they are written', async (t) => {
    const { run, job } = await begin('ticking');
    const page = await openPage(t, browser);
    await withoutPolls(page);
    await signIn(page, server, `/runs/${run}/jobs/${job}`);
    const last = async () => Number(/\d+/.exec(await page.getByRole('log').getByText(/^tick \d+$/).last().textContent())[0]);
    const first = await last();
    await until('later lines', async () => (await last()) > first + 10);
    await cancel(run);
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    await page.getByTestId('line-count').getByText(/^\d+ lines$/).waitFor();
    checkQuiet(page, 'lines as they come');
  });

  await t.test('can be lost: then the page looks by itself', async (t) => {
    const { run } = await begin('main');
    const page = await openPage(t, browser);
    let withheld = 0;
    await page.routeWebSocket(/\/mcp\?/, (near) => {
      const far = near.connectToServer();
      far.onMessage((text) => {
        if (/notifications\/resources\/updated/.test(text)) withheld++;
        else near.send(text);
      });
    });
    await signIn(page, server, `/runs/${run}`);
    await page.getByText('Running', { exact: true }).first().waitFor();
    await cancel(run);
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    assert.ok(withheld > 0, 'the server did tell');
  });
  await peer.close();
});
