// What was acknowledged survives; what was asked to stop stops.
import assert from 'node:assert/strict';
import test from 'node:test';
import { addBranch, ask, demoRepository, git, processesWith, serve, sleep, until, visit, workflow } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';
import { failingAssertion } from '../clients/journey.mjs';

const connect = (server) => open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
const text = (result) => result.content.map((block) => block.text).join('\n');

async function ship(peer, branch, more = {}) {
  const result = await peer.tool('builds.createPreview', { branch, ...more });
  assert.ok(!result.isError, text(result));
  return result.structuredContent;
}

const ended = (peer, run_id) => until(`run ${run_id} to end`, async () => {
  const { structuredContent } = await peer.tool('builds.status', { run_id, wait_s: 20, until: 'completed' });
  return structuredContent.run.status === 'completed' && structuredContent;
}, 60_000);

test('kill -9 in the middle of a run', async (t) => {
  const mark = `4${process.pid}1`;
  const repo = demoRepository(t);
  addBranch(repo, 'endless', { '.github/workflows/deploy.yml':
    workflow(`for line in $(seq 1 50); do echo "kept $line"; done\necho '::notice::going on'\nsleep ${mark}`) });
  const first = await serve(t, { repo });
  const peer = await connect(first);
  const shipped = await ended(peer, (await ship(peer, 'main')).run_id);
  const broken = (await ended(peer, (await ship(peer, 'faster-readers')).run_id)).run;
  const endless = await ship(peer, 'endless');
  await until('the step to sleep', async () => text(await peer.tool('builds.tailLogs', { run_id: endless.run_id })).includes('kept 50'));
  await first.kill();

  const second = await serve(t, { repo, state: first.state, env: { FLUX_PREVIEW_PORT: String(first.previewPort) } });
  second.previewPort = first.previewPort;
  const again = await connect(second);

  await t.test('the unfinished run is cancelled, as interrupted', async () => {
    const { run } = await ended(again, endless.run_id);
    assert.equal(run.conclusion, 'cancelled');
    const status = await again.tool('builds.status', { run_id: endless.run_id });
    assert.match(text(status) + JSON.stringify(status.structuredContent), /interrupted/);
  });

  await t.test('it lost no line that was written', async () => {
    const log = text(await again.tool('builds.tailLogs', { run_id: endless.run_id, lines: 200, max_tokens: 8000 }));
    for (let line = 1; line <= 50; line++) assert.match(log, new RegExp(`kept ${line}$`, 'm'));
  });

  await t.test('nothing of it is left running', async () => {
    await until('the sleep to be gone', () => processesWith(`sleep ${mark}`).length === 0);
  });

  await t.test('older logs are there', async () => {
    assert.ok(text(await again.tool('builds.tailLogs', { run_id: broken.run_id })).includes(failingAssertion));
  });

  await t.test('older previews still serve', async () => {
    const page = await visit(second, shipped.preview.url);
    assert.equal(page.status, 200);
    assert.match(page.text, /<h1>Fathom<\/h1>/);
  });

  await t.test('numbers go on and are never given twice', async () => {
    const next = await ship(again, 'main', { fresh: true });
    assert.ok(next.run_id > endless.run_id);
    assert.equal((await ended(again, next.run_id)).run.conclusion, 'success');
  });

  await t.test('a run that was interrupted is not taken for an answer to the same request', async () => {
    const next = await ship(again, 'endless');
    assert.notEqual(next.run_id, endless.run_id);
    await again.tool('builds.cancel', { run_id: next.run_id });
  });
});

test('SIGTERM drains', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const peer = await connect(server);
  const { run_id } = await ship(peer, 'slow');
  const waiting = peer.request('tools/call', { name: 'builds.status', arguments: { run_id, wait_s: 3, until: 'completed' } });
  await sleep(200);
  const end = server.stop();
  const answer = await waiting;
  assert.ok(answer.result || answer.error, 'the request in flight is answered');
  assert.deepEqual(await end, { code: 0, signal: null }, server.output);
  await until('the socket to be closed', () => peer.closed);
  assert.equal(peer.closed.code, 1001);
});

