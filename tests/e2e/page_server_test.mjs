// The page's server side, as browsers that mean well and pages that don't see it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterwards, ask, demoRepository, repository, root, serve, sleep, until, workflow } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

/// What the server says at its start comes a moment after it is healthy.
const said = (server, pattern) => until(`${pattern} in what the server says`, () => pattern.exec(server.output));

const residentKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
/// What the address sanitizer keeps of freed memory and puts around each piece is not what the server keeps.
const measured = { ASAN_OPTIONS: [process.env.ASAN_OPTIONS, 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0:max_redzone=16'].filter(Boolean).join(':') };

/// A browser on our page: sends its origin, keeps one cookie.
class Browser {
  constructor(server, { origin = server.origin } = {}) {
    Object.assign(this, { server, origin, cookie: undefined });
  }

  async ask(method, path, { body, headers = {} } = {}) {
    const changes = method !== 'GET' && method !== 'HEAD';
    const answer = await ask(`${this.server.origin}${path}`, {
      method, body: body && JSON.stringify(body),
      headers: {
        ...(changes && { origin: this.origin }), ...(this.cookie && { cookie: this.cookie }),
        ...(body && { 'content-type': 'application/json' }), ...headers,
      },
    });
    const set = answer.headers['set-cookie']?.[0];
    if (set) this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';')[0];
    answer.json = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(answer.text) : undefined;
    return answer;
  }

  async signIn(body = { token: this.server.token }) {
    const answer = await this.ask('POST', '/api/session', { body });
    assert.equal(answer.status, 204, answer.text);
    return answer.headers['set-cookie'][0];
  }

  async ticket() {
    const answer = await this.ask('POST', '/api/ticket');
    assert.equal(answer.status, 200, answer.text);
    return answer.json.ticket;
  }

  async socket(ticket, { origin = this.origin } = {}) {
    return open(`${this.server.ws}?ticket=${ticket}`, { protocols: ['mcp'], headers: { origin } });
  }
}

test('signing in', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });

  await t.test('begins signed out', async () => {
    const { json, headers } = await new Browser(server).ask('GET', '/api/session');
    assert.deepEqual([json.signed_in, json.principal, json.asks_for_token], [false, null, true]);
    assert.match(json.version, /^\d+\.\d+\.\d+/);
    assert.equal(headers['cache-control'], 'no-store');
  });

  await t.test('by a token gives a cookie that no script and no other site gets', async () => {
    const browser = new Browser(server);
    const attributes = (await browser.signIn()).split('; ').slice(1);
    assert.deepEqual(attributes, ['Path=/', 'Max-Age=86400', 'HttpOnly', 'SameSite=Strict']);
    const { json } = await browser.ask('GET', '/api/session');
    assert.equal(json.signed_in, true);
    assert.match(json.principal, /^token:[0-9a-f]{12}$/);
  });

  await t.test('by the link that serve printed works once', async () => {
    const [, link] = await said(server, /\/#link=([0-9a-f]{64})/);
    const browser = new Browser(server);
    await browser.signIn({ link });
    assert.equal((await browser.ask('GET', '/api/session')).json.principal, 'local');
    const again = await new Browser(server).ask('POST', '/api/session', { body: { link } });
    assert.equal(again.status, 401);
    assert.equal(again.json.error.reason, 'link_used');
    assert.equal(again.headers['www-authenticate'], undefined, 'a browser would ask for a password');
  });

  await t.test('by a link that a program asked for with its token', async () => {
    const headers = { authorization: `Bearer ${server.token}` };
    const made = JSON.parse((await ask(`${server.origin}/api/link`, { method: 'POST', headers })).text);
    assert.equal(made.expires_in, 3600);
    await new Browser(server).signIn({ link: made.link });
    assert.equal((await ask(`${server.origin}/api/link`, { method: 'POST' })).status, 401);
  });

  await t.test('takes nothing else', async () => {
    const rows = [
      [{ token: 'another' }, 401], [{ link: 'another' }, 401], [{}, 401], [{ token: server.token, link: 'x' }, 400],
      [{ token: 7 }, 400], [{ password: 'x' }, 400], [{ token: 'x'.repeat(20_000) }, 413],
    ];
    for (const [body, status] of rows) {
      const answer = await new Browser(server).ask('POST', '/api/session', { body });
      assert.equal(answer.status, status, JSON.stringify(body).slice(0, 80));
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  });

  await t.test('makes a new session each time: a planted one is worth nothing', async () => {
    const browser = new Browser(server);
    browser.cookie = `flux_session=${'a'.repeat(64)}`;
    assert.equal((await browser.ask('GET', '/api/session')).json.signed_in, false);
    await browser.signIn();
    assert.notEqual(browser.cookie, `flux_session=${'a'.repeat(64)}`);
    const planted = new Browser(server);
    planted.cookie = `flux_session=${'a'.repeat(64)}`;
    assert.equal((await planted.ask('GET', '/api/session')).json.signed_in, false);
    planted.cookie = `${planted.cookie}; ${browser.cookie}`;
    assert.equal((await planted.ask('GET', '/api/session')).json.signed_in, false, 'nobody knows which one is meant');
  });

  await t.test('again ends the session before', async () => {
    const browser = new Browser(server);
    await browser.signIn();
    const before = browser.cookie;
    await browser.signIn();
    const old = new Browser(server);
    old.cookie = before;
    assert.equal((await old.ask('GET', '/api/session')).json.signed_in, false);
  });

  await t.test('is for our own page alone', async () => {
    const token = { token: server.token };
    const json = { 'content-type': 'application/json' };
    const post = (headers, body = JSON.stringify(token)) =>
      ask(`${server.origin}/api/session`, { method: 'POST', headers, body });
    const own = server.origin;
    const rows = [
      ['no origin', { ...json }, 403],
      ['evil origin', { ...json, origin: 'https://evil.example' }, 403],
      ['a preview', { ...json, origin: `http://abc.localhost:${server.previewPort}` }, 403],
      ['the preview port', { ...json, origin: `http://127.0.0.1:${server.previewPort}` }, 403],
      ['null', { ...json, origin: 'null' }, 403],
      ['evil host', { ...json, origin: own, host: 'evil.example' }, 403],
      ['both evil', { ...json, origin: 'http://evil.example', host: 'evil.example' }, 403],
      ['cross-site', { ...json, origin: own, 'sec-fetch-site': 'cross-site' }, 403],
      ['a form', { 'content-type': 'text/plain', origin: own }, 415],
      ['another form', { 'content-type': 'application/x-www-form-urlencoded', origin: own }, 415],
    ];
    for (const [name, headers, status] of rows) {
      const answer = await post(headers);
      assert.equal(answer.status, status, name);
      assert.equal(answer.headers['set-cookie'], undefined, name);
      assert.equal(answer.headers['access-control-allow-origin'], undefined, name);
    }
    assert.equal((await post({ ...json, origin: own, 'sec-fetch-site': 'same-origin' })).status, 204);
  });

  await t.test('out closes the sockets of the session', async () => {
    const browser = new Browser(server);
    await browser.signIn();
    const other = new Browser(server);
    await other.signIn();
    const socket = await browser.socket(await browser.ticket());
    const stays = await other.socket(await other.ticket());
    const unused = await browser.ticket();
    assert.ok((await socket.request('tools/list')).result);

    const out = await browser.ask('DELETE', '/api/session');
    assert.equal(out.status, 204);
    assert.match(out.headers['set-cookie'][0], /^flux_session=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/);
    await until('the socket to be closed', () => socket.closed);
    assert.equal(socket.closed.code, 1008);
    assert.equal((await browser.socket(unused)).refused, 401);
    assert.equal((await browser.ask('POST', '/api/ticket')).status, 401);
    assert.ok((await stays.request('tools/list')).result, 'another session goes on');
    await stays.close();
  });

  await t.test('over https makes the cookie Secure', async (t) => {
    const behind = await serve(t, { repo: demoRepository(t), env: { FLUX_PUBLIC_URL: 'https://flux.example' } });
    const answer = await ask(`${behind.origin}/api/session`, {
      method: 'POST', body: JSON.stringify({ token: behind.token }),
      headers: { host: 'flux.example', origin: 'https://flux.example', 'content-type': 'application/json' },
    });
    assert.equal(answer.status, 204, answer.text);
    assert.match(answer.headers['set-cookie'][0], /; Secure$/);
  });
});

