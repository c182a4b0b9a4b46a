// Runs the public conformance suites of the protocol, and reads what they wrote down rather than what they printed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterwards, freePort, patience, root } from '../stage/stage.mjs';

const everything = process.env.FLUX_EVERYTHING ?? join(root, 'build/release/everything');

/// The two generations of the suite: the one that is released, and the one that knows the stateless revision.
export const suites = {
  released: { version: '0.1.16', program: join(root, 'tests/node_modules/conformance-1/dist/index.js') },
  next: { version: '0.2.0-alpha.12', program: join(root, 'tests/node_modules/conformance-2/dist/index.js') },
};

/// The test server with one of everything, on a port of its own.
export async function serveEverything(t) {
  assert.ok(existsSync(everything), `${everything} is missing: build it first.`);
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), FLUX_RATE_LIMIT: '0' };
  const child = spawn(everything, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
  afterwards(t, async () => {
    child.kill('SIGTERM');
    assert.deepEqual(await ended, { code: 0, signal: null }, 'the test server did not end well');
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('listens')) break;
  }
  return `http://localhost:${port}/mcp`;
}

/// Runs a suite against a server. What comes back are its scenarios, each with its checks as the suite wrote them down.
export async function run(suite, url, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'flux-conformance-'));
  try {
    const child = spawn(process.execPath, [suite.program, 'server', '--url', url, '-o', folder, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (part) => { said += part; });
    child.stderr.on('data', (part) => { said += part; });
    const killer = setTimeout(() => child.kill('SIGKILL'), 120_000 * patience);
    const code = await new Promise((done) => child.once('exit', done));
    clearTimeout(killer);
    const scenarios = new Map();
    for (const name of readdirSync(folder)) {
      const file = join(folder, name, 'checks.json');
      // `server-SCENARIO-2026-07-28T10-00-00-000Z`
      const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, '');
      scenarios.set(scenario, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
    }
    return { code, said, scenarios };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/// How many checks ended how, which of them not well, and which the suite passed over. Only SUCCESS is counted as passed.
export function tally({ scenarios }, names = [...scenarios.keys()]) {
  const counts = { scenarios: 0, passed: 0, failed: 0, warned: 0 };
  const unwell = [];
  const skipped = [];
  for (const name of names) {
    const checks = scenarios.get(name);
    if (!checks?.length) {
      unwell.push(`${name}: did not run`);
      continue;
    }
    counts.scenarios += 1;
    for (const check of checks) {
      const said = `${name}: ${check.id}`;
      if (check.status === 'SUCCESS') counts.passed += 1;
      if (check.status === 'FAILURE') counts.failed += 1;
      if (check.status === 'WARNING') counts.warned += 1;
      if (check.status === 'SKIPPED') skipped.push(said);
      if (check.status === 'FAILURE' || check.status === 'WARNING') {
        unwell.push(`${said}: ${check.errorMessage ?? check.description}`);
      }
    }
  }
  return { ...counts, unwell, skipped };
}
