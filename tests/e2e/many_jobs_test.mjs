// A run of a thousand jobs that all fail: answers that keep to their budget and leave nobody out in silence, and bounded memory.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { patience, until } from '../stage/stage.mjs';
import { create, ended, good, onGithub } from '../stage/github.mjs';

const many = 1000;

test('a run of a thousand failed jobs', async (t) => {
  const { github, server, peer } = await onGithub(t, { github: { clock: { rate: 50 } } });
  const memory = (what) => Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1024;
  const before = memory('VmRSS');
  // Every tenth fails of something of its own.
  const failing = (n) => ({
    name: `shard ${n}`, steps: [{ name: 'Test', run: 'make test', seconds: 1, exit_code: 2, conclusion: 'failure', log: [
      ...Array.from({ length: 40 }, (_, line) => `"part ${line}" is \\"compiled\\"`),
      n % 10 === 0 ? `src/part${'x'.repeat(n / 10 % 40)}.c:${n}:5: error: "this" alone is wrong` : 'src/common.c:12:5: error: every "shard" has this',
    ] }],
  });
  github.addScript({ jobs: Array.from({ length: many }, (_, n) => failing(n + 1)) });
  const { run_id } = await good(create(peer));
  await ended(peer, run_id);
  await until('the logs to be there', async () => (await good(peer.tool('builds.diagnose', { run_id, compare: false }))).causes.length > 0, 60_000);

  const call = async (name, args) => {
    const result = await peer.tool(name, { run_id, ...args });
    assert.ok(!result.isError, JSON.stringify(result.content));
    const spent = Buffer.byteLength(JSON.stringify(result)) / 4;
    assert.ok(spent <= (args.max_tokens ?? 4000), `${name} ${JSON.stringify(args)}: ${spent} tokens`);
    return { ...result.structuredContent, said: result.content[0].text };
  };
  for (const max_tokens of [1000, 4000, 20_000]) {
    await t.test(`in ${max_tokens} tokens`, async () => {
      const found = await call('builds.diagnose', { max_tokens, compare: false });
      const told = found.jobs.reduce((sum, { same_total: same = 0 }) => sum + 1 + same, 0);
      assert.equal(told + found.omitted.jobs, many, found.said);
      assert.match(found.omitted.next, /^builds\.diagnose \{"run_id":\d+,"job":\d+\}$/);
      assert.match(found.said, /every "shard" has this/);
      if (max_tokens > 1000) assert.match(found.said, /"this" alone is wrong/);

      const tail = await call('builds.tailLogs', { max_tokens });
      const shown = new Set(tail.lines.map(({ job }) => job));
      assert.ok(shown.size >= { 1000: 1, 4000: 10, 20_000: 24 }[max_tokens], `${shown.size} jobs`);
      assert.equal(tail.lines[0].job, 'shard 1');
      assert.equal(shown.size + tail.omitted.jobs, many, tail.said);
      const rest = JSON.parse(tail.omitted.next.replace('builds.tailLogs ', ''));
      const next = await until('the job that is named next', async () => {
        const { lines } = await good(peer.tool('builds.tailLogs', rest));
        return lines.length > 0 && lines[0].job;
      });
      assert.ok(!shown.has(next), next);

      const search = await call('builds.searchLogs', { pattern: 'error:', limit: 100, context: 0, max_tokens });
      assert.ok(search.matches.length >= 3 && search.total >= search.matches.length);
    });
  }
  const grown = memory('VmHWM') - before;
  t.diagnostic(`${grown.toFixed(0)} MB more at the worst`);
  // What the address sanitizer keeps of freed memory is not what the server keeps.
  if (patience === 1) assert.ok(grown < 200, `${grown} MB`);
});
