// The Inspector's command line: one process for each question.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { binary, command, demoRepository, environment, freshFolder, root, serve } from '../stage/stage.mjs';

const inspector = join(root, 'tests/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');

for (const era of ['legacy', 'auto', 'modern']) {
  test(`Inspector 2.12.0, ${era}`, async (t) => {
    const server = await serve(t, { repo: demoRepository(t) });
    const folder = freshFolder(t);
    const env = environment({ HOME: folder, MCP_CATALOG_PATH: join(folder, 'catalog.json') });
    const inspect = async (...args) => {
      const seen = await command([inspector, '--cli', ...args, '--protocol-era', era, '--format', 'json'], { program: process.execPath, env });
      return { ...seen, json: seen.stdout.trim() && JSON.parse(seen.stdout) };
    };
    const http = [server.url, '--transport', 'http', '--header', `Authorization: Bearer ${server.token}`];

    await t.test('lists the tools, and finds nothing to say about their schemas', async () => {
      const listed = await inspect(...http, '--method', 'tools/list', '--strict');
      assert.equal(listed.code, 0, listed.stderr);
      assert.ok(toolsIn(listed.json).some((tool) => tool.name === 'builds_createPreview'));
    });

    await t.test('calls a tool', async () => {
      const called = await inspect(...http, '--method', 'tools/call', '--tool-name', 'builds_createPreview', '--tool-arg', 'branch=main');
      assert.equal(called.code, 0, called.stderr);
      assert.match(called.stdout, /run_id/);
    });

    await t.test('shows a refusal as one', async () => {
      const refused = await inspect(...http, '--method', 'tools/call', '--tool-name', 'builds_createPreview', '--tool-arg', 'branch=mian');
      assert.equal(refused.code, 5, refused.stderr);
      assert.match(refused.stdout + refused.stderr, /main/);
    });

    await t.test('is turned away without a token', async () => {
      const refused = await inspect(server.url, '--transport', 'http', '--method', 'tools/list');
      assert.notEqual(refused.code, 0);
    });

    await t.test('starts it on stdio', async () => {
      const state = Object.entries(server.settings).flatMap(([name, value]) =>
        /^(FLUX_|HOME)/.test(name) ? ['-e', `${name}=${value}`] : []);
      const listed = await inspect(...state, '--method', 'tools/list', binary, 'stdio');
      assert.equal(listed.code, 0, listed.stderr + listed.stdout);
      assert.ok(toolsIn(listed.json).some((tool) => tool.name === 'builds_tailLogs'));
    });
  });
}

function toolsIn(answer) {
  return answer.tools ?? answer.result?.tools ?? answer.data?.tools ?? [];
}
