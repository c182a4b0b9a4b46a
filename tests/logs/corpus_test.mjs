// Reads each log of the corpus with the real binary, as it is and buried in noise, and holds the answers against what
// is known about it: tests/logs/corpus/README.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const binary = process.env.FLUX_BINARY ?? join(root, 'build/release/flux-mcp');
if (!existsSync(binary)) throw new Error(`${binary} is missing: build it first (cmake --build --preset release).`);

const folder = join(root, 'tests/logs/corpus');
const corpus = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const failed = corpus.filter((entry) => entry.outcome === 'failure');
const green = corpus.filter((entry) => entry.outcome === 'success');

/// What a model reads at most of an answer: 1,500 tokens of four characters.
const readable = 6000;

function diagnose(bytes) {
  const run = spawnSync(binary, ['diagnose', '--log', '-', '--json'], { input: bytes, maxBuffer: 1 << 24 });
  assert.equal(run.status, 0, run.stderr.toString());
  return JSON.parse(run.stdout.toString());
}

/// Numbers that look random and are the same in every run (mulberry32).
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/// What healthy tools print by the hundred, with words of trouble in it.
const chatter = [
  (i) => `  ✓ handles error response ${i} (${i % 30} ms)`,
  (i) => `[${i}/400] Compiling module app.core.part${i}`,
  (i) => `Get:${i} http://archive.example.org noble/main amd64 lib${i}-dev amd64 2.${i} [${i * 3} kB]`,
  (i) => `npm warn deprecated pkg-${i}@1.${i}.0: this package is no longer supported`,
  (i) => `dist/assets/chunk-${i}a.js   ${i * 7}.${i} kB │ gzip: ${i} kB`,
  (i) => `INFO 2025-10-03 12:00:00 worker-${i % 4} processed batch ${i} (0 failed, retry limit not reached)`,
  (i) => `tests/test_module_${i}.py::test_invalid_input_is_rejected PASSED [ ${i % 100}%]`,
  (i) => `warning: unused import \`std::fmt${i}\``,
  (i) => `ok ${i} - returns 404 when missing`,
  (i) => `DEBUG http: GET /health/${i} 200`,
];

function noise(seed, count) {
  const next = random(seed);
  const kinds = Array.from({ length: 3 }, () => chatter[Math.floor(next() * chatter.length)]);
  return Array.from({ length: count }, (_, i) => {
    const kind = next() < 0.15 ? Math.floor(next() * 3) : Math.floor((i * 3) / count);
    return kinds[kind](i);
  });
}

/// The log with noise in its failed step, before and behind what the step printed.
function buried(text, seed) {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /##\[error\](Process completed with|The operation was|The action .* has timed out)/.test(line));
  assert.ok(end > 0);
  const group = lines.findLastIndex((line, i) => i < end && line.includes(' ##[group]Run '));
  const begin = lines.findIndex((line, i) => i > group && line.includes('##[endgroup]')) + 1;
  const front = lines[end].match(/^.*?Z /)[0];
  const stamped = (count, salt) => noise(seed + salt, count).map((line) => front + line);
  return [...lines.slice(0, begin), ...stamped(250, 0), ...lines.slice(begin, end), ...stamped(60, 1000),
    ...lines.slice(end)].join('\n');
}

