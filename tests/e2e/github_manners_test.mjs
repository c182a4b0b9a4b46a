// How GitHub is asked: as seldom as can be, never past its limits, and never with the token to anybody else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ask, command, environment, freePort, freshFolder, sleep, until } from '../stage/stage.mjs';
import { bad, create, ended, githubToken, good, metrics, onGithub, text } from '../stage/github.mjs';

const api = (github) => github.requests.filter((each) => each.origin === 'api');

test('two hundred who wait cost what one costs', async (t) => {
  const watched = async (callers) => {
    let cost;
    await t.test(`${callers} callers`, async (t) => {
      const { github, peer, connect } = await onGithub(t, { github: { clock: { rate: 1 } } });
      github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
      const { run_id } = await good(create(peer));
      await until('the job to run', () => github.run(run_id).status === 'in_progress');
      const peers = await Promise.all(Array.from({ length: Math.ceil(callers / 20) }, connect));
      const before = api(github).length;
      const waits = Array.from({ length: callers }, (_, n) => peers[n % peers.length].tool('builds.status', { run_id, wait_s: 15, until: 'completed' }));
      await sleep(8000);
      cost = api(github).length - before;
      github.world.actions.release('go');
      for (const result of await Promise.all(waits)) await good(Promise.resolve(result));
    });
    return cost;
  };
  const one = await watched(1);
  const many = await watched(200);
  t.diagnostic(`8 s of waiting: 1 caller ${one} requests, 200 callers ${many}`);
  assert.ok(one > 0, 'nobody watched');
  assert.ok(many <= one + 4, `one costs ${one}, two hundred cost ${many}`);
});

test('a thousand jobs are listed whole, in the fewest requests', async (t) => {
  const { github, peer } = await onGithub(t);
  github.addScript({ jobs: [{ name: 'shard', count: 1000, steps: [] }] });
  const { run_id } = await good(create(peer));
  await until('the run to end', () => github.run(run_id).status === 'completed');
  github.requests.length = 0;
  const status = await ended(peer, run_id);
  assert.equal(status.run.jobs_total ?? status.jobs_total ?? status.jobs.length, 1000);
  const pages = github.asked('actions/list-jobs-for-workflow-run');
  assert.ok(pages.every((each) => /per_page=100/.test(each.query)));
  const looks = github.asked('actions/get-workflow-run').length;
  assert.ok(pages.length >= 10 && pages.length <= 10 * looks, `${pages.length} requests for ten pages, ${looks} times`);
});

test('what has not changed costs no quota', async (t) => {
  const { github, peer } = await onGithub(t, { github: { clock: { rate: 1 } } });
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
  const { run_id } = await good(create(peer));
  await until('the job to run', () => github.run(run_id).status === 'in_progress');
  await peer.tool('builds.status', { run_id, wait_s: 10, until: 'completed' });
  const asked = github.asked('actions/get-workflow-run');
  assert.ok(asked.some((each) => each.status === 304), JSON.stringify(asked.map((each) => [each.conditional, each.status])));
  github.world.actions.release('go');
});

test('what is left of the quota is told wherever one looks for it', async (t) => {
  const { github, peer, server } = await onGithub(t, { github: { clock: { rate: 1 } } });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  const token = github.world.tokens.get(githubToken);
  const readyz = async () => JSON.parse((await ask(`${server.origin}/readyz?check=now`)).text).connectors[0];
  const limits = async () => JSON.parse((await peer.request('resources/read', { uri: 'flux://server/limits' })).result.contents[0].text);

  const first = await good(peer.tool('builds.status', { run_id }));
  assert.equal(first.quota.limit, 5000);
  assert.ok(first.quota.remaining < 5000 && first.quota.remaining >= github.quota.state(token).remaining, JSON.stringify(first.quota));
  assert.equal(Date.parse(first.quota.reset_at), github.quota.state(token).reset * 1000);

  github.quota.set(token, { remaining: 321 });
  await good(create(peer, { fresh: true }));
  const result = await peer.tool('builds.status', { run_id });
  const { quota } = await good(Promise.resolve(result));
  assert.ok(quota.remaining > 200 && quota.remaining <= 321, JSON.stringify(quota));
  assert.match(text(result), new RegExp(`${quota.remaining} of 5000 requests left`));
  const told = (await limits()).provider.quota;
  assert.ok(told.limit === 5000 && told.remaining <= quota.remaining, JSON.stringify(told));
  const connector = await until('/readyz to have heard of it', async () => {
    const now = await readyz();
    return now.quota?.remaining <= 321 && now;
  }, 15_000);
  assert.deepEqual([connector.name, connector.state, connector.cure], ['github', 'connected', '']);
  assert.equal(connector.quota.limit, 5000);
});

