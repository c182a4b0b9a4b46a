// What the double does when it is told to misbehave, and what it says to a client that does.
import assert from 'node:assert/strict';
import test from 'node:test';
import { unzipSync } from 'fflate';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ask, until } from '../stage/stage.mjs';
import { dispatch, refusal, stage, token, where } from './octokit_stage.mjs';

const headers = { authorization: `Bearer ${token}`, 'user-agent': 'test', accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
const get = (github, path, more = {}) => fetch(`${github.apiUrl}${path}`, { headers: { ...headers, ...more }, redirect: 'manual' });
const site = '/repos/octo-org/site';

test('whoever breaks the description is refused, and the test with it', async (t) => {
  const { github } = await stage(t);
  const body = (value) => ({ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(value) });
  const dispatches = `${github.apiUrl}${site}/actions/workflows/deploy.yml/dispatches`;
  for (const [name, make, status, says] of [
    ['a body without ref', () => fetch(dispatches, body({ inputs: {} })), 422, /required property 'ref'/],
    ['a member that there is not', () => fetch(dispatches, body({ ref: 'main', wait: true })), 422, /additional properties.*wait/],
    ['a body that is a list', () => fetch(dispatches, body([])), 400, /no JSON object/],
    ['a parameter that there is not', () => get(github, `${site}/actions/runs?limit=3`), 422, /"limit" is not a parameter/],
    ['more on a page than there is', () => get(github, `${site}/actions/runs?per_page=101`), 422, /per_page/],
    ['a word where a number belongs', () => get(github, `${site}/actions/runs/latest`), 422, /path run_id/],
    ['an operation that there is not', () => get(github, `${site}/actions/run`), 404, /no operation/],
    ['a slash at the end', () => get(github, `${site}/actions/runs/`), 404, /no operation/],
  ]) {
    await t.test(name, async () => {
      const answer = await make();
      assert.equal(answer.status, status);
      assert.match(github.violations.join(), says);
      assert.throws(() => github.verify(), says);
    });
  }
  for (const [name, more, status, message] of [
    ['an unknown API version is refused', { 'x-github-api-version': '2024-01-01' }, 400, /not supported/],
    ['no user agent is refused', { 'user-agent': '' }, 403, /User-Agent/],
    ['no token is refused', { authorization: '' }, 401, /Requires authentication/],
  ]) {
    await t.test(name, async () => {
      const { status: got, text } = await ask(`${github.apiUrl}${site}/actions/runs`, { headers: Object.fromEntries(Object.entries({ ...headers, ...more }).filter(([, value]) => value)) });
      assert.equal(got, status);
      assert.match(JSON.parse(text).message, message);
    });
  }
});

test('limits are counted, told and kept', async (t) => {
  await t.test('the headers count down, a 304 costs nothing', async (t) => {
    const { github } = await stage(t);
    const first = await get(github, `${site}/branches/main`);
    assert.equal(first.headers.get('x-ratelimit-remaining'), '4999');
    const etag = first.headers.get('etag');
    const second = await get(github, `${site}/branches/main`, { 'if-none-match': etag });
    assert.equal(second.status, 304);
    assert.equal(await second.text(), '');
    assert.equal(second.headers.get('x-ratelimit-remaining'), '4999');
    assert.equal((await get(github, `${site}/branches/main`)).headers.get('x-ratelimit-remaining'), '4998');
    assert.equal((await get(github, '/rate_limit')).headers.get('x-ratelimit-remaining'), '4998');
  });
  await t.test('the hour is used up, and another comes', async (t) => {
    const { github, advance } = await stage(t, { quota: { limit: 2 } });
    for (let n = 0; n < 2; n++) assert.equal((await get(github, site)).status, 200);
    const over = await get(github, site);
    assert.equal(over.status, 403);
    assert.equal(over.headers.get('x-ratelimit-remaining'), '0');
    assert.ok(Number(over.headers.get('x-ratelimit-reset')) * 1000 > github.world.clock.now());
    assert.match((await over.json()).message, /API rate limit exceeded/);
    advance(3601);
    assert.equal((await get(github, site)).status, 200);
  });
  await t.test('too much in a minute', async (t) => {
    const { github, advance } = await stage(t, { quota: { points: 3 } });
    for (let n = 0; n < 3; n++) await get(github, site);
    const over = await get(github, site);
    assert.equal(over.status, 403);
    assert.equal(over.headers.get('retry-after'), '60');
    assert.match((await over.json()).message, /secondary rate limit/);
    advance(61);
    assert.equal((await get(github, site)).status, 200);
  });
  await t.test('too many at once', async (t) => {
    const { github } = await stage(t, { quota: { at_once: 3 } });
    github.faults.add({ kind: 'slow_head', ms: 300 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => get(github, site)));
    assert.deepEqual(answers.map((each) => each.status).sort(), [200, 200, 200, 403, 403]);
  });
});

test('pages are linked, and the links are to be followed as they are', async (t) => {
  const { github, octokit, advance } = await stage(t);
  github.addScript({ jobs: [{ name: 'shard', count: 1000, steps: [] }] });
  const run_id = (await dispatch(octokit)).data.workflow_run_id;
  advance(10);
  const first = await get(github, `${site}/actions/runs/${run_id}/jobs?per_page=100`);
  assert.match(first.headers.get('link'), /<[^>]*\/repositories\/\d+\/actions\/runs\/\d+\/jobs\?per_page=100&page=2>; rel="next"/);
  const jobs = await octokit.paginate(octokit.rest.actions.listJobsForWorkflowRun, { ...where, run_id, per_page: 100 });
  assert.equal(new Set(jobs.map((job) => job.id)).size, 1000);
  assert.equal(github.asked('actions/list-jobs-for-workflow-run').length, 11);
});

test('lists are late when they are told to be', async (t) => {
  const { octokit, advance } = await stage(t, { list_delay_s: [1, 10] });
  const run_id = (await dispatch(octokit)).data.workflow_run_id;
  const listed = async () => (await octokit.rest.actions.listWorkflowRuns({ ...where, workflow_id: 'deploy.yml', event: 'workflow_dispatch' })).data.total_count;
  assert.equal(await listed(), 0);
  assert.equal((await octokit.rest.actions.getWorkflowRun({ ...where, run_id })).status, 200);
  advance(10);
  assert.equal(await listed(), 1);
});

test('a new run is not there yet when it is told to be', async (t) => {
  const { octokit, advance } = await stage(t, { run_delay_s: 5 });
  const run_id = (await dispatch(octokit)).data.workflow_run_id;
  assert.equal((await refusal(octokit.rest.actions.getWorkflowRun({ ...where, run_id }))).status, 404);
  advance(5);
  assert.equal((await octokit.rest.actions.getWorkflowRun({ ...where, run_id })).status, 200);
});

test('renamed branches and repositories send on', async (t) => {
  const { github, octokit, repo } = await stage(t);
  repo.content.rename('feat/x', 'feat/y');
  repo.renamed.set('feat/x', 'feat/y');
  const moved = await get(github, `${site}/branches/feat%2Fx`);
  assert.equal(moved.status, 301);
  assert.match(moved.headers.get('location'), /\/repositories\/\d+\/branches\/feat%2Fy$/);
  assert.equal((await octokit.rest.repos.getBranch({ ...where, branch: 'feat/x' })).data.name, 'feat/y');

  repo.moved.set('octo-org/site', true);
  repo.name = 'home';
  assert.equal((await octokit.rest.repos.get(where)).data.name, 'home');
  const sent = await fetch(`${github.apiUrl}${site}/actions/workflows/deploy.yml/dispatches`, { method: 'POST', headers, body: JSON.stringify({ ref: 'main' }), redirect: 'manual' });
  assert.equal(sent.status, 307);
});

test('each fault does what it says', async (t) => {
  const { github, octokit, advance } = await stage(t);
  const path = `${site}/branches/main`;
  const fault = (what) => github.faults.add({ times: 1, ...what });
  for (const [name, what, look] of [
    ['status', { kind: 'status', status: 502 }, async (answer) => {
      assert.equal(answer.status, 502);
      assert.match(answer.headers.get('content-type'), /html/);
    }],
    ['redirect', { kind: 'redirect', location: 'http://evil.example.org/' }, (answer) => assert.equal(answer.headers.get('location'), 'http://evil.example.org/')],
    ['replace', { kind: 'replace', body: '<html>', content_type: 'text/html' }, async (answer) => assert.equal(await answer.text(), '<html>')],
    ['primary_limit', { kind: 'primary_limit' }, (answer) => assert.equal(answer.headers.get('x-ratelimit-remaining'), '0')],
    ['secondary_limit', { kind: 'secondary_limit', status: 429, retry_after: 3 }, (answer) => assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '3'])],
    ['truncated', { kind: 'truncated', bytes: 10 }, (answer) => assert.rejects(answer.text())],
    ['reset in the middle', { kind: 'reset', after_bytes: 10 }, (answer) => assert.rejects(answer.text())],
    ['slow body', { kind: 'slow_body', chunk: 4000, every_ms: 5 }, async (answer) => assert.equal((await answer.json()).name, 'main')],
    ['gigantic', { kind: 'gigantic', bytes: 300_000_000 }, async (answer) => {
      let size = 0;
      for await (const part of answer.body) size += part.length;
      assert.equal(size, 300_000_000);
    }],
  ]) {
    await t.test(name, async () => {
      fault(what);
      await look(await get(github, path, { 'accept-encoding': 'identity' }));
      assert.equal((await get(github, path)).status, 200);
    });
  }
  await t.test('reset before the head', async () => {
    fault({ kind: 'reset' });
    await assert.rejects(get(github, path));
  });
  await t.test('hang', async () => {
    fault({ kind: 'hang' });
    await assert.rejects(fetch(`${github.apiUrl}${path}`, { headers, signal: AbortSignal.timeout(200) }), /timeout/);
  });
  await t.test('after_work: done, and said otherwise', async () => {
    for (const kind of [{ kind: 'status', status: 502 }, { kind: 'reset' }]) {
      const before = github.world.runs.size;
      fault({ ...kind, after_work: true, match: { operation: 'actions/create-workflow-dispatch' } });
      await refusal(dispatch(octokit));
      assert.equal(github.world.runs.size, before + 1);
    }
  });
  await t.test('match, skip and chance choose', async () => {
    github.faults.add({ kind: 'status', status: 500, skip: 1, times: 1, match: { method: 'GET', path: 'branches/main$' } });
    assert.deepEqual([(await get(github, site)).status, (await get(github, path)).status, (await get(github, path)).status, (await get(github, path)).status], [200, 200, 500, 200]);
    github.faults.add({ kind: 'status', status: 500, chance: 0.5 });
    const seen = [];
    for (let n = 0; n < 30; n++) seen.push((await get(github, path)).status);
    assert.deepEqual([...new Set(seen)].sort(), [200, 500]);
    github.faults.clear();
  });
  await t.test('a clock that stands elsewhere', async () => {
    github.world.clock.skew(-3_600_000);
    const date = Date.parse((await get(github, path)).headers.get('date'));
    assert.ok(Date.now() - date > 3_500_000, new Date(date).toISOString());
    advance(3600);
  });
});

