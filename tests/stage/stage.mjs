// The stage on which the outside tests play: the real binary, a folder of its own, repositories made for the occasion.
// Nothing here knows what a test expects.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const binary = process.env.FLUX_BINARY ?? join(root, 'build/release/flux-mcp');
if (!existsSync(binary)) throw new Error(`${binary} is missing: build it first (cmake --build --preset release).`);

/// How much longer things may take under a sanitizer.
export const patience = Number(process.env.FLUX_PATIENCE ?? 1);

export const token = 'a-token-for-the-tests-0123456789abcdef';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/// Waits until `look` answers something true, and gives it back; fails with `what` after a while.
export async function until(what, look, limitMs = 20_000) {
  const end = Date.now() + limitMs * patience;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
    await sleep(25);
  }
}

const cleanups = new WeakMap();

/// Has `work` done when the test ends; what was asked for last is done first, and all of it even if some fails.
export function afterwards(t, work) {
  if (!cleanups.has(t)) {
    cleanups.set(t, []);
    t.after(async () => {
      const failed = [];
      for (const each of cleanups.get(t).reverse()) await Promise.resolve().then(each).catch((error) => failed.push(error));
      if (failed.length > 0) throw failed[0];
    });
  }
  cleanups.get(t).push(work);
}

export function freshFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'flux-stage-'));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

export async function freePort() {
  const listener = net.createServer();
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address();
  await new Promise((done) => listener.close(done));
  return port;
}

const quietGit = {
  PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Stage', GIT_AUTHOR_EMAIL: 'stage@example.org', GIT_AUTHOR_DATE: '2026-10-01T09:00:00Z',
  GIT_COMMITTER_NAME: 'Stage', GIT_COMMITTER_EMAIL: 'stage@example.org', GIT_COMMITTER_DATE: '2026-10-01T09:00:00Z',
};

export function git(folder, ...args) {
  return execFileSync('git', args, { cwd: folder, env: quietGit, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/// The repository that ./run makes for a newcomer, with one branch more: `slow`, whose test takes some seconds.
export function demoRepository(t) {
  const folder = join(freshFolder(t), 'demo-site');
  execFileSync(join(root, 'examples/demo-site/make-repository'), [folder], { stdio: 'inherit' });
  const workflow = readFileSync(join(folder, '.github/workflows/deploy.yml'), 'utf8');
  const slow = workflow.replace('node --test --test-reporter=spec',
    'for second in 1 2 3 4 5 6; do echo "second $second"; sleep 1; done');
  addBranch(folder, 'slow', { '.github/workflows/deploy.yml': slow });
  return folder;
}

/// A branch off main with these files written over it.
export function addBranch(folder, name, files) {
  git(folder, 'checkout', '--quiet', '-b', name, 'main');
  writeFiles(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', `Make ${name}`);
  git(folder, 'checkout', '--quiet', 'main');
}

/// A repository whose `main` holds these files.
export function repository(t, files) {
  const folder = join(freshFolder(t), 'repository');
  mkdirSync(folder);
  git(folder, 'init', '--quiet', '--initial-branch=main');
  writeFiles(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'Begin');
  return folder;
}

function writeFiles(folder, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/// A workflow file whose one job runs `script` in bash.
export function workflow(script, { on = 'workflow_dispatch:', extra = '' } = {}) {
  const body = script.trim().split('\n').map((line) => `          ${line}`).join('\n');
  return `name: Job
on:
  ${on}
jobs:
  work:
    runs-on: ubuntu-latest
${extra}    steps:
      - name: Work
        run: |
${body}
`;
}

/// What the program gets to see: nothing of the environment that the tests run in.
export function environment(settings) {
  const { PATH, LANG, ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS, LSAN_OPTIONS } = process.env;
  const given = { PATH, LANG, ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS, LSAN_OPTIONS, ...settings };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/// Starts `flux-mcp serve` and waits until it is healthy. When the test ends it is sent SIGTERM and has to drain and
/// end with 0, whatever the test was about; `stop` and `kill` do so earlier.
export async function serve(t, { repo, state = freshFolder(t), env = {}, args = [] } = {}) {
  const port = await freePort();
  let previewPort = await freePort();
  while (previewPort === port) previewPort = await freePort();
  const settings = environment({
    HOME: state, FLUX_STATE_DIR: state, FLUX_REPO: repo, PORT: String(port), FLUX_PREVIEW_PORT: String(previewPort),
    MCP_AUTH_TOKEN: token, FLUX_RATE_LIMIT: '0', ...env,
  });
  const process_ = spawn(binary, ['serve', ...args], { env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
  const server = {
    port, previewPort, state, repo, settings, token, process: process_, output: '',
    url: `http://127.0.0.1:${port}/mcp`, ws: `ws://127.0.0.1:${port}/mcp`, origin: `http://127.0.0.1:${port}`,
  };
  process_.stdout.on('data', (bytes) => { server.output += bytes; });
  process_.stderr.on('data', (bytes) => { server.output += bytes; });
  server.ended = new Promise((done) => process_.on('exit', (code, signal) => done({ code, signal })));

  let asked = false;
  server.stop = async (signal = 'SIGTERM') => {
    asked = true;
    process_.kill(signal);
    const late = new Promise((done) => setTimeout(done, 40_000 * patience, 'late').unref());
    const end = await Promise.race([server.ended, late]);
    if (end === 'late') process_.kill('SIGKILL');
    return end;
  };
  server.kill = async () => {
    asked = true;
    process_.kill('SIGKILL');
    await server.ended;
  };
  afterwards(t, async () => {
    if (asked) return;
    if (process_.exitCode !== null || process_.signalCode !== null) {
      throw new Error(`serve was gone (${process_.exitCode ?? process_.signalCode}):\n${server.output.slice(-4000)}`);
    }
    const end = await server.stop();
    if (end.code !== 0) throw new Error(`serve ended with ${JSON.stringify(end)}:\n${server.output.slice(-4000)}`);
  });

  await until('serve to be healthy', async () => {
    if (process_.exitCode !== null || process_.signalCode !== null) {
      throw new Error(`serve ended at once (${process_.exitCode ?? process_.signalCode}):\n${server.output}`);
    }
    return (await ask(`${server.origin}/health`).catch(() => undefined))?.status === 200;
  });
  return server;
}

/// Runs a command of the program to its end.
export function command(args, { env, input = '', cwd = tmpdir(), program = binary } = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, { env: env ?? environment({}), cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const result = { stdout: '', stderr: '' };
    child.stdout.on('data', (bytes) => { result.stdout += bytes; });
    child.stderr.on('data', (bytes) => { result.stderr += bytes; });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code, signal) => done({ code, signal, ...result }));
  });
}

/// One HTTP request, with a Host of the test's choice, which fetch does not allow.
export function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((done, fail) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        done({ status: response.statusCode, headers: response.headers, text });
      });
    });
    request.on('error', fail);
    request.end(body);
  });
}

/// Asks the preview port for what a browser would see at `url`, whose host nobody here has to resolve.
export function visit(server, url) {
  const seen = new URL(url);
  return ask(`http://127.0.0.1:${server.previewPort}${seen.pathname}${seen.search}`, { headers: { host: seen.host } });
}

/// Processes whose command line holds `words`.
export function processesWith(words) {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(words);
    } catch {
      return false;
    }
  });
}
