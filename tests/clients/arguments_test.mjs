// What a tool's reader takes is what its published schema says, and nothing else: thousands of argument objects, made
// from the schema itself, are put before both, the reader in the real server and Ajv.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { demoRepository, serve } from '../stage/stage.mjs';
import { open } from '../stage/socket.mjs';

const ajv = new Ajv2020({ strict: false });

/// Arguments that every tool takes, and that do nothing: the run and the branch don't exist.
const harmless = {
  'builds.createPreview': { branch: 'no-such-branch', dry_run: true },
  'builds.removePreview': { branch: 'no-such-branch' },
  'builds.list': {},
  'builds.searchLogs': { run_id: 999_999_999, pattern: 'x' },
};
const base = (name) => structuredClone(harmless[name] ?? { run_id: 999_999_999 });

/// Values of every type, and those at the edges of what a schema allows.
function values(schema) {
  const out = [null, true, false, '', 'x', 'main', '7', 0, 1, -1, 1.5, 7, 1e9, 2 ** 53, [], ['x'], [1], {}, { a: 1 }, { a: {} }];
  for (const limit of [schema.minimum, schema.maximum]) if (limit !== undefined) out.push(limit - 1, limit, limit + 1, limit + 0.5);
  for (const limit of [schema.minLength, schema.maxLength]) {
    if (limit !== undefined && limit < 100_000) out.push('a'.repeat(Math.max(limit - 1, 0)), 'a'.repeat(limit), 'a'.repeat(limit + 1));
  }
  for (const word of schema.enum ?? []) out.push(word, word.toUpperCase?.() ?? word, `${word} `);
  for (const inner of schema.anyOf ?? schema.oneOf ?? []) out.push(...values(inner));
  if (schema.type === 'array' && schema.items) out.push(...values(schema.items).map((value) => [value]));
  return out;
}

function* candidates(tool) {
  yield base(tool.name);
  yield {};
  yield { ...base(tool.name), no_such_argument: 1 };
  for (const [name, schema] of Object.entries(tool.inputSchema.properties ?? {})) {
    const without = base(tool.name);
    delete without[name];
    yield without;
    for (const value of values(schema)) yield { ...base(tool.name), [name]: value };
  }
}

/// Where the reader refuses what the schema takes, because the schema would have to say too much. Each is a difference
/// that a model may run into; the list may only become shorter.
const beyond = [
  /`run_id` has to be a run's number/, // the schema says integer or string, not which strings
  /`attempt` has to be an integer from 1 to 1000000/, // the schema has no upper end
  /`status` is a run's status/, // words that GitHub may add to
  /`cursor` isn't one that a page gave/,
  /Give either/, // one of two arguments, for which several hosts' readers of schemas have no words
];

/// What the reader says: nothing against the arguments, or why it refuses them, or that it knows better what they name.
function verdict(result) {
  const text = result.content[0].text;
  if (!result.isError || !/\[invalid_\w+\]/.test(text)) return 'taken';
  return /\[invalid_argument\]/.test(text) && !beyond.some((reason) => reason.test(text)) ? 'refused' : 'either';
}

/// The readers take null for an argument that isn't there, because models write it so; the schemas say nothing of it.
const withoutNulls = (args) => Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));

test('readers take what their schemas say', async (t) => {
  const server = await serve(t, { repo: demoRepository(t), env: { MCP_AUTH_TOKEN: undefined } });
  const peer = await open(server.ws);
  const { tools } = (await peer.request('tools/list', {})).result;
  for (const tool of tools) {
    await t.test(tool.name, async () => {
      const valid = ajv.compile(tool.inputSchema);
      const differences = [];
      let tried = 0;
      for (const args of candidates(tool)) {
        tried += 1;
        const result = await peer.tool(tool.name, args);
        const takes = valid(withoutNulls(args));
        const said = verdict(result);
        if (said !== 'either' && (said === 'taken') !== takes) {
          differences.push(`${JSON.stringify(args).slice(0, 120)}: the schema ${takes ? 'takes' : 'refuses'} it; ${result.content[0].text.slice(0, 160)}`);
        }
      }
      assert.ok(tried >= 3);
      assert.deepEqual(differences, []);
    });
  }
  await peer.close();
});
