// Cuts GitHub's description of its REST API down to what the double uses, and writes the small files beside this one:
//
//   folder=$(mktemp -d) && (cd "$folder" && npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-*.tgz)
//   node tests/github/openapi/trim.mjs "$folder/package/generated"
//
// The package is 385 MB on disk; that is too much to install for every test run. What is left keeps the schemas as they
// are and drops prose and examples (a quarter of the examples break their own schemas). The 2026-03-10 description is the
// 2022-11-28 one with the patches that the file itself carries.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { events, operations } from './operations.mjs';

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: trim.mjs FOLDER (package/generated of @octokit/openapi)');
const here = fileURLToPath(new URL('.', import.meta.url));
const prose = new Set(['description', 'summary', 'externalDocs', 'tags', 'example', 'examples', 'x-github', 'x-octokit', 'title']);

write('2022-11-28', read('api.github.com.json'));
write('2026-03-10', read('api.github.com.json'), '2026-03-10');
write('ghes-3.19', read('ghes-3.19.json'));

function read(name) {
  return JSON.parse(readFileSync(join(source, name), 'utf8'));
}

function write(name, whole, version) {
  const kept = { paths: {}, webhooks: {}, components: {} };
  const absent = new Set(operations);
  for (const [path, item] of Object.entries(whole.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (!operations.includes(operation.operationId)) continue;
      absent.delete(operation.operationId);
      kept.paths[path] = { ...kept.paths[path], [method]: strip(patched(operation, version)) };
    }
  }
  for (const [id, { post }] of Object.entries(whole['x-webhooks'])) {
    if (events.includes(id)) kept.webhooks[id] = strip({ requestBody: patched(post, version).requestBody });
  }
  keepReferences(kept, whole, version);
  console.log(`${name}: ${Object.keys(kept.paths).length} paths, ${Object.keys(kept.components.schemas).length} schemas; absent: ${[...absent].join(', ') || 'none'}`);
  writeFileSync(join(here, `${name}.json`), lines({ openapi: whole.openapi, source: `@octokit/openapi ${whole.info.version}`, ...kept }));
}

/// Copies every component that is referred to, and what those refer to.
function keepReferences(kept, whole, version) {
  const open = [kept];
  while (open.length > 0) {
    walk(open.pop(), (node) => {
      const match = /^#\/components\/(\w+)\/(.+)$/.exec(node.$ref ?? '');
      if (!match) return;
      const [, kind, name] = match;
      kept.components[kind] ??= {};
      if (kept.components[kind][name]) return;
      kept.components[kind][name] = strip(patched(whole.components[kind][name], version));
      open.push(kept.components[kind][name]);
    });
  }
}

function walk(node, visit) {
  if (node === null || typeof node !== 'object') return;
  visit(node);
  for (const child of Object.values(node)) walk(child, visit);
}

/// A copy with the breaking changes of `version` applied wherever they are noted: a list is an RFC 6902 patch, an object
/// an RFC 7396 one.
function patched(node, version) {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((each) => patched(each, version));
  const { 'x-github-breaking-changes': changes = [], ...rest } = node;
  let copy = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, patched(value, version)]));
  for (const change of changes.filter((each) => each.version === version)) {
    copy = Array.isArray(change.patch) ? edited(copy, change.patch) : merged(copy, change.patch);
  }
  return copy;
}

function edited(target, steps) {
  for (const { op, path, value } of steps) {
    const keys = path.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop();
    const parent = keys.reduce((node, key) => node[key], target);
    if (!['add', 'remove', 'replace'].includes(op)) throw new Error(`a patch does "${op}"`);
    if (Array.isArray(parent)) {
      if (op === 'add') parent.splice(last === '-' ? parent.length : Number(last), 0, value);
      else parent.splice(Number(last), 1, ...(op === 'replace' ? [value] : []));
    } else if (op === 'remove') delete parent[last];
    else parent[last] = value;
  }
  return target;
}

function merged(target, patch) {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const copy = { ...(target !== null && typeof target === 'object' && !Array.isArray(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete copy[key];
    else copy[key] = merged(copy[key], value);
  }
  return copy;
}

/// Without prose. Below `properties` a key is a property's name and stays, whatever it is called.
function strip(node, names = false) {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((each) => strip(each));
  const kept = Object.entries(node).filter(([key]) => names || !prose.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, strip(value, !names && key === 'properties')]));
}

/// JSON with a line for each path and each component, so that a new version shows what it changed.
function lines(description) {
  const entries = (object) => Object.keys(object).sort().map((key) => `${JSON.stringify(key)}: ${JSON.stringify(object[key])}`).join(',\n');
  const { components, paths, webhooks, ...head } = description;
  const parts = Object.keys(components).sort().map((kind) => `${JSON.stringify(kind)}: {\n${entries(components[kind])}\n}`);
  return `{\n${entries(head)},\n"paths": {\n${entries(paths)}\n},\n"webhooks": {\n${entries(webhooks)}\n},\n"components": {\n${parts.join(',\n')}\n}\n}\n`;
}
