// The double itself: GitHub's own client has to find GitHub in it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createAppAuth } from '@octokit/auth-app';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { verify } from '@octokit/webhooks-methods';
import { operations } from './openapi/operations.mjs';
import { dispatch, refusal, stage, where } from './octokit_stage.mjs';

const twoJobs = { jobs: [
  { name: 'build', steps: [{ name: 'Build', run: 'make', seconds: 5, log: ['one', 'two'], artifact: { name: 'site', files: { 'index.html': 'hello' } } }] },
  { name: 'deploy', needs: ['build'], environment: { name: 'preview', url: 'https://pr-{run_id}.example.org/' }, steps: [{ name: 'Publish', seconds: 2 }] },
] };
const failing = { jobs: [
  { name: 'good' }, { name: 'bad', steps: [{ name: 'Test', run: 'npm test', conclusion: 'failure', log: ['1 failing'] }, { name: 'After' }] }, { name: 'after', needs: ['bad'] },
] };

test("GitHub's own client follows a run from dispatch to preview", async (t) => {
  const { github, octokit, advance } = await stage(t);
  github.addScript(twoJobs);

  const { status, data } = await dispatch(octokit, { inputs: { target: 'green', flux_request_id: 'abc' } });
  assert.equal(status, 200);
  const run_id = data.workflow_run_id;
  const run = async () => (await octokit.rest.actions.getWorkflowRun({ ...where, run_id })).data;
  assert.equal((await run()).status, 'queued');
  assert.equal((await run()).display_title, 'Deploy green [abc]');

  advance(3);
  assert.equal((await run()).status, 'in_progress');
  const [job] = (await octokit.rest.actions.listJobsForWorkflowRun({ ...where, run_id })).data.jobs;
  assert.deepEqual(job.steps.map((step) => step.status), ['completed', 'in_progress', 'queued']);
  const early = await refusal(octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...where, job_id: job.id }));
  assert.equal(early.status, 404);
  assert.match(new TextDecoder().decode(early.response.data), /<Code>BlobNotFound<\/Code>/);

  advance(30);
  const { head_sha, conclusion } = await run();
  assert.equal(conclusion, 'success');
  const log = String((await octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...where, job_id: job.id })).data);
  assert.match(log, /^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z Current runner version/);
  assert.match(log, /##\[group\]Run make/);
  const [deployment] = (await octokit.rest.repos.listDeployments({ ...where, sha: head_sha })).data;
  const statuses = (await octokit.rest.repos.listDeploymentStatuses({ ...where, deployment_id: deployment.id })).data;
  assert.deepEqual(statuses.map((each) => each.state), ['success', 'in_progress']);
  assert.equal(statuses[0].environment_url, `https://pr-${run_id}.example.org/`);
  assert.match(statuses[0].log_url, new RegExp(`/actions/runs/${run_id}/job/\\d+$`));
  assert.ok(github.requests.filter((each) => each.origin === 'blobs').every((each) => !each.authorized));
});

