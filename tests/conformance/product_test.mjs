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

/// The other scenarios, and why the product can't be judged by them: what they ask it for, which only a test server has.
/// The suite says the same in its own words, so that what could be judged can't hide here.
const onlyOnTestServer = {
  'completion-complete': /no prompt `test_prompt_with_arguments`/,
  'tools-call-simple-text': /no tool `test_simple_text`/,
  'tools-call-image': /no tool `test_image_content`/,
  'tools-call-audio': /no tool `test_audio_content`/,
  'tools-call-embedded-resource': /no tool `test_embedded_resource`/,
  'tools-call-mixed-content': /no tool `test_multiple_content_types`/,
  'tools-call-with-logging': /no tool `test_tool_with_logging`/,
  'tools-call-error': /no tool `test_error_handling`/,
  'tools-call-with-progress': /no tool `test_tool_with_progress`/,
  'tools-call-sampling': /no tool `test_sampling`/,
  'tools-call-elicitation': /no tool `test_elicitation`/,
  'elicitation-sep1034-defaults': /no tool `test_elicitation_sep1034_defaults`/,
  'elicitation-sep1330-enums': /no tool `test_elicitation_sep1330_enums`/,
  'json-schema-2020-12': /Tool 'json_schema_2020_12_tool' not found/,
  'resources-read-text': /no resource `test:\/\/static-text`/,
  'resources-read-binary': /no resource `test:\/\/static-binary`/,
  'resources-templates-read': /no resource `test:\/\/template\/123\/data`/,
  'resources-subscribe': /There is no such resource/, // test://watched-resource
  'resources-unsubscribe': /There is no such resource/,
  'prompts-get-simple': /no prompt `test_simple_prompt`/,
  'prompts-get-with-args': /no prompt `test_prompt_with_arguments`/,
  'prompts-get-embedded-resource': /no prompt `test_prompt_with_embedded_resource`/,
  'prompts-get-with-image': /no prompt `test_prompt_with_image`/,
  'http-custom-header-server-validation': /server exposes no tool with x-mcp-header/,
  'input-required-result-basic-elicitation': /no tool `test_input_required_result_elicitation`/,
  'input-required-result-basic-sampling': /no tool `test_input_required_result_sampling`/,
  'input-required-result-basic-list-roots': /no tool `test_input_required_result_list_roots`/,
  'input-required-result-request-state': /no tool `test_input_required_result_request_state`/,
  'input-required-result-multiple-input-requests': /no tool `test_input_required_result_multiple_inputs/,
  'input-required-result-multi-round': /Expected InputRequiredResult/, // of test_input_required_result_multi_round
  'input-required-result-missing-input-response': /Server returned JSON-RPC error instead of re-requesting/, // by ..._elicitation
  'input-required-result-non-tool-request': /no prompt `test_input_required_result_prompt`/,
  'input-required-result-result-type': /no tool `test_input_required_result_elicitation`/,
  'input-required-result-tampered-state': /could not get initial InputRequiredResult/, // of test_input_required_result_tampered_state
  'input-required-result-capability-check': /no tool `test_input_required_result_capabilities`/,
  'input-required-result-ignore-extra-params': /no tool `test_input_required_result_elicitation`/,
};

/// Those that say nothing about the product, whatever they say: they are for a tool, too, but don't mind that it is missing.
const idle = {
  'server-sse-polling': 'looks at the stream of test_reconnection; what it finds at another is a warning',
  'input-required-result-validate-input': 'takes any error for a refusal of what it sends test_input_required_result_elicitation',
};

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
  for (const name of result.scenarios.keys()) {
    if (scenarios.includes(name) || idle[name]) continue;
    const reason = onlyOnTestServer[name];
    assert.ok(reason, `${name} is neither judged nor is there a reason`);
    assert.match(tally(result, [name]).unwell.join('\n'), reason);
  }
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
