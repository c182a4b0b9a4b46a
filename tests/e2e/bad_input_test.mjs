// What people and their repositories get wrong: each gets a clear answer, and nothing is lost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { addBranch, ask, demoRepository, git, repository, root, serve, until, visit, workflow } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

const file = '.github/workflows/deploy.yml';
const text = (result) => result.content.map((block) => block.text).join('\n');
const connect = (server) => open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });

const typed = `name: Typed
on:
  workflow_dispatch:
    inputs:
      count: { type: number, required: true }
      really: { type: boolean }
      place: { type: choice, options: [here, there] }
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: echo count is \${{ inputs.count }}
`;

test('requests that cannot be met', async (t) => {
  const repo = demoRepository(t);
  addBranch(repo, 'no-dispatch', { [file]: workflow('true', { on: 'push:' }) });
  addBranch(repo, 'broken-yaml', { [file]: 'name: Broken\non:\n  workflow_dispatch:\njobs:\n  work:\n    steps: [\n' });
  addBranch(repo, 'unknown-key', { [file]: workflow('true').replace('runs-on', 'runs-onn') });
  addBranch(repo, 'docker', { [file]: workflow('true', { extra: '    container: alpine:3\n' }) });
  addBranch(repo, 'typed', { [file]: typed });
  addBranch(repo, 'cycle', { [file]: 'on:\n  workflow_dispatch:\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-latest\n    steps: [{run: "true"}]\n  b:\n    needs: a\n    runs-on: ubuntu-latest\n    steps: [{run: "true"}]\n' });
  const server = await serve(t, { repo });
  const peer = await connect(server);

  for (const [name, args, says] of [
    ['a branch that is nearly there', { branch: 'night-wach' }, /night-watch/],
    ['a branch with ..', { branch: 'a..b' }, /\.\./],
    ['a branch with a space', { branch: 'a b' }, /space/i],
    ['a branch that looks like an option', { branch: '--upload-pack=touch /tmp/x' }, /branch/i],
    ['a branch of 300 characters', { branch: 'x'.repeat(300) }, /255|long/],
    ['an empty branch', { branch: '' }, /branch/i],
    ['a branch with a NUL', { branch: 'a\u0000b' }, /branch/i],
    ['a workflow that is not there', { branch: 'main', workflow: 'other.yml' }, /other\.yml[\s\S]*deploy\.yml|deploy\.yml[\s\S]*other\.yml/],
    ['a workflow outside its folder', { branch: 'main', workflow: '../../README.md' }, /workflow/],
    ['no workflow_dispatch', { branch: 'no-dispatch' }, /workflow_dispatch/],
    ['YAML that breaks off', { branch: 'broken-yaml' }, /deploy\.yml:\d+:\d+/],
    ['a key that does not exist', { branch: 'unknown-key' }, /deploy\.yml:\d+:\d+[\s\S]*runs-on/],
    ['a container', { branch: 'docker' }, /deploy\.yml:\d+:\d+[\s\S]*container/],
    ['jobs that wait for each other', { branch: 'cycle' }, /deploy\.yml[\s\S]*needs|cycle|each other/i],
    ['an input that is not declared', { branch: 'main', payload: { speed: 1 } }, /speed/],
    ['a number that is none', { branch: 'typed', payload: { count: 'many' } }, /count/],
    ['a boolean that is none', { branch: 'typed', payload: { count: 1, really: 'perhaps' } }, /really/],
    ['a choice that is none', { branch: 'typed', payload: { count: 1, place: 'nowhere' } }, /place[\s\S]*here/],
    ['an input that is required', { branch: 'typed' }, /count/],
  ]) {
    await t.test(name, async () => {
      const result = await peer.tool('builds.createPreview', args);
      assert.equal(result.isError, true, text(result));
      assert.match(text(result), says);
    });
  }

  await t.test('none of them started a run', async () => {
    const { structuredContent } = await peer.tool('builds.list', { kind: 'runs' });
    assert.deepEqual(structuredContent.items ?? structuredContent.runs, []);
  });

  await t.test('a run that does not exist', async () => {
    for (const name of ['builds.status', 'builds.tailLogs', 'builds.cancel', 'builds.rerun']) {
      const result = await peer.tool(name, { run_id: 4242 });
      assert.equal(result.isError, true, name);
      assert.match(text(result), /4242/);
    }
  });

  await t.test('a cursor of another run, and one that is nobody\'s', async () => {
    const first = (await peer.tool('builds.createPreview', { branch: 'typed', payload: { count: 1 }, wait_s: 20 })).structuredContent.run_id;
    const second = (await peer.tool('builds.createPreview', { branch: 'typed', payload: { count: 2 }, wait_s: 20 })).structuredContent.run_id;
    const { structuredContent: { cursor } } = await peer.tool('builds.tailLogs', { run_id: first });
    assert.ok(cursor);
    for (const strange of [cursor, 'AAAA', cursor.slice(0, -2), '../../etc/passwd']) {
      const result = await peer.tool('builds.tailLogs', { run_id: second, cursor: strange });
      assert.equal(result.isError, true, strange);
      assert.match(text(result), /cursor/);
    }
  });

  await t.test('one key for two requests', async () => {
    await peer.tool('builds.createPreview', { branch: 'typed', payload: { count: 3 }, idempotency_key: 'one' });
    const result = await peer.tool('builds.createPreview', { branch: 'typed', payload: { count: 4 }, idempotency_key: 'one' });
    assert.equal(result.isError, true, text(result));
    assert.match(text(result), /idempotency_key|key/);
  });
});

