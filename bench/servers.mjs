// The servers that are measured, and how one is started on processors of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
export const built = join(root, 'build/release');
const token = 'a-token-for-the-benches-0123456789abcdef';

const peer = (file, ...rest) => (port) => ({ program: process.execPath, args: [join(root, 'bench/peers', file), String(port), ...rest] });
const floor = (kind) => (port) => ({ program: join(built, 'bench', `floor_${kind}`), args: [String(port)] });
// As an operator runs it: with a token to check, and a limit to count against.
const flux = (port, state, threads) => ({
  program: join(built, 'everything'), args: [], token,
  env: {
    PORT: String(port), MCP_AUTH_TOKEN: token, FLUX_RATE_LIMIT: '1000000000', FLUX_STATE_DIR: state, LOG_LEVEL: 'warn',
    ...(threads ? { FLUX_THREADS: String(threads) } : {}),
  },
});

/// name: [transport, era, command]
export const servers = {
  'flux ws': ['ws', 'handshake', flux],
  'asio ws': ['ws', 'handshake', floor('asio')],
  'epoll ws': ['ws', 'handshake', floor('epoll')],
  'node ws': ['ws', 'handshake', peer('bare_node.mjs')],
  'v1 ws': ['ws', 'handshake', peer('v1_websocket.mjs')],
  'flux http sessions': ['http', 'handshake', flux],
  'flux http stateless': ['http', 'bare', flux],
  'flux http modern': ['http', 'modern', flux],
  'asio http': ['http', 'bare', floor('asio')],
  'epoll http': ['http', 'bare', floor('epoll')],
  'node http': ['http', 'bare', peer('bare_node.mjs')],
  'v1 http sessions': ['http', 'handshake', peer('v1_http.mjs', 'sessions')],
  'v1 http stateless': ['http', 'bare', peer('v1_http.mjs', 'stateless')],
  'v2 http modern': ['http', 'modern', peer('v2_http.mjs')],
};

/// Milliseconds under load until a server is as fast as it gets: Node compiles what it runs while it runs.
export const warmupOf = (name) => (/^(flux|asio|epoll) /.test(name) ? 300 : 4000);

export const isModern = (name) => servers[name][1] === 'modern';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function freePort() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => listener.once('listening', done));
  const { port } = listener.address();
  await new Promise((done) => listener.close(done));
  return port;
}

const accepts = (port) => new Promise((done) => {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('connect', () => { socket.destroy(); done(true); });
  socket.on('error', () => done(false));
});

/// Starts a server and waits until it listens; `threads` is for flux-mcp alone. `where` is what the generator is told.
export async function started(name, { processors = '1', threads } = {}) {
  const [scheme, era, command] = servers[name];
  const port = await freePort();
  const state = mkdtempSync(join(tmpdir(), 'flux-bench-'));
  const { program, args, env = {}, token: secret } = command(port, state, threads);
  const begun = process.hrtime.bigint();
  const child = spawn('taskset', ['-c', processors, program, ...args], {
    stdio: 'ignore', env: { PATH: process.env.PATH, HOME: state, ...env } });
  const gone = new Promise((done) => child.on('exit', done));
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
    rmSync(state, { recursive: true, force: true });
  };
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries > 20_000) {
      await stop();
      throw new Error(`${name} does not listen: ${program} ${args.join(' ')}`);
    }
    await sleep(1);
  }
  const where = ['--url', `${scheme}://127.0.0.1:${port}/mcp`, '--era', era, '--server', String(child.pid)];
  if (secret) where.push('--token', secret);
  return { begun, where, pid: child.pid, stop };
}