test('every operation answers as the description says, in each version', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const app = { id: 4711, client_id: 'Iv23liFluxTests', installation_id: 99, public_key: publicKey, permissions: { actions: 'write', contents: 'read', metadata: 'read' } };
  for (const [profile, version, absent] of [
    ['github.com', '2022-11-28', []], ['github.com', '2026-03-10', []],
    ['ghes-3.19', '2022-11-28', ['rate-limit/get', 'meta/get-all-versions', 'actions/approve-workflow-run', ...operations.filter((id) => id.includes('concurrency'))]],
  ]) {
    await t.test(`${profile} ${version}`, async (t) => {
      const { github, client, repo, advance } = await stage(t, { profile, apps: [app] });
      const { rest } = client({ version });
      const has = (id) => !absent.includes(id);
      github.addScript(twoJobs);
      github.addScript(failing, { branch: 'main' });
      const started = async (more = {}) => {
        const details = version === '2026-03-10' || profile !== 'github.com' ? undefined : true;
        await dispatch({ rest }, { return_run_details: details, ...more });
        return github.run().id;
      };

      const run_id = await started();
      advance(60);
      const { id: job_id } = (await rest.actions.listJobsForWorkflowRun({ ...where, run_id })).data.jobs[0];
      await rest.actions.getWorkflowRun({ ...where, run_id });
      await rest.actions.getJobForWorkflowRun({ ...where, job_id });
      await rest.actions.getWorkflowRunAttempt({ ...where, run_id, attempt_number: 1 });
      await rest.actions.listJobsForWorkflowRunAttempt({ ...where, run_id, attempt_number: 1 });
      await rest.actions.downloadJobLogsForWorkflowRun({ ...where, job_id });
      await rest.actions.downloadWorkflowRunLogs({ ...where, run_id });
      await rest.actions.downloadWorkflowRunAttemptLogs({ ...where, run_id, attempt_number: 1 });
      await rest.actions.listRepoWorkflows(where);
      await rest.actions.getWorkflow({ ...where, workflow_id: 'deploy.yml' });
      await rest.actions.listWorkflowRuns({ ...where, workflow_id: 'deploy.yml', branch: 'feat/x', event: 'workflow_dispatch', created: '>=2020-01-01T00:00:00Z' });
      await rest.actions.listWorkflowRunsForRepo(where);
      const [artifact] = (await rest.actions.listWorkflowRunArtifacts({ ...where, run_id })).data.artifacts;
      await rest.actions.getArtifact({ ...where, artifact_id: artifact.id });
      await rest.actions.downloadArtifact({ ...where, artifact_id: artifact.id, archive_format: 'zip' });
      await rest.actions.deleteWorkflowRunLogs({ ...where, run_id });
      await rest.checks.get({ ...where, check_run_id: job_id });
      await rest.checks.listForRef({ ...where, ref: 'heads/feat/x' });

      const bad = await started({ ref: 'main' });
      advance(60);
      const { id: check_run_id } = (await rest.actions.listJobsForWorkflowRun({ ...where, run_id: bad })).data.jobs.find((each) => each.name === 'bad');
      assert.equal((await rest.checks.listAnnotations({ ...where, check_run_id })).data[0].message, 'Process completed with exit code 1.');
      await rest.actions.reRunWorkflowFailedJobs({ ...where, run_id: bad });
      advance(60);
      await rest.actions.reRunWorkflow({ ...where, run_id: bad });
      advance(60);
      await rest.actions.reRunJobForWorkflowRun({ ...where, job_id: github.run(bad).jobs[0].id });
      await rest.actions.cancelWorkflowRun({ ...where, run_id: bad });
      await rest.actions.forceCancelWorkflowRun({ ...where, run_id: bad });
      advance(60);

      github.addScript({ conclusion: 'action_required' });
      if (has('actions/approve-workflow-run')) {
        const fork = await started();
        advance(5);
        await rest.actions.approveWorkflowRun({ ...where, run_id: fork });
      }
      github.addScript({ concurrency: { group: 'Pages' }, jobs: [{ name: 'gate', environment: { name: 'production', reviewers: ['octocat'] } }] });
      const gated = await started();
      advance(5);
      const [gate] = (await rest.actions.getPendingDeploymentsForRun({ ...where, run_id: gated })).data;
      assert.equal(gate.current_user_can_approve, true);
      if (has('actions/list-concurrency-groups-for-workflow-run')) {
        const get = (path) => client({ version }).request(`GET /repos/octo-org/site/actions/${path}`);
        assert.equal((await get(`runs/${gated}/concurrency_groups`)).data.concurrency_groups[0].group_members[0].run_id, gated);
        await get('concurrency_groups');
        await get('concurrency_groups/pages');
      }
      await rest.actions.reviewPendingDeploymentsForRun({ ...where, run_id: gated, environment_ids: [gate.environment.id], state: 'approved', comment: 'go' });
      advance(60);
      assert.equal(github.run(gated).conclusion, 'success');
      assert.equal((await rest.actions.getReviewsForRun({ ...where, run_id: gated })).data[0].user.login, 'octocat');

      await rest.repos.get(where);
      await rest.repos.listBranches(where);
      await rest.repos.getBranch({ ...where, branch: 'feat/x' });
      await rest.git.getRef({ ...where, ref: 'heads/feat/x' });
      await rest.git.listMatchingRefs({ ...where, ref: 'heads/feat' });
      await rest.repos.getCommit({ ...where, ref: 'main' });
      await rest.repos.listCommits(where);
      github.world.repositories[0].content.commit('feat/x', { 'index.html': 'other' }, 'Say other');
      await rest.repos.compareCommitsWithBasehead({ ...where, basehead: `${github.run(run_id).sha}...${repo.content.tip('feat/x')}` });
      const base = repo.content.tip('feat/x');
      for (const word of ['first', 'second', 'third']) repo.content.commit('feat/x', { 'index.html': word }, `Say ${word}`);
      const page = async (more) => {
        const { data } = await rest.repos.compareCommitsWithBasehead({ ...where, basehead: `${base}...${repo.content.tip('feat/x')}`, ...more });
        return [data.total_commits, data.commits.map(({ commit }) => commit.message), data.files.map(({ filename }) => filename)];
      };
      assert.deepEqual(await page({}), [3, ['Say first', 'Say second', 'Say third'], ['index.html']]);
      assert.deepEqual(await page({ per_page: 2, page: 1 }), [3, ['Say first', 'Say second'], ['index.html']]);
      assert.deepEqual(await page({ per_page: 2, page: 2 }), [3, ['Say third'], []]);
      await assert.rejects(rest.repos.compareCommitsWithBasehead({ ...where, basehead: `${'0'.repeat(40)}...main` }), { status: 404 });
      await rest.repos.getContent({ ...where, path: 'index.html' });
      const raw = await rest.repos.getContent({ ...where, path: '.github/workflows/deploy.yml', ref: 'main', mediaType: { format: 'raw' } });
      assert.match(raw.data, /workflow_dispatch/);
      await rest.repos.getContent({ ...where, path: '.github/workflows', ref: 'main' });
      assert.equal((await rest.pulls.list({ ...where, head: 'octo-org:feat/x', state: 'open' })).data[0].number, 7);
      await rest.repos.listPullRequestsAssociatedWithCommit({ ...where, commit_sha: 'feat/x' });
      await rest.issues.createComment({ ...where, issue_number: 7, body: 'ready' });
      await rest.issues.listComments({ ...where, issue_number: 7 });

      const { id: deployment_id } = (await rest.repos.createDeployment({ ...where, ref: 'main', auto_merge: false, required_contexts: [], environment: 'preview/main', transient_environment: true, production_environment: false })).data;
      const { id: status_id } = (await rest.repos.createDeploymentStatus({ ...where, deployment_id, state: 'success', environment_url: 'https://x.example.org' })).data;
      await rest.repos.getDeployment({ ...where, deployment_id });
      await rest.repos.listDeployments(where);
      await rest.repos.listDeploymentStatuses({ ...where, deployment_id });
      await rest.repos.getDeploymentStatus({ ...where, deployment_id, status_id });
      await rest.repos.getAllEnvironments(where);

      await rest.meta.get();
      if (has('meta/get-all-versions')) await rest.meta.getAllVersions();
      if (has('rate-limit/get')) assert.equal('rate' in (await rest.rateLimit.get()).data, version === '2022-11-28');
      await rest.users.getAuthenticated();

      const asApp = (clock = 0) => client({ version, authStrategy: createAppAuth, auth: { appId: 4711 + clock, privateKey, installationId: 99 } });
      await asApp().rest.apps.getAuthenticated();
      await asApp().rest.apps.getRepoInstallation(where);
      await asApp().rest.repos.get(where); // brings its installation token by itself
      assert.equal((await refusal(asApp().rest.repos.listDeployments(where))).status, 403);
      assert.equal((await refusal(asApp(1).rest.apps.getAuthenticated())).status, 404);

      const done = new Set(github.requests.filter((each) => each.status < 400).map((each) => each.operation));
      assert.deepEqual(operations.filter((id) => has(id) && !done.has(id)), []);
    });
  }
});

