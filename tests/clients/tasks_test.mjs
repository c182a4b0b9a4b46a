// Builds as tasks (the extension io.modelcontextprotocol/tasks), with the official client and its package for tasks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient, resultFromTaskOutcome, taskViewFromExecutionEvent } from '@modelcontextprotocol/ext-tasks/client';
import { isCreateTaskResultV2, isDetailedTaskV2, isTaskStatusNotificationV2 } from '@modelcontextprotocol/ext-tasks/core/v2';
import { ask, demoRepository, serve, token, until, visit } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

const revision = '2026-07-28';
const clientInfo = { name: 'client-of-tasks', version: '1' };
const declared = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

/// `params` as a request of the stateless era carries them.
const framed = (params, clientCapabilities = declared) => ({
  ...params,
  _meta: {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': clientCapabilities,
  },
});

let lastId = 0;

/// One request over HTTP, as it is.
async function post(server, method, params, headers = {}) {
  const name = params.taskId ?? params.name;
  const answer = await ask(server.url, {
    method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params }),
    headers: {
      authorization: `Bearer ${server.token}`, 'content-type': 'application/json',
      accept: 'application/json, text/event-stream', 'mcp-protocol-version': revision, 'mcp-method': method,
      ...(name && { 'mcp-name': name }), ...headers,
    },
  });
  return { status: answer.status, ...JSON.parse(answer.text) };
}

const get = async (server, taskId) => (await post(server, 'tasks/get', framed({ taskId }))).result;

/// The official client, and its session for tasks beside it.
async function connect(t, server) {
  const client = new Client(clientInfo, { capabilities: {}, versionNegotiation: { mode: { pin: revision } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers: { authorization: `Bearer ${server.token}` } },
  }));
  const session = createTaskSessionFromClient(client, {
    endpointId: server.url,
    v2RequestFraming: { protocolVersion: revision, clientInfo, clientCapabilities: {} },
    rawDispatch: async ({ method, params }, { context } = {}) => {
      const { result, error } = await post(server, method, params, context?.headers);
      return error ? { kind: 'error', error } : { kind: 'result', result };
    },
  });
  t.after(async () => {
    await session.close();
    await client.close();
  });
  return session;
}

/// Follows an execution to its end; what its task said on the way comes along.
async function settle(execution) {
  const said = [];
  const onEvent = (event) => {
    const task = taskViewFromExecutionEvent(event);
    if (task) said.push(task.statusMessage);
  };
  const { outcome, lastTask } = await execution.settle({ onEvent });
  return { result: resultFromTaskOutcome(outcome), said: [...said, lastTask?.statusMessage].filter(Boolean) };
}

test('builds as tasks', async (t) => {
  const repo = demoRepository(t);
  // With the limit that servers have: looking after a task must not use up its client's turns.
  const server = await serve(t, { repo, env: { FLUX_RATE_LIMIT: undefined } });
  const session = await connect(t, server);
  assert.equal(session.capabilities.execution, true);

  await t.test('one call brings a branch to its page, however short the wait it asked for', async () => {
    const execution = await session.callTool('builds_createPreview', { branch: 'slow', wait_s: 1 });
    assert.equal(execution.kind, 'task');
    const { result, said } = await settle(execution);
    assert.equal(result.structuredContent.conclusion, 'success', JSON.stringify(result));
    assert.equal(result.structuredContent.preview.state, 'reachable');
    assert.equal((await visit(server, result.structuredContent.preview.url)).status, 200);
    const { run_id } = result.structuredContent;
    for (const message of said) assert.match(message, new RegExp(`^Run ${run_id} of slow: `));
    assert.match(said.at(-1), /: completed, success\. Preview: reachable at http/);
  });

  await t.test('what can be said now is said now', async () => {
    for (const [name, args] of [
      ['builds_createPreview', { branch: 'slow' }],
      ['builds_createPreview', { branch: 'slow', wait_s: 45 }],
      ['builds_createPreview', { branch: 'no such branch', wait_s: 45 }],
      ['builds_status', { branch: 'slow', wait_s: 45, until: 'reachable' }],
    ]) {
      const execution = await session.callTool(name, args);
      assert.equal(execution.kind, 'immediate', `${name} ${JSON.stringify(args)}`);
    }
  });

  await t.test('a run that fails is a result, and says what helps', async () => {
    const { result } = await settle(await session.callTool('builds_createPreview', { branch: 'faster-readers', wait_s: 45 }));
    assert.equal(result.structuredContent.conclusion, 'failure');
    assert.ok(!result.isError);
    assert.equal(result.structuredContent.next[0].tool, 'builds.diagnose');
  });
});

