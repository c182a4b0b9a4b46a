import type { Client, ToolName } from './client';
import { type Connection, delayBefore, isOver, reasonOf } from './connection';
import { Failure, failureOf } from './failures';
import { Subscriptions } from './subscriptions';
import { Watched } from './watched';

// The era without a handshake (MCP 2026-07-28): after a reconnect the next request simply goes out.
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'flux-page', version: '1' },
};

const requestLimitMs = 60_000;
const openLimitMs = 10_000;
/// A socket that a sleeping laptop or a silent proxy has cut looks open. After so much silence we ask, and after so
/// long without an answer we no longer believe in it.
const silenceMs = 25_000;
const answerMs = 8_000;

interface Pending {
  resolve: (result: Record<string, unknown>) => void;
  reject: (failure: Failure) => void;
  timer: ReturnType<typeof setTimeout>;
}

interface Message {
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: { reason?: string; resetAt?: number; retryAfterMs?: number } };
}

interface ToolResult {
  isError?: boolean;
  structuredContent?: { error?: { code?: string; message?: string; retry_after_ms?: number } };
  content?: { type: string; text?: string }[];
}

export interface WebSocketClientOptions {
  /// The socket's address for a ticket.
  address: (ticket: string) => string;
  ticket: () => Promise<string>;
  random?: () => number;
}

/// Speaks MCP over one WebSocket at a time, and opens the next when it breaks.
export class WebSocketClient implements Client {
  readonly connection = new Watched<Connection>({ phase: 'idle' });