test('what keeps it from GitHub is told with the cure', async (t) => {
  for (const [name, env, cure] of [
    ['a wrong token', { GITHUB_TOKEN: 'wrong-token-0123456789' }, /flux-mcp check/],
    ['a repository that there is not', { GITHUB_REPO: 'other' }, /GITHUB_OWNER and GITHUB_REPO/],
  ]) {
    await t.test(name, async (t) => {
      const { server } = await onGithub(t, { env });
      const connector = await until('/readyz to say so', async () => {
        const [shown] = JSON.parse((await ask(`${server.origin}/readyz?check=now`)).text).connectors;
        return shown.state === 'error' && shown;
      }, 15_000);
      assert.match(connector.cure, cure);
    });
  }
});

test('limits are kept, and told with the time', async (t) => {
  for (const [name, fault, says] of [
    ['secondary, 403', { kind: 'secondary_limit', status: 403, retry_after: 120 }, /rate limit/i],
    ['secondary, 429', { kind: 'secondary_limit', status: 429, retry_after: 120 }, /rate limit/i],
    ['the hour is used up', { kind: 'primary_limit', reset_s: 1200 }, /rate limit/i],
  ]) {
    await t.test(name, async (t) => {
      const { github, peer, server } = await onGithub(t, { github: { clock: { rate: 1 } } });
      github.faults.add(fault);
      const said = await bad(create(peer), says);
      assert.match(said, /\d+ ?s|second|minute/i);
      const before = api(github).length;
      for (let n = 0; n < 10; n++) await bad(create(peer, { fresh: true }), says);
      assert.equal(api(github).length, before, 'GitHub was asked although it had said to wait');
      assert.equal(github.world.runs.size, 0);
      await until('/readyz to say so', async () => /limit/i.test((await ask(`${server.origin}/readyz?check=now`)).text), 15_000);
    });
  }
  await t.test('a short one is waited for', async (t) => {
    const { github, peer } = await onGithub(t, { github: { clock: { rate: 1 } } });
    github.faults.add({ kind: 'secondary_limit', status: 429, retry_after: 1, times: 1 });
    const { run_id } = await good(create(peer));
    assert.ok(github.run(run_id));
  });
});

test('who asks for much keeps nobody else waiting', async (t) => {
  const [busy, other] = ['the-busy-one-0123456789abcdef', 'the-other-one-0123456789abcdef'].map((token) => ({ authorization: `Bearer ${token}` }));
  const tokens = [busy, other].map(({ authorization }) => authorization.slice(7)).join(',');
  const stage = await onGithub(t, { github: { clock: { rate: 1 } }, env: { MCP_AUTH_TOKEN: tokens, FLUX_RATE_LIMIT: '0' }, headers: busy });
  const peers = await Promise.all(Array.from({ length: 8 }, stage.connect));
  let refused = 0;
  const burst = Array.from({ length: 200 }, async (_, n) => {
    const result = await create(peers[n % peers.length], { fresh: true, payload: { marker: 'busy' } });
    if (result.isError) refused += 1;
    return result;
  });
  await until('more to be asked for than goes', () => refused > 0);
  stage.headers = other;
  const peer = await stage.connect();
  const made = await good(create(peer, { fresh: true, payload: { marker: 'other' } }));
  assert.equal(stage.github.run(made.run_id).inputs.marker, 'other');

  const results = await Promise.all(burst);
  for (const result of results.filter((each) => each.isError)) assert.match(text(result), /as often as it may.*in \d+ s/);
  const started = [...stage.github.world.runs.values()].filter((run) => run.inputs.marker === 'busy').length;
  assert.equal(started, results.filter((each) => !each.isError).length);
});

