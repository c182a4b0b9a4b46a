// Page and server cannot drift apart: what the page calls is in the snapshots of the server's tools, and what it reads
// is in their output schemas.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}
const snapshots = resolve(import.meta.dirname, '../../tests/snapshots');
const tool = (name: string) =>
  JSON.parse(readFileSync(resolve(snapshots, `${name}.json`), 'utf8')) as { inputSchema: Schema; outputSchema: Schema };

const asked: Record<string, string[]> = {
  'builds.createPreview': ['branch', 'workflow', 'payload'],
  'builds.status': ['run_id', 'steps'],
  'builds.diagnose': ['run_id'],
  'builds.list': ['kind', 'branch', 'status', 'workflow', 'limit'],
  'builds.rerun': ['run_id', 'failed_only'],
  'builds.cancel': ['run_id'],
  'builds.removePreview': ['run_id'],
};
const read: Record<string, string[]> = {
  'builds.createPreview': ['run_id', 'reused'],
  'builds.status': ['run', 'elapsed_s', 'jobs', 'jobs_total', 'waiting_for', 'preview'],
  'builds.diagnose': ['verdict', 'causes'],
  'builds.list': ['items', 'cursor'],
};

describe('the tools that the page calls', () => {
  it.each(Object.entries(asked))('%s takes what the page sends', (name, members) => {
    expect(Object.keys(tool(name).inputSchema.properties ?? {})).toEqual(expect.arrayContaining(members));
  });
  it.each(Object.entries(read))('%s answers with what the page reads', (name, members) => {
    expect(Object.keys(tool(name).outputSchema.properties ?? {})).toEqual(expect.arrayContaining(members));
  });
});
