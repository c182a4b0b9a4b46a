// Who gets into the page, and who does not.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { checkAccess, live, logOnPage, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { afterwards, ask, patience, repository, serve, until, workflow } from '../stage/stage.mjs';

/// A site of somebody else on this machine that serves one page, by two names.
async function elsewhere(t, html) {
  const site = http.createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html));
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  afterwards(t, () => new Promise((done) => site.close(done)));
  return ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${site.address().port}/`);
}

/// Tries from within a page all that it must not be able to do to the server, and answers with what worked.
async function attack(page, target) {
  return page.evaluate(async (origin) => {
    const worked = [];
    const attempt = async (name, act) => {
      try {
        if (await act()) worked.push(name);
      } catch {
        // Refused, as it has to be.
      }
    };
    await attempt('read the session', async () => (await (await fetch(`${origin}/api/session`, { credentials: 'include' })).json()).version);
    await attempt('take a ticket', async () => (await (await fetch(`${origin}/api/ticket`, { method: 'POST', credentials: 'include', body: '{}', headers: { 'content-type': 'application/json' } })).json()).ticket);
    await attempt('sign out', async () => (await fetch(`${origin}/api/session`, { method: 'DELETE', credentials: 'include' })).ok);
    await attempt('open a socket', () => new Promise((done, fail) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/mcp`);
      let opened = false;
      socket.onopen = () => {
        opened = true;
        socket.send('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
      };
      socket.onmessage = () => done(true);
      socket.onclose = () => fail(new Error(opened ? 'closed' : 'refused'));
    }));
    await attempt('frame the page', () => new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.src = origin;
      frame.onload = () => done(Boolean(frame.contentDocument?.querySelector('#page')));
      frame.onerror = () => done(false);
      document.body.append(frame);
      setTimeout(() => done(false), 3_000);
    }));
    return worked;
  }, target);
}

