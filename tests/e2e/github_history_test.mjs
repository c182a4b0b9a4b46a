// What lies behind a run on GitHub.
import assert from 'node:assert/strict';
import test from 'node:test';
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
