// A person at a terminal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { addBranch, command, demoRepository, environment, freePort, freshFolder, patience, serve, sleep, until, visit, workflow, binary } from '../stage/stage.mjs';
import { githubToken, onGithub } from '../stage/github.mjs';
import { open } from '../stage/socket.mjs';
import { failingAssertion } from '../clients/journey.mjs';

const urlIn = (text) => text.match(/https?:\/\/\S+/g)?.at(-1);

test('beside a server', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  addBranch(server.repo, 'long', { '.github/workflows/deploy.yml': workflow('echo begun\nsleep 60') });
  const flux = (...args) => command(args, { env: server.settings });

  await t.test('a preview that works ends with its URL and 0', async () => {
    const seen = await flux('preview', 'main', '--follow');
    assert.equal(seen.code, 0, seen.stdout + seen.stderr);
    assert.ok(!/\x1b/.test(seen.stdout + seen.stderr), 'no colours in a pipe');
    assert.equal((await visit(server, urlIn(seen.stdout))).status, 200, seen.stdout);
  });

  await t.test('a preview that fails shows why and ends with 1', async () => {
    const seen = await flux('preview', 'faster-readers', '--follow');
    assert.equal(seen.code, 1, seen.stdout + seen.stderr);
    assert.ok(seen.stdout.includes(failingAssertion), seen.stdout);
  });

  await t.test('inputs reach the build', async () => {
    const seen = await flux('preview', 'main', '--input', 'notice=Hello from a terminal', '--input', 'drafts=true', '--follow');
    assert.equal(seen.code, 0, seen.stdout + seen.stderr);
    const page = await visit(server, urlIn(seen.stdout));
    assert.match(page.text, /Hello from a terminal/);
    assert.match(page.text, /Fog, and other silences/);
  });

  await t.test('without --follow it answers at once with the run', async () => {
    const seen = await flux('preview', 'slow');
    assert.equal(seen.code, 0, seen.stderr);
    assert.match(seen.stdout, /\b\d+\b/);
  });

  await t.test('the log of a run follows to its end', async () => {
    const started = await flux('preview', 'slow');
    const run = started.stdout.match(/\b\d+\b/)[0];
    const seen = await flux('logs', run, '--follow');
    assert.equal(seen.code, 0, seen.stdout + seen.stderr);
    for (let second = 1; second <= 6; second++) assert.match(seen.stdout, new RegExp(`second ${second}$`, 'm'));
  });

  await t.test('a mistyped branch is 2 with the nearest', async () => {
    const seen = await flux('preview', 'nigth-watch');
    assert.equal(seen.code, 2, seen.stderr);
    assert.match(seen.stderr, /night-watch/);
  });

  await t.test('an unknown run and an unknown option are 2', async () => {
    assert.equal((await flux('logs', '424242')).code, 2);
    assert.equal((await flux('preview', 'main', '--fast')).code, 2);
    assert.equal((await flux('fly')).code, 2);
  });

  await t.test('a run that is cancelled ends with 5', async () => {
    const following = flux('preview', 'long', '--fresh', '--follow');
    const peer = await open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
    const run = await until('the run to go on', async () => {
      const { structuredContent: { items } } = await peer.tool('builds.list', { kind: 'runs', branch: 'long', status: 'in_progress' });
      return items[0]?.run_id;
    });
    await peer.tool('builds.cancel', { run_id: run });
    const seen = await following;
    assert.equal(seen.code, 5, seen.stdout + seen.stderr);
    assert.equal((await flux('logs', String(run))).code, 5);
    await peer.close();
  });

  await t.test('Ctrl-C leaves the run alone', async () => {
    const child = spawn(binary, ['preview', 'long', '--follow'], { env: server.settings, stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = '';
    child.stdout.on('data', (part) => { seen += part; });
    await until('its first line', () => seen.includes('begun'));
    child.kill('SIGINT');
    const code = await new Promise((done) => child.on('exit', done));
    assert.equal(code, 130);
    const run = seen.match(/\b\d+\b/)[0];
    const log = await flux('logs', run);
    assert.ok(!/cancelled/.test(log.stdout), log.stdout);
  });
});

test('what the server may not or cannot do has a code of its own', async (t) => {
  const refused = await serve(t, { repo: demoRepository(t), env: { FLUX_ALLOWED_BRANCHES: 'main' } });
  const seen = await command(['preview', 'night-watch'], { env: refused.settings });
  assert.equal(seen.code, 3, seen.stderr);
  assert.match(seen.stderr, /night-watch/);

  await t.test('GitHub lets its token do less', async (t) => {
    const tokens = [{ token: githubToken, permissions: { actions: 'read', contents: 'read' } }];
    const { server } = await onGithub(t, { github: { tokens } });
    const { code, stderr } = await command(['preview', 'main'], { env: server.settings });
    assert.equal(code, 3, stderr);
  });

  for (const [name, fault, expected] of [
    ['GitHub knows its token no more', { kind: 'status', status: 401, body: { message: 'Bad credentials' } }, 3],
    ['GitHub is down', { kind: 'status', status: 503 }, 4],
    ['GitHub hangs up', { kind: 'reset' }, 4],
    ['the hour is used up', { kind: 'primary_limit', reset_s: 3000 }, 4],
    ['GitHub wants it slower', { kind: 'secondary_limit', status: 403 }, 4],
  ]) {
    await t.test(name, async (t) => {
      const { server, github } = await onGithub(t);
      github.faults.add({ ...fault, match: { origin: 'api' } });
      const { code, stderr } = await command(['preview', 'main'], { env: server.settings });
      assert.equal(code, expected, stderr);
    });
  }
});

test('on a terminal', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const clear = '\r\x1b[K';
  // util-linux's `script` gives the program a terminal of 40 columns, and its output to us.
  const look = async (branch, env) => {
    const words = `stty cols 40 rows 10; exec '${binary}' preview ${branch} --fresh --follow`;
    const seen = await command(['-qefc', words, '/dev/null'], { program: 'script', env: { ...server.settings, SHELL: '/bin/sh', TERM: 'xterm', ...env } });
    return { code: seen.code, text: seen.stdout, colours: /\x1b\[\d+m/.test(seen.stdout) };
  };
  /// What stood in the last line while the program waited.
  const progress = (text) => text.split(clear).slice(1).map((piece) => piece.split('\n').at(-1));

  await t.test('it goes on in one line that fits, and is gone at the end', async () => {
    const { code, text, colours } = await look('slow');
    assert.equal(code, 0, text);
    assert.ok(colours, text);
    assert.match(text, /\x1b\[32msuccess\x1b\[0m/);
    const lines = progress(text);
    assert.ok(lines.some((line) => /^… test/.test(line)), text);
    for (const line of lines) assert.ok([...line].length < 40, `${line} would wrap`);
    assert.equal(lines.at(-1), '', 'the last line is not cleared');
    assert.match(text, /second 6\r\n/);
  });

  await t.test('NO_COLOR takes the colours and leaves the rest', async () => {
    const { code, text, colours } = await look('faster-readers', { NO_COLOR: '1' });
    assert.equal(code, 1, text);
    assert.ok(!colours, text);
    assert.ok(text.includes(clear), text);
  });

  await t.test('a dumb one is written to like a pipe', async () => {
    const { code, text } = await look('main', { TERM: 'dumb' });
    assert.equal(code, 0, text);
    assert.ok(!text.includes('\x1b'), text);
  });
});

test('alone, a preview runs the engine itself', async (t) => {
  const state = freshFolder(t);
  const env = environment({ HOME: state, FLUX_STATE_DIR: state, FLUX_REPO: demoRepository(t), PORT: String(await freePort()), FLUX_PREVIEW_PORT: String(await freePort()) });
  const works = await command(['preview', 'main', '--follow'], { env });
  assert.equal(works.code, 0, works.stdout + works.stderr);
  const fails = await command(['preview', 'faster-readers', '--follow'], { env });
  assert.equal(fails.code, 1, fails.stdout + fails.stderr);
});

test('help fits a screen, and the version is said', async () => {
  for (const words of [[], ['serve'], ['stdio'], ['preview'], ['logs'], ['connect'], ['check']]) {
    const help = await command([...words, '--help']);
    assert.equal(help.code, 0, words.join(' '));
    assert.ok(help.stdout.split('\n').length <= 40, `${words.join(' ')} --help is too long`);
    for (const line of help.stdout.split('\n')) assert.ok(line.length <= 120, line);
  }
  assert.match((await command(['--version'])).stdout, /^flux-mcp \d+\.\d+\.\d+/);
});

test('start-up says what a newcomer needs, in at most twelve lines', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: undefined } });
  await sleep(300 * patience);
  const lines = server.output.trimEnd().split('\n');
  assert.ok(lines.length <= 12, server.output);
  assert.ok(server.output.includes(server.url), server.output);
  assert.match(server.output, /without a token|no token/i);
});
