// What comes up by itself or asks something is for everybody: by axe-core's rules, in both themes, on a desktop and on a
// phone.
import test from 'node:test';
import { checkAccess, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { onDemo } from '../stage/demo.mjs';
import { patience } from '../stage/stage.mjs';

test('what comes up', async (t) => {
  const { server, create, ended } = await onDemo(t);
  const browser = await startBrowser(t);
  const [good] = await ended('main');

  for (const size of ['desktop', 'phone']) {
    const fresh = (t, options) => openPage(t, browser, { size, ...options });
    const look = (page, what) => checkAccess(page, `${what}, ${size}`);

    await t.test(`what comes up, ${size}`, async (t) => {
      const page = await fresh(t);
      await signIn(page, server, `/runs/${good}`);
      await page.getByRole('button', { name: 'Remove preview' }).click();
      await page.getByRole('alertdialog').waitFor();
      await look(page, 'a question');
      await page.getByRole('button', { name: 'Keep it' }).click();
      const failing = await create('faster-readers');
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
  }
});
