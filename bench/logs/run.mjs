#!/usr/bin/env node
// Measures the log engine beside what people use today, on one core, in turns: node bench/logs/run.mjs [--rounds N] [--logs FOLDER] [--only PATTERN]
// Prints Markdown tables. Times are processor times; of the rounds the median is taken, of ratios the median of the rounds'.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'build/release/bench');
const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, logs: { type: 'string', default: '' }, only: { type: 'string', default: '' } } });
const rounds = Number(options.rounds);
const folder = options.logs || mkdtempSync(join(tmpdir(), 'flux-bench-logs-'));
const log = (name) => join(folder, `${name}.log`);
if (!existsSync(log('progress'))) execFileSync(join(built, 'generate_logs'), [folder]);

/// The 100 MB as the archive that GitHub makes of a run with 40 jobs.
function pack() {
  const lines = readFileSync(log('ci'), 'utf8').split('\n');
  const jobs = mkdtempSync(join(folder, 'jobs-'));
  const each = Math.ceil(lines.length / 40);
  const files = Array.from({ length: 40 }, (_, job) => join(jobs, `${job}_job ${job}.txt`));
  files.forEach((file, job) => writeFileSync(file, `${lines.slice(job * each, (job + 1) * each).join('\n')}\n`));
  execFileSync('python3', ['-m', 'zipfile', '-c', log('zip'), ...files]);
  rmSync(jobs, { recursive: true });
}
if (!existsSync(log('zip'))) pack();

const pinned = (program, ...args) => spawnSync('taskset', ['-c', '1', program, ...args], { encoding: 'utf8', maxBuffer: 1 << 30 });
function json(program, ...args) {
  const { stdout, stderr, status } = pinned(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}
const flux = (what, file, ...rest) => json(join(built, 'measure_logs'), what, log(file), ...rest);
const node = (what, file, ...rest) => json(process.execPath, join(root, 'bench/logs/peer.mjs'), what, log(file), ...rest);
/// A whole process: user and system time, by the shell's own measure. ripgrep is asked for one thread.
function whole(...command) {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null';
  const { stderr } = pinned('bash', '-c', script, 'bash', ...command);
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { ms: (user + system) * 1000 };
}
const hasRipgrep = spawnSync('rg', ['--version']).status === 0;
if (!hasRipgrep) console.error('ripgrep is not there (Debian package ripgrep): its rows are left out.');
const grep = (...args) => (hasRipgrep ? whole('rg', '-c', '-j1', ...args) : undefined);

const causes = 'AssertionError|exit code [1-9]';
const rows = {
  'last 200 lines, 100 MB, indexed': { flux: () => flux('tail', 'ci'), 'Node, read and split': () => node('tail', 'ci'), 'tail -n 200, whole process': () => whole('tail', '-n', '200', log('ci')) },
  'last 200 lines, 1 GB, indexed': { flux: () => flux('tail', 'large'), 'tail -n 200, whole process': () => whole('tail', '-n', '200', log('large')) },
  'the same, nothing of it in memory (time of the clock)': { flux: () => flux('cold-tail', 'large') },
  'last 200 lines, 100 MB in memory, not indexed': { flux: () => flux('stream-tail', 'ci'), 'Node, split and slice': () => node('stream-tail', 'ci') },
  'last 200 lines of each of 40 jobs in a zip, 100 MB': { flux: () => flux('zip-tails', 'zip'), 'Node, inflate, split and slice': () => node('zip-tails', 'zip') },
  'make the index of a stored log anew, 1 GB': { flux: () => flux('index', 'large') },
  'strip stamps and colours, 100 MB': { flux: () => flux('strip', 'ci'), 'Node, two replaces': () => node('strip', 'ci') },
  'the same, and hide secrets': { flux: () => flux('mask', 'ci'), 'Node, two replaces': () => node('strip', 'ci') },
  'clean, mask, index and store, 100 MB': { flux: () => flux('store', 'ci') },
  'a literal, 100 MB': { flux: () => flux('literal', 'ci', 'AssertionError'), 'Node, split and includes': () => node('literal', 'ci', 'AssertionError'), 'ripgrep -c, whole process': () => grep('-F', 'AssertionError', log('ci')) },
  'an expression with literals, 100 MB': { flux: () => flux('regex', 'ci', causes), 'Node, split and test': () => node('regex', 'ci', causes), 'ripgrep -c, whole process': () => grep(causes, log('ci')) },
  'an expression without, 100 MB': { flux: () => flux('regex', 'ci', '[A-Z][a-z]+[A-Z]'), 'Node, split and test': () => node('regex', 'ci', '[A-Z][a-z]+[A-Z]'), 'ripgrep -c, whole process': () => grep('[A-Z][a-z]+[A-Z]', log('ci')) },
  'a literal, stored log, 100 MB': { flux: () => flux('stored-literal', 'ci', 'AssertionError'), 'page by page': () => flux('paged-literal', 'ci', 'AssertionError'), 'ripgrep -c, whole process': () => grep('-F', 'AssertionError', log('ci')) },
  'the same, ignoring case': { flux: () => flux('stored-any-case', 'ci', 'ASSERTIONERROR'), 'page by page': () => flux('paged-any-case', 'ci', 'ASSERTIONERROR'), 'ripgrep -c -i, whole process': () => grep('-i', '-F', 'AssertionError', log('ci')) },
  'an expression with literals, stored': { flux: () => flux('stored-regex', 'ci', causes), 'page by page': () => flux('paged-regex', 'ci', causes), 'ripgrep -c, whole process': () => grep(causes, log('ci')) },
  'an expression without, stored': { flux: () => flux('stored-regex', 'ci', '[A-Z][a-z]+[A-Z]'), 'page by page': () => flux('paged-regex', 'ci', '[A-Z][a-z]+[A-Z]'), 'ripgrep -c, whole process': () => grep('[A-Z][a-z]+[A-Z]', log('ci')) },
  'read, decode and diagnose, 100 MB': { flux: () => flux('diagnose', 'ci') },
  'read, decode and diagnose, 1 GB': { flux: () => flux('diagnose', 'large') },
};
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const shown = (number) => (number < 1 ? number.toFixed(2) : number < 10 ? number.toFixed(1) : number.toFixed(0));

console.log('| what | who | ms | of ours | peak, MiB |\n|---|---|---:|---:|---:|');
for (const [what, who] of Object.entries(rows)) {
  if (!new RegExp(options.only).test(what)) continue;
  const figures = Array.from({ length: rounds }, () => Object.fromEntries(Object.entries(who).map(([name, run]) => [name, run()])));
  for (const name of Object.keys(who)) {
    if (!figures[0][name]) continue;
    const ratio = name === 'flux' ? '' : shown(median(figures.map((round) => round[name].ms / round.flux.ms)));
    const peak = figures[0][name].peak_mib;
    console.log(`| ${what} | ${name} | ${shown(median(figures.map((round) => round[name].ms)))} | ${ratio} | ${peak ? shown(peak) : ''} |`);
  }
}

const odd = { large: '1 GB', long: 'ten lines of 10 MB', short: 'ten million lines', equal: '200,000 equal lines', progress: 'one progress bar of 100 MB' };
if (!options.only) console.log('\n| a log of | kept in the store: peak, MiB | diagnosed: peak, MiB |\n|---|---:|---:|');
for (const [name, title] of Object.entries(options.only ? {} : odd)) {
  console.log(`| ${title} | ${shown(flux('store', name).peak_mib)} | ${shown(flux('diagnose', name).peak_mib)} |`);
}
if (!options.logs) rmSync(folder, { recursive: true });