test('without a token, a page signs in by itself', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: undefined } });
  await said(server, /Web page +http:\/\/127\.0\.0\.1:\d+\/\n/);
  const browser = new Browser(server);
  assert.equal((await browser.ask('GET', '/api/session')).json.asks_for_token, false);
  await browser.signIn({});
  const socket = await browser.socket(await browser.ticket());
  assert.ok((await socket.request('tools/list')).result);
  await socket.close();
  const evil = new Browser(server, { origin: 'https://evil.example' });
  assert.equal((await evil.ask('POST', '/api/session', { body: {} })).status, 403);
});

test('a ticket', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { FLUX_RATE_LIMIT: '3', FLUX_UI_RATE_LIMIT: '8', LOG_LEVEL: 'debug' } });
  const browser = new Browser(server);
  await browser.signIn();

  await t.test('is for one socket of our own page', async () => {
    const ticket = await browser.ticket();
    const socket = await browser.socket(ticket);
    assert.ok((await socket.request('tools/list')).result);
    assert.equal((await browser.socket(ticket)).refused, 401);
    assert.equal((await browser.socket(await browser.ticket(), { origin: 'https://evil.example' })).refused, 403);
    const preview = `http://127.0.0.1:${server.previewPort}`;
    assert.equal((await browser.socket(await browser.ticket(), { origin: preview })).refused, 403);
    assert.equal((await browser.socket('a'.repeat(64))).refused, 401);
    await socket.close();
  });

  await t.test('does not open the HTTP transport', async () => {
    const answer = await ask(`${server.url}?ticket=${await browser.ticket()}`, {
      method: 'POST', body: '{}', headers: { 'content-type': 'application/json', origin: server.origin },
    });
    assert.equal(answer.status, 401);
  });

  await t.test("has the page's budget, over all its sockets, and no one else's", async () => {
    const socket = await browser.socket(await browser.ticket());
    for (let n = 1; n < 8; n++) assert.ok((await socket.request('tools/list')).result, `request ${n + 1}`);
    const next = await browser.socket(await browser.ticket());
    assert.equal((await next.request('tools/list')).error.code, -32000);
    const program = await open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
    assert.ok((await program.request('tools/list')).result);
    await Promise.all([socket.close(), next.close(), program.close()]);
  });

  await t.test('and whatever else is secret stays out of the log', async () => {
    const ticket = await browser.ticket();
    await browser.socket(ticket);
    await browser.socket(ticket);
    const [, link] = await said(server, /#link=([0-9a-f]+)/);
    await new Browser(server).ask('POST', '/api/session', { body: { link } });
    await sleep(200);
    const log = server.output.replace(`#link=${link}`, '');
    for (const secret of [server.token, ticket, browser.cookie.split('=')[1], link]) {
      assert.ok(!log.includes(secret), log);
    }
    assert.match(log, /ticket=\.\.\./, 'the refused socket was logged, without its ticket');
  });
});

