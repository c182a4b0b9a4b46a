// Logs on GitHub: true, complete, from the right host, and never silently empty.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import test from 'node:test';
import { afterwards, ask, patience, until } from '../stage/stage.mjs';
import { logOf } from '../github/log_text.mjs';
import { bad, create, ended, githubToken, good, onGithub, text } from '../stage/github.mjs';

const jobLogs = 'actions/download-job-logs-for-workflow-run';
const tail = (peer, args) => peer.tool('builds.tailLogs', args);

test('a job is read as soon as it ends, while the run goes on', async (t) => {
  const { github, peer } = await onGithub(t);
  github.addScript({ jobs: [
    { name: 'quick', steps: [{ name: 'Lint', run: 'lint', seconds: 2, log: ['lint is fine'] }] },
    { name: 'held', steps: [{ name: 'Prepare', seconds: 1, log: ['prepared'] }, { name: 'Hold', hold: 'go', log: ['held for long'] }] },
  ] });
  const { run_id } = await good(create(peer));
  await until('the quick job to be read', async () => text(await tail(peer, { run_id, job: 'quick' })).includes('lint is fine'));
  assert.equal(github.run(run_id).status, 'in_progress');

  await t.test('a job that runs says so, and how far it is', async () => {
    const now = await until('the step to be seen', async () => {
      const result = await tail(peer, { run_id, job: 'held' });
      return /Hold/.test(text(result)) && result;
    });
    assert.match(text(now), /Hold/);
    assert.match(text(now), /running|in_progress|not .*yet|still/i);
    assert.doesNotMatch(text(now), /BlobNotFound|<Error>/);
  });

  await t.test('its steps are told as they move, each once', async () => {
    const first = await good(tail(peer, { run_id, job: 'held' }));
    assert.equal(first.live, 'steps');
    assert.deepEqual(first.transitions.map(({ name, status }) => `${name} ${status}`).slice(-3), ['Prepare in_progress', 'Prepare completed', 'Hold in_progress']);
    const quiet = await good(tail(peer, { run_id, job: 'held', cursor: first.cursor }));
    assert.equal(quiet.transitions, undefined);
    github.world.actions.release('go');
    const moved = await until('the end of the step', async () => {
      const next = await good(tail(peer, { run_id, job: 'held', cursor: quiet.cursor, wait_s: 5 }));
      return (next.transitions ?? next.lines.length) && next;
    });
    // Where the job ended at once, its lines are there instead.
    if (moved.transitions) assert.deepEqual([moved.transitions[0].name, moved.transitions[0].conclusion], ['Hold', 'success']);
    else assert.ok(moved.lines.some(({ text: lines }) => lines.includes('held for long')));
  });

  await t.test('and is read when it ended', async () => {
    await ended(peer, run_id);
    await until('the held job to be read', async () => text(await tail(peer, { run_id, job: 'held' })).includes('held for long'));
  });
  assert.ok(github.requests.filter((each) => each.origin === 'blobs').every((each) => !each.authorized && !each.cookies));
});

test('the failure is shown, in its step', async (t) => {
  const { github, peer } = await onGithub(t);
  github.addScript({ jobs: [{ name: 'build', log_style: { crlf: true, bom_every_lines: 40 }, steps: [
    { name: 'Install', run: 'npm ci', seconds: 3, log: Array.from({ length: 300 }, (_, n) => `added package ${n}`) },
    { name: 'Test', run: 'npm test', seconds: 3, conclusion: 'failure', log: ['✖ adds two numbers', '  AssertionError: expected 3 to equal 4', '    at test/add.test.mjs:12:10'] },
    { name: 'Publish' },
  ] }] });
  const { run_id } = await good(create(peer));
  const done = await ended(peer, run_id);
  assert.equal(done.run.conclusion, 'failure');
  const log = text(await until('the log', async () => {
    const result = await tail(peer, { run_id });
    return text(result).includes('AssertionError') && result;
  }));
  assert.match(log, /expected 3 to equal 4/);
  assert.doesNotMatch(log, /\ufeff|\r/);
  const step = await good(tail(peer, { run_id, step: 'Test', level: 'error' }));
  assert.ok(JSON.stringify(step).includes('Test'));
});

