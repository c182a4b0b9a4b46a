// The double itself: GitHub's own client has to find GitHub in it, and whoever misuses it has to be told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Octokit } from '@octokit/rest';
import { afterwards, until } from '../stage/stage.mjs';
import { startGithub } from './github.mjs';

const token = 'github_pat_for_tests_0123456789';
const deploy = `name: Deploy
run-name: Deploy \${{ inputs.target }} [\${{ inputs.flux_request_id }}]
on:
  workflow_dispatch:
    inputs:
      target: { type: choice, options: [blue, green], default: blue }
      flux_request_id: { type: string }
jobs: { build: { runs-on: ubuntu-latest, steps: [{ run: make }] } }
`;
const files = { '.github/workflows/deploy.yml': deploy, 'index.html': '<h1>hello</h1>' };
const usual = {
  clock: { rate: 0 },
  repositories: [{ owner: 'octo-org', name: 'site', branches: { main: files, 'feat/x': { ...files, 'new.txt': 'new' } } }],
  tokens: [{ token, login: 'octocat' }],
};
const where = { owner: 'octo-org', repo: 'site' };

async function stage(t, options = {}) {
  const github = await startGithub({ ...usual, ...options });
  afterwards(t, async () => {
    await github.close();
    github.verify();
  });
  const client = (auth = token, version = '2022-11-28') => {
    const octokit = new Octokit({ auth, baseUrl: github.apiUrl, log: { debug() {}, info() {}, warn() {}, error() {} } });
    octokit.hook.before('request', (request) => { request.headers['x-github-api-version'] ??= version; });
    return octokit;
  };
  return { github, client, octokit: client() };
}

const dispatch = (octokit, more = {}) => octokit.rest.actions.createWorkflowDispatch({ ...where, workflow_id: 'deploy.yml', ref: 'feat/x', return_run_details: true, ...more });
const refused = (promise) => promise.then(() => assert.fail('it was not refused'), (error) => error);

test("GitHub's own client follows a run from dispatch to preview", async (t) => {
  const { github, octokit } = await stage(t);
  github.addScript({ jobs: [
    { name: 'build', steps: [{ name: 'Build', run: 'make', seconds: 5, log: ['one', 'two'] }] },
    { name: 'deploy', needs: ['build'], environment: { name: 'preview', url: 'https://pr-{run_id}.example.org/' }, steps: [{ name: 'Publish', seconds: 2 }] },
  ] });

  const { status, data } = await dispatch(octokit, { inputs: { target: 'green', flux_request_id: 'abc' } });
  assert.equal(status, 200);
  const run_id = data.workflow_run_id;
  const run = async () => (await octokit.rest.actions.getWorkflowRun({ ...where, run_id })).data;
  assert.equal((await run()).status, 'queued');
  assert.equal((await run()).display_title, 'Deploy green [abc]');

  github.world.clock.advance(3000);
  assert.equal((await run()).status, 'in_progress');
  const [job] = (await octokit.rest.actions.listJobsForWorkflowRun({ ...where, run_id })).data.jobs;
  assert.deepEqual(job.steps.map((step) => step.status), ['completed', 'in_progress', 'queued']);
  const early = await refused(octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...where, job_id: job.id }));
  assert.equal(early.status, 404);

  github.world.clock.advance(30_000);
  assert.equal((await run()).conclusion, 'success');
  const log = String((await octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...where, job_id: job.id })).data);
  assert.match(log, /^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z Current runner version/);
  assert.match(log, /##\[group\]Run make/);
  const [deployment] = (await octokit.rest.repos.listDeployments({ ...where, sha: data.head_sha ?? (await run()).head_sha })).data;
  const statuses = (await octokit.rest.repos.listDeploymentStatuses({ ...where, deployment_id: deployment.id })).data;
  assert.deepEqual(statuses.map((each) => each.state), ['success', 'in_progress']);
  assert.equal(statuses[0].environment_url, `https://pr-${run_id}.example.org/`);
  assert.match(statuses[0].log_url, new RegExp(`/actions/runs/${run_id}/job/\\d+$`));
  assert.ok(github.requests.filter((each) => each.origin === 'blobs').every((each) => !each.authorized));
});
