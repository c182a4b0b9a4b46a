import type { Client, LogSink, Server } from '../protocol/client';
import { type Failure, failureOf } from '../protocol/failures';
import type { LogName } from '../protocol/types';
import { Watched } from '../protocol/watched';
import { LogStore } from './log_store';

/// Beyond this the browser's own limit on the height of a page comes near; the rest is one click away as a download.
export const mostLines = 500_000;
const linesARequest = 20_000;
/// With the server's pushes this is a safety net; without them it is how often we look.
const pollPushedMs = 5_000;
const pollMs = 1_500;
/// Pushes that come faster are answered together.
const gatherMs = 120;

export type FeedState =
  | { kind: 'loading' }
  | { kind: 'live' }
  | { kind: 'whole' }
  /// More lines than we hold.
  | { kind: 'capped' }
  | { kind: 'trouble'; failure: Failure };

/// Keeps a store filled with one job's log until `stop`: what is there in bulk, then what comes, always from the line
/// after the last one that is here. So a connection that breaks neither loses a line nor doubles one.
export class LogFeed {
  readonly store = new LogStore();
  readonly state = new Watched<FeedState>({ kind: 'loading' });

  readonly #log: LogName;
  readonly #client: Client;
  readonly #server: Server;
  readonly #abort = new AbortController();
  readonly #ends: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /// When it rings.
  #due = 0;
  #busy = false;
  #again = false;
  #failures = 0;

  constructor(log: LogName, client: Client, server: Server) {
    this.#log = log;
    this.#client = client;
    this.#server = server;
    this.#ends.push(client.follow(`flux://runs/${log.run}/logs/${log.job}`, () => this.#soon()));
    void this.#pull();
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
  }

  /// Tries again now.
  retry(): void {
    this.#failures = 0;
    void this.#pull();
  }

  #soon(): void {
    if (this.#busy) this.#again = true;
    else this.#schedule(gatherMs);
  }

  /// What is to happen sooner stays: news that never pauses must not put the next look off for ever.
  #schedule(ms: number): void {
    const due = Date.now() + ms;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#pull(), ms);
  }

  async #pull(): Promise<void> {
    if (this.#busy || this.#abort.signal.aborted || this.store.whole) return;
    this.#busy = true;
    this.#again = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      await this.#readOn();
      this.#failures = 0;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      const failure = failureOf(error);
      this.#failures++;
      // One lost request is no news; the connection's banner tells of a server that is away.
      if (this.#failures > 2 || failure.code !== 'unreachable') this.state.set({ kind: 'trouble', failure });
      this.#busy = false;
      if (failure.code !== 'signed_out') this.#schedule(Math.min(20_000, 1_000 * 2 ** Math.min(this.#failures, 5)));
      return;
    }
    this.#busy = false;
    this.#settle();
  }

  /// Until there is nothing more at the moment.
  async #readOn(): Promise<void> {
    const { store } = this;
    for (;;) {
      const before = store.length;
      if (before >= mostLines) {
        // How many more there are is still told.
        const count: LogSink = { head: ({ total_lines, complete }) => store.head(total_lines, complete), lines: () => {} };
        await this.#server.lines(this.#log, before + 1, 1, count, this.#abort.signal);
        return;
      }
      await this.#server.lines(
        this.#log,
        before + 1,
        Math.min(linesARequest, mostLines - before),
        {
          head: ({ total_lines, complete }) => store.head(total_lines, complete),
          lines: (lines) => store.append(lines),
        },
        this.#abort.signal,
      );
      if (store.length === before || store.length >= store.total) return;
      this.state.set({ kind: 'loading' });
    }
  }

  #settle(): void {
    const { store } = this;
    if (store.length >= mostLines && store.total > store.length) {
      this.state.set({ kind: 'capped' });
      if (store.complete) return;
    } else if (store.whole) {
      this.state.set({ kind: 'whole' });
      return;
    } else {
      this.state.set({ kind: 'live' });
    }
    if (this.#again) {
      this.#schedule(gatherMs);
      return;
    }
    const connection = this.#client.connection.get();
    this.#schedule(connection.phase === 'live' && connection.pushes ? pollPushedMs : pollMs);
  }
}