test('what the operator allows is not to be got round', async (t) => {
  const repo = repository(t, { [file.replace('deploy', 'pages')]: workflow('exit 1') });
  const before = await serve(t, { repo });
  const free = await connect(before);
  const { structuredContent: { run_id } } = await free.tool('builds.createPreview', { branch: 'main' });
  await shipped(free, run_id);
  await free.close();
  await before.stop();

  const server = await serve(t, { repo, state: before.state, env: { FLUX_ALLOWED_WORKFLOWS: 'deploy.yml' } });
  const peer = await connect(server);
  for (const [name, tool, args, code] of [
    ['by naming it', 'builds.createPreview', { branch: 'main', workflow: 'pages.yml' }, 'workflow_not_allowed'],
    ['by its path', 'builds.createPreview', { branch: 'main', workflow: './.github/workflows/pages.yml' }, 'workflow_not_allowed'],
    ['by naming none where it is the only one', 'builds.createPreview', { branch: 'main' }, 'workflow_not_found'],
    ['by running it again', 'builds.rerun', { run_id }, 'workflow_not_allowed'],
  ]) {
    const result = await peer.tool(tool, args);
    assert.equal(result.isError, true, name);
    assert.equal(result.structuredContent.error.code, code, `${name}: ${text(result)}`);
  }
  const { structuredContent: { run } } = await peer.tool('builds.status', { run_id });
  assert.equal(run.attempt, 1);
  await peer.close();
});

test('a tool that is not there in the version asked for', async (t) => {
  const setup = `on: workflow_dispatch
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
        with: { node-version: 1.2.3 }
`;
  const repo = repository(t, { [file]: setup });
  for (const [strict, conclusion] of [[undefined, 'success'], ['yes', 'failure']]) {
    const server = await serve(t, { repo, env: { FLUX_STRICT_TOOLS: strict } });
    const peer = await connect(server);
    const { structuredContent: { run_id } } = await peer.tool('builds.createPreview', { branch: 'main' });
    const { structuredContent: { run } } = await peer.tool('builds.status', { run_id, wait_s: 30, until: 'completed' });
    assert.equal(run.conclusion, conclusion, `FLUX_STRICT_TOOLS=${strict}`);
    assert.match(text(await peer.tool('builds.tailLogs', { run_id })), /1\.2\.3 is not installed here/);
    await peer.close();
    await server.stop();
  }
});

test('logs that are hard to bear', async (t) => {
  const repo = demoRepository(t);
  addBranch(repo, 'wide', { [file]: workflow(`head -c 10000000 /dev/zero | tr '\\0' x; echo; echo after the wide one`) });
  addBranch(repo, 'tall', { [file]: workflow('seq 1 1000000; echo after the tall one') });
  addBranch(repo, 'odd', { [file]: workflow(`printf 'bad \\xff\\xfe utf8\\n'; printf 'nul \\0 here\\n'; printf '\\033[31mred\\033[0m\\n'; printf 'a\\rb\\n'; printf 'no end'`) });
  const server = await serve(t, { repo });
  const peer = await connect(server);
  const log = async (branch, last) => {
    const { run_id } = (await peer.tool('builds.createPreview', { branch })).structuredContent;
    await until(`${branch} to end`, async () =>
      (await peer.tool('builds.status', { run_id, wait_s: 30, until: 'completed' })).structuredContent.run.status === 'completed', 120_000);
    const result = await peer.tool('builds.tailLogs', { run_id, job: 'work', lines: 40 });
    assert.match(text(result), last);
    assert.ok(text(result).length < 40_000, `an answer of ${text(result).length} characters`);
    return text(result);
  };

  await t.test('a line of ten megabytes', () => log('wide', /after the wide one/));
  await t.test('a million lines', () => log('tall', /after the tall one/));
  await t.test('bytes that are no text', async () => {
    const seen = await log('odd', /no end/);
    assert.match(seen, /bad .* utf8/);
    assert.match(seen, /nul .*here/);
    assert.ok(!seen.includes('\u001b'), 'no escape sequences reach a model');
  });
  await t.test('and the server is well', async () => {
    assert.equal((await ask(`${server.origin}/health`)).status, 200);
  });
});

