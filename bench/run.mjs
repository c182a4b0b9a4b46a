#!/usr/bin/env node
// Measures servers side by side, in turns, and prints a report in Markdown: node bench/run.mjs [--rounds N] [--time MS]
// [--only WORD,WORD] [--suite rate,connect,cold,growth,cores,idle] [--out FILE]. FILE keeps every single figure (JSON, one a line).
// What comes without options takes a quarter of an hour.
//
// The load generator has processor 0 and the server processor 1.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bars } from './bars.mjs';
import { barTable, cellTable, Figures, figureTable, table, written } from './report.mjs';
import { built, isModern, servers, started, warmupOf } from './servers.mjs';

const { values: options } = parseArgs({ options: {
  rounds: { type: 'string', default: '3' }, time: { type: 'string', default: '400' }, only: { type: 'string', default: '' },
  suite: { type: 'string', default: 'rate,connect,cold,growth,cores,idle' },
  out: { type: 'string', default: join(built, 'bench/figures.jsonl') },
} });
const words = options.only.split(',').filter(Boolean);
const chosen = Object.keys(servers).filter((name) => words.length === 0 || words.some((word) => name.includes(word)));

const calls = [[1, 1], [64, 1], [1000, 1], [1, 8], [64, 8], [1000, 8]].map(([connections, depth]) =>
  ({ connections, depth, method: 'tools/call', cell: `tools/call ${connections} x ${depth}` }));
const pings = [1, 64, 1000].map((connections) => ({ connections, depth: 1, method: 'ping', cell: `ping ${connections} x 1` }));
const grown = [1, 16, 64, 256, 1000, 4000];
const watched = ['flux ws', 'asio ws', 'flux http sessions', 'flux http stateless', 'asio http'];
/// [name, loops, processors]
const rooms = [['one loop on one processor', 1, '1'], ['two loops on one processor', 2, '1'],
  ["two loops on two processors, one of them the generator's", 2, '0,1'],
  ...(cpus().length > 2 ? [['two loops on two processors', 2, '1,2']] : [])];
const crowded = calls.filter(({ connections }) => connections === 64);

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function load(server, ...args) {
  const text = execFileSync('taskset', ['-c', '0', join(built, 'bench/load'), ...server.where, ...args.map(String)],
    { encoding: 'utf8', timeout: 180_000, stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(text);
}

/// Until it has worked off what it still owes to connections that are gone: that isn't the next cell's.
async function settled({ pid }) {
  const ticks = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, part) => sum + Number(part), 0);
  for (let tries = 0, before = ticks(); tries < 200; tries += 1) {
    await sleep(100);
    const now = ticks();
    if (now - before <= 1) return;
    before = now;
  }
  throw new Error('the server comes to no rest');
}

/// A server may pause longer than a short cell lasts: it is measured again, and longer, until something was answered.
async function rate(server, connections, depth, method) {
  for (let time = Number(options.time); ; time *= 3) {
    await settled(server);
    const figures = load(server, '--connections', connections, '--depth', depth, '--method', method, '--warmup', 200, '--time', time);
    if (figures.per_second > 0) return figures;
    if (time > 20_000) throw new Error(`nothing was answered in ${time} ms`);
  }
}

async function withServer(name, room, use) {
  const server = await started(name, room);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/// Each reports rows of figures by `report(cell, figures)`.
const suite = {
  rate: (name, report) => withServer(name, {}, async (server) => {
    load(server, '--connections', 64, '--depth', 4, '--time', warmupOf(name));
    for (const { connections, depth, method, cell } of [...calls, ...pings]) {
      const asked = method === 'ping' && isModern(name) ? 'server/discover' : method; // where there is no ping
      report(cell, await rate(server, connections, depth, asked));
    }
  }),
  connect: (name, report) => withServer(name, {}, (server) => {
    report('session', load(server, '--mode', 'connect', '--connections', 16, '--warmup', warmupOf(name), '--time', options.time));
  }),
  async cold(name, report) {
    const times = [];
    let resident;
    for (let run = 0; run < 5; run += 1) {
      await withServer(name, {}, (server) => {
        load(server, '--mode', 'rate', '--warmup', 0, '--time', 1);
        times.push(Number(process.hrtime.bigint() - server.begun) / 1e6);
        resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]);
      });
    }
    report('cold', { first_answer_ms: Math.min(...times), resident_kib: resident });
  },
  async growth(name, report) {
    if (!watched.includes(name)) return;
    await withServer(name, {}, async (server) => {
      for (const connections of grown) report(`${connections}`, await rate(server, connections, 1, 'tools/call'));
    });
  },
  async cores(name, report) {
    if (!name.startsWith('flux') || !watched.includes(name)) return;
    for (const [room, threads, processors] of rooms) {
      await withServer(name, { threads, processors }, async (server) => {
        for (const { connections, depth, method, cell } of crowded) {
          report(`${room}, ${cell}`, await rate(server, connections, depth, method));
        }
      });
    }
  },
  idle: (name, report) => withServer(name, {}, (server) => {
    load(server, '--mode', 'connect', '--connections', 4, '--time', 300);
    report('idle', load(server, '--mode', 'idle', '--connections', 5000, '--time', 2000));
  }),
};
/// Memory doesn't depend on what else the machine does.
const once = new Set(['idle']);

