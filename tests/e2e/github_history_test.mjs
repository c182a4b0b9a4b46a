// What lies behind a run on GitHub, and what happens to the others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterwards, sleep, until } from '../stage/stage.mjs';
import { create, ended, good, onGithub, text } from '../stage/github.mjs';

const failing = { jobs: [{ name: 'build', steps: [{ name: 'Test', run: 'npm test', seconds: 1, conclusion: 'failure', log: ['✖ adds two numbers', '  AssertionError: expected 3 to equal 4'] }] }] };

/// Puts `count` commits on main, each with a file of its own.
function commits(github, count) {
  const { content } = github.world.repositories[0];
  const tip = content.tip('main');
  const files = Object.fromEntries(content.files(tip).map((path) => [path, content.file(tip, path)]));
  for (let n = 1; n <= count; n++) {
    files[`src/part-${n}.txt`] = `part ${n}`;
    content.commit('main', files, `Change part ${n}\n\nWith a body that nobody asked for.`);
  }
}

test('what changed since the last green run', async (t) => {
  for (const [count, pages] of [[3, [1]], [60, [1, 2]], [120, [1, 2, 3]], [150, [1, 3]]]) {
    await t.test(`${count} commits`, async (t) => {
      const { github, peer } = await onGithub(t);
      const green = await good(create(peer));
      assert.equal((await ended(peer, green.run_id)).run.conclusion, 'success');
      commits(github, count);
      github.addScript(failing);
      const red = await good(create(peer));
      assert.equal((await ended(peer, red.run_id)).run.conclusion, 'failure');

      const result = await peer.tool('builds.diagnose', { run_id: red.run_id });
      const { since_green: since } = await good(Promise.resolve(result));
      assert.equal(since.run_id, green.run_id);
      assert.equal(since.commits_total, count);
      assert.equal(since.files_total, count);
      const newest = Array.from({ length: since.commits.length }, (_, n) => `Change part ${count - n}`);
      assert.deepEqual(since.commits.map(({ subject }) => subject), newest);
      assert.ok(since.commits.length >= 3);
      assert.ok(since.files.some(({ path, added, removed }) => path === 'src/part-1.txt' && added === 1 && removed === 1), JSON.stringify(since.files));
      assert.match(text(result), new RegExp(`Change part ${count}\\b`));

      const asked = () => github.asked('repos/compare-commits-with-basehead');
      assert.deepEqual(asked().map(({ query }) => Number(new URLSearchParams(query).get('page'))), pages);
      await good(peer.tool('builds.diagnose', { run_id: red.run_id }));
      assert.equal(asked().length, pages.length, 'the same two commits were compared again');
    });
  }

  await t.test('of a commit that is gone: not known, and said so', async (t) => {
    const { github, peer } = await onGithub(t);
    const green = await good(create(peer));
    await ended(peer, green.run_id);
    commits(github, 1);
    github.addScript(failing);
    const red = await good(create(peer));
    await ended(peer, red.run_id);
    github.faults.add({ kind: 'status', status: 404, match: { operation: 'repos/compare-commits-with-basehead' } });
    const result = await peer.tool('builds.diagnose', { run_id: red.run_id });
    const { since_green: since } = await good(Promise.resolve(result));
    assert.equal(since.run_id, green.run_id);
    assert.equal(since.commits, null);
    assert.match(text(result), /what changed since is not known/);
  });
});

test('flux://runs tells what happens to any run, whoever started it', async (t) => {
  const { github, server, peer } = await onGithub(t, { github: { clock: { rate: 1 } } });
  github.addScript({ jobs: [{ name: 'build', steps: [{ name: 'Hold', hold: 'go' }] }] });
  const client = new Client({ name: 'history-test', version: '0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: { authorization: `Bearer ${server.token}` } } }));
  afterwards(t, () => client.close());
  let told = 0;
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => { told += params.uri === 'flux://runs' ? 1 : 0; });
  const newest = async () => JSON.parse((await client.readResource({ uri: 'flux://runs' })).contents[0].text).items[0];
  const word = async (what, holds) => until(`word of ${what}`, async () => {
    if (told === 0) return false;
    told = 0;
    return holds(await newest());
  }, 45_000);
  const lists = () => github.asked('actions/list-workflow-runs-for-repo').length;
  await client.subscribeResource({ uri: 'flux://runs' });

  await t.test('of a run that somebody else starts', async () => {
    const { id } = github.start(github.world.repositories[0], 'deploy.yml', 'main', {});
    await word('its start', (run) => run?.run_id === id);
    await word('its job', (run) => run.status === 'in_progress');
    github.world.actions.release('go');
    await word('its end', (run) => run.run_id === id && run.status === 'completed');
  });

  await t.test('of one that is started here, at once', async () => {
    told = 0;
    const { run_id } = await good(create(peer, { fresh: true }));
    await until('word of it', () => told > 0, 2500);
    await word('it in the list', (run) => run.run_id === run_id);
  });

  await t.test('and costs nothing when nobody listens', async () => {
    await client.unsubscribeResource({ uri: 'flux://runs' });
    const before = lists();
    await sleep(8000);
    assert.ok(lists() <= before + 1, `asked ${lists() - before} times for nobody`);
  });
});
