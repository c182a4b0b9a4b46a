// Every state that a run can be in, on its page and in the workspace, is for everybody: by axe-core's rules, in both
// themes, on a desktop and on a phone; and for those who do not want things to move.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { onDemo } from '../stage/demo.mjs';
import { workflow } from '../stage/stage.mjs';

test('runs', async (t) => {
  const { server, peer, create, ended } = await onDemo(t, { endless: { '.github/workflows/deploy.yml': workflow('echo begun; sleep 600') } });
  const browser = await startBrowser(t);
  const [, bad] = await ended('main', 'faster-readers');

  for (const size of ['desktop', 'phone']) {
    const fresh = (t, options) => openPage(t, browser, { size, ...options });
    const look = (page, what) => checkAccess(page, `${what}, ${size}`);

    await t.test(`runs, ${size}`, async (t) => {
      const page = await fresh(t);
      await signIn(page, server, '/runs');
      await page.getByRole('list', { name: 'Runs' }).waitFor();
      await page.getByRole('combobox', { name: 'State' }).selectOption('timed_out');
      await page.getByText('No run fits').waitFor();
      await look(page, 'no run that fits');
      const running = await create('endless');
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
  }

  await t.test('nothing moves for those who want it still', async (t) => {
    const moving = async (motion) => {
      const page = await openPage(t, browser, { motion });
      const running = await create('endless');
      await signIn(page, server, `/runs/${running}`);
      await page.getByRole('log').getByText('begun', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'AI Workspace' }).click();
      await page.getByRole('dialog', { name: 'AI Workspace' }).waitFor();
      const seen = await page.evaluate(() => document.getAnimations().filter((each) => {
        const { duration, iterations } = each.effect.getComputedTiming();
        return duration > 10 || (iterations > 1 && duration > 0.1);
      }).length);
      await peer.tool('builds.cancel', { run_id: running });
      // What is inherited changes at once everywhere, or a heading is there for a moment and its words are not.
      const late = await page.evaluate(() => {
        const main = document.getElementById('main');
        main.style.visibility = 'hidden';
        return [...main.querySelectorAll('*')].filter((each) => getComputedStyle(each).visibility !== 'hidden').length;
      });
      return { seen, late };
    };
    assert.ok((await moving('no-preference')).seen > 0, 'else there is something: what turns while a run runs');
    assert.deepEqual(await moving('reduce'), { seen: 0, late: 0 });
  });
});
