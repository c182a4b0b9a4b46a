// What somebody sees who opens the page for the first time, and everybody after that.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, live, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { ask, demoRepository, serve } from '../stage/stage.mjs';

test('the first visit', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const browser = await startBrowser(t);

  await t.test('the page is ours alone: a strict policy, hashed assets, nothing inline', async (t) => {
    const page = await ask(`${server.origin}/`, { headers: { accept: 'text/html' } });
    assert.equal(page.status, 200);
    const policy = page.headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), policy);
    assert.ok(!policy.includes('unsafe'), policy);
    assert.doesNotMatch(page.text, /<script(?![^>]* src=)|<style|https?:\/\//);
    for (const [, asset] of page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const answer = await ask(`${server.origin}${asset}`, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(answer.status, 200, asset);
      assert.match(answer.headers['cache-control'], /immutable/);
      assert.ok(!answer.text.includes(server.token));
    }
  });

  await t.test('signs in by the link, is shown around, and is not shown around again', async (t) => {
    const page = await openPage(t, browser, { tourSeen: false });
    await signIn(page, server);
    assert.equal(new URL(page.url()).hash.includes('link'), false, 'the secret is gone from the address');

    const tour = page.getByRole('dialog');
    await tour.getByRole('heading', { name: 'What flux-mcp is connected to' }).waitFor();
    await checkAccess(page, 'the tour');
    let stops = 1;
    for (; await tour.getByRole('button', { name: 'Next' }).isVisible(); stops++) await tour.getByRole('button', { name: 'Next' }).click();
    assert.equal(stops, 6);
    await tour.getByRole('button', { name: 'Done' }).click();
    await tour.waitFor({ state: 'detached' });

    await page.reload();
    await live(page);
    await page.getByRole('heading', { name: 'Connectors' }).waitFor();
    assert.equal(await page.locator('.driver-popover').count(), 0);

    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'Show me around' }).click();
    await tour.getByRole('heading', { name: 'What flux-mcp is connected to' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.driver-popover').waitFor({ state: 'detached' });
    checkQuiet(page, 'the first visit');
  });

  await t.test('shows what is connected as it is', async (t) => {
    const page = await openPage(t, browser);
    await signIn(page, server);
    const card = page.getByRole('region', { name: 'Embedded runner' });
    await card.getByText('Connected').waitFor();
    await page.getByRole('region', { name: 'GitHub Actions' }).getByText('Off').waitFor();
    await page.getByRole('button', { name: 'Check all now' }).click();
    await page.getByText(/^Checked: 1 of 1/).waitFor({ state: 'attached' });
    await card.getByText(/Checked just now/).waitFor();
    checkQuiet(page, 'the connectors');
  });

  await t.test('keeps no secret in the browser', async (t) => {
    const page = await openPage(t, browser);
    await signIn(page, server);
    const kept = await page.evaluate(async () => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, performance.getEntriesByType('resource').map((entry) => entry.name),
    ]));
    assert.ok(!kept.includes(server.token));
    assert.ok(!kept.includes('flux_session'), 'the cookie is out of reach of scripts');
    const [cookie] = await page.context().cookies();
    assert.equal(cookie.name, 'flux_session');
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
  });
});