test('the cause of a failure is named, and found where it stands', async (t) => {
  const { github, peer } = await onGithub(t);
  github.addScript({ jobs: [
    { name: 'build', steps: [
      { name: 'Install', run: 'npm ci', log: ['added 100 packages in 3s'] },
      { name: 'Type check', run: 'npx tsc', exit_code: 2, conclusion: 'failure', log: ["src/cart.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'."] },
      { name: 'Pack' },
    ] },
    { name: 'lint', steps: [{ name: 'Lint', run: 'npx eslint .', log: ['checked 100 files'] }] },
    { name: 'deploy', needs: ['build'], steps: [{ name: 'Publish' }] },
  ] });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  const job = github.run(run_id).jobs.find(({ name }) => name === 'build');
  const written = logOf(job).read(0, logOf(job).size).toString().split('\n');
  const line = written.findIndex((each) => each.includes('TS2322')) + 1;

  const found = await until('the log to be diagnosed', async () => {
    const diagnosis = await good(peer.tool('builds.diagnose', { run_id, compare: false }));
    return diagnosis.causes.length > 0 && diagnosis;
  });
  const [cause] = found.causes;
  assert.deepEqual([cause.file, cause.line, cause.col, cause.code], ['src/cart.ts', 12, 7, 'TS2322']);
  assert.deepEqual([cause.job, cause.step, cause.log_line], ['build', 'Type check', line]);
  assert.deepEqual(found.failed_steps.map((each) => [each.job, each.step]), [['build', 'Type check']]);
  assert.equal(found.verdict.class, 'type');
  assert.deepEqual(found.victims.map((each) => each.job), ['deploy']);

  const { matches } = await good(peer.tool('builds.searchLogs', { run_id, pattern: 'TS2322', context: 0 }));
  assert.deepEqual(matches.map((each) => [each.job, each.step, each.line]), [['build', 'Type check', line]]);
  assert.match(matches[0].text, /src\/cart\.ts\(12,7\)/);
  const everywhere = await good(peer.tool('builds.searchLogs', { run_id, pattern: '\\b100 \\w+', regex: true, context: 0 }));
  assert.deepEqual(everywhere.matches.map((each) => [each.job, each.step]).sort(), [['build', 'Install'], ['lint', 'Lint']]);
});

test('a log that GitHub puts there late is said to come, and comes', async (t) => {
  const { github, peer } = await onGithub(t, { github: { clock: { rate: 3 } } });
  github.addScript({ jobs: [{ name: 'build', upload_s: 55, conclusion: 'failure', steps: [{ name: 'Build', run: 'make', seconds: 3, conclusion: 'failure', log: ['the line that came late'] }] }] });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  const early = await good(tail(peer, { run_id }));
  assert.deepEqual([early.done, early.log_state, early.lines.length], [false, 'not_yet', 0], JSON.stringify(early));
  assert.ok(early.look_again_in_s > 0);
  const late = await until('the log', async () => {
    const result = await tail(peer, { run_id, wait_s: 5 });
    return text(result).includes('the line that came late') && result;
  }, 40_000);
  assert.equal(late.structuredContent.done, true);
});

