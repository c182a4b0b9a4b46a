// Whose run is it? Many callers ask at once for a preview, each with a marker of its own; then we look whether the run that each
// was given is the one with its marker. Prints the table of docs/github-runs.md:
//
//   node tests/github/compare_with_mvp.mjs        (real time; some minutes)
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { binary, environment, freePort, sleep, token, until, ask } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';
import { anonymous, deploy, githubToken } from '../stage/github.mjs';
import { startGithub } from './github.mjs';

const where = { owner: 'octo-org', repo: 'site' };

/// What the MVP did: dispatch, sleep two seconds, take the newest run of the branch.
async function mvp(github) {
  const octokit = new Octokit({ auth: githubToken, baseUrl: github.apiUrl });
  return async (marker) => {
    await octokit.rest.actions.createWorkflowDispatch({ ...where, workflow_id: 'deploy.yml', ref: 'main', inputs: { marker } });
    await sleep(2000);
    const { data } = await octokit.rest.actions.listWorkflowRuns({ ...where, workflow_id: 'deploy.yml', branch: 'main', per_page: 1 });
    return data.workflow_runs[0]?.id;
  };
}

async function flux(github, cleanups) {
  const state = mkdtempSync(join(tmpdir(), 'flux-compare-'));
  const port = String(await freePort());
  const server = spawn(binary, ['serve'], { stdio: 'ignore', env: environment({
    HOME: state, FLUX_STATE_DIR: state, PORT: port, FLUX_PREVIEW_PORT: String(await freePort()), MCP_AUTH_TOKEN: token, FLUX_RATE_LIMIT: '0',
    FLUX_PROVIDER: 'github', FLUX_GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: githubToken, GITHUB_OWNER: 'octo-org', GITHUB_REPO: 'site' }) });
  const gone = new Promise((done) => server.on('exit', done));
  cleanups.push(async () => {
    server.kill('SIGTERM');
    await gone;
    rmSync(state, { recursive: true, force: true });
  });
  await until('serve', async () => (await ask(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.status === 200);
  const peer = await open(`ws://127.0.0.1:${port}/mcp`, { headers: { authorization: `Bearer ${token}` } });
  return async (marker) => (await peer.tool('builds.createPreview', { branch: 'main', fresh: true, payload: { marker } })).structuredContent?.run_id;
}

async function measure(method, { callers, delay, profile, file }) {
  const github = await startGithub({
    profile, list_delay_s: delay, tokens: [{ token: githubToken }], repositories: [{ ...where, name: where.repo, branches: { main: { '.github/workflows/deploy.yml': file } } }],
  });
  const cleanups = [() => github.close()];
  try {
    const ask = await method(github, cleanups);
    const results = await Promise.all(Array.from({ length: callers }, async (_, n) => {
      const begin = performance.now();
      const id = await ask(`m${n}`);
      const what = !id ? 'none' : github.run(id).inputs.marker === `m${n}` ? 'right' : 'wrong';
      return { what, ms: performance.now() - begin };
    }));
    assert.equal(github.world.runs.size, callers);
    const count = (what) => results.filter((each) => each.what === what).length;
    const times = results.map((each) => each.ms).sort((a, b) => a - b);
    return `${count('right')} / ${count('wrong')} / ${count('none')} (${(times[Math.floor(times.length / 2)] / 1000).toFixed(1)} s)`;
  } finally {
    for (const each of cleanups.reverse()) await each();
  }
}

const columns = [
  ['MVP: 2 s, newest run', mvp, { file: anonymous }],
  ['flux-mcp, github.com', flux, { file: anonymous }],
  ['flux-mcp, GHES, run-name with `flux_request_id`', flux, { file: deploy(), profile: 'ghes-3.19' }],
  ['flux-mcp, GHES, no run-name', flux, { file: anonymous, profile: 'ghes-3.19' }],
];
console.log(`| callers at once | runs appear in lists after | ${columns.map(([name]) => name).join(' | ')} |`);
console.log(`|---|---|${columns.map(() => '---|').join('')}`);
for (const callers of [1, 5, 20]) {
  for (const delay of [0, [1, 3], [1, 10]]) {
    const cells = [];
    for (const [, method, options] of columns) cells.push(await measure(method, { callers, delay, ...options }));
    console.log(`| ${callers} | ${Array.isArray(delay) ? `${delay[0]} to ${delay[1]} s` : 'at once'} | ${cells.join(' | ')} |`);
  }
}
