// What lies behind a run on GitHub, what becomes of it, and what happens to the others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterwards, sleep, until } from '../stage/stage.mjs';
import { create, ended, good, onGithub, text } from '../stage/github.mjs';

const failing = { jobs: [{ name: 'build', steps: [{ name: 'Test', run: 'npm test', seconds: 1, conclusion: 'failure', log: ['✖ adds two numbers', '  AssertionError: expected 3 to equal 4'] }] }] };

/// Puts `count` commits on main, each with a file of its own.
function commits(github, count) {
  const { content } = github.world.repositories[0];
  const tip = content.tip('main');
  const files = Object.fromEntries(content.files(tip).map((path) => [path, content.file(tip, path)]));
  for (let n = 1; n <= count; n++) {
    files[`src/part-${n}.txt`] = `part ${n}`;
    content.commit('main', files, `Change part ${n}\n\nWith a body that nobody asked for.`);
  }
}

test('what changed since the last green run', async (t) => {
  for (const [count, pages] of [[3, [1]], [60, [1, 2]], [120, [1, 2, 3]], [150, [1, 3]]]) {
    await t.test(`${count} commits`, async (t) => {
      const { github, peer } = await onGithub(t);
      const green = await good(create(peer));
      assert.equal((await ended(peer, green.run_id)).run.conclusion, 'success');
      commits(github, count);
      github.addScript(failing);
      const red = await good(create(peer));
      assert.equal((await ended(peer, red.run_id)).run.conclusion, 'failure');

      const result = await peer.tool('builds.diagnose', { run_id: red.run_id });
      const { since_green: since } = await good(Promise.resolve(result));
      assert.equal(since.run_id, green.run_id);
      assert.equal(since.commits_total, count);
      assert.equal(since.files_total, count);
      const newest = Array.from({ length: since.commits.length }, (_, n) => `Change part ${count - n}`);
      assert.deepEqual(since.commits.map(({ subject }) => subject), newest);
      assert.ok(since.commits.length >= 3);
      assert.ok(since.files.some(({ path, added, removed }) => path === 'src/part-1.txt' && added === 1 && removed === 1), JSON.stringify(since.files));
      assert.match(text(result), new RegExp(`Change part ${count}\\b`));

      const asked = () => github.asked('repos/compare-commits-with-basehead');
      assert.deepEqual(asked().map(({ query }) => Number(new URLSearchParams(query).get('page'))), pages);
      await good(peer.tool('builds.diagnose', { run_id: red.run_id }));
      assert.equal(asked().length, pages.length, 'the same two commits were compared again');
    });
  }

  await t.test('of a commit that is gone: not known, and said so', async (t) => {
    const { github, peer } = await onGithub(t);
    const green = await good(create(peer));
    await ended(peer, green.run_id);
    commits(github, 1);
    github.addScript(failing);
    const red = await good(create(peer));
    await ended(peer, red.run_id);
    github.faults.add({ kind: 'status', status: 404, match: { operation: 'repos/compare-commits-with-basehead' } });
    const result = await peer.tool('builds.diagnose', { run_id: red.run_id });
    const { since_green: since } = await good(Promise.resolve(result));
    assert.equal(since.run_id, green.run_id);
    assert.equal(since.commits, null);
    assert.match(text(result), /what changed since is not known/);
  });
});

