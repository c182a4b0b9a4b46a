// Every state that a connector can be in, and the page without any, is for everybody: by axe-core's rules, in both themes,
// on a desktop and on a phone. What the server rarely says is said here in its place, in the shape of /readyz.
import test from 'node:test';
import { checkAccess, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { demoRepository, serve } from '../stage/stage.mjs';

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

test('connectors', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const browser = await startBrowser(t);

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
  }
});
