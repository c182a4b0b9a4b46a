// stdio in every revision of the handshake era, beside a server and alone: the official SDK, and bare lines for what an SDK
// does not say. Each message is held against the schema of its revision.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { openLines } from '../stage/lines.mjs';
import { speaking } from '../stage/speaking.mjs';
import { binary, demoRepository, environment, freePort, freshFolder, serve, until } from '../stage/stage.mjs';
import { schemas, witness } from '../stage/wire_schema.mjs';

// The suite whose schemas serve where the specification's are not at hand has none of 2024-11-05.
const revisions = [...schemas.keys()].filter((revision) => revision < '2026').sort();
const newest = revisions.at(-1);

async function alone(t, repo) {
  const state = freshFolder(t);
  return environment({
    HOME: state, FLUX_STATE_DIR: state, FLUX_REPO: repo, FLUX_PREVIEW_PORT: String(await freePort()), FLUX_RATE_LIMIT: '0',
  });
}

const beside = async (t, repo) => (await serve(t, { repo })).settings;

const places = [['beside a server', beside], ['alone', alone]];

for (const [place, settle] of places) {
  test(`SDK 1.32.2 over stdio, ${place}`, { concurrency: true }, async (t) => {
    // Each takes as long as its run, so they go side by side.
    await Promise.all(revisions.map((revision) => {
      return t.test(revision, async (st) => {
        const env = await settle(st, demoRepository(st));
        const transport = speaking(revision, new StdioClientTransport({ command: binary, args: ['stdio'], env, stderr: 'inherit' }));
        const watching = witness(transport);
        const client = new Client({ name: 'stdio', version: '1' }, { capabilities: { elicitation: {}, sampling: {}, roots: {} } });
        const updated = [];
        client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => { updated.push(params.uri); });
        client.setNotificationHandler(LoggingMessageNotificationSchema, () => {});
        await client.connect(transport);
        await client.ping();
        await client.setLoggingLevel('debug');

        const { tools } = await client.listTools();
        assert.ok(tools.some(({ name }) => name === 'builds_createPreview'));
        const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
        const created = await call('builds_createPreview', { branch: 'slow', fresh: true });
        const { run_id } = JSON.parse(created.content[0].text);
        const uri = `flux://runs/${run_id}`;
        await client.subscribeResource({ uri });
        const told = [];
        const { content } = await call('builds_status', { run_id, wait_s: 40, until: 'completed' }, { onprogress: (step) => told.push(step) });
        assert.match(content[0].text, new RegExp(`${run_id}[^]*success`));
        assert.ok(told.length > 0, 'no progress came');
        // What a step is called came with 2025-03-26.
        assert.equal(told.every(({ message }) => message === undefined), revision < '2025-03-26', JSON.stringify(told));
        await until('the run to be told of', () => updated.includes(uri));
        await client.unsubscribeResource({ uri });
        assert.match((await call('builds_tailLogs', { run_id, job: 'test' })).content[0].text, /second 6/);
        assert.equal((await call('builds_createPreview', { branch: 'mian' })).isError, true);
        await assert.rejects(call('builds_fly', {}), (error) => error.code === -32602);

        for (const resource of (await client.listResources()).resources) await client.readResource({ uri: resource.uri });
        await client.listResourceTemplates();
        await client.readResource({ uri: `${uri}/logs/test` });
        await assert.rejects(client.readResource({ uri: 'flux://nothing' }), (error) => error.code === -32002);
        assert.ok((await client.listPrompts()).prompts.length > 2);
        await client.getPrompt({ name: 'explain_failure', arguments: { run_id: String(run_id) } });
        const { completion } = await client.complete({ ref: { type: 'ref/prompt', name: 'ship_preview' }, argument: { name: 'branch', value: 'sl' } });
        assert.deepEqual(completion.values, ['slow']);

        const giveUp = new AbortController();
        const { run_id: second } = JSON.parse((await call('builds_createPreview', { branch: 'slow', fresh: true })).content[0].text);
        const waiting = call('builds_status', { run_id: second, wait_s: 45, until: 'completed' }, { signal: giveUp.signal });
        giveUp.abort();
        await assert.rejects(waiting);
        assert.ok(!(await call('builds_cancel', { run_id: second })).isError);

        await client.close();
        watching.assertFit();
        assert.deepEqual([...watching.seen.revisions], [revision]);
        for (const method of ['notifications/progress', 'notifications/resources/updated']) {
          assert.ok(watching.seen.methods.has(method), `${method} was not said`);
        }
      });
    }));
  });

  test(`bare lines over stdio, ${place}`, async (t) => {
    const env = await settle(t, demoRepository(t));
    const hello = (revision) => ({ protocolVersion: revision, capabilities: {}, clientInfo: { name: 'lines', version: '1' } });
    const begin = async (st, revision) => {
      const peer = openLines(st, env);
      const { result } = await peer.request('initialize', hello(revision));
      assert.equal(result.protocolVersion, schemas.has(revision) ? revision : newest);
      peer.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return peer;
    };
    const ping = (id) => ({ jsonrpc: '2.0', id, method: 'ping' });

    for (const revision of revisions) {
      await t.test(`${revision}: a line is a message, and what is none is refused as that revision refuses`, async (st) => {
        const peer = await begin(st, revision);
        assert.ok((await peer.request('tools/list')).result.tools.length > 5);
        assert.equal((await peer.request('flux/unknown')).error.code, -32601);
        assert.equal((await peer.request('tools/call', { name: 7 })).error.code, -32602);
        // Blank lines are passed over, and CR LF ends a line as LF does.
        peer.send('');
        peer.send(`${JSON.stringify(ping('crlf'))}\r`);
        await peer.next('a pong', (message) => message.id === 'crlf' && message.result);

        for (const [line, code] of [['{"jsonrpc":"2.0",', -32700], ['{"jsonrpc":"2.0","id":"five"}', -32600], ['7', -32600]]) {
          const from = peer.lines.length;
          peer.send(line);
          const { error, ...rest } = await peer.next(`a refusal of ${line}`, (message) => message.error, from);
          assert.equal(error.code, code, line);
          // An error of a request that can't be named has no id from 2025-11-25 on; before, null as in JSON-RPC.
          if (code === -32700) assert.equal('id' in rest, revision < '2025-11-25', JSON.stringify(rest));
        }

        const from = peer.lines.length;
        peer.send([ping('in-1'), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'nothing' } },
          { jsonrpc: '2.0', id: 'in-2', method: 'tools/list' }]);
        const answer = await peer.next('an answer to the batch', () => true, from);
        if (revision === '2025-03-26') {
          assert.ok(Array.isArray(answer), JSON.stringify(answer));
          assert.deepEqual(answer.map(({ id }) => id).sort(), ['in-1', 'in-2']);
        } else {
          assert.equal(answer.error.code, -32600, JSON.stringify(answer));
          assert.deepEqual((await peer.request('ping')).result, {});
        }
        await peer.end();
        assert.deepEqual([...peer.seen.revisions], [revision]);
      });
    }

    await t.test('2025-03-26: a batch is answered when its last request is, and one of notifications not at all', async (st) => {
      const peer = await begin(st, '2025-03-26');
      const from = peer.lines.length;
      const call = (id, name, args) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
      peer.send([{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'nothing' } }]);
      peer.send([call('a', 'builds_list', {}), call('b', 'builds_fly', {}), ping('c')]);
      const answers = await peer.next('the batch', Array.isArray, from);
      assert.equal(peer.lines.length, from + 1, 'notifications have no answer');
      const by = new Map(answers.map((answer) => [answer.id, answer]));
      assert.equal(by.size, 3);
      assert.ok(by.get('a').result.content[0].text);
      assert.equal(by.get('b').error.code, -32602);
      assert.deepEqual(by.get('c').result, {});
      for (const [batch, code] of [
        [[], -32600], [[1], -32600], [[{ jsonrpc: '2.0', id: 9, method: 'initialize', params: hello('2025-03-26') }], -32600],
        [Array.from({ length: 101 }, (_, id) => ping(`many-${id}`)), -32600],
      ]) {
        const seen = peer.lines.length;
        peer.send(batch);
        const refusal = await peer.next('a refusal', () => true, seen);
        assert.equal(refusal.error?.code, code, JSON.stringify(refusal).slice(0, 300));
      }
    });

    await t.test('a revision that nobody knows is answered with the newest of its era', async (st) => {
      await begin(st, '1999-12-31');
    });

    await t.test('what was asked before the input ended is answered', async (st) => {
      const peer = await begin(st, newest);
      peer.send({ jsonrpc: '2.0', id: 'late', method: 'tools/call', params: { name: 'builds_list', arguments: {} } });
      await peer.end();
      assert.ok(peer.lines.some(({ id, result }) => id === 'late' && result), 'the last answer is missing');
    });
  });
}