test('what jobs were set up with, what they do and how long they take, beside the last green run', async (t) => {
  const { github, peer } = await onGithub(t);
  const legs = 50;
  const set_up = (image, hash) => ({ name: 'Set up job', log: ["Current runner version: '2.336.0'", '##[group]Runner Image', 'Image: ubuntu-24.04', `Version: ${image}`, '##[endgroup]', `Download action repository 'actions/checkout@v4' (SHA:${hash.repeat(40)})`] });
  const job = (name, image, hash, more) => ({ name, steps: [set_up(image, hash), ...more] });
  const good_test = { name: 'Test', run: 'npm test', seconds: 1, log: ['fine'] };
  const bad_test = (seconds) => ({ ...failing.jobs[0].steps[0], seconds });
  const names = Array.from({ length: legs }, (_, n) => `test (${n + 1})`);
  github.addScript({ jobs: names.map((name) => job(name, '20250105.1.0', 'a', [good_test])) });
  const green = await good(create(peer));
  assert.equal((await ended(peer, green.run_id)).run.conclusion, 'success');
  commits(github, 1);
  const red_job = (name, n) => job(name, n === 0 ? '20250209.1.0' : '20250105.1.0', 'b', [{ name: 'Lint' }, bad_test(n === 0 ? 90 : 1)]);
  github.addScript({ jobs: [...names.map(red_job), job('brand new', '20250209.1.0', 'b', [bad_test(1)])] });
  const red = await good(create(peer));
  assert.equal((await ended(peer, red.run_id)).run.conclusion, 'failure');

  const result = await peer.tool('builds.diagnose', { run_id: red.run_id });
  const { since_green: since } = await good(Promise.resolve(result));
  const said = text(result);
  assert.equal(since.run_id, green.run_id);
  assert.deepEqual([since.set_up_compared, since.failed_jobs], [4, legs + 1], said);
  assert.match(said, /Set up otherwise than then \(compared: 4 of 51 failed jobs\)/);
  const action = since.set_up.find(({ what }) => what === 'action');
  assert.deepEqual([action.name, action.before, action.now, action.jobs.length], ['actions/checkout', 'v4 (aaaaaaaaaaaa)', 'v4 (bbbbbbbbbbbb)', 4]);
  const image = since.set_up.find(({ what }) => what === 'image');
  assert.deepEqual([image.before, image.now, image.jobs], ['20250105.1.0', '20250209.1.0', ['test (1)']]);
  assert.match(said, /^step new: Lint \[test \(1\), test \(2\) and \d+ more\]$/m);
  assert.ok(since.slower.some(({ job, step, duration_s, before_s }) => job === 'test (1)' && step === 'Test' && duration_s > 60 && before_s < 30), JSON.stringify(since.slower));

  const one = await peer.tool('builds.diagnose', { run_id: red.run_id, job: 'brand new' });
  assert.match(text(one), /Not in that run: job "brand new"/);
  assert.deepEqual((await good(Promise.resolve(one))).since_green.jobs, [{ job: 'brand new', then: 'absent' }]);
});

test('flux://runs tells what happens to any run, whoever started it', async (t) => {
  const { github, server, peer } = await onGithub(t, { github: { clock: { rate: 1 } } });
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
  const client = new Client({ name: 'history-test', version: '0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: { authorization: `Bearer ${server.token}` } } }));
  afterwards(t, () => client.close());
  let told = 0;
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => { told += params.uri === 'flux://runs' ? 1 : 0; });
  const newest = async () => JSON.parse((await client.readResource({ uri: 'flux://runs' })).contents[0].text).items[0];
  const word = async (what, holds) => until(`word of ${what}`, async () => {
    if (told === 0) return false;
    told = 0;
    return holds(await newest());
  }, 45_000);
  const lists = () => github.asked('actions/list-workflow-runs-for-repo').length;
  await client.subscribeResource({ uri: 'flux://runs' });

  await t.test('of a run that somebody else starts', async () => {
    const { id } = github.start(github.world.repositories[0], 'deploy.yml', 'main', {});
    await word('its start', (run) => run?.run_id === id);
    await word('its job', (run) => run.status === 'in_progress');
    github.world.actions.release('go');
    await word('its end', (run) => run.run_id === id && run.status === 'completed');
  });

  await t.test('of one that is started here, at once', async () => {
    told = 0;
    const { run_id } = await good(create(peer, { fresh: true }));
    await until('word of it', () => told > 0, 2500);
    await word('it in the list', (run) => run.run_id === run_id);
  });

  await t.test('and costs nothing when nobody listens', async () => {
    await client.unsubscribeResource({ uri: 'flux://runs' });
    const before = lists();
    await sleep(8000);
    assert.ok(lists() <= before + 1, `asked ${lists() - before} times for nobody`);
  });
});

const job = (line, conclusion) => ({ jobs: [{ name: 'build', steps: [{ name: 'Test', run: 'npm test', seconds: 1, conclusion, log: [line] }] }] });

test('a failed run is done again, and each attempt keeps its log', async (t) => {
  const { github, peer } = await onGithub(t);
  github.addScript(job('the second try', 'success'), { attempt: 2 });
  github.addScript(job('the first try', 'failure'), { attempt: 1 });
  const { run_id } = await good(create(peer));
  assert.equal((await ended(peer, run_id)).run.conclusion, 'failure');
  const log = (attempt, says) => until(`the log of attempt ${attempt ?? 'that is the newest'}`, async () => {
    const shown = text(await peer.tool('builds.tailLogs', { run_id, job: 'build', ...(attempt && { attempt }) }));
    return shown.includes(says) && shown;
  }, 30_000);
  await log(1, 'the first try');

  const again = await good(peer.tool('builds.rerun', { run_id }));
  assert.deepEqual([again.run_id, again.attempt, github.run(run_id).attempt], [run_id, 2, 2]);
  assert.equal(github.asked('actions/re-run-workflow-failed-jobs').length, 1);
  assert.deepEqual([(await ended(peer, run_id)).run.conclusion, github.world.runs.size], ['success', 1]);
  assert.doesNotMatch(await log(undefined, 'the second try'), /the first try/);
  assert.doesNotMatch(await log(1, 'the first try'), /the second try/);
});

test('a run is stopped, by force where its job goes on', async (t) => {
  const { github, peer } = await onGithub(t);
  const held = (more) => ({ cancel_s: 2, jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }], ...more }] });
  const asked = () => ['cancel', 'force-cancel'].map((name) => github.asked(`actions/${name}-workflow-run`).length);
  const running = async (script) => {
    github.addScript(script);
    const { run_id } = await good(create(peer, { fresh: true }));
    await until('the job to run', () => github.run(run_id).status === 'in_progress');
    return run_id;
  };
  const docile = await running(held());
  await good(peer.tool('builds.cancel', { run_id: docile }));
  assert.equal((await ended(peer, docile)).run.conclusion, 'cancelled');
  assert.deepEqual(asked(), [1, 0]);

  const stubborn = await running(held({ survives_cancel: true }));
  const cancel = async () => {
    const result = await peer.tool('builds.cancel', { run_id: stubborn });
    await good(Promise.resolve(result));
    return text(result);
  };
  assert.match(await cancel(), /GitHub was asked to cancel it/);
  assert.match(await cancel(), /being cancelled already\..* cancel it again/);
  assert.deepEqual(asked(), [2, 0], 'GitHub was asked to cancel twice at once');
  const enforced = await until('GitHub to be told to end it', async () => {
    const said = await cancel();
    await sleep(1000);
    return asked()[1] > 0 && said;
  }, 60_000);
  assert.match(enforced, /GitHub was told to end it without asking its jobs/);
  assert.equal((await ended(peer, stubborn)).run.conclusion, 'cancelled');
  assert.deepEqual(asked(), [2, 1]);
});