/// What the steps of a green log printed.
function printed(text) {
  const lines = text.split('\n').map((line) => line.replace(/^\ufeff?\S+Z /, ''));
  const steps = lines.flatMap((line, i) => (line.startsWith('##[group]Run ') && !line.includes('actions/checkout@') ? [i] : []));
  return steps.flatMap((at, i) => {
    const rest = lines.slice(at, steps[i + 1]);
    const end = rest.findIndex((line) => /^(Post job|##\[error\]|##\[group\]Run actions\/)/.test(line));
    return rest.slice(rest.indexOf('##[endgroup]') + 1, end < 0 ? undefined : end);
  });
}

/// The log with what other tools print when they succeed, errors that nobody minds among it, in its failed step: four of
/// them before what the step printed and two behind.
function amid(text, seed) {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /##\[error\](Process completed with|The operation was|The action .* has timed out)/.test(line));
  const group = lines.findLastIndex((line, i) => i < end && line.includes(' ##[group]Run '));
  const begin = lines.findIndex((line, i) => i > group && line.includes('##[endgroup]')) + 1;
  const front = lines[end].match(/^.*?Z /)[0];
  const next = random(seed);
  const some = (count) => Array.from({ length: count }, () => others()[Math.floor(next() * others().length)]).flat().map((line) => front + line);
  return [...lines.slice(0, begin), ...some(4), ...lines.slice(begin, end), ...some(2), ...lines.slice(end)].join('\n');
}

let outputs;
const others = () => (outputs ??= green.map(({ log }) => printed(readFileSync(join(folder, log), 'utf8'))));

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/// Diagnoses every log as `prepare` makes it, and counts.
function judge(prepare, entries = failed) {
  const result = { logs: entries.length, hits: 0, steps: 0, classes: 0, classed: 0, tokens: [], misses: [] };
  entries.forEach((entry, index) => {
    const answer = diagnose(prepare(readFileSync(join(folder, entry.log), 'utf8'), index));
    const text = answer.text.slice(0, readable);
    const missing = entry.expect.filter((words) => !text.includes(words));
    if (missing.length === 0) result.hits += 1;
    else result.misses.push(`${entry.log}: ${missing.join(' | ')}`);
    result.steps += answer.failed_steps.some(({ step }) => step === entry.step);
    result.classed += entry.class !== undefined;
    result.classes += entry.class !== undefined && answer.verdict?.class === entry.class;
    result.tokens.push(Math.ceil(answer.text.length / 4));
  });
  return result;
}

function holds(t, result, floor) {
  const share = (part, whole) => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;
  t.diagnostic(`explained: ${share(result.hits, result.logs)}, step named: ${share(result.steps, result.logs)}, ` +
    `class: ${share(result.classes, result.classed)}, median ${median(result.tokens)} tokens`);
  assert.ok(result.hits / result.logs >= floor.explained, result.misses.join('\n'));
  assert.ok(result.steps / result.logs >= floor.step);
  assert.ok(result.classes / result.classed >= floor.class);
  assert.ok(median(result.tokens) <= 600);
}

test('the corpus and its manifest name the same logs', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.log')).sort();
  assert.deepEqual(corpus.map((entry) => entry.log).sort(), files);
  for (const entry of failed) assert.ok(entry.expect.length > 0 && entry.step, entry.log);
});

test('the lines that explain a failure are in a short answer', (t) => {
  holds(t, judge((text) => text), { explained: 0.97, step: 0.98, class: 0.92 });
});

test('they are also where the step prints hundreds of other lines', (t) => {
  holds(t, judge(buried), { explained: 0.96, step: 0.98, class: 0.88 });
});

test('and mostly where other tools in the step speak of errors that nobody minds', (t) => {
  const sample = failed.filter((_, index) => index % 4 === 0);
  holds(t, judge(amid, sample), { explained: 0.92, step: 0.98, class: 0.8 });
});

/// What each step of a log printed, as somebody would copy it: no stamps, no marks of a runner. `failed`: the step ended in an
/// error; of a step that did not, but printed one, nothing is known.
function copied(text) {
  const lines = text.split('\n').map((line) => line.replace(/^\ufeff?(?:[^\t]*\t[^\t]*\t)?\ufeff?\d{4}-\S+Z ?/, '').replace(/\r$/, ''));
  const starts = lines.flatMap((line, i) => (line.startsWith('##[group]Run ') ? [i] : []));
  return starts.flatMap((at, i) => {
    const rest = lines.slice(at, starts[i + 1]);
    const body = rest.slice(rest.indexOf('##[endgroup]') + 1);
    const end = body.findIndex((line) => /^(Post job|##\[error\]|##\[warning\]|Cleaning up orphan)/.test(line));
    const output = body.slice(0, end < 0 ? undefined : end).map((line) => line.replace(/^##\[\w+\]/, '')).join('\n').trim();
    return output.length < 20 ? [] : [{ output, failed: body.some((line) => line.startsWith('##[error]')) }];
  });
}

test('a plain text fails by its end, and not by what it got over', (t) => {
  // These steps passed, and print nothing but errors to their end: a dump of a service's log, and a flood made for a test.
  const likeFailures = ['always-steps-noisy.log', 'cancelled-after-noise.log'];
  const seen = new Set();
  let passed = 0;
  let explained = 0;
  const failing = [];
  for (const entry of corpus) {
    for (const { output, failed } of copied(readFileSync(join(folder, entry.log), 'utf8'))) {
      if (seen.has(output)) continue;
      seen.add(output);
      const answer = diagnose(`${output}\n`);
      if (failed) {
        if (!entry.expect) continue;
        failing.push(answer.failed_steps.length > 0);
        explained += entry.expect.every((words) => answer.text.slice(0, readable).includes(words));
      } else if (!likeFailures.includes(entry.log)) {
        passed += 1;
        assert.deepEqual([answer.causes, answer.failed_steps], [[], []], `${entry.log}: ${output.slice(-300)}`);
      }
    }
  }
  t.diagnostic(`${passed} that passed; of ${failing.length} that failed ${failing.filter(Boolean).length} were called so, ${explained} explained`);
  assert.ok(passed > 400 && failing.length > 350);
  assert.ok(failing.filter(Boolean).length / failing.length >= 0.85);
  assert.ok(explained / failing.length >= 0.9);
});

test('a green log has no cause', () => {
  assert.ok(green.length > 0);
  for (const entry of green) {
    const answer = diagnose(readFileSync(join(folder, entry.log)));
    assert.deepEqual([answer.causes, answer.failed_steps, answer.verdict], [[], [], null], entry.log);
  }
});
