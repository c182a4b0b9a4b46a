import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpServer, readLines } from '../src/protocol/http_server';
import type { LogHead, LogLine } from '../src/protocol/types';

function streamOf(parts: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
}

function sink() {
  const seen: { heads: LogHead[]; lines: LogLine[] } = { heads: [], lines: [] };
  return { seen, head: (head: LogHead) => seen.heads.push(head), lines: (lines: LogLine[]) => seen.lines.push(...lines) };
}

afterEach(() => vi.unstubAllGlobals());

describe('a log in bulk', () => {
  const text = '{"total_lines":3,"complete":true}\n[1,5,"plain",1,"one"]\n[2,null,"error",1,"zwölf ✓"]\n[3,7,"plain",2,""]\n';

  it.each([[1], [2], [7], [1000]])('is the same in pieces of %i characters', async (size) => {
    const bytes = [...text];
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size).join(''));
    const into = sink();
    await readLines(streamOf(parts), into);
    expect(into.seen.heads).toEqual([{ total_lines: 3, complete: true }]);
    expect(into.seen.lines).toEqual([[1, 5, 'plain', 1, 'one'], [2, null, 'error', 1, 'zwölf ✓'], [3, 7, 'plain', 2, '']]);
  });

  it('needs no line feed at its end', async () => {
    const into = sink();
    await readLines(streamOf(['{"total_lines":1,"complete":false}\n[1,5,"plain",1,"one"]']), into);
    expect(into.seen.lines).toHaveLength(1);
  });
});

describe('an answer that is none', () => {
  const answer = (status: number, body: unknown, headers = {}) =>
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status, headers }));

  it('is told in the server’s words', async () => {
    answer(403, { error: { code: 'forbidden', message: 'This page came from elsewhere.' } });
    await expect(new HttpServer().ticket()).rejects.toMatchObject({ code: 'forbidden', message: 'This page came from elsewhere.' });
  });

  it('means signed out where it is a 401', async () => {
    answer(401, { error: { code: 'unauthenticated', message: 'Sign in first.' } });
    await expect(new HttpServer().ticket()).rejects.toMatchObject({ code: 'signed_out' });
  });

  it('says when to come again', async () => {
    answer(429, {}, { 'retry-after': '3' });
    const before = Date.now();
    await expect(new HttpServer().session()).rejects.toSatisfy((failure: { retryAt: number }) => failure.retryAt >= before + 3000);
  });

  it('is unreachable where nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(new HttpServer().session()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is readiness even with 503', async () => {
    answer(503, { status: 'degraded', connectors: [] });
    expect(await new HttpServer().readiness(false)).toEqual({ status: 'degraded', connectors: [] });
  });
});
