// What an agent does with flux-mcp, once, for every client and transport. A client is given as
//   { tools(), call(name, args, {onprogress, signal}), close() }
// where `call` answers a tool's result and throws what the protocol calls an error, with its `code`.
import assert from 'node:assert/strict';
import { until, visit } from '../stage/stage.mjs';
import { promises } from '../stage/schemas.mjs';

export const failingAssertion = 'A note of 30 words should take 1 minute to read, not 0.';
const offered = ['builds.createPreview', 'builds.tailLogs', 'builds.status', 'builds.diagnose', 'builds.searchLogs', 'builds.list', 'builds.rerun',
  'builds.cancel', 'builds.removePreview'];

const textOf = (result) => result.content.filter((block) => block.type === 'text').map((block) => block.text).join('\n');

/// The level of sandbox that every result has to name: `bwrap` where `./test` found that it works, else either.
const sandbox = process.env.FLUX_EXPECT_SANDBOX ? /^bwrap$/ : /^(bwrap|none)$/;

/// `style` is how this client's transport has to spell names in the list: 'dotted' or 'safe'.
export async function journey(t, client, server, style) {
  const spelled = (name) => (style === 'dotted' ? name : name.replace('.', '_'));
  let checked;
  const call = async (name, args, options) => checked(name, await client.call(name, args, options));
  const logOf = async (run_id) => textOf(await call(spelled('builds.tailLogs'), { run_id }));
  const ended = (run_id) => until(`run ${run_id} to end`, async () => {
    const { structuredContent: { run } } = await call(spelled('builds.status'), { run_id, wait_s: 20, until: 'completed' });
    return run.status === 'completed' && run;
  }, 60_000);

  await t.test('lists its tools, spelled for this transport', async () => {
    const tools = await client.tools();
    for (const name of offered) assert.ok(tools.some((tool) => tool.name === spelled(name)), `${spelled(name)} is missing`);
    for (const tool of tools) {
      assert.match(tool.name, style === 'dotted' ? /^[A-Za-z]+\.[A-Za-z]+$/ : /^[A-Za-z0-9_-]{1,64}$/);
      assert.ok(tool.description.length < 1000, `${tool.name}: the description is too long`);
    }
    const tokens = JSON.stringify(tools).length / 4;
    assert.ok(tokens < 2500, `the list costs ${tokens} tokens`);
    checked = promises(tools);
  });

  let shipped;
  await t.test('creates a preview and opens it', async () => {
    const created = await call(spelled('builds.createPreview'), { branch: 'main' });
    assert.ok(!created.isError, textOf(created));
    const first = JSON.parse(created.content[0].text);
    for (const member of ['run_id', 'status', 'html_url', 'created_at', 'head_branch']) assert.ok(member in first, member);
    assert.ok(Number.isSafeInteger(first.run_id));
    assert.equal(first.head_branch, 'main');
    assert.equal(created.structuredContent.run_id, first.run_id);
    assert.match(first.isolation, sandbox);
    assert.equal(created.structuredContent.isolation, first.isolation);

    shipped = await ended(first.run_id);
    assert.equal(shipped.conclusion, 'success', await logOf(first.run_id));
    assert.equal(shipped.isolation, first.isolation);
    assert.match(await logOf(first.run_id), new RegExp(`^Sandbox: ${first.isolation}$`, 'm'));
    const { structuredContent: { preview } } = await call(spelled('builds.status'), { run_id: first.run_id, until: 'reachable', wait_s: 10 });
    assert.ok(['deployed', 'reachable'].includes(preview.state), preview.state);
    const page = await visit(server, preview.url);
    assert.equal(page.status, 200, preview.url);
    assert.match(page.text, /<h1>Fathom<\/h1>/);
  });

  await t.test('answers the same request with the same run', async () => {
    const { structuredContent } = await call(spelled('builds.createPreview'), { branch: 'main' });
    assert.equal(structuredContent.run_id, shipped.run_id);
    assert.equal(structuredContent.reused, true);
  });

  await t.test('says why a branch is broken', async () => {
    const { structuredContent: { run_id } } = await call(spelled('builds.createPreview'), { branch: 'faster-readers' });
    const run = await ended(run_id);
    assert.equal(run.conclusion, 'failure');
    const log = await logOf(run_id);
    const [card] = log.split('\n\n');
    assert.match(card, new RegExp(`\\b${run_id}\\b`), 'the status card comes first');
    assert.match(card, /failure/);
    assert.ok(log.includes(failingAssertion), `the log does not say why:\n${log}`);
  });

  await t.test('follows a log by its cursor without losing or repeating a line', async () => {
    const { structuredContent: { run_id } } = await call(spelled('builds.createPreview'), { branch: 'slow', fresh: true });
    const seen = [];
    let cursor;
    await until('the log to end', async () => {
      const page = await call(spelled('builds.tailLogs'), { run_id, job: 'test', wait_s: 10, ...(cursor && { cursor }) });
      assert.ok(!page.isError, textOf(page));
      const again = cursor && await call(spelled('builds.tailLogs'), { run_id, job: 'test', cursor });
      if (again) assert.ok(!again.isError, textOf(again));
      seen.push(...[...textOf(page).matchAll(/^.*?\bsecond (\d)$/gm)].map((match) => Number(match[1])));
      cursor = page.structuredContent.cursor;
      return page.structuredContent.done && !page.structuredContent.more;
    }, 60_000);
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
  });

  await t.test('tells how it goes while it waits', async () => {
    const { structuredContent: { run_id } } = await call(spelled('builds.createPreview'), { branch: 'slow', fresh: true });
    const told = [];
    await call(spelled('builds.status'), { run_id, wait_s: 30, until: 'completed' },
      { onprogress: (progress) => told.push(progress.progress) });
    assert.ok(told.length > 0, 'no progress came');
    assert.deepEqual(told, [...new Set(told)].sort((a, b) => a - b), 'progress has to grow');
  });

  await t.test('stops waiting when told so, and the run goes on', async () => {
    const { structuredContent: { run_id } } = await call(spelled('builds.createPreview'), { branch: 'slow', fresh: true });
    const giveUp = new AbortController();
    const waiting = client.call(spelled('builds.status'), { run_id, wait_s: 45, until: 'completed' }, { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(), 500);
    await assert.rejects(waiting);
    const run = await ended(run_id);
    assert.equal(run.conclusion, 'success', await logOf(run_id));
  });

  await t.test('cancels a run when asked to', async () => {
    const { structuredContent: { run_id } } = await call(spelled('builds.createPreview'), { branch: 'slow', fresh: true });
    const stopped = await call(spelled('builds.cancel'), { run_id });
    assert.ok(!stopped.isError, textOf(stopped));
    assert.equal((await ended(run_id)).conclusion, 'cancelled');
  });

  await t.test('names what is wrong', async () => {
    await assert.rejects(client.call('builds.fly', {}), (error) => error.code === -32602);
    for (const [args, says] of [
      [{}, /branch/],
      [{ branch: 7 }, /branch.*string/s],
      [{ branch: '-rf' }, /branch/i],
      [{ branch: 'mian' }, /main/],
      [{ branch: 'main', payload: { speed: 'fast' } }, /speed/],
    ]) {
      const refused = await client.call(spelled('builds.createPreview'), args);
      assert.equal(refused.isError, true, JSON.stringify(args));
      assert.match(textOf(refused), says);
    }
    const unknown = await client.call(spelled('builds.status'), { run_id: 999_999 });
    assert.equal(unknown.isError, true);
    assert.match(textOf(unknown), /999999|999,999/);
  });

  await t.test('takes both spellings of a name', async () => {
    for (const name of ['builds.list', 'builds_list']) {
      assert.ok(!(await call(name, { kind: 'runs', branch: 'main' })).isError, name);
    }
  });

  await client.close();
}
