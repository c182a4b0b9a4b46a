// The stage of the tests on GitHub: the real binary in front of the double (tests/github), and what both must keep to.
import assert from 'node:assert/strict';
import { afterwards, ask, freshFolder, serve, until } from './stage.mjs';
import { open } from './socket.mjs';
import { startGithub } from '../github/github.mjs';

/// Looks like a real one, so that whoever hides tokens by their form is seen not to rely on it.
export const githubToken = 'github_pat_11FLUXTESTS0_zZ9sEcReTsEcReTsEcReT';

export const deploy = (more = '') => `name: Deploy
run-name: Deploy \${{ github.ref_name }} [\${{ inputs.flux_request_id }}]
on:
  workflow_dispatch:
    inputs:
      marker: { type: string, default: "" }
      flux_request_id: { type: string, default: "" }
${more}jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
`;

/// A workflow whose runs cannot be told apart by their title.
export const anonymous = `name: Deploy
on:
  workflow_dispatch:
    inputs:
      marker: { type: string, default: "" }
jobs: { build: { runs-on: ubuntu-latest, steps: [{ run: make }] } }
`;

/// A double with the repository octo-org/site, and `serve` in front of it. Afterwards both end, nothing was against GitHub's
/// description, and no secret is in what the program wrote or shows.
export async function onGithub(t, { github: options = {}, files = {}, branches, env = {}, state, headers = {} } = {}) {
  const main = { '.github/workflows/deploy.yml': deploy(), 'index.html': '<h1>site</h1>', ...files };
  const github = await startGithub({
    clock: { rate: 20 },
    repositories: [{ owner: 'octo-org', name: 'site', branches: branches ?? { main, 'feat/x': { ...main, 'x.txt': 'x' } } }],
    tokens: [{ token: githubToken, login: 'octocat' }],
    ...options,
  });
  afterwards(t, async () => {
    await github.close();
    github.verify();
  });
  const settings = {
    FLUX_PROVIDER: 'github', FLUX_GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: githubToken, GITHUB_OWNER: 'octo-org', GITHUB_REPO: 'site', ...env,
  };
  const server = await serve(t, { state: state ?? freshFolder(t), env: settings });
  const stage = { github, server, headers, said: [] };
  stage.connect = () => connect(stage);
  stage.peer = await stage.connect();
  stage.hidden = [githubToken, ...[env.FLUX_WEBHOOK_SECRET, env.FLUX_GITHUB_APP_KEY].filter(Boolean)];
  afterwards(t, async () => {
    const pages = await Promise.all([metrics(stage), ask(`${server.origin}/readyz`)].map((page) => page.catch(() => ({ text: '' })))); // a test may have killed it
    assertHidden(stage, [server.output, ...pages.map((page) => page.text), ...stage.said].join('\n'));
  });
  return stage;
}

/// What /metrics shows, to the one with the server's token.
export const metrics = ({ server }) => ask(`${server.origin}/metrics`, { headers: { authorization: `Bearer ${server.settings.MCP_AUTH_TOKEN.split(',')[0]}` } });

/// Neither a token nor the signature of a blob's address may be seen by anybody.
export function assertHidden({ hidden, github }, text) {
  const tokens = [...github.world.tokens.keys(), ...hidden];
  for (const secret of tokens) assert.ok(!text.includes(secret), `a secret came out: ${around(text, secret)}`);
  assert.doesNotMatch(text, /[?&]sig=/, 'the signed address of a blob came out');
}

const around = (text, found) => text.slice(Math.max(0, text.indexOf(found) - 120), text.indexOf(found)).replace(/\n/g, ' ');

async function connect(stage) {
  const token = stage.server.settings.MCP_AUTH_TOKEN;
  const headers = { authorization: `Bearer ${token}`, ...stage.headers };
  const peer = await open(stage.server.ws, { headers });
  const { tool } = peer;
  peer.tool = async (name, args) => {
    const result = await tool(name, args);
    stage.said.push(JSON.stringify(result));
    return result;
  };
  return peer;
}

export const text = (result) => result.content.map((block) => block.text).join('\n');

/// The answer of a call that has to work.
export async function good(promise) {
  const result = await promise;
  assert.ok(!result.isError, text(result));
  return result.structuredContent;
}

/// The text of a call that has to be refused.
export async function bad(promise, says) {
  const result = await promise;
  assert.ok(result.isError, `it was not refused: ${text(result).slice(0, 500)}`);
  if (says) assert.match(text(result), says);
  return text(result);
}

export const create = (peer, args = {}) => peer.tool('builds.createPreview', { branch: 'main', ...args });

/// Waits for the run to end, by the tool that is meant for that.
export const ended = (peer, run_id, limitMs = 60_000) => until(`run ${run_id} to end`, async () => {
  const status = await good(peer.tool('builds.status', { run_id, wait_s: 20, until: 'completed' }));
  return status.run.status === 'completed' && status;
}, limitMs);
