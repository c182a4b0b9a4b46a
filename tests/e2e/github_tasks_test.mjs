// Builds on GitHub as tasks (the extension io.modelcontextprotocol/tasks): what a client that declares it is told of a run
// that somebody else's machine makes, while it goes and at its end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isCreateTaskResultV2, isDetailedTaskV2, isTaskStatusNotificationV2 } from '@modelcontextprotocol/ext-tasks/core/v2';
import { serve, until } from '../stage/stage.mjs';
import { onGithub } from '../stage/github.mjs';
import { open } from '../stage/socket.mjs';

const framed = (params) => ({
  ...params,
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
  },
});

const script = (conclusion = 'success') => ({ jobs: [{ name: 'build', steps: [
  { name: 'Install', run: 'npm ci', hold: 'install' },
  { name: 'Test', run: 'npm test', conclusion, log: [conclusion === 'failure' ? '##[error]1 failing' : 'all is well'] },
] }] });

async function begin(peer, args = {}) {
  const { result } = await peer.request('tools/call',
    framed({ name: 'builds.createPreview', arguments: { branch: 'feat/x', fresh: true, wait_s: 45, ...args } }));
  assert.ok(isCreateTaskResultV2(result), JSON.stringify(result));
  return result;
}

const runOf = (task) => Number(/^Run (\d+) of feat\/x: /.exec(task.statusMessage)[1]);
const look = async (peer, taskId) => (await peer.request('tasks/get', framed({ taskId }))).result;
const settled = (peer, taskId) => until('the task to be over', async () => {
  const task = await look(peer, taskId);
  return task.status !== 'working' && task;
}, 60_000);

test('a build on GitHub as a task', async (t) => {
  const { github, peer } = await onGithub(t);

  await t.test('says which run and which step, tells listeners, and ends with the answer of the call', async () => {
    github.addScript(script());
    const task = await begin(peer);
    const run = github.run(runOf(task));
    assert.equal(run.branch, 'feat/x');
    peer.send({ jsonrpc: '2.0', id: 'ear', method: 'subscriptions/listen', params: framed({ notifications: { taskIds: [task.taskId] } }) });
    const heard = () => peer.messages.filter(({ method }) => method === 'notifications/tasks').map(({ params }) => params);
    await until('the step to be told', () => heard().some(({ statusMessage }) => /build: step \d "Install" in_progress/.test(statusMessage)));
    assert.equal((await look(peer, task.taskId)).status, 'working');

    github.world.actions.release('install', run.id);
    const done = await settled(peer, task.taskId);
    assert.ok(isDetailedTaskV2(done));
    assert.equal(done.status, 'completed');
    assert.equal(done.result.structuredContent.run_id, run.id);
    assert.equal(done.result.structuredContent.conclusion, 'success');
    assert.match(done.statusMessage, new RegExp(`^Run ${run.id} of feat/x: completed, success`));
    const last = await until('the last notice', () => heard().find(({ status }) => status === 'completed'));
    assert.deepEqual(last.result, done.result);
    for (const params of heard()) assert.ok(isTaskStatusNotificationV2({ jsonrpc: '2.0', method: 'notifications/tasks', params }));
  });

  await t.test('a run that fails is a result', async () => {
    github.addScript(script('failure'));
    const task = await begin(peer);
    github.world.actions.release('install', runOf(task));
    const done = await settled(peer, task.taskId);
    assert.equal(done.status, 'completed');
    assert.equal(done.result.structuredContent.conclusion, 'failure');
    assert.equal(done.result.structuredContent.next[0].tool, 'builds.diagnose');
  });

  await t.test('giving a task up cancels no run', async () => {
    github.addScript(script());
    const task = await begin(peer);
    await peer.request('tasks/cancel', framed({ taskId: task.taskId }));
    const given = await settled(peer, task.taskId);
    assert.equal(given.status, 'cancelled');
    assert.deepEqual(github.asked('actions/cancel-workflow-run'), []);
    github.world.actions.release('install', runOf(task));
    await until('the run to succeed', () => github.run(runOf(task)).conclusion === 'success');
  });

  await t.test('a status that is waited for becomes one, too', async () => {
    github.addScript(script());
    const run_id = runOf(await begin(peer));
    const { result: task } = await peer.request('tools/call',
      framed({ name: 'builds.status', arguments: { run_id, wait_s: 45, until: 'completed' } }));
    assert.ok(isCreateTaskResultV2(task), JSON.stringify(task));
    github.world.actions.release('install', run_id);
    const done = await settled(peer, task.taskId);
    assert.equal(done.result.structuredContent.run.conclusion, 'success');
  });
});

test('a task outlives the server, as its run on GitHub does', async (t) => {
  const stage = await onGithub(t);
  const { github } = stage;
  github.addScript(script());
  const task = await begin(stage.peer);
  const run = github.run(runOf(task));
  await stage.server.kill();
  const { PORT, FLUX_PREVIEW_PORT, ...env } = stage.server.settings;
  const again = await serve(t, { state: stage.server.state, env });
  const peer = await open(again.ws, { headers: { authorization: `Bearer ${again.token}` } });

  const working = await look(peer, task.taskId);
  assert.equal(working.status, 'working');
  assert.equal(working.createdAt, task.createdAt);
  await until('the step to be told', async () => /build: step \d "Install" in_progress/.test((await look(peer, task.taskId)).statusMessage));
  github.world.actions.release('install', run.id);
  const done = await settled(peer, task.taskId);
  assert.ok(isDetailedTaskV2(done));
  assert.equal(done.result.structuredContent.run_id, run.id);
  assert.equal(done.result.structuredContent.conclusion, 'success');
  assert.equal(github.asked('actions/create-workflow-dispatch').length, 1);
  await peer.close();
});