test('the page', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: measured });
  const get = (path, headers = {}, method = 'GET') => new Promise((done, fail) => {
    http.request(`${server.origin}${path}`, { method, headers, agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts) }));
    }).on('error', fail).end();
  });
  const dist = join(root, 'web/dist');
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(dist.length));
  const unpack = { br: brotliDecompressSync, gzip: gunzipSync };

  await t.test('is what was built, in each encoding, byte for byte', async () => {
    for (const path of files) {
      const built = readFileSync(join(dist, path));
      for (const wish of ['br', 'gzip', undefined]) {
        const answer = await get(path, wish && { 'accept-encoding': wish });
        assert.equal(answer.status, 200, path);
        const coding = answer.headers['content-encoding'];
        if (wish === undefined) assert.equal(coding, undefined);
        if (built.length > 1000) assert.equal(coding, wish, path);
        assert.ok((coding ? unpack[coding](answer.bytes) : answer.bytes).equals(built), `${path} ${wish}`);
        assert.equal(answer.headers.vary, 'Accept-Encoding');
        const kept = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
        assert.equal(answer.headers['cache-control'], kept);

        const known = { ...(wish && { 'accept-encoding': wish }), 'if-none-match': answer.headers.etag };
        const again = await get(path, known);
        assert.deepEqual([again.status, again.bytes.length], [304, 0]);
      }
    }
    const browser = await get('/assets/' + files.find((path) => path.endsWith('.js')).split('/').pop(), { 'accept-encoding': 'gzip, deflate, br, zstd' });
    assert.equal(browser.headers['content-encoding'], 'br');
  });

  await t.test('is at the root and at its own paths, whoever asks', async () => {
    const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-encoding': 'identity' };
    const page = readFileSync(join(dist, 'index.html'));
    for (const path of ['/', '/runs', '/runs/7?job=2']) {
      const answer = await get(path, html);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.ok(answer.bytes.equals(page), path);
    }
    const head = await get('/', html, 'HEAD');
    assert.deepEqual([head.status, head.bytes.length, head.headers['content-length']], [200, 0, String(page.length)]);
    assert.equal((await get('/', html, 'POST')).status, 405);
  });

  await t.test('may load its own files and nothing else', async () => {
    for (const path of ['/', ...files]) {
      const { headers } = await get(path, { accept: 'text/html' });
      const policy = Object.fromEntries(headers['content-security-policy'].split('; ').map((part) => {
        const [name, ...sources] = part.split(' ');
        return [name, sources.join(' ')];
      }));
      assert.deepEqual(policy, {
        'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self' data:",
        'connect-src': "'self'", 'base-uri': "'none'", 'form-action': "'self'", 'frame-ancestors': "'none'",
      });
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.equal(headers['set-cookie'], undefined);
    }
    const page = (await get('/', { 'accept-encoding': 'identity' })).bytes.toString();
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc="\/)|<style|\sstyle=|\son\w+=|https?:\/\//);
  });

  await t.test('holds no secret, signed in or not', async () => {
    const browser = new Browser(server);
    await browser.signIn();
    for (const path of ['/', ...files]) {
      const { bytes } = await get(path, { cookie: browser.cookie, 'accept-encoding': 'identity' });
      for (const secret of [server.token, browser.cookie.split('=')[1]]) assert.ok(!bytes.includes(secret), path);
    }
  });

  await t.test('is refused under a name that is not ours', async () => {
    assert.equal((await get('/', { host: 'evil.example', accept: 'text/html' })).status, 403);
    assert.equal((await get('/', { origin: 'https://evil.example', accept: 'text/html' })).status, 403);
  });

  await t.test('costs a slow reader a piece, not a file', async () => {
    const path = files.map((file) => [readFileSync(join(dist, file)).length, file]).sort((a, b) => b[0] - a[0])[0][1];
    const before = residentKiB(server.process.pid);
    const peers = Array.from({ length: 30 }, () => {
      const peer = net.connect(server.port, '127.0.0.1');
      peer.on('error', () => {});
      peer.pause();
      for (let n = 0; n < 20; n++) peer.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
      return peer;
    });
    await sleep(1000);
    const grown = residentKiB(server.process.pid) - before;
    peers.forEach((peer) => peer.destroy());
    assert.ok(grown < 30 * 300, `30 readers that read nothing cost ${grown} KiB`);
  });
});