test('a dispatch says no in GitHub\'s words', async (t) => {
  const { github, octokit, client, repo } = await stage(t);
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, n) => [`i${n}`, '']));
  for (const [name, more, status, message] of [
    ['no such ref', { ref: 'nope' }, 422, /^No ref found for: nope/],
    ['no such workflow', { workflow_id: 'nope.yml' }, 404, /^Not Found/],
    ['no trigger', { workflow_id: 'push.yml' }, 422, /^Workflow does not have 'workflow_dispatch' trigger/],
    ['an unknown input', { inputs: { wrong: 'x' } }, 422, /^Unexpected inputs provided: \["wrong"\]/],
    ['a missing input', { workflow_id: 'needy.yml' }, 422, /^Required input 'must' not provided/],
    ['not one of the options', { inputs: { target: 'red' } }, 422, /not in the list of allowed values/],
    ['no boolean', { inputs: { dry: 'maybe' } }, 422, /'dry'/],
    ['no number', { inputs: { count: 'many' } }, 422, /'count'/],
    ['too much', { inputs: { flux_request_id: 'x'.repeat(65_536) } }, 422, /too large/],
  ]) {
    await t.test(name, async () => {
      const error = await refusal(dispatch(octokit, more));
      assert.equal(error.status, status);
      assert.match(error.message, message);
    });
  }
  await t.test('too many inputs are against the description too', async () => {
    assert.equal((await refusal(dispatch(octokit, { inputs: many }))).status, 422);
    assert.match(github.violations.splice(0).join(), /must NOT have more than 25 properties/);
  });
  await t.test('a disabled workflow', async () => {
    repo.states['deploy.yml'] = 'disabled_manually';
    assert.match((await refusal(dispatch(octokit))).message, /disabled/);
    repo.states['deploy.yml'] = 'active';
  });
  await t.test('a token that may only read', async () => {
    github.world.addToken({ token: 'weak', permissions: { actions: 'read', contents: 'read' } });
    const error = await refusal(dispatch(client({ auth: 'weak' })));
    assert.equal(error.status, 403);
    assert.match(error.message, /^Resource not accessible by personal access token/);
    assert.equal(error.response.headers['x-accepted-github-permissions'], 'actions=write');
  });
  await t.test('a token that nobody knows', async () => {
    assert.equal((await refusal(dispatch(client({ auth: 'unknown' })))).status, 401);
  });
  assert.equal(github.world.runs.size, 0);
});

