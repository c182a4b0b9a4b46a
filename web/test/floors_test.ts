// views → state → protocol, ui on the ground: who may include whom inside the page.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');
const may: Record<string, string[]> = {
  views: ['views', 'state', 'protocol', 'ui', 'styles'],
  state: ['state', 'protocol'],
  protocol: ['protocol'],
  ui: ['ui'],
};
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\/.*\.tsx?$/.test(name));

function included(file: string): string[] {
  const text = readFileSync(resolve(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) =>
    relative(src, resolve(dirname(resolve(src, file)), path as string)),
  );
}

describe('the floors of the page', () => {
  it.each(files)('%s', (file) => {
    const floor = file.split('/')[0] as string;
    for (const other of included(file)) expect(may[floor], `${file} includes ${other}`).toContain(other.split('/')[0]);
  });

  it('has only one file that knows the virtual list', () => {
    const knowing = files.filter((file) => /from 'virtua'/.test(readFileSync(resolve(src, file), 'utf8')));
    expect(knowing).toEqual(['views/log/log_list.tsx']);
  });

  it('never writes markup by hand', () => {
    expect(files.filter((file) => /dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML/.test(readFileSync(resolve(src, file), 'utf8')))).toEqual([]);
  });
});
