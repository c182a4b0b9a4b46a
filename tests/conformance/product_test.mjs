// The public conformance suites on the product itself: every scenario that needs nothing which only a test server has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { demoRepository, serve } from '../stage/stage.mjs';
import { run, suites, tally } from './suites.mjs';

/// Checks that look for tools which only a test server has; the suite says so in its own words.
const untestable = [
  'sep-2575-server-rejects-undeclared-capability', 'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream', 'sep-2575-server-no-log-without-loglevel',
  'sep-2575-server-sends-prompts-list-changed-on-subscription',
  'sep-2575-server-sends-tools-list-changed-on-subscription',
];

const handshake = ['server-initialize', 'logging-set-level', 'ping', 'tools-list', 'server-sse-multiple-streams',
  'dns-rebinding-protection', 'resources-list', 'prompts-list'];
const stateless = ['tools-list', 'resources-list', 'prompts-list', 'sep-2164-resource-not-found', 'caching',
  'dns-rebinding-protection', 'server-sse-multiple-streams', 'server-stateless',
  'http-header-validation', 'input-required-result-unsupported-methods'];

async function assertPasses(t, suite, scenarios, ...options) {
  // The suite has no token to show, so the product is run as on a developer's machine.
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: undefined } });
  const result = await run(suite, server.url.replace('127.0.0.1', 'localhost'), '--suite', 'all', ...options);
  const { unwell, ...counts } = tally(result, scenarios);
  assert.deepEqual(unwell.filter((line) => !untestable.some((id) => line.includes(id))), []);
  assert.equal(counts.scenarios, scenarios.length);
  assert.ok(counts.passed >= scenarios.length, `only ${counts.passed} checks passed`);
}

test(`the product in suite ${suites.released.version}`, async (t) => {
  await assertPasses(t, suites.released, handshake);
});

for (const [revision, scenarios] of [
  ['2025-03-26', ['server-session-lifecycle']],
  ['2025-06-18', [...handshake.filter((name) => !['server-sse-multiple-streams', 'dns-rebinding-protection'].includes(name)), 'server-session-lifecycle']],
  ['2025-11-25', [...handshake, 'server-session-lifecycle']],
  ['2026-07-28', stateless],
]) {
  test(`the product in suite ${suites.next.version}, revision ${revision}`, async (t) => {
    await assertPasses(t, suites.next, scenarios, '--spec-version', revision);
  });
}