test('logs: where they lie, and in what shapes', async (t) => {
  const { github, octokit, advance } = await stage(t);
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Build', run: 'make', log: ['one', 'two\nthree'] }] }] });
  const run_id = (await dispatch(octokit)).data.workflow_run_id;
  advance(60);
  const job_id = github.run(run_id).jobs[0].id;
  const address = async () => (await get(github, `${site}/actions/jobs/${job_id}/logs`)).headers.get('location');
  const text = await (await fetch(await address())).text();

  await t.test('another origin, which refuses a token', async () => {
    const at = await address();
    assert.notEqual(new URL(at).origin, new URL(github.apiUrl).origin);
    const answer = await fetch(at, { headers });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /InvalidAuthenticationInfo/);
    assert.throws(() => github.verify(), /Authorization was sent to the blob host/);
  });
  await t.test('ranges', async () => {
    const part = await fetch(await address(), { headers: { range: 'bytes=10-19' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), Buffer.from(text).subarray(7, 17).toString()); // text() takes the BOM away
    const size = Number(part.headers.get('content-range').split('/')[1]);
    assert.equal((await fetch(await address(), { headers: { range: `bytes=${size}-` } })).status, 416);
  });
  await t.test('an address that is too old', async () => {
    const at = await address();
    advance(601);
    const answer = await fetch(at);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /AuthenticationFailed/);
  });
  await t.test('archives', async () => {
    const archive = async (shape) => {
      if (shape) github.faults.add({ kind: 'zip', shape, times: 1, match: { origin: 'blobs' } });
      const to = (await get(github, `${site}/actions/runs/${run_id}/logs`)).headers.get('location');
      return Buffer.from(await (await fetch(to)).arrayBuffer());
    };
    assert.deepEqual(Object.keys(unzipSync(await archive())), ['0_build.txt', 'build/1_Set up job.txt', 'build/2_Build.txt', 'build/3_Complete job.txt']);
    assert.deepEqual(Object.keys(unzipSync(await archive('negative')))[0], '-2147483648_build.txt');
    assert.deepEqual(Object.keys(unzipSync(await archive('no_steps'))), ['0_build.txt', 'build/system.txt']);
    assert.ok(Object.keys(unzipSync(await archive('slip'))).some((name) => name.startsWith('../')));
    const cut = await archive('truncated');
    assert.throws(() => unzipSync(cut));
    const bomb = await archive('bomb');
    let claimed = 0;
    unzipSync(bomb, { filter: ({ originalSize }) => { claimed = originalSize; return false; } });
    assert.equal(claimed, 2 ** 31);
    assert.ok(bomb.length < 4_000_000, String(bomb.length));
  });
  await t.test('half a gigabyte, which nobody holds', async () => {
    github.addScript({ jobs: [{ name: 'huge', log: { bytes: 500_000_000 } }] });
    const huge = (await dispatch(octokit)).data.workflow_run_id;
    advance(60);
    const to = (await get(github, `${site}/actions/jobs/${github.run(huge).jobs[0].id}/logs`)).headers.get('location');
    const before = process.memoryUsage().rss;
    let size = 0;
    let most = 0;
    for await (const part of (await fetch(to)).body) {
      size += part.length;
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    assert.ok(size > 499_000_000 && size <= 500_000_000, String(size));
    assert.ok(most < 250_000_000, String(most));
  });
  await t.test('expired', async () => {
    github.run(run_id).logsGone = true;
    assert.equal((await get(github, `${site}/actions/jobs/${job_id}/logs`)).status, 410);
    assert.equal((await get(github, `${site}/actions/runs/${run_id}/logs`)).status, 410);
  });
});

