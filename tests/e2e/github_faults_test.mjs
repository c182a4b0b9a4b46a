// Everything that goes wrong on GitHub's side, for every tool: a correct answer or a clear error with a next step, in time,
// nothing started twice, no secret seen.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import test from 'node:test';
import { afterwards, patience, sleep, until } from '../stage/stage.mjs';
import { bad, create, ended, githubToken, good, onGithub, text } from '../stage/github.mjs';

const longestCall = 60_000 * patience; // a tool call ends within 55 s, whatever happens
const nextStep = /again|retry|check|operator|wait|builds[._]\w+|name|use |renamed|flux-mcp|later/i;
const page = '<html>Unicorn!</html>';

const faults = [
  ['500', { kind: 'status', status: 500 }],
  ['502', { kind: 'status', status: 502 }],
  ['502 after the work', { kind: 'status', status: 502, after_work: true }],
  ['503', { kind: 'status', status: 503, headers: { 'retry-after': '1' } }],
  ['a page of HTML with 200', { kind: 'status', status: 200, body: page, content_type: 'text/html' }],
  ['JSON of another shape', { kind: 'replace', body: { message: 'surprise', id: 'text', jobs: 7, workflow_runs: {}, object: [] } }],
  ['JSON that ends early', { kind: 'replace', body: '{"id": 1, "jobs": [' }],
  ['a list where an object belongs', { kind: 'replace', body: [] }],
  ['a reset before the head', { kind: 'reset' }],
  ['a reset in the body', { kind: 'reset', after_bytes: 100 }],
  ['a body that ends early', { kind: 'truncated', bytes: 100 }],
  ['a slow head', { kind: 'slow_head', ms: 800 }],
  ['a slow body', { kind: 'slow_body', chunk: 512, every_ms: 20 }],
  ['silence', { kind: 'hang' }],
  ['an answer without end', { kind: 'gigantic', bytes: 2_000_000_000 }],
  ['403, a secondary limit', { kind: 'secondary_limit', status: 403 }],
  ['429, a secondary limit', { kind: 'secondary_limit', status: 429, retry_after: 1 }],
  ['the hour is used up', { kind: 'primary_limit', reset_s: 3000 }],
  ['401', { kind: 'status', status: 401, body: { message: 'Bad credentials' } }],
  ['451', { kind: 'status', status: 451, body: { message: 'Repository access blocked' } }],
  ['410', { kind: 'status', status: 410, body: { message: 'Gone' } }],
];

const tools = [
  ['createPreview', (peer) => create(peer, { fresh: true, payload: { marker: 'faulty' } })],
  ['status', (peer, run_id) => peer.tool('builds.status', { run_id })],
  ['tailLogs', (peer, run_id) => peer.tool('builds.tailLogs', { run_id })],
  ['diagnose', (peer, run_id) => peer.tool('builds.diagnose', { run_id })],
  ['searchLogs', (peer, run_id) => peer.tool('builds.searchLogs', { run_id, pattern: 'published' })],
  ['list', (peer) => peer.tool('builds.list', {})],
  ['list of workflows', (peer) => peer.tool('builds.list', { kind: 'workflows' })],
  ['list of branches', (peer) => peer.tool('builds.list', { kind: 'branches' })],
  ['rerun', (peer, run_id) => peer.tool('builds.rerun', { run_id, failed_only: false })],
  ['cancel', (peer, run_id) => peer.tool('builds.cancel', { run_id })],
  ['removePreview', (peer, run_id) => peer.tool('builds.removePreview', { run_id })],
];