test('what failed or was cancelled is no answer to the same request', async (t) => {
  const { github, peer } = await onGithub(t);
  const same = () => good(create(peer, { payload: { marker: 'same' } }));
  const made = [];
  for (const conclusion of ['failure', 'cancelled', 'success']) {
    github.addScript(conclusion === 'cancelled' ? { jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] } : job('done', conclusion));
    const { run_id, reused } = await same();
    assert.ok(!reused && !made.includes(run_id), `run ${run_id} answered again`);
    made.push(run_id);
    if (conclusion === 'cancelled') await good(peer.tool('builds.cancel', { run_id }));
    assert.equal((await ended(peer, run_id)).run.conclusion, conclusion);
  }
  const again = await same();
  assert.deepEqual([again.run_id, again.reused, github.world.runs.size], [made.at(-1), true, 3]);
});

test('two runs of one commit have each its own preview, until GitHub says that it is gone', async (t) => {
  const FLUX_WEBHOOK_SECRET = 'a-secret-for-webhooks-0123456789';
  const url = 'http://127.0.0.1:1/of-{run_id}/';
  const { github, peer, server } = await onGithub(t, { env: { FLUX_WEBHOOK_SECRET } });
  github.addScript({ jobs: [{ name: 'deploy', environment: { name: 'preview', url }, steps: [{ name: 'Publish' }] }] });
  const runs = [];
  for (let n = 0; n < 2; n++) {
    const { run_id } = await good(create(peer, { fresh: true }));
    await ended(peer, run_id);
    runs.push(run_id);
  }
  const preview = async (run_id) => (await good(peer.tool('builds.status', { run_id }))).preview;
  for (const run_id of runs) {
    const shown = await until(`the preview of ${run_id}`, async () => {
      const now = await preview(run_id);
      return now.state === 'deployed' && now;
    });
    assert.equal(shown.url, url.replace('{run_id}', run_id));
  }

  const [first] = github.world.repositories[0].deployments;
  assert.equal(first.statuses[0].job.run.id, runs[0]);
  github.webhooks.add({ url: `${server.origin}/webhooks/github`, secret: FLUX_WEBHOOK_SECRET });
  github.world.deployments.addStatus(first, { state: 'inactive', creator: github.world.bot, job: first.statuses[0].job });
  await github.webhooks.settled();
  const gone = await until('the first to be gone', async () => {
    const now = await preview(runs[0]);
    return now.state === 'expired' && now;
  }, 15_000);
  assert.match(gone.reason, /not active any more/);
  assert.equal((await preview(runs[1])).state, 'deployed');
});