test('GitHub is down: clear words, few requests, and back again', async (t) => {
  const stage = await onGithub(t);
  const { github, peer, server } = stage;
  const shown = () => series(stage);
  const breaker = async () => {
    const value = await shown();
    return ['closed', 'open', 'half_open'].find((state) => value(`fluxmcp_upstream_circuit_breaker_state{upstream="github",state="${state}"}`) === 1);
  };
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  assert.equal(await breaker(), 'closed');
  github.faults.add({ kind: 'status', status: 503, match: { origin: 'api' } });
  for (let n = 0; n < 8; n++) await bad(create(peer, { fresh: true }), /GitHub/);
  const before = api(github).length;
  const said = await bad(create(peer, { fresh: true }), /GitHub/);
  assert.match(said, /again|s\b/);
  assert.ok(api(github).length <= before + 1, 'the breaker is not open');
  await until('/readyz to say so', async () => /circuit breaker: open/.test((await ask(`${server.origin}/readyz?check=now`)).text), 15_000);
  assert.equal(await breaker(), 'open');
  const counted = await shown();
  assert.ok(counted('fluxmcp_upstream_requests_total{upstream="github",outcome="failed"}') >= 5, counted.text);
  assert.ok(counted('fluxmcp_upstream_requests_total{upstream="github",outcome="held_back"}') >= 1, counted.text);
  assert.ok(counted('fluxmcp_tool_calls_total{tool="builds.createPreview",outcome="error"}') >= 9, counted.text);
  assert.equal((await ask(`${server.origin}/livez`)).status, 200);
  assert.equal(github.world.runs.size, 1);

  github.faults.clear();
  const still = api(github).length;
  const again = await until('GitHub to be asked again', async () => {
    const result = await create(peer, { fresh: true });
    if (!result.isError) return result.structuredContent;
    assert.equal(github.world.runs.size, 1);
    await sleep(1000);
    return undefined;
  }, 60_000);
  assert.ok(github.run(again.run_id));
  assert.ok(api(github).length > still);
  assert.equal(github.world.runs.size, 2, 'what was refused was started all the same');
  assert.equal(await breaker(), 'closed');
});