test('who is told which run it was', async (t) => {
  const run = (github) => github.run().id;
  await t.test('2022-11-28: who asks', async (t) => {
    const { github, octokit } = await stage(t);
    assert.equal((await dispatch(octokit)).data.workflow_run_id, run(github));
    assert.equal((await dispatch(octokit, { return_run_details: false })).status, 204);
    assert.equal((await dispatch(octokit, { return_run_details: undefined })).status, 204);
    github.faults.add({ kind: 'no_details', times: 1 });
    assert.equal((await dispatch(octokit)).status, 204);
  });
  await t.test('2026-03-10: everybody', async (t) => {
    const { github, client } = await stage(t);
    assert.equal((await dispatch(client({ version: '2026-03-10' }), { return_run_details: undefined })).data.workflow_run_id, run(github));
  });
  await t.test('GHES 3.19: nobody, and asking is refused before anything starts', async (t) => {
    const { github, octokit } = await stage(t, { profile: 'ghes-3.19' });
    const error = await refusal(dispatch(octokit));
    assert.equal(error.status, 400);
    assert.match(error.message, /"return_run_details" is not a permitted key/);
    assert.equal(github.world.runs.size, 0);
    assert.equal((await dispatch(octokit, { return_run_details: undefined })).status, 204);
    assert.equal(github.world.runs.size, 1);
  });
});

