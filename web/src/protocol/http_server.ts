import type { LogSink, Server } from './client';
import { Failure } from './failures';
import type { LogHead, LogLine, LogName, Readiness, SessionInfo } from './types';

/// A batch that React and the store can swallow between two frames.
const batchLines = 4_000;

/// The server that this page came from.
export class HttpServer implements Server {
  async session(): Promise<SessionInfo> {
    return (await this.#ask('/api/session')).json() as Promise<SessionInfo>;
  }

  async signIn(how: { token: string } | { link: string } | Record<string, never>): Promise<void> {
    await this.#ask('/api/session', { method: 'POST', body: JSON.stringify(how) });
  }

  async signOut(): Promise<void> {
    await this.#ask('/api/session', { method: 'DELETE' });
  }

  async ticket(): Promise<string> {
    const answer = (await (await this.#ask('/api/ticket', { method: 'POST', body: '{}' })).json()) as { ticket: string };
    return answer.ticket;
  }

  async readiness(checkNow: boolean): Promise<Readiness> {
    // While it drains, or when a connector fails, the server answers 503 with the same body.
    const response = await reach(checkNow ? '/readyz?check=now' : '/readyz', {});
    if (response.status !== 200 && response.status !== 503) throw await refusal(response);
    return (await response.json()) as Readiness;
  }

  async lines(log: LogName, first: number, count: number, sink: LogSink, signal?: AbortSignal): Promise<void> {
    const attempt = log.attempt ? `&attempt=${log.attempt}` : '';
    const path = `/api/runs/${log.run}/jobs/${log.job}/lines?first=${first}&count=${count}${attempt}`;
    const response = await this.#ask(path, signal ? { signal } : {});
    if (!response.body) throw new Failure('The server sent an empty log.', 'unreachable');
    await readLines(response.body, sink);
  }

  logUrl(log: LogName): string {
    return `/api/runs/${log.run}/jobs/${log.job}/log${log.attempt ? `?attempt=${log.attempt}` : ''}`;
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await reach(path, init);
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  const headers = init.body === undefined ? undefined : { 'content-type': 'application/json' };
  try {
    return await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...(headers && { headers }), ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Failure('The server cannot be reached.', 'unreachable');
  }
}

async function refusal(response: Response): Promise<Failure> {
  const told = (await response.json().catch(() => undefined)) as { error?: { code?: string; message?: string } } | undefined;
  const retry = Number(response.headers.get('retry-after'));
  const code = response.status === 401 ? 'signed_out' : (told?.error?.code ?? `http_${response.status}`);
  const message = told?.error?.message ?? `The server answered with status ${response.status}.`;
  return new Failure(message, code, retry > 0 ? Date.now() + retry * 1000 : undefined);
}

/// Takes NDJSON apart as it arrives.
export async function readLines(body: ReadableStream<Uint8Array>, sink: LogSink): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  let headRead = false;
  let batch: LogLine[] = [];
  const flush = () => {
    if (batch.length > 0) sink.lines(batch);
    batch = [];
  };
  const take = (text: string) => {
    if (text === '') return;
    if (headRead) {
      if (batch.push(JSON.parse(text) as LogLine) >= batchLines) flush();
    } else {
      headRead = true;
      sink.head(JSON.parse(text) as LogHead);
    }
  };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let from = 0;
    const text = rest === '' ? value : rest + value;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      take(text.slice(from, end));
      from = end + 1;
    }
    rest = text.slice(from);
  }
  take(rest);
  flush();
}