/// What /metrics shows: the value of a series by its name with its labels.
async function series(stage) {
  const { status, text: shown } = await metrics(stage);
  assert.equal(status, 200, shown);
  const values = new Map(shown.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  return Object.assign((name) => values.get(name), { text: shown, size: values.size });
}

test('metrics: for those with a token, as many series as ever, and nothing of anybody', async (t) => {
  const stage = await onGithub(t);
  const { github, peer, server } = stage;
  assert.equal((await ask(`${server.origin}/metrics`)).status, 401);
  // Once GitHub has told its quota, which is when the server has looked at the repository.
  const { size } = await until('the quota to be shown', async () => {
    const shown = await series(stage);
    return shown('fluxmcp_upstream_quota_limit{upstream="github"}') === 5000 && shown;
  });
  const { run_id } = await good(create(peer, { branch: 'feat/x' }));
  await ended(peer, run_id);
  await bad(peer.tool('builds.status', { run_id: 999 }));
  await peer.tool('builds.tailLogs', { run_id });
  const value = await series(stage);
  assert.equal(value.size, size, value.text);
  for (const word of ['feat/x', 'octo-org', 'token:', String(run_id)]) assert.ok(!value.text.includes(word), value.text);
  assert.match(value.text, /^# TYPE fluxmcp_tool_calls_total counter$/m);
  assert.equal(value('fluxmcp_tool_calls_total{tool="builds.createPreview",outcome="ok"}'), 1);
  assert.equal(value('fluxmcp_tool_calls_total{tool="builds.status",outcome="error"}'), 1);
  assert.ok(value('fluxmcp_connections') >= 1, value.text);
  const { remaining } = github.quota.state(github.world.tokens.get(githubToken));
  const told = value('fluxmcp_upstream_quota_remaining{upstream="github"}');
  assert.ok(told >= remaining && told < 5000, `${told} told, ${remaining} left`);
  assert.ok(value('fluxmcp_upstream_requests_total{upstream="github",outcome="answered"}') > 5, value.text);
});

test('a GitHub App: its own tokens, renewed, for this repository alone', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  const apps = [{ id: 4711, installation_id: 99, public_key: publicKey, permissions: { actions: 'write', contents: 'read', deployments: 'read', checks: 'read', metadata: 'read' } }];
  const env = { GITHUB_TOKEN: undefined, FLUX_GITHUB_APP_ID: '4711', FLUX_GITHUB_APP_KEY: privateKey, FLUX_GITHUB_INSTALLATION_ID: '99' };
  const { github, peer } = await onGithub(t, { github: { apps, tokens: [], clock: { rate: 1 } }, env });
  const { run_id } = await good(create(peer));
  assert.equal(github.run(run_id).actor.login, 'flux[bot]');
  assert.equal(github.asked('apps/create-installation-access-token').length, 1);
  assert.match(github.asked('apps/create-installation-access-token')[0].body, /"site"/);

  for (const token of github.world.tokens.values()) token.revoked = true;
  await good(create(peer, { fresh: true }));
  assert.equal(github.asked('apps/create-installation-access-token').length, 2);

  await t.test('thirty requests at the end of a token make one new one, and lose nothing', async () => {
    for (const token of github.world.tokens.values()) token.revoked = true;
    github.faults.add({ kind: 'slow_head', ms: 500, times: 1, match: { operation: 'apps/create-installation-access-token' } });
    const made = await Promise.all(Array.from({ length: 30 }, () => good(create(peer, { fresh: true }))));
    assert.equal(new Set(made.map((each) => each.run_id)).size, 30);
    assert.equal(github.asked('apps/create-installation-access-token').length, 3);
    assert.equal(github.world.runs.size, 32);
  });

  await t.test('a token that cannot be renewed is an error with its reason, and no end', async () => {
    for (const token of github.world.tokens.values()) token.revoked = true;
    github.faults.add({ kind: 'status', status: 503, times: 1, match: { operation: 'apps/create-installation-access-token' } });
    await bad(create(peer, { fresh: true }), /GitHub/);
    await good(create(peer, { fresh: true }));
    assert.equal(github.world.runs.size, 33);
  });
});

test('a webhook wakes who waits', async (t) => {
  const FLUX_WEBHOOK_SECRET = 'a-secret-for-webhooks-0123456789';
  const { github, peer, server } = await onGithub(t, { github: { clock: { rate: 1 } }, env: { FLUX_WEBHOOK_SECRET } });
  const hook = { url: `${server.origin}/webhooks/github`, secret: FLUX_WEBHOOK_SECRET, copies: 2 };
  github.webhooks.add(hook);
  await github.webhooks.settled();
  assert.deepEqual(github.webhooks.deliveries[0].attempts.map((each) => Math.floor(each.status / 100)), [2, 2]);
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
  const { run_id } = await good(create(peer));
  await until('the job to run', () => github.run(run_id).status === 'in_progress');
  const waiting = peer.tool('builds.status', { run_id, wait_s: 30, until: 'completed' });
  await sleep(3000);
  const begin = Date.now();
  github.world.actions.release('go');
  assert.equal((await good(waiting)).run.status, 'completed');
  t.diagnostic(`woken after ${Date.now() - begin} ms`);

  await t.test('a wrong signature is refused', async () => {
    const forged = { ...hook, secret: 'another', copies: 1 };
    github.webhooks.add(forged);
    await github.webhooks.settled();
    assert.equal(github.webhooks.deliveries.at(-1).attempts[0].status, 401);
  });
});

test('a ping leaves the pace as it is: only news of a run show that webhooks come', async (t) => {
  const FLUX_WEBHOOK_SECRET = 'a-secret-for-webhooks-0123456789';
  const { github, peer, server } = await onGithub(t, { github: { clock: { rate: 1 } }, env: { FLUX_WEBHOOK_SECRET } });
  github.webhooks.add({ url: `${server.origin}/webhooks/github`, secret: FLUX_WEBHOOK_SECRET, events: ['push'] });
  await github.webhooks.settled();
  assert.deepEqual(github.webhooks.deliveries.map(({ event, attempts }) => [event, attempts[0].status]), [['ping', 202]]);
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
  const { run_id } = await good(create(peer));
  await until('the job to run', () => github.run(run_id).status === 'in_progress');
  const waiting = peer.tool('builds.status', { run_id, wait_s: 40, until: 'completed' });
  const before = github.asked('actions/get-workflow-run').length;
  await until('the run to be looked at again and again', () => github.asked('actions/get-workflow-run').length >= before + 3, 30_000);
  github.world.actions.release('go');
  await good(waiting);
});

/// Runs `flux-mcp check` against the double.
async function check(t, github, env) {
  const state = freshFolder(t);
  const result = await command(['check'], { env: environment({
    HOME: state, FLUX_STATE_DIR: state, PORT: String(await freePort()), FLUX_PREVIEW_PORT: String(await freePort()), MCP_AUTH_TOKEN: 'x'.repeat(40),
    FLUX_PROVIDER: 'github', FLUX_GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: githubToken, GITHUB_OWNER: 'octo-org', GITHUB_REPO: 'site', ...env }) });
  return { ...result, said: result.stdout + result.stderr };
}

test('check says which mistake it is, and the cure', async (t) => {
  const { github } = await onGithub(t, { files: { '.github/workflows/push.yml': 'name: Push\non: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: make }] } }\n' } });
  github.world.addToken({ token: 'weak-token-0123456789', permissions: { actions: 'read', contents: 'read' } });
  github.world.addToken({ token: 'asked-for-0123456789', permissions: { actions: 'write', contents: 'read', deployments: 'write', checks: 'read' } });
  github.world.addToken({ token: 'keeps-previews-0123456789', permissions: { actions: 'write', contents: 'read', deployments: 'read' } });
  for (const GITHUB_TOKEN of [githubToken, 'asked-for-0123456789']) {
    const fine = await check(t, github, { GITHUB_TOKEN });
    assert.equal(fine.code, 0, fine.said);
  }
  assert.equal(github.world.repositories[0].deployments.length, 0, 'the check deployed something');
  for (const [name, env, says] of [
    ['a wrong token', { GITHUB_TOKEN: 'wrong-token-0123456789' }, /GITHUB_TOKEN/],
    ['a repository that there is not', { GITHUB_REPO: 'other' }, /octo-org\/other/],
    ['a missing permission', { GITHUB_TOKEN: 'weak-token-0123456789' }, /actions.*write/i],
    ['previews that cannot be taken back', { GITHUB_TOKEN: 'keeps-previews-0123456789' }, /removePreview[^\n]*deployments: write/i],
    ['a missing workflow', { GITHUB_WORKFLOW_FILE: 'nope.yml' }, /nope\.yml/],
    ['a workflow without workflow_dispatch', { GITHUB_WORKFLOW_FILE: 'push.yml' }, /workflow_dispatch/],
  ]) {
    await t.test(name, async () => {
      const { code, said } = await check(t, github, env);
      assert.notEqual(code, 0, said);
      assert.match(said, says);
      assert.ok(!said.includes(env.GITHUB_TOKEN ?? githubToken), 'the token came out');
    });
  }
});

test('a certificate that nobody vouches for is not believed', async (t) => {
  const folder = freshFolder(t);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  const { github, peer } = await onGithub(t, { github: { tls: { key: readFileSync(key), cert: readFileSync(cert) } } });
  await bad(create(peer), /GitHub/);
  const { code, said } = await check(t, github, {});
  assert.notEqual(code, 0, said);
  assert.match(said, /certificate|TLS/i);
  assert.equal(github.requests.length, 0);
});

test('read errors of permissions as they are', async (t) => {
  const { github, peer } = await onGithub(t, { github: { tokens: [{ token: githubToken, permissions: { actions: 'read', contents: 'read' } }] } });
  await bad(create(peer), /actions.*write|actions: write/i);
  assert.equal(github.world.runs.size, 0);
  assert.match(text(await peer.tool('builds.list', {})), /./);
});