test('why there is no log', async (t) => {
  for (const [name, script, spoil, says] of [
    ['GitHub never wrote one', { jobs: [{ name: 'build', log_never: true }] }, () => {}, /no log|never|not (there|available)|missing/i],
    ['it is expired', { jobs: [{ name: 'build' }] }, (github) => { github.run().logsGone = true; }, /expired|gone|removed|no longer/i],
    ['the run never started', { conclusion: 'startup_failure' }, () => {}, /startup_failure|workflow file|no jobs?/i],
    ['it waits for a runner', { jobs: [{ name: 'build', no_runner: true }] }, () => {}, /runner|queued|not started/i],
    ['it waits for a person', { jobs: [{ name: 'build', environment: { name: 'production', reviewers: ['octocat'] } }] }, () => {}, /approv|review|waiting/i],
  ]) {
    await t.test(name, async (t) => {
      const { github, peer } = await onGithub(t);
      github.addScript(script);
      const { run_id } = await good(create(peer));
      // Before anybody looked: what was fetched once stays, also when GitHub forgets it.
      spoil(github);
      if (script.conclusion || !script.jobs[0].no_runner && !script.jobs[0].environment) await ended(peer, run_id);
      let last = '';
      await until(`a reason like ${says}`, async () => {
        last = text(await tail(peer, { run_id }));
        return says.test(last);
      }, 30_000).catch((error) => { throw new Error(`${error.message}\n${last}`); });
      assert.doesNotMatch(last, /BlobNotFound|<\?xml/);
    });
  }
});

test('a job that left no log is explained by what GitHub says of it', async (t) => {
  const unpaid = 'The job was not started because recent account payments have failed or your spending limit needs to be increased.';
  const lost = 'The hosted runner lost communication with the server. Anything in your workflow that terminates the runner process can cause this.';
  const { github, peer } = await onGithub(t);
  github.addScript({ jobs: [
    { name: 'build', refused: true, annotations: [{ message: unpaid }] },
    { name: 'heavy', conclusion: 'failure', annotations: [{ message: lost }], steps: [{ name: 'Build', run: 'make', log: ['compiling a', 'compiling b'] }] },
  ] });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  const found = await until('both to be explained', async () => {
    const diagnosis = await good(peer.tool('builds.diagnose', { run_id, compare: false }));
    return diagnosis.causes.length >= 2 && /compiling b/.test(diagnosis.text) && diagnosis;
  }, 30_000);
  const said = new Map(found.causes.map((cause) => [cause.message, cause]));
  assert.deepEqual([said.get(unpaid)?.job, said.get(unpaid)?.log_line], ['build', null], JSON.stringify(found.causes));
  assert.equal(said.get(lost)?.job, 'heavy', JSON.stringify(found.causes));
  assert.deepEqual(found.jobs.map((job) => [job.name, job.class]).sort(), [['build', 'workflow'], ['heavy', 'runner_lost']]);
});

test('what a run waits for is told, and what to do', async (t) => {
  const held = { concurrency: { group: 'pages' }, jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] };
  const gated = (environment) => ({ jobs: [{ name: 'deploy', environment: { name: 'production', ...environment } }] });
  for (const [name, script, kind, says] of [
    ['a person', gated({ reviewers: ['octocat'] }), 'waiting', /environment `production` \(approval by octocat\)\. A person approves it at https:\/\/\S+\/actions\/runs\/\d+/],
    ['a timer', gated({ wait_minutes: 30 }), 'waiting', /environment `production` \(a wait of 30 min\)\. It goes on by itself then/],
    ['a runner', { jobs: [{ name: 'build', no_runner: true }] }, 'queued', /waits for a runner with the labels ubuntu-latest; .* Runners on GitHub/],
    ['a runner, after another job', { jobs: [{ name: 'lint', steps: [] }, { name: 'build', needs: ['lint'], no_runner: true }] }, 'queued', /build: (queued \[)?it waits for a runner/],
    ['its concurrency group', held, 'pending', /another run of its concurrency group.*builds\.list.*builds\.cancel/],
  ]) {
    await t.test(name, async (t) => {
      const { github, peer } = await onGithub(t);
      github.addScript(script);
      if (script === held) await good(create(peer, { fresh: true }));
      const { run_id } = await good(create(peer, { fresh: true }));
      const result = await until(`${kind} to be seen`, async () => {
        const shown = await peer.tool('builds.status', { run_id });
        const { waiting_for } = await good(Promise.resolve(shown));
        return waiting_for?.kind === kind && says.test(waiting_for.detail) && shown;
      });
      assert.match(text(result), new RegExp(`Waiting \\(${kind}\\): .*${says.source}`));
      const lines = await tail(peer, { run_id });
      const log = await good(Promise.resolve(lines));
      assert.deepEqual([log.done, log.log_state], [false, script.jobs.length > 1 ? log.log_state : 'not_yet']);
      assert.match(text(lines), says);
      assert.match(text(lines), /Look again in \d+ s/);
    });
  }
});

