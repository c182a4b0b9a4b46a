// The public conformance suites on the product itself: every scenario that needs nothing which only a test server has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { demoRepository, serve } from '../stage/stage.mjs';
import { run, suites, tally } from './suites.mjs';

/// Checks that fail because they look for tools which only a test server has; the suite says so in its own words.
const untestable = [
  'sep-2575-server-rejects-undeclared-capability', 'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream', 'sep-2575-server-no-log-without-loglevel',
];

/// Checks that are passed over: the product's tools and prompts don't change while it runs, and it doesn't say they do.
const unchanging = [
  'sep-2575-server-sends-prompts-list-changed-on-subscription',
  'sep-2575-server-sends-tools-list-changed-on-subscription',
];

const handshake = ['server-initialize', 'logging-set-level', 'ping', 'tools-list', 'server-sse-multiple-streams',
  'dns-rebinding-protection', 'resources-list', 'prompts-list'];
const stateless = ['tools-list', 'resources-list', 'prompts-list', 'sep-2164-resource-not-found', 'caching',
  'dns-rebinding-protection', 'server-sse-multiple-streams', 'server-stateless',
  'http-header-validation', 'input-required-result-unsupported-methods'];

/// Exact, as on the test server: `except` are the ids that fail, `skipped` those that are passed over, and none of them idly.
async function assertPasses(t, suite, { scenarios, passed, except = [], skipped = [] }, ...options) {
  // The suite has no token to show, so the product is run as on a developer's machine.
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: undefined } });
  const result = await run(suite, server.url.replace('127.0.0.1', 'localhost'), '--suite', 'all', ...options);
  const counts = tally(result, scenarios);
  const idOf = (line) => line.split(': ')[1];
  assert.deepEqual(counts.unwell.map(idOf), except, counts.unwell.join('\n'));
  for (const line of counts.unwell) assert.match(line, /: Not testable: server does not list the diagnostic tool/);
  assert.deepEqual(counts.skipped.map(idOf), skipped);
  assert.equal(counts.scenarios, scenarios.length);
  assert.equal(counts.passed, passed);
}

test(`the product in suite ${suites.released.version}`, async (t) => {
  await assertPasses(t, suites.released, { scenarios: handshake, passed: 10 });
});

const basic = handshake.filter((name) => !['server-sse-multiple-streams', 'dns-rebinding-protection'].includes(name));
for (const [revision, expected] of [
  ['2025-03-26', { scenarios: ['server-session-lifecycle'], passed: 3 }],
  ['2025-06-18', { scenarios: [...basic, 'server-session-lifecycle'], passed: 16 }],
  ['2025-11-25', { scenarios: [...handshake, 'server-session-lifecycle'], passed: 21 }],
  ['2026-07-28', { scenarios: stateless, passed: 64, except: untestable, skipped: unchanging }],
]) {
  test(`the product in suite ${suites.next.version}, revision ${revision}`, async (t) => {
    await assertPasses(t, suites.next, expected, '--spec-version', revision);
  });
}
