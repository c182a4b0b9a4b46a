// The page of the server that flux-mcp replaces: a bare tools/call over WebSocket, no handshake, the token in the query.
import assert from 'node:assert/strict';
import test from 'node:test';
import { demoRepository, serve, until, visit } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';
import { failingAssertion } from './journey.mjs';

test('the page that never says hello', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });

  await t.test('ships a preview and reads its log', async () => {
    const page = await open(`${server.ws}?token=${server.token}`);
    const created = await page.request('tools/call', { name: 'builds.createPreview', arguments: { branch: 'main' } });
    const run = JSON.parse(created.result.content[0].text);
    assert.equal(run.head_branch, 'main');

    const answer = await until('the preview to be there', async () => {
      const { result } = await page.request('tools/call', { name: 'builds.status', arguments: { run_id: run.run_id, wait_s: 10 } });
      return result.structuredContent.run.status === 'completed' && result;
    }, 60_000);
    assert.equal((await visit(server, answer.structuredContent.preview.url)).status, 200);

    const tail = await page.request('tools/call', { name: 'builds.tailLogs', arguments: { run_id: run.run_id } });
    assert.match(tail.result.content[0].text, new RegExp(String(run.run_id)));
    await page.close();
  });

  await t.test('reads why a branch is broken', async () => {
    const page = await open(`${server.ws}?token=${server.token}`);
    const created = await page.tool('builds.createPreview', { branch: 'faster-readers', wait_s: 30 });
    const { run_id } = JSON.parse(created.content[0].text);
    await until('the run to end', async () =>
      (await page.tool('builds.status', { run_id, wait_s: 20, until: 'completed' })).structuredContent.run.status === 'completed');
    const tail = await page.tool('builds.tailLogs', { run_id });
    assert.ok(tail.content[0].text.includes(failingAssertion), tail.content[0].text);
    await page.close();
  });

  await t.test('lists the tools with their dots', async () => {
    const page = await open(`${server.ws}?token=${server.token}`);
    const { result } = await page.request('tools/list', undefined);
    assert.ok(result.tools.some((tool) => tool.name === 'builds.createPreview'));
    await page.close();
  });

  for (const [name, query] of [['a wrong token', '?token=wrong'], ['no token', '']]) {
    await t.test(`is closed with 1008 for ${name}`, async () => {
      const page = await open(`${server.ws}${query}`);
      await until('the close', () => page.closed);
      assert.equal(page.closed.code, 1008);
      assert.deepEqual(page.messages, []);
    });
  }

  await t.test('an MCP client with a wrong token is refused before the upgrade', async () => {
    const client = await open(server.ws, { protocols: ['mcp'], headers: { authorization: 'Bearer wrong' } });
    assert.equal(client.refused, 401);
  });

  await t.test('the token is in no log', () => {
    assert.ok(!server.output.includes(server.token), server.output);
  });
});