test('tasks on the wire', async (t) => {
  const repo = demoRepository(t);
  const server = await serve(t, { repo });
  const create = (args, capabilities) =>
    post(server, 'tools/call', framed({ name: 'builds_createPreview', arguments: { branch: 'slow', fresh: true, ...args } }, capabilities));
  const runOf = (task) => Number(/^Run (\d+) of slow: /.exec(task.statusMessage)[1]);
  const end = (run_id) => until(`run ${run_id} to end`, async () => {
    const { result } = await post(server, 'tools/call', framed({ name: 'builds_status', arguments: { run_id } }, {}));
    return result.structuredContent.run.conclusion;
  }, 60_000);

  await t.test('are for those who declare them', async () => {
    const { result } = await create({ wait_s: 1 }, {});
    assert.equal(result.resultType, 'complete');
    assert.equal(result.structuredContent.conclusion, null, 'it waited as long as it was told to');
    for (const [method, params] of [
      ['tasks/get', { taskId: 'x' }], ['tasks/cancel', { taskId: 'x' }], ['tasks/update', { taskId: 'x', inputResponses: {} }],
      ['subscriptions/listen', { notifications: { taskIds: ['x'] } }],
    ]) {
      const { status, error } = await post(server, method, framed(params, {}));
      assert.equal(error.code, -32021, method);
      assert.deepEqual(error.data, { requiredCapabilities: declared }, method);
      assert.equal(status, 400, method);
    }
  });

  await t.test('giving a task up leaves its run alone', async () => {
    const { result: task } = await create({ wait_s: 45 });
    assert.ok(isCreateTaskResultV2(task), JSON.stringify(task));
    const { result: heard } = await post(server, 'tasks/cancel', framed({ taskId: task.taskId }));
    assert.equal(heard.resultType, 'complete');
    const given = await until('the task to be cancelled', async () => {
      const seen = await get(server, task.taskId);
      return seen.status === 'cancelled' && seen;
    });
    assert.equal(runOf(given), runOf(task));
    assert.equal(await end(runOf(task)), 'success');
  });

  await t.test('listeners hear how it stands, how it goes and what came of it', async () => {
    const peer = await open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
    const { result: task } = await peer.request('tools/call',
      framed({ name: 'builds.createPreview', arguments: { branch: 'slow', fresh: true, wait_s: 45 } }));
    peer.send({ jsonrpc: '2.0', id: 'ear', method: 'subscriptions/listen',
      params: framed({ notifications: { taskIds: [task.taskId, 'somebody-elses'] } }) });
    const of = (method) => peer.messages.filter((message) => message.method === method);
    const [acknowledged] = await until('the acknowledgement', () => {
      const found = of('notifications/subscriptions/acknowledged');
      return found.length > 0 && found;
    });
    assert.deepEqual(acknowledged.params.notifications, { taskIds: [task.taskId] });
    const last = await until('the last notice', () =>
      of('notifications/tasks').find(({ params }) => params.status === 'completed'), 60_000);
    const heard = of('notifications/tasks');
    for (const notice of heard) {
      assert.ok(isTaskStatusNotificationV2(notice), JSON.stringify(notice));
      assert.equal(notice.params._meta['io.modelcontextprotocol/subscriptionId'], 'ear');
      assert.equal(notice.params.taskId, task.taskId);
    }
    assert.equal(heard[0].params.status, 'working');
    assert.ok(heard.some(({ params }) => /step \d+ ".+" in_progress/.test(params.statusMessage)),
      JSON.stringify(heard.map(({ params }) => params.statusMessage)));
    assert.equal(last.params.result.structuredContent.conclusion, 'success');

    const { result: fetched } = await peer.request('tasks/get', framed({ taskId: task.taskId }));
    assert.ok(isDetailedTaskV2(fetched));
    const bare = ({ _meta, resultType, ...members }) => members;
    assert.deepEqual(bare(last.params), bare(fetched));
    await peer.close();
  });

  await t.test('outlive the connection that began them', async () => {
    const peer = await open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
    const { result: task } = await peer.request('tools/call',
      framed({ name: 'builds.createPreview', arguments: { branch: 'slow', fresh: true, wait_s: 45 } }));
    peer.socket.terminate();
    const done = await until('the task to be done', async () => {
      const seen = await get(server, task.taskId);
      return seen.status === 'completed' && seen;
    }, 60_000);
    assert.equal(done.result.structuredContent.conclusion, 'success');
  });
});