test('every fault, for every tool', { concurrency: 4 }, async (parent) => {
  await Promise.all(faults.map(([name, fault]) => parent.test(name, async (t) => {
    const { github, peer } = await onGithub(t);
    github.addScript({ jobs: [{ name: 'deploy', environment: { name: 'preview', url: 'http://127.0.0.1:1/' }, steps: [{ name: 'Publish', log: ['published'] }] }] });
    const { run_id } = await good(create(peer, { payload: { marker: 'before' } }));
    await ended(peer, run_id);
    github.faults.add({ ...fault, match: { origin: 'api' } });
    // All at once: what one of them waits for must not keep the others.
    await Promise.all(tools.map(async ([tool, call]) => {
      const begin = Date.now();
      const result = await call(peer, run_id);
      assert.ok(Date.now() - begin < longestCall, `${tool} took ${Date.now() - begin} ms`);
      const said = text(result);
      assert.ok(said.length > 0, `${tool} said nothing`);
      assert.doesNotMatch(said, /Unicorn|<html|simdjson|Boost|std::|\.cpp/, `${tool} shows its insides`);
      if (result.isError) assert.match(said, nextStep, `${tool} says nothing to do`);
    }));
    const started = [...github.world.runs.values()].filter((run) => run.inputs.marker === 'faulty');
    assert.ok(started.length <= 1, 'a run was started twice');
    assert.ok(github.asked('actions/create-workflow-dispatch').length <= 2);
    assert.ok(github.asked('actions/re-run-workflow').length <= 1, 'a rerun was tried again blindly');
  })));
});

test('a rerun whose answer is lost is looked for, and not begun twice', { concurrency: 3 }, async (parent) => {
  const reruns = (github) => github.asked('actions/re-run-workflow').length;
  const again = (peer, run_id) => peer.tool('builds.rerun', { run_id, failed_only: false });
  const finished = async (t, fault) => {
    const { github, peer } = await onGithub(t);
    const { run_id } = await good(create(peer));
    await ended(peer, run_id);
    github.faults.add({ ...fault, times: 1, match: { operation: 'actions/re-run-workflow' } });
    return { github, peer, run_id };
  };
  const done = [
    ['the connection is reset after the work', { kind: 'reset', after_work: true }],
    ['502 after the work', { kind: 'status', status: 502, after_work: true }],
    ['a page of HTML with 504 after the work', { kind: 'status', status: 504, body: page, content_type: 'text/html', after_work: true }],
  ].map(([name, fault]) => parent.test(name, async (t) => {
    const { github, peer, run_id } = await finished(t, fault);
    const made = await good(again(peer, run_id));
    assert.deepEqual([made.run_id, made.attempt], [run_id, 2]);
    assert.equal(github.run(run_id).attempt, 2);
    assert.equal(reruns(github), 1);
  }));
  const never = [
    ['the connection is reset before the work', { kind: 'reset' }],
    ['502 before the work', { kind: 'status', status: 502 }],
  ].map(([name, fault]) => parent.test(name, async (t) => {
    const { github, peer, run_id } = await finished(t, fault);
    await bad(again(peer, run_id), /attempt 1\b.*builds\.status/s);
    assert.deepEqual([github.run(run_id).attempt, reruns(github)], [1, 1]);
    assert.equal((await good(again(peer, run_id))).attempt, 2);
    assert.deepEqual([github.run(run_id).attempt, reruns(github)], [2, 2]);
  }));
  await Promise.all([...done, ...never]);
});

test('now and then is as good as never', async (t) => {
  const { github, peer } = await onGithub(t, { github: { seed: 7 } });
  github.faults.add({ kind: 'status', status: 502, chance: 0.15, match: { origin: 'api', method: 'GET' } });
  github.faults.add({ kind: 'reset', chance: 0.1, match: { method: 'GET' } });
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Build', seconds: 20, log: ['built in spite of all'] }] }] });
  let made;
  await until('a preview', async () => {
    const result = await create(peer, { payload: { marker: 'lucky' } });
    made = result.structuredContent;
    return !result.isError;
  });
  await until('the log', async () => text(await peer.tool('builds.tailLogs', { run_id: made.run_id, wait_s: 5 })).includes('built in spite of all'), 60_000);
  assert.equal(github.world.runs.size, 1);
});