/// What GitHub's template for Pages and `npm init` leave behind, with a line of title changed.
const foreign = (title) => ({
  '.github/workflows/ci.yml': `name: CI
on: [push, pull_request]
jobs:
  test:
    runs-on: \${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest, macos-latest]
    steps:
      - uses: actions/checkout@v4
      - run: npm test
`,
  '.github/workflows/pages.yml': `# Simple workflow for deploying static content to GitHub Pages
name: Deploy static content to Pages

on:
  # Runs on pushes targeting the default branch
  push:
    branches: ["main"]

  # Allows you to run this workflow manually from the Actions tab
  workflow_dispatch:

# Sets permissions of the GITHUB_TOKEN to allow deployment to GitHub Pages
permissions:
  contents: read
  pages: write
  id-token: write

concurrency:
  group: "pages"
  cancel-in-progress: false

defaults:
  run:
    shell: bash

jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - name: Checkout
        uses: actions/checkout@v4
      - name: Setup Node
        uses: actions/setup-node@v4
        with:
          node-version: "20"
      - name: Setup Pages
        id: pages
        uses: actions/configure-pages@v5
      - name: Build
        run: npm run build
        env:
          BASE_PATH: \${{ steps.pages.outputs.base_path }}
          NODE_ENV: production
      - name: Upload artifact
        uses: actions/upload-pages-artifact@v3
        with:
          path: ./out

  deploy:
    environment:
      name: github-pages
      url: \${{ steps.deployment.outputs.page_url }}
    runs-on: ubuntu-latest
    needs: build
    steps:
      - name: Deploy to GitHub Pages
        id: deployment
        uses: actions/deploy-pages@v4
`,
  'package.json': JSON.stringify({
    name: 'harbour', version: '1.0.0', private: true, scripts: { prebuild: 'rm -rf out', build: 'node scripts/build.js' } }, null, 2),
  'scripts/build.js': `const fs = require('fs');
const page = fs.readFileSync('src/page.html', 'utf8');
fs.mkdirSync('out', { recursive: true });
fs.writeFileSync('out/index.html', page.replace('{{title}}', require('../site.json').title));
console.log(\`built for base path "\${process.env.BASE_PATH}"\`);
`,
  'site.json': JSON.stringify({ title }),
  'src/page.html': '<!doctype html><title>{{title}}</title><h1>{{title}}</h1>'.replace('{{title}}', 'Harbour'),
  'README.md': '# Harbour\n',
});

const shipped = async (peer, run_id) => {
  const { structuredContent } = await until(`run ${run_id} to end`, async () => {
    const status = await peer.tool('builds.status', { run_id, wait_s: 20, until: 'reachable' });
    return status.structuredContent.run.status === 'completed' && status;
  }, 60_000);
  return structuredContent;
};

test('repositories that were not made for it', async (t) => {
  await t.test('one without a workflow and without a page', async (t) => {
    const server = await serve(t, { repo: repository(t, { 'README.md': '# Nothing to build\n' }) });
    const peer = await connect(server);
    const result = await peer.tool('builds.createPreview', { branch: 'main' });
    assert.equal(result.isError, true);
    assert.match(text(result), /deploy\.yml|workflow/);
    await peer.close();
  });

  await t.test('an empty one', async (t) => {
    const folder = repository(t, { a: 'a' });
    git(folder, 'checkout', '--quiet', '--orphan', 'other');
    git(folder, 'branch', '--quiet', '-D', 'main');
    const server = await serve(t, { repo: folder });
    const peer = await connect(server);
    const result = await peer.tool('builds.createPreview', { branch: 'main' });
    assert.equal(result.isError, true);
    assert.match(text(result), /branch/i);
    await peer.close();
  });

  await t.test('a static site as one finds it, with another workflow and two branches', async (t) => {
    const repo = repository(t, foreign('Old harbour'));
    addBranch(repo, 'redesign/2026', foreign('New harbour'));
    const server = await serve(t, { repo });
    const peer = await connect(server);
    for (const [branch, title] of [['main', 'Old harbour'], ['redesign/2026', 'New harbour']]) {
      const { structuredContent: created } = await peer.tool('builds.createPreview', { branch });
      assert.equal(created.workflow, 'pages.yml');
      const { run, preview } = await shipped(peer, created.run_id);
      assert.equal(run.conclusion, 'success', text(await peer.tool('builds.tailLogs', { run_id: run.run_id })));
      for (const url of [preview.url, preview.alias_url]) assert.match((await visit(server, url)).text, new RegExp(`<h1>${title}</h1>`));
    }
    await peer.close();
  });

  await t.test('this project itself', async (t) => {
    const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: root, encoding: 'utf8' });
    const paths = listed.split('\0').filter((path) => path && existsSync(join(root, path)));
    const repo = repository(t, Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path))])));
    const server = await serve(t, { repo });
    const peer = await connect(server);
    // Of its three workflows one can be started by hand and publishes a page.
    const { structuredContent: created } = await peer.tool('builds.createPreview', { branch: 'main', payload: { notice: 'built by itself' } });
    assert.equal(created.workflow, 'preview.yml');
    const { run, preview } = await shipped(peer, created.run_id);
    assert.equal(run.conclusion, 'success', text(await peer.tool('builds.tailLogs', { run_id: run.run_id })));
    assert.match((await visit(server, preview.url)).text, /built by itself/);
    await peer.close();
  });
});