test('attempts keep the run and change the jobs', async (t) => {
  const { github, octokit, advance } = await stage(t);
  github.addScript(twoJobs, { attempt: 2 });
  github.addScript(failing, { attempt: 1 });
  const run_id = (await dispatch(octokit)).data.workflow_run_id;
  const early = await refusal(octokit.rest.actions.reRunWorkflow({ ...where, run_id }));
  assert.equal(early.status, 403);
  advance(60);
  const jobs = async (more = {}) => (await octokit.rest.actions.listJobsForWorkflowRun({ ...where, run_id, ...more })).data.jobs;
  assert.deepEqual((await jobs()).map(({ name, conclusion }) => [name, conclusion]), [['good', 'success'], ['bad', 'failure'], ['after', 'skipped']]);
  const [, , third, fourth] = (await jobs())[1].steps;
  assert.deepEqual([third.conclusion, fourth.name], ['skipped', 'Complete job']);

  await octokit.rest.actions.reRunWorkflow({ ...where, run_id });
  const again = (await octokit.rest.actions.getWorkflowRun({ ...where, run_id })).data;
  assert.deepEqual([again.id, again.run_attempt, again.status, again.conclusion], [run_id, 2, 'queued', null]);
  const first = (await octokit.rest.actions.getWorkflowRunAttempt({ ...where, run_id, attempt_number: 1 })).data;
  assert.deepEqual([first.run_attempt, first.conclusion], [1, 'failure']);
  advance(60);
  assert.equal((await jobs()).length, 2);
  assert.equal((await jobs({ filter: 'all' })).length, 5);
});

test('cancelling takes its time, and some jobs only yield to force', async (t) => {
  const { github, octokit, advance } = await stage(t);
  github.addScript({ jobs: [{ name: 'stubborn', survives_cancel: true, steps: [{ name: 'Hold', hold: 'never' }] }, { name: 'meek', steps: [{ name: 'Long', seconds: 100 }] }] });
  const run_id = (await dispatch(octokit)).data.workflow_run_id;
  advance(5);
  assert.equal((await octokit.rest.actions.cancelWorkflowRun({ ...where, run_id })).status, 202);
  assert.equal(github.run(run_id).status, 'in_progress');
  advance(5);
  assert.deepEqual(github.run(run_id).jobs.map((job) => job.conclusion), [null, 'cancelled']);
  await octokit.rest.actions.forceCancelWorkflowRun({ ...where, run_id });
  advance(5);
  assert.equal(github.run(run_id).conclusion, 'cancelled');
  assert.equal((await refusal(octokit.rest.actions.cancelWorkflowRun({ ...where, run_id }))).status, 409);
});

test('one run of a concurrency group goes, one waits', async (t) => {
  const { github, octokit, advance } = await stage(t);
  github.addScript({ concurrency: { group: 'g' }, jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
  for (let n = 0; n < 3; n++) await dispatch(octokit);
  advance(5);
  const states = () => [...github.world.runs.values()].map((run) => run.conclusion ?? run.status);
  assert.deepEqual(states(), ['in_progress', 'cancelled', 'pending']);
  github.world.actions.release('go');
  advance(30);
  assert.deepEqual(states(), ['success', 'cancelled', 'success']);
});

test('webhooks tell what happens, signed', async (t) => {
  const secret = "It's a Secret to Everybody";
  const heard = [];
  const listener = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push({ event: request.headers['x-github-event'], delivery: request.headers['x-github-delivery'], body, genuine: await verify(secret, body, request.headers['x-hub-signature-256']) });
    response.writeHead(202).end();
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  t.after(() => listener.close());
  const { github, octokit, advance } = await stage(t, { hooks: [{ url: `http://127.0.0.1:${listener.address().port}/`, secret }] });
  github.addScript(twoJobs);
  await dispatch(octokit);
  advance(60);
  await github.webhooks.settled();
  const names = heard.map(({ event, body }) => `${event} ${JSON.parse(body).action ?? ''}`.trim());
  for (const name of ['ping', 'workflow_run requested', 'workflow_run in_progress', 'workflow_job queued', 'workflow_job completed', 'deployment_status created', 'workflow_run completed']) {
    assert.ok(names.includes(name), `${name} of ${names.join(', ')}`);
  }
  assert.ok(heard.every((each) => each.genuine));
  await github.webhooks.redeliver(1);
  assert.equal(heard.at(-1).delivery, heard.find((each) => each.event === 'ping').delivery);
});
