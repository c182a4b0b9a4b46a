// The page that a person opens.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { ask, demoRepository, repository, serve, until, visit } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

async function ship(server, branch) {
  const peer = await open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
  const created = await peer.tool('builds.createPreview', { branch });
  assert.ok(!created.isError, created.content[0].text);
  const { run_id } = created.structuredContent;
  const seen = await until('the preview to be there', async () => {
    const { structuredContent } = await peer.tool('builds.status', { run_id, wait_s: 20, until: 'completed' });
    return structuredContent.run.status === 'completed' && structuredContent;
  }, 60_000);
  await peer.close();
  assert.equal(seen.run.conclusion, 'success');
  return seen;
}

test('a site, as Pages would serve it', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const { preview, run } = await ship(server, 'main');
  const at = (path) => visit(server, new URL(path, preview.url).href);

  await t.test('by its host', async () => {
    const page = await at('/');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match((await at('/style/site.css')).headers['content-type'], /^text\/css/);
  });

  await t.test('by its branch', async () => {
    const page = await ask(`http://127.0.0.1:${server.previewPort}/`, { headers: { host: `main.localhost:${server.previewPort}` } });
    assert.equal(page.status, 200);
    assert.match(page.text, /Fathom/);
  });

  await t.test('by its path, without the rights of an origin', async () => {
    const path = new URL(preview.path_url ?? `http://127.0.0.1:${server.previewPort}/p/${run.run_id}/`);
    const page = await ask(path.href);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /sandbox(?!.*allow-same-origin)/);
    const slashless = await ask(path.href.replace(/\/$/, ''));
    assert.ok([301, 302, 307, 308].includes(slashless.status), String(slashless.status));
  });

  await t.test('pages without their ending, folders with a slash, and what is missing', async () => {
    assert.equal((await at('/notes/why-towers-wear-stripes')).status, 200);
    assert.ok([301, 302, 307, 308].includes((await at('/style')).status) || (await at('/style')).status === 404);
    const missing = await at('/not/here');
    assert.equal(missing.status, 404);
    assert.match(missing.text, /Not charted/);
  });

  await t.test('what has not changed is not sent again, and parts can be had', async () => {
    const whole = await at('/style/site.css');
    const host = new URL(preview.url).host;
    const url = `http://127.0.0.1:${server.previewPort}/style/site.css`;
    assert.equal((await ask(url, { headers: { host, 'if-none-match': whole.headers.etag } })).status, 304);
    const part = await ask(url, { headers: { host, range: 'bytes=0-9' } });
    assert.equal(part.status, 206);
    assert.equal(part.text, whole.text.slice(0, 10));
  });

  await t.test('nothing beside the site', async () => {
    const host = new URL(preview.url).host;
    for (const path of ['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/.git/config', '/.env', '/..%2f..%2fetc/passwd']) {
      const status = await new Promise((done, fail) => {
        request({ host: '127.0.0.1', port: server.previewPort, path, headers: { host } }, (response) => {
          response.resume();
          done(response.statusCode);
        }).on('error', fail).end();
      });
      assert.ok(status >= 400, `${path}: ${status}`);
    }
    assert.ok((await ask(`http://127.0.0.1:${server.previewPort}/mcp`, { headers: { host } })).status >= 400);
  });

  await t.test('unknown hosts are refused', async () => {
    for (const host of ['evil.example', 'nobody.localhost', 'main.localhost.evil.example']) {
      assert.ok((await ask(`http://127.0.0.1:${server.previewPort}/`, { headers: { host } })).status >= 400, host);
    }
  });

  await t.test('the main port serves no previews', async () => {
    assert.ok((await ask(`${server.origin}/p/${run.run_id}/`)).status >= 400);
  });
});

test('a repository without a workflow but with a page is previewed as it is', async (t) => {
  const server = await serve(t, { repo: repository(t, { 'index.html': '<h1>As it is</h1>', 'picture/a.txt': 'a' }) });
  const { preview } = await ship(server, 'main');
  assert.match((await visit(server, preview.url)).text, /As it is/);
  assert.ok((await visit(server, new URL('/.git/HEAD', preview.url).href)).status >= 400);
});
