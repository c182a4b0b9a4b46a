// What the page and clients read beside the tools: resources, prompts, completion, and word of changes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { failingAssertion } from '../clients/journey.mjs';
import { command, demoRepository, serve, until } from '../stage/stage.mjs';

const only = (reading) => {
  assert.equal(reading.contents.length, 1);
  return reading.contents[0];
};

test('resources, prompts and completion over a real run', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { FLUX_RATE_LIMIT: '100000' } });
  const client = new Client({ name: 'resources-test', version: '0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: { authorization: `Bearer ${server.token}` } },
  }));
  const call = async (name, args) => (await client.callTool({ name, arguments: args })).structuredContent;
  const text = async (uri) => only(await client.readResource({ uri })).text;
  const json = async (uri) => JSON.parse(await text(uri));

  const { run_id } = await call('builds_createPreview', { branch: 'faster-readers' });
  await until('the run to end', async () =>
    (await call('builds_status', { run_id, wait_s: 20, until: 'completed' })).run.status === 'completed', 60_000);

  await t.test('lists them', async () => {
    const { resources } = await client.listResources();
    const uris = resources.map(({ uri }) => uri);
    for (const uri of ['flux://runs', 'flux://previews', 'flux://server/limits', 'flux://server/clients',
      'flux://guides/fix-failing-build', `flux://runs/${run_id}`]) assert.ok(uris.includes(uri), `${uri} is missing: ${uris}`);
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.deepEqual(resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort(), ['flux://runs/{run_id}',
      'flux://runs/{run_id}/diagnosis', 'flux://runs/{run_id}/logs/{job}', 'flux://workflows/{file}{?branch}',
      'flux://workflows{?branch}']);
  });

  await t.test('a run, its diagnosis and its log', async () => {
    assert.deepEqual((await json('flux://runs')).items.map((run) => run.run_id), [run_id]);
    const run = await json(`flux://runs/${run_id}`);
    assert.equal(run.run.conclusion, 'failure');
    assert.deepEqual(run.jobs.map(({ name }) => name), ['test', 'build', 'deploy']);
    assert.ok(run.jobs[0].steps.length > 0);
    assert.ok(['failed', 'building', 'requested'].includes(run.preview.state), run.preview.state);
    const diagnosis = await json(`flux://runs/${run_id}/diagnosis`);
    assert.equal(diagnosis.verdict.class, 'test');
    assert.ok(diagnosis.text.includes(failingAssertion));
    const log = await text(`flux://runs/${run_id}/logs/test`);
    assert.ok(log.includes(failingAssertion), log);
    assert.match(await text(`flux://runs/${run_id}/logs/deploy`), /was skipped/);
  });

  await t.test('workflows with what they take', async () => {
    const all = await json('flux://workflows');
    assert.deepEqual(all.map(({ file }) => file), ['deploy.yml']);
    const one = await json('flux://workflows/deploy.yml?branch=night-watch');
    assert.equal(one.dispatchable, true);
    assert.equal(one.problem, null);
    assert.deepEqual(one.inputs.map(({ name, type, required }) => [name, type, required]),
      [['notice', 'string', false], ['drafts', 'boolean', false]]);
  });

  await t.test('the server: limits, clients, a guide', async () => {
    const limits = await json('flux://server/limits');
    assert.equal(limits.rate_limit.requests, 100_000);
    assert.equal(limits.provider.name, 'local');
    const clients = await json('flux://server/clients');
    const printed = await command(['connect', 'codex'], { env: server.settings });
    assert.equal(printed.code, 0, printed.stderr);
    const codex = clients.find(({ client: name }) => name === 'codex');
    assert.equal(codex.title, 'Codex');
    for (const { text: said, code } of codex.steps) assert.ok(printed.stdout.includes(said) && printed.stdout.includes(code));
    assert.ok(codex.steps.some(({ code }) => code.includes(server.url)));
    assert.match(await text('flux://guides/fix-failing-build'), /builds\.diagnose/);
  });

  await t.test('what is not there is an error', async () => {
    for (const uri of ['flux://runs/424242', 'flux://runs/x', `flux://runs/${run_id}/logs/fly`, 'flux://nowhere']) {
      await assert.rejects(client.readResource({ uri }), (error) => error.code === -32002, uri);
    }
  });

  await t.test('completes branch, workflow, run and job', async () => {
    const complete = async (ref, name, value, settled) => (await client.complete({
      ref, argument: { name, value }, ...(settled && { context: { arguments: settled } }),
    })).completion.values;
    const ship = { type: 'ref/prompt', name: 'ship_preview' };
    assert.deepEqual(await complete(ship, 'branch', 'night'), ['night-watch']);
    assert.ok((await complete(ship, 'branch', '')).includes('main'));
    assert.deepEqual(await complete(ship, 'workflow', 'dep'), ['deploy.yml']);
    const log = { type: 'ref/resource', uri: 'flux://runs/{run_id}/logs/{job}' };
    assert.deepEqual(await complete(log, 'run_id', ''), [String(run_id)]);
    assert.deepEqual(await complete(log, 'job', 'te', { run_id: String(run_id) }), ['test']);
  });

  await t.test('prompts bring the diagnosis along', async () => {
    const { prompts } = await client.listPrompts();
    assert.deepEqual(prompts.map(({ name }) => name), ['ship_preview', 'fix_failing_build', 'explain_failure', 'report_issue']);
    for (const name of ['fix_failing_build', 'explain_failure']) {
      const { messages } = await client.getPrompt({ name, arguments: { run_id: String(run_id) } });
      assert.ok(messages[0].content.text.includes(failingAssertion), name);
    }
    const { messages } = await client.getPrompt({ name: 'ship_preview', arguments: { branch: 'main' } });
    assert.match(messages[0].content.text, /builds\.createPreview \{"branch":"main"\}/);
    await assert.rejects(client.getPrompt({ name: 'ship_preview', arguments: {} }));
  });

  await t.test('tells of changes to who subscribed', async () => {
    const told = new Set();
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => { told.add(params.uri); });
    await client.subscribeResource({ uri: 'flux://runs' });
    const { run_id: slow } = await call('builds_createPreview', { branch: 'slow', fresh: true });
    const uris = ['flux://runs', `flux://runs/${slow}`, `flux://runs/${slow}/logs/test`];
    for (const uri of uris.slice(1)) await client.subscribeResource({ uri });
    await until('word of each', () => uris.every((uri) => told.has(uri)), 30_000);
    for (const uri of uris) await client.unsubscribeResource({ uri });
    await call('builds_cancel', { run_id: slow });
  });

  await client.close();
});
