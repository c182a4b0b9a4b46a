// Holds the tree against docs/architecture.md: the tables there are the ones that are read here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/// The rows of the first table below a heading, as lists of cells.
function table(heading) {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading));
  assert.ok(section, `docs/architecture.md has no section "${heading}"`);
  const rows = section.split('\n').filter((line) => line.startsWith('|')).slice(2);
  return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
}

const namesIn = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1].replace(/\/$/, ''));

const rooms = new Map();
for (const [, folders, , reach] of table('Floors')) {
  for (const folder of namesIn(folders)) rooms.set(folder, reach === 'everything below' ? 'all' : namesIn(reach));
}
const homes = table('Heavy libraries').map(([, includes, home]) => ({ includes: namesIn(includes), homes: namesIn(home) }));

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const sources = filesBelow(join(root, 'src')).filter((path) => /\.[ch]pp$/.test(path)).map((path) => ({
  path: relative(join(root, 'src'), path),
  text: readFileSync(path, 'utf8'),
}));

/// The room of a path below src/: the longest one that the table names.
function roomOf(path) {
  return [...rooms.keys()].filter((room) => path === room || path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];
}

test('every source stands in a room that the table names', () => {
  const homeless = sources.filter(({ path }) => !roomOf(path)).map(({ path }) => path);
  assert.deepEqual(homeless, []);
});

test('every room of the table exists', () => {
  const empty = [...rooms.keys()].filter((room) => !sources.some(({ path }) => roomOf(path) === room));
  assert.deepEqual(empty, []);
});

test('includes go down', () => {
  const wrong = [];
  for (const { path, text } of sources) {
    const from = roomOf(path);
    for (const [, included] of text.matchAll(/^#include "([^"]+)"/gm)) {
      const to = roomOf(included);
      const reach = rooms.get(from);
      const allowed = to === from || reach === 'all' || reach.some((name) => name === to || name === included);
      if (!allowed) wrong.push(`${path} includes ${included}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('project headers are included by their path from src/, and exist', () => {
  const known = new Set(sources.map(({ path }) => path));
  const wrong = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^#include "([^"]+)"/gm)].filter(([, included]) => !known.has(included)).map(([, included]) => `${path}: ${included}`));
  assert.deepEqual(wrong, []);
});

test('the table itself has no circle', () => {
  const circles = [...rooms].flatMap(([room, reach]) =>
    reach === 'all' ? [] : reach.filter((other) => Array.isArray(rooms.get(other)) && rooms.get(other).includes(room)).map((other) => `${room} and ${other}`));
  assert.deepEqual(circles, []);
});

test('heavy libraries stay at home', () => {
  const wrong = [];
  for (const { path, text } of sources) {
    for (const [, included] of text.matchAll(/^#include <([^>]+)>/gm)) {
      const heavy = homes.find(({ includes }) => includes.some((prefix) => included === prefix || included.startsWith(`${prefix}/`)));
      if (heavy && !heavy.homes.some((home) => path === home || path.startsWith(`${home}/`))) wrong.push(`${path} includes <${included}>`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every header is guarded by #pragma once', () => {
  const bare = sources.filter(({ path, text }) => path.endsWith('.hpp') && !/^#pragma once$/m.test(text)).map(({ path }) => path);
  assert.deepEqual(bare, []);
});

test('no file is named after nothing', () => {
  const empty = /(^|[/_])(utils?|helpers?|common|managers?|misc|stuff)([/_.]|$)/;
  assert.deepEqual(sources.map(({ path }) => path).filter((path) => empty.test(path)), []);
});

test('no capturing lambda inside a co_await expression', () => {
  // g++ 12 destroys them twice (docs/decisions/0001-machine-room.md). Catches the plain spellings, not every one.
  const wrong = sources.flatMap(({ path, text }) => text.split('\n')
    .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
    .filter(({ line }) => /co_await[^;]*\[[=&\w][^\]]*\]\s*(\(|\{|mutable)/.test(line))
    .map(({ line, at }) => `${at}: ${line.trim()}`));
  assert.deepEqual(wrong, []);
});

test('no committed file is large', () => {
  const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const large = listed.filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.size > 600 * 1024);
  assert.deepEqual(large, []);
});
