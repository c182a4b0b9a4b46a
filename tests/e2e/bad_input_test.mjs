// What people and their repositories get wrong: each gets a clear answer, and nothing is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { addBranch, ask, demoRepository, git, repository, root, serve, until, workflow } from '../stage/stage.mjs';
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

  await t.test('this project itself', async (t) => {
    const server = await serve(t, { repo: root });
    const peer = await connect(server);
    const branches = await peer.tool('builds.list', { kind: 'branches' });
    assert.ok(!branches.isError, text(branches));
    const [branch] = (branches.structuredContent.items ?? branches.structuredContent.branches);
    // It has one workflow that can be started, which publishes elsewhere: looked at here, and not begun.
    const result = await peer.tool('builds.createPreview', { branch: branch.name, dry_run: true });
    assert.ok(!result.isError, text(result));
    assert.equal(result.structuredContent.workflow, 'preview.yml');
    await peer.close();
  });
});
