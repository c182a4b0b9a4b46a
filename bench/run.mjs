#!/usr/bin/env node
// Measures servers side by side, in turns: node bench/run.mjs [--rounds N] [--time MS] [--only WORD,WORD] [--suite rate,idle,…]
// [--out FILE]. Prints Markdown tables of medians and of ratios, and keeps every single figure in FILE (JSON, one a line).
//
// The load generator has processor 0 and the server processor 1. Other work on the machine moves both sides of a pair
// that is measured in one round, so ratios are taken within a round, and the median is taken of the ratios.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'build/release');
const { values: options } = parseArgs({ options: {
  rounds: { type: 'string', default: '3' }, time: { type: 'string', default: '1000' }, only: { type: 'string', default: '' },
  suite: { type: 'string', default: 'rate,idle,connect,cold' }, out: { type: 'string', default: join(built, 'bench/figures.jsonl') },
} });
const suites = options.suite.split(',');
const token = 'a-token-for-the-benches-0123456789abcdef';

const peer = (file, ...rest) => (port) => ({ program: process.execPath, args: [join(root, 'bench/peers', file), String(port), ...rest] });
const floor = (port) => ({ program: join(built, 'bench/floor'), args: [String(port)] });
// As an operator runs it: with a token to check, and a limit to count against.
const flux = (port, state) => ({
  program: join(built, 'everything'), args: [], token,
  env: { PORT: String(port), MCP_AUTH_TOKEN: token, FLUX_RATE_LIMIT: '1000000000', FLUX_STATE_DIR: state, LOG_LEVEL: 'warn' },
});

/// name: [transport, era, command]
const servers = {
  'flux ws': ['ws', 'handshake', flux],
  'floor ws': ['ws', 'handshake', floor],
  'node ws': ['ws', 'handshake', peer('bare_node.mjs')],
  'v1 ws': ['ws', 'handshake', peer('v1_websocket.mjs')],
  'flux http sessions': ['http', 'handshake', flux],
  'flux http stateless': ['http', 'bare', flux],
  'flux http modern': ['http', 'modern', flux],
  'floor http': ['http', 'bare', floor],
  'node http': ['http', 'bare', peer('bare_node.mjs')],
  'v1 http sessions': ['http', 'handshake', peer('v1_http.mjs', 'sessions')],
  'v1 http stateless': ['http', 'bare', peer('v1_http.mjs', 'stateless')],
  'v2 http modern': ['http', 'modern', peer('v2_http.mjs')],
};
/// Whose cost is held against whose.
const pairs = [
  ['v1 ws', 'flux ws'], ['node ws', 'flux ws'], ['flux ws', 'floor ws'], ['v1 http sessions', 'flux http sessions'],
  ['v1 http stateless', 'flux http stateless'], ['v2 http modern', 'flux http modern'], ['node http', 'flux http stateless'],
  ['flux http stateless', 'floor http'],
];
const loads = [[1, 1], [64, 1], [1000, 1], [1, 8], [64, 8], [1000, 8]];

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

async function started(name) {
  const [scheme, era, command] = servers[name];
  const port = await freePort();
  const state = mkdtempSync(join(tmpdir(), 'flux-bench-'));
  const { program, args, env = {}, token } = command(port, state);
  const begun = process.hrtime.bigint();
  const child = spawn('taskset', ['-c', '1', program, ...args], {
    stdio: 'ignore', env: { PATH: process.env.PATH, HOME: state, ...env } });
  const gone = new Promise((done) => child.on('exit', done));
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries > 20_000) throw new Error(`${name} does not listen: ${program} ${args.join(' ')}`);
    await sleep(1);
  }
  const where = ['--url', `${scheme}://127.0.0.1:${port}/mcp`, '--era', era, '--server', String(child.pid)];
  if (token) where.push('--token', token);
  return { begun, where, pid: child.pid, stop: async () => {
    child.kill('SIGKILL');
    await gone;
    rmSync(state, { recursive: true, force: true });
  } };
}

function load(server, ...args) {
  const text = execFileSync('taskset', ['-c', '0', join(built, 'bench/load'), ...server.where, ...args.map(String)],
    { encoding: 'utf8', timeout: 180_000 });
  return JSON.parse(text);
}