test('tasks over a restart', async (t) => {
  const repo = demoRepository(t);
  const tokens = { MCP_AUTH_TOKEN: `${token},another-token-0123456789` };
  const server = await serve(t, { repo, env: tokens });
  server.token = token;
  const create = (at, args) =>
    post(at, 'tools/call', framed({ name: 'builds_createPreview', arguments: { branch: 'slow', fresh: true, wait_s: 45, ...args } }));
  const runOf = (task) => Number(/^Run (\d+) of /.exec(task.statusMessage)[1]);
  const over = (at, id) => until('the task to be over', async () => {
    const task = await get(at, id);
    return task.status !== 'working' && task;
  }, 60_000);
  const begun = async (at, args) => {
    const { result } = await create(at, args);
    assert.ok(isCreateTaskResultV2(result), JSON.stringify(result));
    return result;
  };
  /// All but what moves with the number of the others.
  const still = ({ pollIntervalMs, ...task }) => task;

  const completed = await over(server, (await begun(server, { branch: 'faster-readers' })).taskId);
  assert.equal(completed.result.structuredContent.conclusion, 'failure');
  const given = await begun(server);
  await post(server, 'tasks/cancel', framed({ taskId: given.taskId }));
  const cancelled = await over(server, given.taskId);
  assert.equal(cancelled.status, 'cancelled');
  const running = await begun(server);
  const waiting = async (until_) => {
    const { result } = await post(server, 'tools/call',
      framed({ name: 'builds_status', arguments: { run_id: runOf(running), wait_s: 45, until: until_, steps: true } }));
    assert.ok(isCreateTaskResultV2(result), JSON.stringify(result));
    return result;
  };
  const [status, watched, forgotten] = [await waiting('completed'), await waiting('reachable'), await waiting('completed')];
  await server.kill();
  const again = await serve(t, { repo, state: server.state, env: tokens });
  again.token = token;

  await t.test('what is over stands as it stood', async () => {
    assert.deepEqual(still(await get(again, completed.taskId)), still(completed));
    assert.deepEqual(still(await get(again, cancelled.taskId)), still(cancelled));
  });

  await t.test('nobody else finds them, by whatever id', async () => {
    const stranger = { ...again, token: 'another-token-0123456789' };
    const ids = [running, completed, cancelled].map(({ taskId }) => taskId);
    for (const [who, taskId] of [...ids.map((id) => [stranger, id]), [again, `${running.taskId.slice(0, -1)}x`], [again, runOf(running).toString()]]) {
      for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
        const { error } = await post(who, method, framed({ taskId, ...(method === 'tasks/update' && { inputResponses: {} }) }));
        assert.equal(error?.code, -32602, `${method} ${taskId}`);
      }
    }
  });

  await t.test('what was waited for is waited for again, and ends with the answer of the call', async () => {
    const task = await over(again, running.taskId);
    assert.ok(isDetailedTaskV2(task), JSON.stringify(task));
    assert.equal(task.status, 'completed');
    for (const member of ['taskId', 'createdAt', 'ttlMs']) assert.equal(task[member], running[member], member);
    const { structuredContent } = task.result;
    assert.equal(structuredContent.run_id, runOf(running));
    assert.equal(structuredContent.matched_by, 'created');
    assert.ok(structuredContent.conclusion && structuredContent.conclusion !== 'success', 'the runner went with the server');
    assert.match(task.statusMessage, new RegExp(`^Run ${runOf(running)} of slow: completed, ${structuredContent.conclusion}`));

    const looked = await over(again, status.taskId);
    assert.equal(looked.result.structuredContent.run.conclusion, structuredContent.conclusion);
    assert.ok(looked.result.structuredContent.jobs[0].steps, 'it was asked for the steps');
  });

  await t.test('listeners hear of them', async () => {
    const peer = await open(again.ws, { headers: { authorization: `Bearer ${token}` } });
    peer.send({ jsonrpc: '2.0', id: 'ear', method: 'subscriptions/listen', params: framed({ notifications: { taskIds: [watched.taskId] } }) });
    const last = await until('the last notice', () =>
      peer.messages.find(({ method, params }) => method === 'notifications/tasks' && params.status === 'completed'), 60_000);
    assert.equal(last.params.result.structuredContent.run.run_id, runOf(running));
    await peer.close();
  });

  await t.test('what is given up before it is looked at is given up', async () => {
    await post(again, 'tasks/cancel', framed({ taskId: forgotten.taskId }));
    const task = await over(again, forgotten.taskId);
    assert.equal(task.status, 'cancelled');
    assert.equal(runOf(task), runOf(forgotten));
  });

  await t.test('a server that goes in an orderly way leaves them as well', async () => {
    const all = [running, watched, forgotten].map(({ taskId }) => taskId);
    const before = [];
    for (const id of all) before.push(still(await get(again, id)));
    const next = await begun(again);
    assert.equal((await again.stop()).code, 0);
    const third = await serve(t, { repo, state: server.state, env: tokens });
    third.token = token;
    for (const [n, id] of all.entries()) assert.deepEqual(still(await get(third, id)), before[n]);
    const task = await over(third, next.taskId);
    assert.equal(task.status, 'completed', JSON.stringify(task));
    assert.equal(task.result.structuredContent.run_id, runOf(next));
  });
});
