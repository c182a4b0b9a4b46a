// Holds what a server says against the schema of the revision that it says it in. The schemas are the specification's
// own: from FLUX_MCP_SCHEMAS, or from a folder beside the checkout; where there is neither, those that the conformance
// suite carries, so that the check never falls away.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { root } from './stage.mjs';

const folders = [process.env.FLUX_MCP_SCHEMAS, join(root, '../shared/data/mcp-schema')];

function fromFolder(folder) {
  const names = readdirSync(folder).filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name));
  return new Map(names.map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8'))]));
}

/// The object literal of a script that begins at `begin`.
function literalAt(text, begin) {
  let depth = 0;
  let quote;
  for (let i = begin; i < text.length; i += 1) {
    const c = text[i];
    if (quote) {
      if (c === '\\') i += 1;
      else if (c === quote) quote = undefined;
    } else if (c === '`' || c === '"' || c === "'") {
      quote = c;
    } else if (c === '{') {
      depth += 1;
    } else if (c === '}') {
      depth -= 1;
      if (depth === 0) return text.slice(begin, i + 1);
    }
  }
  return undefined;
}

/// The suite keeps its schemas as literals in its one script.
function fromSuite() {
  const script = readFileSync(join(root, 'tests/node_modules/conformance-2/dist/index.js'), 'utf8');
  const found = new Map();
  for (const { index } of script.matchAll(/\{\$schema:`http/g)) {
    const literal = literalAt(script, index);
    if (!literal || literal.length < 20_000) continue;
    const schema = new Function(`return ${literal}`)();
    const names = schema.$defs ?? schema.definitions;
    if (names.DiscoverRequest) found.set('2026-07-28', schema);
    else if (names.GetTaskRequest) found.set('2025-11-25', schema);
    else if (names.ElicitRequest) found.set('2025-06-18', schema);
    else if (names.JSONRPCBatchRequest) found.set('2025-03-26', schema);
  }
  return found;
}

const folder = folders.find((candidate) => candidate && existsSync(candidate));
const modern = '2026-07-28';

export const schemas = folder ? fromFolder(folder) : fromSuite();
assert.ok(schemas.size >= 4, 'the schemas of the protocol are not to be found');

/// Requests whose answer says nothing but that it was done.
const acknowledged = new Set(['ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']);

/// Those of the extension for tasks, which has a schema of its own: only what all results have can be judged.
const ofTasks = new Set(['tasks/get', 'tasks/update', 'tasks/cancel']);

/// What a revision calls the message that a request, a notification or an answer has to be; undefined if it has no such.
function namesOf(definitions) {
  const byMethod = new Map();
  for (const [name, definition] of Object.entries(definitions)) {
    const method = definition.properties?.method?.const;
    if (method) byMethod.set(method, name);
  }
  return {
    ofMethod: (method) => byMethod.get(method) ?? (method === 'notifications/tasks' ? 'JSONRPCNotification' : undefined),
    ofResult: (method, result) => {
      if (result.resultType === 'input_required') return 'InputRequiredResult';
      if (definitions.InputRequiredResult && (result.resultType === 'task' || ofTasks.has(method))) return 'Result';
      const request = byMethod.get(method);
      const name = request?.replace(/Request$/, 'Result');
      if (name && definitions[name]) return name;
      return request && acknowledged.has(method) ? 'EmptyResult' : undefined;
    },
    ofError: () => (definitions.JSONRPCErrorResponse ? 'JSONRPCErrorResponse' : 'JSONRPCError'),
  };
}

const judges = new Map();

function judgeOf(revision) {
  if (judges.has(revision)) return judges.get(revision);
  const schema = structuredClone(schemas.get(revision));
  assert.ok(schema, `there is no schema of ${revision}`);
  const definitions = schema.$defs ?? schema.definitions;
  // Released with integers where the prose and the examples have numbers.
  for (const bound of ['minimum', 'maximum', 'default']) {
    const numbers = definitions.NumberSchema?.properties?.[bound];
    if (numbers) numbers.type = 'number';
  }
  const ajv = new (schema.$defs ? Ajv2020 : Ajv)({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addFormat('byte', true);
  const { $id, ...rest } = schema;
  ajv.addSchema({ ...rest, $id: 'mcp' });
  const compiled = new Map();
  const part = schema.$defs ? '$defs' : 'definitions';
  const judge = {
    names: namesOf(definitions),
    fits: (name, value) => {
      if (!compiled.has(name)) compiled.set(name, ajv.compile({ $ref: `mcp#/${part}/${name}` }));
      const valid = compiled.get(name);
      assert.ok(valid(value), `${revision}, ${name}: ${ajv.errorsText(valid.errors)}\n${JSON.stringify(value).slice(0, 1500)}`);
    },
  };
  judges.set(revision, judge);
  return judge;
}

/// Fails if `message` is no error of `revision`.
export function assertError(revision, message) {
  const { names, fits } = judgeOf(revision);
  // JSON-RPC 2.0, part 5: the id of a request that can't be made out is null. Early schemas have no word for it.
  const told = message.id === null && revision < '2025-11-25' ? { ...message, id: 'unknown' } : message;
  fits('JSONRPCMessage', told);
  fits(names.ofError(), told);
}

/// What is said on one connection, held against the revision that it is said in. `sent` takes what the client says, `heard`
/// what it hears. `seen` counts what was judged.
export function conversation() {
  const asked = new Map();
  const seen = { messages: 0, methods: new Set(), revisions: new Set() };
  const failures = [];
  let negotiated;

  const judge = (message) => {
    const question = message.method ? undefined : asked.get(message.id);
    if (question?.method === 'initialize' && message.result) negotiated = message.result.protocolVersion;
    const revision = question?.revision ?? negotiated ?? (message.method ? modern : undefined);
    // Who never named a revision is answered as in one that it didn't choose.
    if (!revision) return;
    const { names, fits } = judgeOf(revision);
    seen.messages += 1;
    seen.revisions.add(revision);
    if (message.error) {
      assertError(revision, message);
      return;
    }
    fits('JSONRPCMessage', message);
    if (message.method) {
      const name = names.ofMethod(message.method);
      assert.ok(name, `${revision} has no ${message.method}`);
      seen.methods.add(message.method);
      fits(name, message);
    } else {
      assert.ok(question, `an answer to nothing: ${JSON.stringify(message).slice(0, 200)}`);
      seen.methods.add(question.method);
      const name = names.ofResult(question.method, message.result);
      assert.ok(name, `${revision} has no result of ${question.method}`);
      fits(name, message.result);
      // Its schema takes any object.
      if (name === 'EmptyResult') assert.deepEqual(message.result, {}, `${question.method} has nothing to say`);
    }
  };
  return {
    seen,
    sent: (message) => {
      for (const each of [message].flat()) {
        if (!each?.method || each.id === undefined) continue;
        const revision = each.params?._meta?.['io.modelcontextprotocol/protocolVersion'] ?? negotiated;
        asked.set(each.id, { method: each.method, revision: schemas.has(revision) ? revision : undefined });
      }
    },
    heard: (message) => {
      const holds = (check) => {
        try {
          check();
        } catch (error) {
          failures.push(error);
        }
      };
      for (const each of [message].flat()) holds(() => judge(each));
      // Whether the revision has batches at all.
      if (Array.isArray(message)) holds(() => judgeOf(negotiated ?? modern).fits('JSONRPCMessage', message));
    },
    /// Fails if any message did not fit.
    assertFit: () => {
      if (failures.length > 0) throw failures[0];
    },
  };
}

/// Watches a client's transport, of either SDK, and holds every message against its revision.
export function witness(transport) {
  const { seen, sent, heard, assertFit } = conversation();
  const send = transport.send.bind(transport);
  transport.send = (message, ...rest) => {
    sent(message);
    return send(message, ...rest);
  };
  let deliver;
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    get: () => deliver,
    set: (handler) => {
      deliver = handler && ((message, ...rest) => {
        heard(message);
        return handler(message, ...rest);
      });
    },
  });
  return {
    seen,
    /// To be called when all is said.
    assertFit: () => {
      assertFit();
      assert.ok(seen.messages > 0, 'no message was seen');
    },
  };
}