  readonly #options: WebSocketClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #subscriptions: Subscriptions;
  #socket: WebSocket | undefined;
  #lastId = 0;
  #epoch = 0;
  #attempt = 0;
  #wait: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WebSocketClientOptions) {
    this.#options = options;
    this.#subscriptions = new Subscriptions({
      listen: (uris) => this.#listen(uris),
      cancel: (id) => this.#notify('notifications/cancelled', { requestId: id, reason: 'replaced' }),
      honoured: (pushes) => {
        const now = this.connection.get();
        if (now.phase === 'live' && now.pushes !== pushes) this.connection.set({ ...now, pushes });
      },
    });
  }

  open(): void {
    const { phase } = this.connection.get();
    if (phase !== 'idle' && phase !== 'closed' && phase !== 'signed_out') return;
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    document.addEventListener('visibilitychange', this.#seen);
    this.#attempt = 0;
    void this.#connect();
  }

  close(): void {
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    document.removeEventListener('visibilitychange', this.#seen);
    this.#drop({ phase: 'closed' }, 'The page closed its connection.');
  }

  retryNow(): void {
    const { phase } = this.connection.get();
    if (phase === 'waiting' || phase === 'offline') void this.#connect();
  }

  async call<Result>(tool: ToolName, args: Record<string, unknown>): Promise<Result> {
    const result = (await this.#request('tools/call', { name: tool, arguments: args })) as ToolResult;
    if (result.isError) {
      const told = result.structuredContent?.error;
      const retry = told?.retry_after_ms;
      throw new Failure(
        told?.message ?? result.content?.[0]?.text ?? 'The tool failed without a word.',
        told?.code ?? 'tool_failed',
        retry === undefined ? undefined : Date.now() + retry,
      );
    }
    return result.structuredContent as Result;
  }

  async read<Result>(uri: string): Promise<Result> {
    const result = await this.#request('resources/read', { uri });
    const text = (result.contents as { text?: string }[] | undefined)?.[0]?.text;
    if (text === undefined) throw new Failure(`${uri} holds no text.`, 'unsupported');
    return JSON.parse(text) as Result;
  }

  async complete(argument: string, value: string): Promise<string[]> {
    const result = await this.#request('completion/complete', {
      ref: { type: 'ref/prompt', name: 'ship_preview' },
      argument: { name: argument, value },
    });
    return (result.completion as { values?: string[] } | undefined)?.values ?? [];
  }

  follow(uri: string, onChange: () => void): () => void {
    return this.#subscriptions.add(uri, onChange);
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#wait);
    const attempt = ++this.#attempt;
    const connecting: Connection = { phase: 'connecting', attempt };
    this.connection.set(connecting);
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch (error) {
      const failure = failureOf(error);
      if (this.connection.get() !== connecting) return;
      if (failure.code === 'signed_out') this.#drop({ phase: 'signed_out' }, failure.message);
      else this.#retryLater(failure.message);
      return;
    }
    // Somebody closed, or a newer attempt began, while the ticket was on its way.
    if (this.connection.get() !== connecting) return;

    const socket = new WebSocket(this.#options.address(ticket), ['mcp']);
    this.#socket = socket;
    const tooLong = setTimeout(() => socket.close(), openLimitMs);
    socket.addEventListener('open', () => {
      clearTimeout(tooLong);
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      this.connection.set({ phase: 'live', epoch: ++this.#epoch, pushes: false });
      this.#heard();
      this.#subscriptions.renew();
    });
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket) this.#receive(String(event.data));
    });
    socket.addEventListener('close', (event) => {
      clearTimeout(tooLong);
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#abandon('The connection was lost before the answer came.');
      // A ticket is refused like a token; whether the session still holds is what the next ticket will tell.
      this.#retryLater(reasonOf(event.code));
    });
  }

  #retryLater(reason: string): void {
    clearTimeout(this.#pulse);
    if (isOver(this.connection.get())) return;
    const attempt = this.#attempt + 1;
    const delay = delayBefore(attempt, this.#options.random);
    // A server on this machine is there without any network, so even then we go on trying.
    this.connection.set(navigator.onLine ? { phase: 'waiting', attempt, nextTryAt: Date.now() + delay, reason } : { phase: 'offline' });
    this.#wait = setTimeout(() => void this.#connect(), delay);
  }

  #drop(last: Connection, reason: string): void {
    clearTimeout(this.#wait);
    clearTimeout(this.#pulse);
    this.connection.set(last);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#abandon(reason);
  }

  #abandon(reason: string): void {
    this.#subscriptions.lost();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of pending) {
      clearTimeout(each.timer);
      each.reject(new Failure(reason, 'connection_lost'));
    }
  }

  #request(method: string, params: Record<string, unknown>, limitMs = requestLimitMs): Promise<Record<string, unknown>> {
    const socket = this.#socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Failure('There is no connection to the server right now.', 'connection_lost'));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        this.#notify('notifications/cancelled', { requestId: id, reason: 'timed out' });
        reject(new Failure(`The server did not answer within ${Math.round(limitMs / 1000)} seconds.`, 'timed_out'));
      }, limitMs);
      this.#pending.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } }));
    });
  }

  /// Opens the stream of changes: its answer comes when it ends, so nothing waits for it.
  #listen(uris: string[]): number | undefined {
    const socket = this.#socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return undefined;
    const id = ++this.#lastId;
    const params = { notifications: { resourceSubscriptions: uris }, _meta: meta };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }));
    return id;
  }

  #notify(method: string, params: Record<string, unknown>): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, _meta: meta } }));
  }

  #receive(text: string): void {
    this.#heard();
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return;
    }
    if (message.method === 'notifications/subscriptions/acknowledged') {
      const granted = (message.params?.notifications as { resourceSubscriptions?: string[] } | undefined)?.resourceSubscriptions;
      this.#subscriptions.acknowledged(subscriptionOf(message), granted ?? []);
    } else if (message.method === 'notifications/resources/updated') {
      this.#subscriptions.changed(String(message.params?.uri ?? ''));
    } else if (message.method === undefined && typeof message.id === 'number') {
      this.#answer(message.id, message);
    }
  }

  #answer(id: number, message: Message): void {
    if (this.#subscriptions.ended(id, message.error !== undefined)) return;
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    const { error } = message;
    if (!error) {
      pending.resolve(message.result ?? {});
      return;
    }
    const limited = error.data?.resetAt !== undefined;
    pending.reject(new Failure(error.message, limited ? 'rate_limited' : (error.data?.reason ?? `rpc_${error.code}`), error.data?.resetAt));
  }

  /// Something came, so the socket lives.
  #heard(): void {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(() => void this.#probe(), silenceMs);
  }

  async #probe(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    try {
      await this.#request('ping', {}, answerMs);
    } catch (error) {
      // A refusal is an answer too.
      if (failureOf(error).code !== 'timed_out' || this.#socket !== socket) return;
      this.#socket = undefined;
      socket.close();
      this.#abandon('The server fell silent.');
      this.#retryLater('The server fell silent.');
    }
  }

  readonly #online = () => this.retryNow();
  readonly #offline = () => {
    const { phase } = this.connection.get();
    if (phase === 'waiting') this.connection.set({ phase: 'offline' });
    // Nobody closes a socket whose network is gone, and one to this machine still works: an answer tells.
    else if (phase === 'live') void this.#probe();
  };
  readonly #seen = () => {
    if (document.visibilityState !== 'visible') return;
    if (this.connection.get().phase === 'waiting') this.retryNow();
    else void this.#probe();
  };
}

function subscriptionOf(message: Message): number | undefined {
  const marks = message.params?._meta as Record<string, unknown> | undefined;
  const id = marks?.['io.modelcontextprotocol/subscriptionId'];
  return typeof id === 'number' ? id : undefined;
}