test('a clock that is wrong by an hour, either way', async (t) => {
  for (const skew of [-3_600_000, 3_600_000]) {
    await t.test(`${skew / 60_000} minutes`, async (t) => {
      const { github, peer } = await onGithub(t, { github: { list_delay_s: 3, faults: [{ kind: 'no_details' }] } });
      github.world.clock.skew(skew);
      const { run_id } = await good(create(peer, { payload: { marker: 'skewed' } }));
      assert.equal(github.run(run_id).inputs.marker, 'skewed');
      assert.equal((await ended(peer, run_id)).run.conclusion, 'success');
    });
  }
});

test('a GitHub App whose server has a wrong clock makes one token', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });
  const apps = [{ id: 4711, installation_id: 99, public_key: publicKey, permissions: { actions: 'write', contents: 'read', deployments: 'write', checks: 'read', metadata: 'read' } }];
  const env = { GITHUB_TOKEN: undefined, FLUX_GITHUB_APP_ID: '4711', FLUX_GITHUB_APP_KEY: privateKey, FLUX_GITHUB_INSTALLATION_ID: '99' };
  for (const skew of [-3_600_000, 3_600_000]) {
    await t.test(`${skew / 60_000} minutes`, async (t) => {
      const { github, peer } = await onGithub(t, { github: { apps, tokens: [], clock: { rate: 1, start: Date.now() + skew } }, env });
      for (let n = 0; n < 3; n++) await good(create(peer, { fresh: true }));
      const asked = github.asked('apps/create-installation-access-token').map((each) => each.status);
      assert.deepEqual(asked, [401, 201]);
    });
  }
});

test('renamed: the branch and the repository', async (t) => {
  const { github, peer } = await onGithub(t);
  const [repo] = github.world.repositories;
  repo.content.rename('feat/x', 'feat/y');
  repo.renamed.set('feat/x', 'feat/y');
  const result = await create(peer, { branch: 'feat/x' });
  assert.match(text(result), /feat\/y/);

  const { run_id } = await good(create(peer));
  repo.moved.set('octo-org/site', true);
  repo.name = 'home';
  const after = await ended(peer, run_id);
  assert.equal(after.run.conclusion, 'success');
  const again = await create(peer, { fresh: true });
  if (again.isError) assert.match(text(again), nextStep);
  assert.ok(github.world.runs.size <= 2);
});

test('the API sends us to a stranger', async (t) => {
  const heard = [];
  const stranger = http.createServer((request, response) => {
    heard.push(`${request.method} ${JSON.stringify(request.headers)}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":1,"workflow_run_id":666}');
  });
  await new Promise((done) => stranger.listen(0, '127.0.0.1', done));
  afterwards(t, () => new Promise((done) => {
    stranger.close(done);
    stranger.closeAllConnections();
  }));
  for (const status of [301, 302, 307, 308]) {
    await t.test(String(status), async (t) => {
      const { github, peer } = await onGithub(t);
      const { run_id } = await good(create(peer));
      await ended(peer, run_id);
      github.faults.add({ kind: 'redirect', status, location: `http://127.0.0.1:${stranger.address().port}/repos/octo-org/site`, match: { origin: 'api' } });
      for (const [, call] of tools) {
        const result = await call(peer, run_id);
        assert.notEqual(result.structuredContent?.run_id, 666, "a stranger's answer was believed");
      }
      assert.ok(!heard.join().includes(githubToken), 'the token went to a stranger');
      assert.equal(heard.filter((each) => each.startsWith('POST')).length, 0, 'a dispatch went to a stranger');
    });
  }
});

test('quietness afterwards', async (t) => {
  const { github, peer } = await onGithub(t, { github: { clock: { rate: 20 } } });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  await until('the preview to be settled', async () => {
    const before = github.requests.length;
    await sleep(4000);
    return github.requests.length === before;
  }, 60_000);
  await bad(peer.tool('builds.status', { run_id: 999 }), /999/);
});