test('a log that GitHub lost is looked for in the archive of its run', async (t) => {
  const { github, peer, server } = await onGithub(t);
  github.faults.add({ kind: 'status', status: 404, match: { operation: jobLogs } });
  const jobs = [
    { name: 'build / linux: x64', steps: [{ name: 'Compile', run: 'make', seconds: 2, log: ['compiled for linux'] }, { name: 'Test', run: 'make test', seconds: 3, conclusion: 'failure', log: ['1 test failed on linux'] }] },
    { name: 'lint', steps: [{ name: 'Lint', seconds: 1, log: ['lint is fine'] }] },
  ];
  const made = async (shape, script = { jobs }) => {
    github.addScript(script);
    const { run_id } = await good(create(peer, { fresh: true }));
    await ended(peer, run_id);
    if (shape) github.faults.add({ kind: 'zip', shape, match: { origin: 'blobs' } });
    return run_id;
  };
  const answers = (run_id, job, says) => until(`${says} of ${job}`, async () => {
    const log = text(await tail(peer, { run_id, job }));
    return says.test(log) && log;
  }, 30_000);

  for (const shape of [undefined, 'negative', 'no_steps', 'slip']) {
    await t.test(`an archive ${shape ? `of the kind ${shape}` : 'as it should be'}`, async () => {
      const run_id = await made(shape);
      const log = await answers(run_id, 'build / linux: x64', /1 test failed on linux/);
      assert.doesNotMatch(log, /lint is fine/);
      await answers(run_id, 'lint', /lint is fine/);
      const { lines } = await good(tail(peer, { run_id, job: 'build / linux: x64', step: 'Test' }));
      assert.ok(lines.every(({ step }) => step === 'Test') && lines.some(({ text: shown }) => shown.includes('1 test failed on linux')), JSON.stringify(lines));
      github.faults.clear();
      github.faults.add({ kind: 'status', status: 404, match: { operation: jobLogs } });
    });
  }

  for (const [shape, says] of [['truncated', /archive.*damaged/is], ['bomb', /archive.*(too large|more than)/is], ['missing_jobs', /no log of job "build/]]) {
    await t.test(`an archive of the kind ${shape} is refused with its reason`, async () => {
      const log = await answers(await made(shape, { jobs: [{ name: 'build', steps: jobs[0].steps }] }), 'build', says);
      assert.doesNotMatch(log, /failed on linux|AAAA/);
      assert.equal((await ask(`${server.origin}/livez`)).status, 200);
      github.faults.clear();
      github.faults.add({ kind: 'status', status: 404, match: { operation: jobLogs } });
    });
  }
});

test('a hostile or broken way to a log', async (t) => {
  const heard = [];
  const stranger = http.createServer((request, response) => {
    heard.push(request.headers);
    response.end('2026-11-26T00:00:00.0000000Z text of a stranger\n');
  });
  await new Promise((done) => stranger.listen(0, '127.0.0.1', done));
  afterwards(t, () => new Promise((done) => {
    stranger.close(done);
    stranger.closeAllConnections();
  }));
  const { github, peer } = await onGithub(t);
  const line = 'the true line';
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Build', log: [line, ...Array.from({ length: 400 }, (_, n) => `line ${n}`)] }] }] });
  const blob = { match: { origin: 'blobs' } };
  const api = { match: { operation: jobLogs } };

  await t.test('another host never gets the token', async () => {
    github.faults.add({ kind: 'redirect', location: `http://127.0.0.1:${stranger.address().port}/log`, times: 1, ...api });
    const { run_id } = await good(create(peer, { fresh: true }));
    await ended(peer, run_id);
    await until('the log, or a reason', async () => text(await tail(peer, { run_id })).length > 0);
    for (const headers of heard) {
      assert.ok(!JSON.stringify(headers).includes(githubToken));
      assert.equal(headers.authorization, undefined);
    }
  });

  let written; // the same text each time
  for (const [name, fault, resumes] of [
    ['500 of the blob host', { kind: 'status', status: 500, body: '<?xml version="1.0"?><Error/>', content_type: 'application/xml', times: 2, ...blob }],
    ['502 of the API', { kind: 'status', status: 502, times: 2, ...api }],
    ['a body that is reset on the way', { kind: 'reset', after_bytes: 2000, times: 2, ...blob }, true],
    ['a body that ends early', { kind: 'truncated', bytes: 2000, times: 2, ...blob }, true],
    ['a slow body', { kind: 'slow_body', chunk: 4096, every_ms: 20, ...blob }],
    ['a slow head', { kind: 'slow_head', ms: 1500, times: 1, ...blob }],
    ['an address that is too old when it is used', { kind: 'status', status: 403, body: '<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code></Error>', content_type: 'application/xml', times: 1, ...blob }],
  ]) {
    await t.test(`${name}: the whole log all the same`, async () => {
      github.faults.clear();
      github.faults.add(fault);
      const before = github.requests.length;
      const { run_id } = await good(create(peer, { fresh: true }));
      await ended(peer, run_id);
      let seen = '';
      await until('the true line', async () => {
        seen = text(await tail(peer, { run_id, lines: 1000, max_tokens: 20_000 }));
        return seen.includes(line) && seen.includes('line 399');
      }, 60_000).catch((error) => { throw new Error(`${error.message}\n${seen.slice(0, 1500)}`); });
      const [{ lines_total }] = (await good(peer.tool('builds.status', { run_id }))).jobs;
      written ??= lines_total;
      assert.equal(lines_total, written, 'lines were lost, or are there twice');
      const ranges = github.requests.slice(before).filter((each) => each.origin === 'blobs').map((each) => each.range);
      if (resumes) assert.ok(ranges.length > 1 && ranges[0] === undefined && ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range) && range !== 'bytes=0-'), `it was not resumed: ${ranges}`);
    });
  }
});

