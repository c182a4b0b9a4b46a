// The viewer of a log, while somebody searches it, is for everybody: by axe-core's rules, in both themes, on a desktop
// and on a phone.
import test from 'node:test';
import { checkAccess, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { onDemo } from '../stage/demo.mjs';

test('the viewer', async (t) => {
  const { server, ended } = await onDemo(t);
  const browser = await startBrowser(t);
  const [bad] = await ended('faster-readers');

  for (const size of ['desktop', 'phone']) {
    const fresh = (t, options) => openPage(t, browser, { size, ...options });
    const look = (page, what) => checkAccess(page, `${what}, ${size}`);

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
});