const begun = Date.now();
const busy = loadavg()[0].toFixed(1);
const rows = [];
let failures = 0;
writeFileSync(options.out, '');
for (let round = 0; round < Number(options.rounds); round += 1) {
  for (const kind of options.suite.split(',')) {
    if (round > 0 && once.has(kind)) continue;
    for (const server of chosen) {
      process.stderr.write(`round ${round + 1}: ${kind}, ${server}\n`);
      const report = (cell, figures) => {
        const row = { round, server, cell, ...figures };
        rows.push(row);
        appendFileSync(options.out, `${JSON.stringify(row)}\n`);
      };
      try {
        await suite[kind](server, report);
      } catch (error) {
        failures += 1;
        process.stderr.write(`  failed: ${String(error.stderr || error.stack).trim()}\n`);
      }
    }
  }
}

const figures = new Figures(rows);
/// Whose cost is held against whose.
const pairs = [['v1 ws', 'flux ws'], ['node ws', 'flux ws'], ['flux ws', 'asio ws'], ['flux ws', 'epoll ws'],
  ['v1 http sessions', 'flux http sessions'], ['v1 http stateless', 'flux http stateless'], ['v2 http modern', 'flux http modern'],
  ['node http', 'flux http stateless'], ['flux http stateless', 'asio http'], ['flux http stateless', 'epoll http']];
const cells = [...calls, ...pings].map(({ cell }) => cell);
const costs = [...cells, 'session'].filter((cell) => rows.some((row) => row.cell === cell));
const ms = (microseconds) => (microseconds === undefined ? 'failed' : written(microseconds / 1000));

console.log([
  `${cpus()[0].model}, ${cpus().length} processors, load ${busy} before; Linux ${release()}, Node ${process.version}. ` +
    `Medians of ${options.rounds} rounds, ${options.time} ms a cell. The generator has one processor, the server another. flux-mcp has a ` +
    'token to check and a limit to count against; `asio` and `epoll` are the floors of `bench/floor`, which do neither.\n',
  barTable(figures, bars),
  table('Cost against cost: processor time of the server for an operation', ['', ...costs],
    pairs.filter(([above, below]) => costs.some((cell) => figures.has(above, cell) && figures.has(below, cell)))
      .map(([above, below]) => [`${above} / ${below}`, ...costs.map((cell) => written(figures.ratio(above, below, cell, 'server_us')))])),
  cellTable('Operations a second', figures, chosen, cells, (server, cell) => written(figures.of(server, cell, 'per_second'))),
  cellTable('Processor time of the server for an operation, us', figures, chosen, cells,
    (server, cell) => written(figures.of(server, cell, 'server_us'))),
  cellTable('Latency, p50 / p99 / p99.9 in ms', figures, chosen, cells,
    (server, cell) => ['p50_us', 'p99_us', 'p999_us'].map((figure) => ms(figures.of(server, cell, figure))).join(' / ')),
  cellTable('How cost grows with connections: us for a call, one in flight on each', figures, watched, grown.map(String),
    (server, cell) => written(figures.of(server, cell, 'server_us'))),
  table('Two loops', ['', 'a second, 64 x 1', 'us each', 'a second, 64 x 8', 'us each'],
    watched.filter((server) => chosen.includes(server)).flatMap((server) => rooms
      .filter(([room]) => crowded.some(({ cell }) => figures.has(server, `${room}, ${cell}`)))
      .map(([room]) => [`${server}: ${room}`, ...crowded.flatMap(({ cell }) => ['per_second', 'server_us']
        .map((figure) => written(figures.of(server, `${room}, ${cell}`, figure))))]))),
  figureTable('5,000 idle connections, each used once', figures, chosen, 'idle',
    [['before, KiB', 'before_kib'], ['with them, KiB', 'after_kib'], ['bytes each', 'bytes_each'], ['share of a processor', 'server_share']]),
  figureTable('Sessions opened, 16 at a time', figures, chosen, 'session', [['a second', 'per_second'], ['us each', 'server_us']]),
  figureTable('From start to the first answer', figures, chosen, 'cold', [['ms', 'first_answer_ms'], ['resident, KiB', 'resident_kib']]),
].filter(Boolean).join('\n'));
process.stderr.write(`${Math.round((Date.now() - begun) / 1000)} s, ${failures} failed\n`);
process.exitCode = failures > 0 ? 1 : 0;