test('what nobody serves', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  for (const [method, path, status] of [
    ['GET', '/api', 404], ['GET', '/api/', 404], ['GET', '/api/nothing', 404], ['POST', '/api/runs/1', 404],
    ['GET', '/api/ticket', 405], ['PUT', '/api/session', 405], ['GET', '/assets/nothing.js', 404],
    ['GET', '/assets/../../etc/passwd', 404], ['GET', '/assets/%2e%2e/%2e%2e/etc/passwd', 404], ['GET', '/.env', 404],
  ]) {
    const answer = await ask(`${server.origin}${path}`, { method, headers: { origin: server.origin } });
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.ok(JSON.parse(answer.text).error.message, path);
    assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
  }
});

test('connectors say how they are', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const look = async (query = '') => JSON.parse((await ask(`${server.origin}/readyz${query}`)).text);
  const first = await until('the runner to be asked', async () => {
    const seen = await look();
    return seen.connectors[0].checked_at && seen;
  });
  assert.equal(first.status, 'ready');
  const [runner, ...others] = first.connectors;
  assert.deepEqual([runner.name, runner.category, runner.state, runner.quota], ['local', 'runner', 'connected', null]);
  assert.equal(typeof runner.latency_ms, 'number');
  for (const other of others) {
    assert.equal(other.state, 'off');
    assert.ok(other.title && other.reason && other.cure, JSON.stringify(other));
  }

  await sleep(1100);
  const now = await look('?check=now');
  assert.ok(now.connectors[0].checked_at > first.connectors[0].checked_at, 'it was checked for this answer');
  assert.equal((await ask(`${server.origin}/readyz?check=now`, { method: 'HEAD' })).text, '');
});