test('half a gigabyte of log', async (t) => {
  const { github, peer, server } = await onGithub(t);
  github.addScript({ jobs: [{ name: 'huge', log: { bytes: 500_000_000 } }] });
  github.addScript({ jobs: [{ name: 'small', steps: [{ name: 'Build', log: ['small'] }] }] }, { inputs: { marker: 'small' } });
  const memory = (what) => Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1024;
  const small = await good(create(peer, { payload: { marker: 'small' } }));
  await ended(peer, small.run_id);
  await until('the small log', async () => text(await tail(peer, { run_id: small.run_id })).includes('small'));
  const before = memory('VmRSS');

  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  const last = Math.floor(500_000_000 / 62) - 1;
  let seen = '';
  await until('the end of the log', async () => {
    seen = text(await tail(peer, { run_id, wait_s: 20 }));
    return seen.includes(`unit ${String(last).padStart(9, '0')}`);
  }, 240_000).catch((error) => { throw new Error(`${error.message}\n${seen.slice(0, 1500)}`); });
  const grown = memory('VmHWM') - before;
  t.diagnostic(`500 MB of log, memory at most ${grown.toFixed(0)} MiB above ${before.toFixed(0)} MiB`);
  if (patience === 1) assert.ok(grown < 64, `${grown.toFixed(0)} MiB`);
  assert.equal(github.requests.filter((each) => each.origin === 'blobs' && each.kind === 'job-log' && !each.range).length, 2, 'the log was fetched more than once');
});
