// A page on which nothing has happened yet is for everybody: by axe-core's rules, in both themes, on a desktop and on a
// phone.
import test from 'node:test';
import { checkAccess, checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { repository, serve } from '../stage/stage.mjs';

test('empty states', async (t) => {
  const blank = await serve(t, { repo: repository(t, { 'README.md': 'Nothing to run.' }) });
  const browser = await startBrowser(t);

  for (const size of ['desktop', 'phone']) {
    const fresh = (t, options) => openPage(t, browser, { size, ...options });
    const look = (page, what) => checkAccess(page, `${what}, ${size}`);

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
  }
});