/// The bytes of a response, with a pause before they are read.
function download(url, headers) {
  return new Promise((done, fail) => {
    const request = http.get(url, { headers, agent: false }, async (response) => {
      const answer = { status: response.statusCode, headers: response.headers, bytes: 0, lines: 0, head: '' };
      response.on('data', (part) => {
        if (answer.bytes < 1000) answer.head += part.toString('utf8', 0, 1000);
        answer.bytes += part.length;
        for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) answer.lines += 1;
      });
      response.on('end', () => done(answer));
      response.on('error', fail);
    });
    request.on('error', fail);
  });
}

test('logs are downloaded whole, whatever their size', async (t) => {
  const lines = 400_000;
  const repo = repository(t, { '.github/workflows/deploy.yml': workflow(`
seq -f 'line %.0f of a long log, that goes on and on and on until it is long enough' ${lines}
printf '\\033[32mgreen\\033[0m \\033]0;title\\007<b>&amp;</b>\\n'
echo '::error::it broke'
exit 1`) });
  const server = await serve(t, { repo, env: measured });
  const browser = new Browser(server);
  await browser.signIn();
  const socket = await browser.socket(await browser.ticket());
  const created = (await socket.tool('builds.createPreview', { branch: 'main' })).structuredContent;
  const run = await until('the run to end', async () => {
    const seen = (await socket.tool('builds.status', { run_id: created.run_id, wait_s: 5 })).structuredContent;
    return seen.run.status === 'completed' && seen;
  }, 120_000);
  await socket.close();
  const job = run.jobs[0].id;
  const at = `${server.origin}/api/runs/${created.run_id}/jobs/${job}`;
  const headers = { cookie: browser.cookie };

  await t.test('as text', async () => {
    const log = await download(`${at}/log`, headers);
    assert.equal(log.status, 200);
    assert.equal(log.headers['content-type'], 'text/plain; charset=utf-8');
    assert.match(log.headers['content-disposition'], /^attachment; filename="run-\d+-job-\d+\.log"$/);
    assert.equal(log.headers['x-content-type-options'], 'nosniff');
    assert.ok(log.lines > lines, String(log.lines));
    assert.match(log.head, /^\d{4}-\d\d-\d\dT[\d:.]+Z /);
  });

  await t.test('as lines with colours', async () => {
    const answer = await ask(`${at}/lines`, { headers });
    const [first, ...rest] = answer.text.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.equal(first.complete, true);
    assert.ok(first.total_lines > lines);
    assert.equal(rest.length, 20_000);
    assert.equal(rest[0][0], 1);
    assert.ok(Math.abs(rest[0][1] - Date.now()) < 600_000);

    const end = (await ask(`${at}/lines?first=${first.total_lines - 20}&count=21`, { headers })).text;
    const all = end.trimEnd().split('\n').slice(1).map((line) => JSON.parse(line));
    assert.equal(all.length, 21);
    assert.ok(all.some(([, , level, step, text]) => level === 'plain' && step > 0 && text.startsWith('\x1b[32mgreen\x1b[0m <b>&amp;</b>') && !text.includes('title')), end.slice(-2000));
    assert.ok(all.some(([, , level]) => level === 'error'), end.slice(-2000));
  });

  await t.test('without the server keeping them in memory', async () => {
    const before = residentKiB(server.process.pid);
    let most = before;
    const watching = setInterval(() => { most = Math.max(most, residentKiB(server.process.pid)); }, 20);
    afterwards(t, () => clearInterval(watching));
    // Eight readers at once, and eight that take the head and then nothing.
    const url = new URL(`${at}/log`);
    const slow = Array.from({ length: 8 }, () => {
      const peer = net.connect(Number(url.port), '127.0.0.1');
      peer.on('error', () => {});
      peer.pause();
      peer.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nCookie: ${browser.cookie}\r\n\r\n`);
      return peer;
    });
    const all = await Promise.all(Array.from({ length: 8 }, () => download(`${at}/log`, headers)));
    clearInterval(watching);
    slow.forEach((peer) => peer.destroy());
    for (const log of all) assert.ok(log.lines > lines);
    const whole = all[0].bytes / 1024;
    assert.ok(whole > 30_000, 'the log is large enough to show');
    assert.ok(most - before < whole, `grew by ${most - before} KiB for sixteen readers of ${Math.round(whole)} KiB each`);
  });

  await t.test('by whoever may', async () => {
    assert.equal((await ask(`${at}/log`)).status, 401);
    assert.equal((await ask(`${at}/log`, { headers: { cookie: 'flux_session=made-up' } })).status, 401);
    assert.equal((await ask(`${at}/log`, { headers: { ...headers, origin: 'https://evil.example' } })).status, 403);
    assert.equal((await ask(`${at}/log`, { headers: { ...headers, 'sec-fetch-site': 'same-site' } })).status, 403);
    const authorization = `Bearer ${server.token}`;
    assert.equal((await ask(`${at}/lines?count=1`, { headers: { authorization } })).status, 200);
    assert.equal((await ask(`${at}/lines?count=1`, { headers: { ...headers, authorization } })).status, 400);
  });

  await t.test('or not at all', async () => {
    for (const [path, status] of [
      [`/api/runs/${created.run_id}/jobs/999999/log`, 404], [`/api/runs/999999/jobs/${job}/log`, 404],
      [`/api/runs/x/jobs/${job}/log`, 404], [`/api/runs/${created.run_id}/jobs/${job}/log?attempt=x`, 400],
      [`/api/runs/${created.run_id}/jobs/${job}/lines?first=0`, 400],
    ]) {
      const answer = await ask(`${server.origin}${path}`, { headers });
      assert.equal(answer.status, status, `${path}: ${answer.text.slice(0, 300)}`);
    }
  });
});
