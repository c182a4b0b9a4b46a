// A preview on GitHub: which run it is, exactly, and that there is one where one was asked for.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { afterwards, until } from '../stage/stage.mjs';
import { anonymous, bad, create, ended, githubToken, good, onGithub, text } from '../stage/github.mjs';

const dispatches = (github) => github.asked('actions/create-workflow-dispatch');
const runs = (github) => [...github.world.runs.values()];

/// A site that answers, for previews that are to be reached.
async function site(t, heard = []) {
  const server = http.createServer((request, response) => {
    heard.push(request.url);
    response.end('<h1>preview</h1>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  afterwards(t, () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  }));
  return `http://127.0.0.1:${server.address().port}/`;
}

test('from the branch to the preview', async (t) => {
  const url = await site(t);
  const { github, peer } = await onGithub(t);
  github.addScript({ jobs: [
    { name: 'build', steps: [{ name: 'Build', run: 'make', seconds: 20, log: ['first line', 'second line'] }] },
    { name: 'deploy', needs: ['build'], environment: { name: 'preview', url }, steps: [{ name: 'Publish', seconds: 20 }] },
  ] });
  const made = await good(create(peer, { branch: 'feat/x', payload: { marker: 'm' } }));
  const run = github.run(made.run_id);
  assert.ok(run, `GitHub knows no run ${made.run_id}`);
  assert.equal(made.matched_by, 'run_details');
  assert.equal(made.html_url, `https://github.com/octo-org/site/actions/runs/${run.id}`);
  assert.deepEqual([made.head_branch, made.head_sha, run.inputs.marker], ['feat/x', run.sha, 'm']);

  const done = await ended(peer, run.id);
  assert.equal(done.run.conclusion, 'success');
  assert.deepEqual(done.jobs.map(({ name, conclusion }) => [name, conclusion]), [['build', 'success'], ['deploy', 'success']]);
  const reached = await until('the preview to be reached', async () => {
    const { preview } = await good(peer.tool('builds.status', { run_id: run.id, wait_s: 20, until: 'reachable' }));
    return preview.state === 'reachable' && preview;
  });
  assert.equal(reached.url, url);
  const log = text(await peer.tool('builds.tailLogs', { run_id: run.id, job: 'build' }));
  assert.match(log, /first line\n.*second line/s);
});

test('a preview in a private network is deployed, but not looked at where that is off', async (t) => {
  const heard = [];
  const url = await site(t, heard);
  const { github, peer } = await onGithub(t, { env: { FLUX_PROBE_PRIVATE_ADDRESSES: 'false' } });
  github.addScript({ jobs: [{ name: 'deploy', environment: { name: 'preview', url }, steps: [{ name: 'Publish' }] }] });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  const preview = await until('the preview to be deployed', async () => {
    const now = (await good(peer.tool('builds.status', { run_id }))).preview;
    return now.state !== 'building' && now;
  });
  assert.deepEqual([preview.state, preview.url], ['deployed', url]);
  assert.match(preview.reason, /where this server does not go/);
  assert.deepEqual(heard, []);
});

test('a preview that only the log names is found when the log is there', async (t) => {
  const url = await site(t);
  const env = { FLUX_PREVIEW_URL_PATTERN: 'Preview: (http\\S+)' };
  const { github, peer } = await onGithub(t, { github: { clock: { rate: 4 } }, env });
  // GitHub has the log half a minute after the job's end: later than a deployment is waited for.
  const script = (name, log) => ({ name, upload_s: 30, steps: [{ name: 'Publish', log }] });
  const found = async (jobs) => {
    github.addScript({ jobs });
    const { run_id } = await good(create(peer, { fresh: true }));
    return until('the preview to be decided', async () => {
      const { preview } = await good(peer.tool('builds.status', { run_id, wait_s: 20, until: 'reachable' }));
      return !['requested', 'building'].includes(preview.state) && preview;
    }, 90_000);
  };
  await t.test('in the first of eight jobs', async () => {
    const others = Array.from({ length: 7 }, (_, n) => script(`check ${n}`, ['nothing to see']));
    const preview = await found([script('deploy', [`Preview: ${url}`]), ...others]);
    assert.deepEqual([preview.state, preview.url], ['reachable', url]);
  });
  await t.test('in none', async () => {
    const preview = await found([script('deploy', ['published it somewhere'])]);
    assert.equal(preview.state, 'failed');
    assert.match(preview.reason, /FLUX_PREVIEW_URL_PATTERN/);
  });
});

test('a log without a line keeps no verdict waiting', async (t) => {
  const env = { FLUX_PREVIEW_URL_PATTERN: 'Preview: (http\\S+)' };
  const { github, peer } = await onGithub(t, { github: { clock: { rate: 1 } }, env });
  github.addScript({ jobs: [{ name: 'quiet', log: '', steps: [] }, { name: 'deploy', steps: [{ name: 'Publish', log: ['published it somewhere'] }] }] });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  // Long enough for a deployment to show, and not for a log that is late.
  github.world.clock.advance(60_000);
  const decided = await until('the preview to be decided', async () => {
    const { preview } = await good(peer.tool('builds.status', { run_id }));
    return !['requested', 'building'].includes(preview.state) && preview;
  });
  assert.equal(decided.state, 'failed');
});

test('a preview is taken back where the token may do that', async (t) => {
  const url = await site(t);
  const deployed = async (t, deployments) => {
    const permissions = { actions: 'write', contents: 'read', checks: 'read', deployments };
    const { github, peer } = await onGithub(t, { github: { tokens: [{ token: githubToken, login: 'octocat', permissions }] } });
    github.addScript({ jobs: [{ name: 'deploy', environment: { name: 'preview', url }, steps: [{ name: 'Publish' }] }] });
    const { run_id } = await good(create(peer));
    await ended(peer, run_id);
    const shown = async () => (await good(peer.tool('builds.status', { run_id }))).preview;
    await until('the preview to be reached', async () => (await shown()).state === 'reachable');
    const state = () => github.world.repositories[0].deployments[0].statuses[0].state;
    return { peer, run_id, shown, state };
  };
  await t.test('Deployments: write', async (t) => {
    const { peer, run_id, shown, state } = await deployed(t, 'write');
    assert.equal((await good(peer.tool('builds.removePreview', { run_id }))).preview.state, 'removed');
    assert.equal(state(), 'inactive');
    assert.equal((await shown()).state, 'removed');
  });
  await t.test('Deployments: read is told what it lacks, and the preview stays', async (t) => {
    const { peer, run_id, shown, state } = await deployed(t, 'read');
    await bad(peer.tool('builds.removePreview', { run_id }), /deployments: write/i);
    assert.equal(state(), 'success');
    assert.equal((await shown()).state, 'reachable');
  });
});

/// So many calls at once, over as many sockets as it takes: one has 64 calls in flight at most.
async function atOnce({ connect }, count, call) {
  const peers = await Promise.all(Array.from({ length: Math.ceil(count / 25) }, connect));
  return Promise.all(Array.from({ length: count }, (_, n) => call(peers[n % peers.length], n)));
}

test('a hundred at once, each its own run', async (t) => {
  for (const [name, options] of [
    ['GitHub says which run it is', { github: { list_delay_s: [1, 10] } }],
    ['the title says it, in lists that are late', { github: { list_delay_s: [1, 10], faults: [{ kind: 'no_details' }] } }],
    ['an Enterprise Server that cannot say it', { github: { list_delay_s: [1, 10], profile: 'ghes-3.19' } }],
  ]) {
    await t.test(name, async (t) => {
      const stage = await onGithub(t, options);
      const { github } = stage;
      const made = await atOnce(stage, 100, (peer, n) => good(create(peer, { fresh: true, payload: { marker: `m${n}` } })));
      assert.equal(new Set(made.map((each) => each.run_id)).size, 100);
      made.forEach((each, n) => assert.equal(github.run(each.run_id).inputs.marker, `m${n}`, `call ${n} got the run of another (${each.matched_by})`));
      assert.equal(runs(github).length, 100);
      assert.equal(dispatches(github).filter((each) => each.status < 300).length, 100);
      const spoken = options.github.profile ? '2022-11-28' : '2026-03-10';
      assert.deepEqual([...new Set(dispatches(github).map((each) => each.version))], [spoken]);
    });
  }

  await t.test('nobody says it: none is better than a wrong one', async (t) => {
    const stage = await onGithub(t, { github: { list_delay_s: [1, 10], faults: [{ kind: 'no_details' }] }, files: { '.github/workflows/deploy.yml': anonymous } });
    const { github } = stage;
    const results = await atOnce(stage, 100, (peer, n) => create(peer, { fresh: true, payload: { marker: `m${n}` } }));
    let unnamed = 0;
    results.forEach((result, n) => {
      const id = result.structuredContent?.run_id;
      if (id) assert.equal(github.run(id).inputs.marker, `m${n}`, `call ${n} got the run of another`);
      else {
        unnamed += 1;
        assert.match(text(result), /ambiguous|candidate|which/i);
      }
    });
    assert.ok(unnamed > 0, 'a hundred runs that cannot be told apart were told apart');
    assert.equal(runs(github).length, 100);
  });
});

test('a hundred at once for the same thing are one run', async (t) => {
  const stage = await onGithub(t);
  const { github } = stage;
  const made = await atOnce(stage, 100, (peer) => good(create(peer, { payload: { marker: 'same' } })));
  assert.deepEqual([...new Set(made.map((each) => each.run_id))], [github.run().id]);
  assert.equal(runs(github).length, 1);
  assert.equal(dispatches(github).length, 1);
  assert.equal(made.filter((each) => !each.reused).length, 1);
});

test("nobody else's run is taken for ours", async (t) => {
  const options = { github: { faults: [{ kind: 'no_details' }] }, files: { '.github/workflows/deploy.yml': anonymous } };
  await t.test('older ones, and those of other branches', async (t) => {
    const { github, peer } = await onGithub(t, options);
    const [repo] = github.world.repositories;
    const others = [github.start(repo, 'deploy.yml', 'main'), github.start(repo, 'deploy.yml', 'feat/x')];
    github.world.clock.advance(300_000);
    const made = await good(create(peer, { payload: { marker: 'ours' } }));
    assert.ok(!others.some((run) => run.id === made.run_id));
    assert.equal(github.run(made.run_id).inputs.marker, 'ours');
    assert.equal(made.matched_by, 'set_difference');
  });
  await t.test('one of the same moment that no list shows yet: both are named, none is taken', async (t) => {
    const { github, peer } = await onGithub(t, { ...options, github: { ...options.github, list_delay_s: 40 } });
    // Begun when ours has been asked for: however slow this machine is, it is no older than ours.
    const refused = bad(create(peer, { payload: { marker: 'ours' } }), /run_ambiguous/);
    const ours = await until('ours to begin', () => runs(github)[0]);
    assert.equal(ours.inputs.marker, 'ours');
    const other = github.start(github.world.repositories[0], 'deploy.yml', 'main');
    const said = await refused;
    for (const run of [other, ours]) assert.ok(said.includes(String(run.id)), said);
    assert.equal(runs(github).length, 2);
  });
});

test('an answer that is lost is looked for, and nothing is started twice', { concurrency: 4 }, async (parent) => {
  const lost = [
    ['the connection is reset after the work', { kind: 'reset', after_work: true }],
    ['502 after the work', { kind: 'status', status: 502, after_work: true }],
    ['504 after the work', { kind: 'status', status: 504, after_work: true }],
    ['half an answer', { kind: 'truncated', bytes: 5 }],
    ['an answer that is no JSON', { kind: 'status', status: 200, body: '<html>', content_type: 'text/html', after_work: true }],
  ].map(([name, fault]) => parent.test(name, async (t) => {
      const { github, peer } = await onGithub(t, { github: { list_delay_s: 5 } });
      github.faults.add({ ...fault, times: 1, match: { operation: 'actions/create-workflow-dispatch' } });
      const made = await good(create(peer, { payload: { marker: 'lost' } }));
      assert.equal(github.run(made.run_id).inputs.marker, 'lost');
      assert.equal(runs(github).length, 1);
      assert.equal(dispatches(github).length, 1);
      assert.equal(made.matched_by, 'correlation_input');
    }));
  const never = [
    ['the connection is reset before the work', { kind: 'reset' }],
    ['503 before the work', { kind: 'status', status: 503 }],
  ].map(([name, fault]) => parent.test(name, async (t) => {
      const { github, peer } = await onGithub(t);
      github.faults.add({ ...fault, times: 1, match: { operation: 'actions/create-workflow-dispatch' } });
      const result = await create(peer, { payload: { marker: 'never' } });
      assert.equal(dispatches(github).length, 1, 'the dispatch was tried again blindly');
      if (result.isError) assert.match(text(result), /again|builds\.list|builds\.createPreview/);
      else assert.equal(github.run(result.structuredContent.run_id).inputs.marker, 'never');
      assert.ok(runs(github).length <= 1);
    }));
  await Promise.all([...lost, ...never]);
});

test('a run that GitHub itself does not show yet', async (t) => {
  const { github, peer } = await onGithub(t, { github: { run_delay_s: 60, list_delay_s: 60 } });
  const made = await good(create(peer));
  assert.equal(made.run_id, github.run().id);
  assert.equal((await ended(peer, made.run_id)).run.conclusion, 'success');
});

test('the same key, the same run: after a crash too', async (t) => {
  const first = await onGithub(t);
  const { run_id } = await good(create(first.peer, { idempotency_key: 'k1', payload: { marker: 'a' } }));
  await first.server.kill();
  const second = await onGithubAgain(t, first);
  const again = await good(create(second.peer, { idempotency_key: 'k1', payload: { marker: 'a' } }));
  assert.deepEqual([again.run_id, again.reused], [run_id, true]);
  assert.equal(runs(first.github).length, 1);
  await bad(create(second.peer, { idempotency_key: 'k1', payload: { marker: 'b' } }), /k1|key/);
});

async function onGithubAgain(t, { github, server }) {
  const { serve } = await import('../stage/stage.mjs');
  const { open } = await import('../stage/socket.mjs');
  const { PORT, FLUX_PREVIEW_PORT, ...env } = server.settings;
  const again = await serve(t, { state: server.state, env });
  return { github, server: again, peer: await open(again.ws, { headers: { authorization: `Bearer ${again.token}` } }) };
}

test('what GitHub would refuse is refused before it is asked', async (t) => {
  const { github, peer } = await onGithub(t, { files: { '.github/workflows/push.yml': 'name: Push\non: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: make }] } }\n' } });
  for (const [name, args, says] of [
    ['a branch that there is not', { branch: 'feat/y' }, /feat\/y[\s\S]*feat\/x/],
    ['an input that there is not', { payload: { mark: '1' } }, /mark[\s\S]*marker/],
    ['a workflow that there is not', { workflow: 'nope.yml' }, /nope\.yml/],
    ['a workflow without workflow_dispatch', { workflow: 'push.yml' }, /workflow_dispatch/],
    ['a value that is too long', { payload: { marker: 'x'.repeat(66_000) } }, /65,?535|long|large/],
  ]) {
    await t.test(name, async () => {
      await bad(create(peer, args), says);
      assert.equal(dispatches(github).length, 0);
    });
  }
});
