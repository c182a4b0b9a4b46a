import type { Connection } from './connection';
import type { LogHead, LogLine, LogName, Readiness, SessionInfo } from './types';
import type { Watched } from './watched';

export type ToolName =
  | 'builds.createPreview'
  | 'builds.status'
  | 'builds.diagnose'
  | 'builds.list'
  | 'builds.rerun'
  | 'builds.cancel'
  | 'builds.removePreview';

/// MCP as the page speaks it. Every call rejects with a Failure; none is ever sent a second time by itself, because the
/// page cannot know whether a call that was cut off was carried out.
export interface Client {
  readonly connection: Watched<Connection>;

  /// Connects, and stays connected until `close`.
  open(): void;
  close(): void;
  /// Does not wait for the next try.
  retryNow(): void;

  /// The tool's structured content.
  call<Result>(tool: ToolName, args: Record<string, unknown>): Promise<Result>;

  /// A JSON resource.
  read<Result>(uri: string): Promise<Result>;

  /// What could complete `value`, best first.
  complete(argument: string, value: string): Promise<string[]>;

  /// Calls `onChange` when the resource changed, and after every reconnect, since something may have been missed.
  /// Answers with what ends it.
  follow(uri: string, onChange: () => void): () => void;
}

/// What a log is read through: called with whole batches, oldest line first.
export interface LogSink {
  head(head: LogHead): void;
  lines(lines: LogLine[]): void;
}

/// The few things that are not MCP: the session, the state of the connectors, and logs in bulk.
export interface Server {
  session(): Promise<SessionInfo>;
  signIn(how: { token: string } | { link: string } | Record<string, never>): Promise<void>;
  signOut(): Promise<void>;
  ticket(): Promise<string>;
  readiness(checkNow: boolean): Promise<Readiness>;
  /// Up to `count` lines from `first` on.
  lines(log: LogName, first: number, count: number, sink: LogSink, signal?: AbortSignal): Promise<void>;
  /// Where the whole log can be downloaded.
  logUrl(log: LogName): string;
}