const suite = {
  async rate(name, report) {
    const server = await started(name);
    load(server, '--connections', 64, '--depth', 4, '--time', 2000); // for compilers at run time to settle
    for (const [connections, depth] of loads) {
      report({ connections, depth, method: 'tools/call' }, load(server, '--connections', connections, '--depth', depth, '--time', options.time));
    }
    const method = servers[name][1] === 'modern' ? 'server/discover' : 'ping';
    report({ connections: 64, depth: 1, method: 'ping' }, load(server, '--connections', 64, '--method', method, '--time', options.time));
    await server.stop();
  },
  async idle(name, report) {
    const server = await started(name);
    load(server, '--mode', 'connect', '--connections', 4, '--time', 300);
    report({}, load(server, '--mode', 'idle', '--connections', 5000, '--time', 3000));
    await server.stop();
  },
  async connect(name, report) {
    const server = await started(name);
    report({}, load(server, '--mode', 'connect', '--connections', 16, '--warmup', 1000, '--time', options.time));
    await server.stop();
  },
  async cold(name, report) {
    const times = [];
    let resident;
    for (let run = 0; run < 5; run += 1) {
      const server = await started(name);
      load(server, '--mode', 'rate', '--warmup', 0, '--time', 1);
      times.push(Number(process.hrtime.bigint() - server.begun) / 1e6);
      resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]);
      await server.stop();
    }
    report({}, { first_answer_ms: Math.min(...times), resident_kib: resident });
  },
};

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const rows = [];
writeFileSync(options.out, '');
const words = options.only.split(',').filter(Boolean);
const chosen = Object.keys(servers).filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
for (let round = 0; round < Number(options.rounds); round += 1) {
  for (const kind of suites) {
    for (const name of chosen) {
      process.stderr.write(`round ${round + 1}: ${kind}, ${name}\n`);
      const report = (what, figures) => {
        const row = { round, suite: kind, server: name, ...what, ...figures };
        rows.push(row);
        appendFileSync(options.out, `${JSON.stringify(row)}\n`);
      };
      try {
        await suite[kind](name, report);
      } catch (error) {
        process.stderr.write(`  failed: ${String(error.stderr ?? error.message).trim()}\n`);
      }
    }
  }
}

function table(title, fits, columns) {
  const seen = rows.filter(fits);
  if (seen.length === 0) return;
  console.log(`\n### ${title}\n\n| server | ${columns.map(([name]) => name).join(' | ')} |\n|---|${'---:|'.repeat(columns.length)}`);
  for (const name of chosen) {
    const own = seen.filter((row) => row.server === name);
    if (own.length === 0) continue;
    const cells = columns.map(([, field, digits]) => median(own.map((row) => row[field])).toLocaleString('en', {
      minimumFractionDigits: digits, maximumFractionDigits: digits }));
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

const is = (method, connections, depth) => (row) =>
  row.suite === 'rate' && row.method === method && row.connections === connections && row.depth === depth;
const rate = [['a second', 'per_second', 0], ['server us each', 'server_us', 2], ['p50 us', 'p50_us', 0], ['p99 us', 'p99_us', 0],
  ['p99.9 us', 'p999_us', 0], ["server's share of its processor", 'server_share', 2], ["generator's", 'client_share', 2]];
for (const [connections, depth] of loads) table(`tools/call, ${connections} x ${depth}`, is('tools/call', connections, depth), rate);
table('ping, 64 x 1', is('ping', 64, 1), rate);
table('5,000 idle connections, each used once', (row) => row.suite === 'idle',
  [['before KiB', 'before_kib', 0], ['with them KiB', 'after_kib', 0], ['bytes each', 'bytes_each', 0], ['processor while idle', 'server_share', 4]]);
table('sessions opened, 16 at a time', (row) => row.suite === 'connect', [['a second', 'per_second', 0], ['server us each', 'server_us', 1]]);
table('cold start', (row) => row.suite === 'cold', [['first answer ms', 'first_answer_ms', 1], ['resident KiB', 'resident_kib', 0]]);

const heads = [...loads.map(([connections, depth]) => [`${connections} x ${depth}`, is('tools/call', connections, depth)]),
  ['ping 64 x 1', is('ping', 64, 1)], ['session', (row) => row.suite === 'connect']];
const ratios = pairs.map(([above, below]) => [`${above} / ${below}`, heads.map(([, fits]) => {
  const each = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const cost = (name) => rows.find((row) => row.round === round && row.server === name && fits(row))?.server_us;
    if (cost(above) > 0 && cost(below) > 0) each.push(cost(above) / cost(below));
  }
  return each.length > 0 ? median(each).toFixed(2) : '';
})]).filter(([, cells]) => cells.some(Boolean));
if (ratios.length > 0) {
  console.log(`\n### Cost against cost (server time an operation)\n\n| | ${heads.map(([name]) => name).join(' | ')} |\n|---|${'---:|'.repeat(heads.length)}`);
  for (const [name, cells] of ratios) console.log(`| ${name} | ${cells.join(' | ')} |`);
}