test('as a program, with a port for control', async (t) => {
  const program = spawn(process.execPath, [fileURLToPath(new URL('serve.mjs', import.meta.url))], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  program.stdout.on('data', (bytes) => { out += bytes; });
  program.stderr.on('data', (bytes) => { err += bytes; });
  const ended = new Promise((done) => program.on('exit', done));
  t.after(() => program.kill('SIGKILL'));
  await until('the addresses', () => out.includes('\n'));
  const { api, control } = JSON.parse(out);
  const tell = async (name, body) => (await fetch(`${control}/${name}`, body && { method: 'POST', body: JSON.stringify(body) })).json();
  await tell('script', { script: { jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go', conclusion: 'failure' }] }] } });
  const { run_id } = await tell('dispatch', { workflow: 'deploy.yml', branch: 'main' });
  await tell('advance', { seconds: 60 });
  assert.equal((await tell('runs'))[0].status, 'in_progress');
  await tell('release', { name: 'go', run_id });
  await tell('advance', { seconds: 60 });
  const run = await (await fetch(`${api}${site}/actions/runs/${run_id}`, { headers })).json();
  assert.equal(run.conclusion, 'failure');
  await tell('fault', { kind: 'status', status: 503, times: 1 });
  assert.equal((await fetch(`${api}${site}`, { headers })).status, 503);
  assert.equal((await fetch(`${api}${site}?wrong=1`, { headers })).status, 422);
  assert.match((await tell('violations'))[0], /"wrong" is not a parameter/);
  program.kill('SIGTERM');
  assert.equal(await ended, 1);
  assert.match(err, /violation: .*wrong/);
});
