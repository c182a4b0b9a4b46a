// What the double's own tests play with: a small repository, and GitHub's own client to look at it.
import assert from 'node:assert/strict';
import { Octokit } from '@octokit/rest';
import { startGithub } from './github.mjs';

export const token = 'github_pat_for_tests_0123456789';
export const where = { owner: 'octo-org', repo: 'site' };

const deploy = `name: Deploy
run-name: Deploy \${{ inputs.target }} [\${{ inputs.flux_request_id }}]
on:
  workflow_dispatch:
    inputs:
      target: { type: choice, options: [blue, green], default: blue }
      flux_request_id: { type: string }
      count: { type: number }
      dry: { type: boolean }
jobs: { build: { runs-on: ubuntu-latest, steps: [{ run: make }] } }
`;
const files = {
  '.github/workflows/deploy.yml': deploy, '.github/workflows/push.yml': 'name: Push\non: push\njobs: {}\n',
  '.github/workflows/needy.yml': 'on: { workflow_dispatch: { inputs: { must: { required: true } } } }\njobs: {}\n', 'index.html': '<h1>hello</h1>',
};
const usual = {
  clock: { rate: 0 },
  repositories: [{ owner: 'octo-org', name: 'site', branches: { main: files, 'feat/x': { ...files, 'new.txt': 'new' } }, pulls: [{ number: 7, head: 'feat/x' }] }],
  tokens: [{ token, login: 'octocat' }],
};

/// A double and a client for it; the test fails if anything was against GitHub's description.
export async function stage(t, options = {}) {
  const github = await startGithub({ ...usual, ...options });
  t.after(async () => {
    await github.close();
    github.verify();
  });
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const client = ({ auth = token, version = '2022-11-28', ...more } = {}) => {
    const octokit = new Octokit({ auth, baseUrl: github.apiUrl, log: quiet, ...more });
    octokit.hook.before('request', (request) => { request.headers['x-github-api-version'] = version; });
    return octokit;
  };
  const [repo] = github.world.repositories;
  return { github, client, octokit: client(), repo, advance: (seconds) => github.world.clock.advance(seconds * 1000) };
}

export const dispatch = (octokit, more = {}) =>
  octokit.rest.actions.createWorkflowDispatch({ ...where, workflow_id: 'deploy.yml', ref: 'feat/x', return_run_details: true, ...more });

export const refusal = (promise) => promise.then(() => assert.fail('it was not refused'), (error) => error);