test('the door of the page', async (t) => {
  const preview = '<!doctype html><title>Preview</title><h1>A preview</h1>';
  const server = await serve(t, { repo: repository(t, { 'index.html': preview }) });
  const browser = await startBrowser(t);
  const refused = [/401/, /WebSocket/, /CORS/, /ERR_/, /Failed to load resource/, /frame/i, /Content.Security.Policy/i, /ERR_BLOCKED/];

  await t.test('asks for the token, refuses a wrong one, and takes the right one once', async (t) => {
    const page = await openPage(t, browser, { expected: refused });
    page.own = server.origin;
    await page.goto(server.origin);
    const token = page.getByLabel('Token', { exact: true });
    await token.waitFor();
    await checkAccess(page, 'the sign-in');
    await token.fill('not-the-token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await token.inputValue(), '', 'a secret does not stay in the field');
    await checkAccess(page, 'a refused sign-in');
    await token.fill(server.token);
    await token.press('Enter');
    await live(page);
    await page.reload();
    await live(page);

    await page.getByRole('button', { name: /^Sign out/ }).click();
    await token.waitFor();
    await page.reload();
    await token.waitFor();
  });

  await t.test('a link works once', async (t) => {
    const page = await openPage(t, browser, { expected: refused });
    const answer = await ask(`${server.origin}/api/link`, { method: 'POST', headers: { authorization: `Bearer ${server.token}` } });
    const { link } = JSON.parse(answer.text);
    await page.goto(`${server.origin}/#link=${link}`);
    await live(page);
    const other = await openPage(t, browser, { expected: refused });
    await other.goto(server.origin);
    await other.getByLabel('Token', { exact: true }).waitFor();
    // In a tab that has the page already, only the fragment changes.
    await other.goto(`${server.origin}/#link=${link}`);
    await other.getByText('This link no longer works.').waitFor();
    await checkAccess(other, 'a link that was used');
  });

  await t.test('a session that ends elsewhere ends here', async (t) => {
    const page = await openPage(t, browser, { expected: refused });
    await signIn(page, server);
    const twin = await page.context().newPage();
    await twin.goto(server.origin);
    await live(twin);
    await twin.getByRole('button', { name: /^Sign out/ }).click();
    await page.getByLabel('Token', { exact: true }).waitFor();
  });

  await t.test('a page of another origin reaches nothing, though the browser is signed in', async (t) => {
    const page = await openPage(t, browser, { expected: refused });
    await signIn(page, server);
    // On the same host the browser even sends the cookie along, since it does not look at ports.
    for (const url of await elsewhere(t, '<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>')) {
      const evil = await page.context().newPage();
      await evil.goto(url);
      assert.deepEqual(await attack(evil, server.origin), [], url);
      await evil.close();
    }
    await page.reload();
    await live(page);
  });

  await t.test('a preview reaches nothing either, by host or by path', async (t) => {
    const page = await openPage(t, browser, { expected: refused });
    await signIn(page, server);
    const peer = await open(`${server.ws}?token=${server.token}`);
    const created = await peer.tool('builds.createPreview', { branch: 'main' });
    const { run_id } = created.structuredContent;
    const shown = await until('the preview to be live', async () => {
      const { structuredContent } = await peer.tool('builds.status', { run_id, wait_s: 5, until: 'reachable' });
      return structuredContent.preview.state === 'reachable' && structuredContent.preview;
    }, 60_000);
    await peer.close();
    for (const url of [shown.url, shown.path_url].filter(Boolean)) {
      const visit = await page.context().newPage();
      await visit.goto(url);
      await visit.getByRole('heading', { name: 'A preview' }).waitFor();
      assert.deepEqual(await attack(visit, server.origin), [], url);
      assert.ok(!(await visit.evaluate(() => { try { return document.cookie; } catch { return ''; } })).includes('flux'), url);
      await visit.close();
    }
    await page.reload();
    await live(page);
  });
});

test('a session that has lasted its time', async (t) => {
  const counting = workflow(`for i in $(seq 1 ${900 * patience}); do echo "count $i"; sleep 0.02; done`);
  const seconds = 8 * patience;
  const repo = repository(t, { '.github/workflows/deploy.yml': counting });
  const server = await serve(t, { repo, env: { FLUX_UI_SESSION_SECONDS: String(seconds) } });
  const browser = await startBrowser(t);
  const peer = await open(`${server.ws}?token=${server.token}`);
  const { run_id } = (await peer.tool('builds.createPreview', { branch: 'main' })).structuredContent;
  await peer.close();
  const page = await openPage(t, browser, { expected: [/401/, /WebSocket/] });
  const begun = Date.now();
  await signIn(page, server, `/runs/${run_id}`);
  const [cookie] = await page.context().cookies();
  assert.ok(Math.abs(cookie.expires - begun / 1000 - seconds) < 3, 'the browser forgets it by itself too');
  await page.getByRole('log').getByText(/^count \d+$/).first().waitFor();
  const box = page.getByRole('searchbox', { name: 'Search in the log' });
  await box.fill('count 88');

  await page.getByText('Your session has ended.').waitFor({ timeout: 30_000 * patience });
  assert.ok(Date.now() - begun >= seconds * 1000, 'not before its time');
  const held = async () => Number((await page.getByTestId('line-count').textContent()).match(/[\d,]+/)[0].replaceAll(',', ''));
  const seen = await held();
  assert.equal(await page.getByRole('log').count(), 0, 'what was shown to somebody signed in is covered');
  assert.equal(await page.getByRole('button', { name: 'AI Workspace' }).count(), 0);
  await checkAccess(page, 'a session that ended');
  const stale = await ask(`${server.origin}/api/runs/${run_id}/jobs/1/lines`, { headers: { cookie: `${cookie.name}=${cookie.value}` } });
  assert.equal(stale.status, 401, 'the cookie is worth nothing, whoever still has it');
  // Keys are for the form now, not for what is under it.
  await page.getByRole('heading', { name: 'Sign in' }).click();
  await page.keyboard.press('w');
  assert.equal(await page.getByRole('dialog').count(), 0);

  await page.getByLabel('Token', { exact: true }).fill(server.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await live(page);
  assert.equal(await box.inputValue(), 'count 88');
  // What came meanwhile is there, and what comes.
  await until('the log to be read on', async () => (await held()) > seen + 20);
  const shown = (await logOnPage(page)).split('\n').filter((line) => /^count \d+$/.test(line));
  assert.ok(shown.length > 100, `${shown.length} lines`);
  assert.deepEqual(shown, shown.map((_, index) => `count ${index + 1}`));
});