test('SIGINT ends with 0, too', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  assert.deepEqual(await server.stop('SIGINT'), { code: 0, signal: null });
});

test('a step that forks, hides and ignores signals is gone after cancel', async (t) => {
  const mark = `7${process.pid}3`;
  const repo = demoRepository(t);
  addBranch(repo, 'stubborn', { '.github/workflows/deploy.yml': workflow(`
trap '' TERM INT HUP
(trap '' TERM INT HUP; setsid sleep ${mark} & setsid sh -c 'trap "" TERM; sleep ${mark}' & ) >/dev/null 2>&1
echo holding on
sleep ${mark}
sleep ${mark}`) });
  const server = await serve(t, { repo });
  const peer = await connect(server);
  const { run_id } = await ship(peer, 'stubborn');
  await until('it to hold on', async () => text(await peer.tool('builds.tailLogs', { run_id })).includes('holding on'));
  await until('its processes to be there', () => processesWith(`sleep ${mark}`).length >= 3);
  await peer.tool('builds.cancel', { run_id });
  assert.equal((await ended(peer, run_id)).run.conclusion, 'cancelled');
  await until('its processes to be gone', () => processesWith(`sleep ${mark}`).length === 0, 30_000);
});

test('a step that outstays timeout-minutes is stopped', async (t) => {
  const mark = `8${process.pid}5`;
  const repo = demoRepository(t);
  addBranch(repo, 'late', { '.github/workflows/deploy.yml': workflow(`echo begun; sleep ${mark}`, { extra: '    timeout-minutes: 0.02\n' }) });
  const server = await serve(t, { repo });
  const peer = await connect(server);
  const { run } = await ended(peer, (await ship(peer, 'late')).run_id);
  assert.ok(['cancelled', 'timed_out', 'failure'].includes(run.conclusion), run.conclusion);
  await until('its processes to be gone', () => processesWith(`sleep ${mark}`).length === 0, 30_000);
});

test('removing a preview takes it off the net, and a rerun is a new attempt', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const peer = await connect(server);
  const { run, preview } = await ended(peer, (await ship(peer, 'main')).run_id);
  const alias = preview.alias_url ?? preview.url;
  assert.equal((await visit(server, alias)).status, 200);

  const rerun = await peer.tool('builds.rerun', { run_id: run.run_id, failed_only: false });
  assert.ok(!rerun.isError, text(rerun));
  assert.equal(rerun.structuredContent.attempt, 2);
  await ended(peer, run.run_id);

  const removed = await peer.tool('builds.removePreview', { branch: 'main' });
  assert.ok(!removed.isError, text(removed));
  assert.equal(removed.structuredContent.preview.state, 'removed');
  assert.ok([404, 410].includes((await visit(server, alias)).status));
  assert.ok([404, 410].includes((await visit(server, preview.url)).status));
});

test('the alias of a branch moves on success only', async (t) => {
  const repo = demoRepository(t);
  const server = await serve(t, { repo });
  const peer = await connect(server);
  const { preview } = await ended(peer, (await ship(peer, 'night-watch')).run_id);
  const alias = preview.alias_url ?? preview.url;
  assert.match((await visit(server, alias)).text, /An almanac for the hours/);

  addBranch(repo, 'worse', { 'test/fails.test.mjs': "throw new Error('never');\n" });
  git(repo, 'branch', '--force', 'night-watch', 'worse');
  const worse = await ended(peer, (await ship(peer, 'night-watch')).run_id);
  assert.equal(worse.run.conclusion, 'failure');
  assert.equal(worse.preview.state, 'failed');
  assert.match((await visit(server, alias)).text, /An almanac for the hours/);
  assert.equal((await ask(`http://127.0.0.1:${server.previewPort}/`, { headers: { host: 'unknown.localhost' } })).status >= 400, true);
});
