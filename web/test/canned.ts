// A server that answers from values: what the tests of the views and of the state talk to.
import type { Client, LogSink, Server, ToolName } from '../src/protocol/client';
import type { Connection } from '../src/protocol/connection';
import { Failure } from '../src/protocol/failures';
import type { LogLine, LogName, Readiness, RunReport, SessionInfo } from '../src/protocol/types';
import { Watched } from '../src/protocol/watched';

type Answer = (args: Record<string, unknown>) => unknown;

export class CannedClient implements Client {
  readonly connection = new Watched<Connection>({ phase: 'live', epoch: 1, pushes: true });
  readonly calls: { tool: string; args: Record<string, unknown> }[] = [];
  readonly followed = new Map<string, Set<() => void>>();
  retries = 0;
  opened = 0;

  constructor(
    readonly tools: Partial<Record<ToolName, Answer>> = {},
    readonly resources: Record<string, unknown> = {},
    readonly completions: string[] | Failure = [],
  ) {}

  open() {
    this.opened++;
  }
  close() {
    this.connection.set({ phase: 'closed' });
  }
  retryNow() {
    this.retries++;
  }
  async call<Result>(tool: ToolName, args: Record<string, unknown>): Promise<Result> {
    this.calls.push({ tool, args });
    const answer = this.tools[tool];
    if (!answer) throw new Failure(`Nothing is canned for ${tool}.`, 'not_canned');
    return (await answer(args)) as Result;
  }
  async read<Result>(uri: string): Promise<Result> {
    if (!(uri in this.resources)) throw new Failure(`There is no resource ${uri}.`, 'not_found');
    return this.resources[uri] as Result;
  }
  async complete(_argument: string, value: string): Promise<string[]> {
    if (this.completions instanceof Failure) throw this.completions;
    return this.completions.filter((each) => each.includes(value));
  }
  follow(uri: string, onChange: () => void): () => void {
    const listeners = this.followed.get(uri) ?? new Set();
    this.followed.set(uri, listeners.add(onChange));
    return () => listeners.delete(onChange);
  }
  push(uri: string): void {
    for (const listener of this.followed.get(uri) ?? []) listener();
  }
}

export class CannedServer implements Server {
  info: SessionInfo = { signed_in: true, principal: 'tester', asks_for_token: true, version: '0.1.0' };
  connectors: Readiness | Failure = { status: 'ready', connectors: [] };
  log: LogLine[] = [];
  complete = true;
  signedInWith: unknown[] = [];
  checks = 0;
  /// What each request for lines asked for.
  asked: { first: number; count: number }[] = [];
  failLines: Failure | undefined;

  async session(): Promise<SessionInfo> {
    return { ...this.info };
  }
  async signIn(how: { token?: string; link?: string }): Promise<void> {
    this.signedInWith.push(how);
    if (how.token === 'wrong' || how.link === 'used') throw new Failure('This token is not known here.', 'unauthenticated');
    this.info = { ...this.info, signed_in: true };
  }
  async signOut(): Promise<void> {
    this.info = { ...this.info, signed_in: false };
  }
  async ticket(): Promise<string> {
    return 'ticket';
  }
  async readiness(checkNow: boolean): Promise<Readiness> {
    if (checkNow) this.checks++;
    if (this.connectors instanceof Failure) throw this.connectors;
    return this.connectors;
  }
  async lines(_log: LogName, first: number, count: number, sink: LogSink): Promise<void> {
    this.asked.push({ first, count });
    await Promise.resolve();
    if (this.failLines) throw this.failLines;
    sink.head({ total_lines: this.log.length, complete: this.complete });
    sink.lines(this.log.slice(first - 1, first - 1 + count));
  }
  logUrl({ run, job }: LogName): string {
    return `/api/runs/${run}/jobs/${job}/log`;
  }
}

export function lines(texts: string[], { step = 1, from = 1 } = {}): LogLine[] {
  return texts.map((text, index) => [from + index, 1_700_000_000_000 + (from + index) * 100, levelOf(text), step, text]);
}

function levelOf(text: string): LogLine[2] {
  return text.startsWith('##[error]') ? 'error' : text.startsWith('##[warning]') ? 'warning' : 'plain';
}

export function report(change: Partial<RunReport['run']> = {}, rest: Partial<RunReport> = {}): RunReport {
  return {
    run: {
      run_id: 7,
      status: 'completed',
      conclusion: 'failure',
      html_url: null,
      created_at: '2026-11-26T13:00:00Z',
      started_at: '2026-11-26T13:00:01Z',
      completed_at: '2026-11-26T13:00:09Z',
      head_branch: 'faster-readers',
      head_sha: 'abcdef0123456789',
      name: 'Deploy site',
      title: 'Deploy faster-readers',
      workflow: 'deploy.yml',
      attempt: 1,
      ...change,
    },
    elapsed_s: 8,
    jobs: [
      {
        id: 71,
        name: 'test',
        status: 'completed',
        conclusion: 'failure',
        duration_s: 4,
        failed_step: 'Test',
        lines_total: 6,
        steps: [
          { number: 1, name: 'actions/checkout@v4', status: 'completed', conclusion: 'success', duration_s: 0.4, first_line: 1, last_line: 3 },
          { number: 2, name: 'Test', status: 'completed', conclusion: 'failure', duration_s: 3.1, first_line: 4, last_line: 6 },
        ],
      },
    ],
    jobs_total: 1,
    preview: { state: 'failed', url: 'http://r7.localhost:8788/', reason: 'the run failed' },
    ...rest,
  };
}
