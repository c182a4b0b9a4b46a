import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../src/protocol/failures';
import { WebSocketClient } from '../src/protocol/websocket_client';

/// A socket whose other end the test holds.
class HeldSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: HeldSocket[] = [];
  readyState = 0;
  readonly sent: { id?: number; method: string; params: Record<string, unknown> }[] = [];

  constructor(readonly url: string, readonly protocols: string[]) {
    super();
    HeldSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as HeldSocket['sent'][number]);
  }
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
  }
  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  says(message: unknown) {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify({ jsonrpc: '2.0', ...(message as object) }) }));
  }
  breaks(code = 1006) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
  last(method: string) {
    return this.sent.findLast((message) => message.method === method);
  }
}

let tickets: (() => Promise<string>)[] = [];
let client: WebSocketClient;
const latest = () => HeldSocket.all.at(-1) as HeldSocket;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', HeldSocket);
  HeldSocket.all = [];
  tickets = [];
  let count = 0;
  client = new WebSocketClient({
    address: (ticket) => `ws://here/mcp?ticket=${ticket}`,
    ticket: () => tickets.shift()?.() ?? Promise.resolve(`t${++count}`),
    random: () => 1,
  });
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function live() {
  client.open();
  await settle();
  latest().opens();
}

describe('a connection', () => {
  it('is live only when the socket is', async () => {
    expect(client.connection.get().phase).toBe('idle');
    client.open();
    expect(client.connection.get().phase).toBe('connecting');
    await settle();
    expect(latest().url).toBe('ws://here/mcp?ticket=t1');
    expect(latest().protocols).toEqual(['mcp']);
    latest().opens();
    expect(client.connection.get()).toMatchObject({ phase: 'live', epoch: 1 });
  });

  it('opens one socket however often it is opened', async () => {
    client.open();
    client.open();
    await settle();
    client.open();
    expect(HeldSocket.all).toHaveLength(1);
  });

  it('says when it tries again, and does, with a fresh ticket each time', async () => {
    await live();
    latest().breaks(1001);
    expect(client.connection.get()).toMatchObject({ phase: 'waiting', attempt: 1, reason: 'The server is shutting down.', nextTryAt: Date.now() + 500 });
    await vi.advanceTimersByTimeAsync(500);
    expect(latest().url).toContain('ticket=t2');
    latest().breaks();
    expect(client.connection.get()).toMatchObject({ phase: 'waiting', nextTryAt: Date.now() + 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    latest().opens();
    expect(client.connection.get()).toMatchObject({ phase: 'live', epoch: 2 });
    latest().breaks();
    expect(client.connection.get()).toMatchObject({ phase: 'waiting', attempt: 1 });
  });

  it('never gives up while the server is away', async () => {
    tickets = Array.from({ length: 12 }, () => () => Promise.reject(new Failure('The server cannot be reached.', 'unreachable')));
    client.open();
    for (let second = 0; second < 600 && HeldSocket.all.length === 0; second++) await vi.advanceTimersByTimeAsync(1_000);
    expect(tickets).toHaveLength(0);
    latest().opens();
    expect(client.connection.get().phase).toBe('live');
  });

  it('stops when the session is over, until it is opened again', async () => {
    tickets = [() => Promise.reject(new Failure('Sign in first.', 'signed_out'))];
    client.open();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(client.connection.get().phase).toBe('signed_out');
    expect(HeldSocket.all).toHaveLength(0);
    client.open();
    await settle();
    expect(HeldSocket.all).toHaveLength(1);
  });

  it('stays closed when it was closed', async () => {
    await live();
    client.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(client.connection.get().phase).toBe('closed');
    expect(HeldSocket.all).toHaveLength(1);
  });

  it('does not open a socket for a ticket that came after close', async () => {
    let give: (ticket: string) => void = () => {};
    tickets = [() => new Promise((resolve) => { give = resolve; })];
    client.open();
    client.close();
    give('late');
    await settle();
    expect(HeldSocket.all).toHaveLength(0);
  });

  it('tries at once when it is told to', async () => {
    await live();
    latest().breaks();
    client.retryNow();
    await settle();
    expect(HeldSocket.all).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(HeldSocket.all).toHaveLength(2);
  });

  it('gives up a socket that has fallen silent', async () => {
    await live();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(latest().last('ping')).toBeDefined();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(client.connection.get()).toMatchObject({ phase: 'waiting', reason: 'The server fell silent.' });
  });

  it('asks at once when the browser says that the network is gone, and believes the answer', async () => {
    await live();
    vi.stubGlobal('navigator', { onLine: false });
    dispatchEvent(new Event('offline'));
    latest().says({ id: latest().last('ping')?.id, result: {} });
    await vi.advanceTimersByTimeAsync(8_000);
    expect(client.connection.get().phase).toBe('live');
    dispatchEvent(new Event('offline'));
    await vi.advanceTimersByTimeAsync(8_000);
    expect(client.connection.get().phase).toBe('offline');
  });

  it('finds a server on this machine without any network', async () => {
    await live();
    vi.stubGlobal('navigator', { onLine: false });
    latest().breaks();
    expect(client.connection.get().phase).toBe('offline');
    await vi.advanceTimersByTimeAsync(500);
    expect(HeldSocket.all).toHaveLength(2);
    latest().opens();
    expect(client.connection.get().phase).toBe('live');
  });

  it('takes any answer for a sign of life, a refusal too', async () => {
    await live();
    await vi.advanceTimersByTimeAsync(25_000);
    latest().says({ id: latest().last('ping')?.id, error: { code: -32601, message: 'There is no method `ping`.' } });
    await vi.advanceTimersByTimeAsync(8_000);
    expect(client.connection.get().phase).toBe('live');
  });
});

describe('a call', () => {
  it('answers with the structured content', async () => {
    await live();
    const answer = client.call('builds.status', { run_id: 7 });
    const sent = latest().last('tools/call');
    expect(sent?.params).toMatchObject({ name: 'builds.status', arguments: { run_id: 7 } });
    latest().says({ id: sent?.id, result: { structuredContent: { run: { run_id: 7 } } } });
    expect(await answer).toEqual({ run: { run_id: 7 } });
  });

  it('fails with the tool’s own words and code', async () => {
    await live();
    const answer = client.call('builds.createPreview', { branch: 'mian' });
    latest().says({
      id: latest().last('tools/call')?.id,
      result: { isError: true, structuredContent: { error: { code: 'branch_not_found', message: 'There is no branch "mian".' } }, content: [] },
    });
    await expect(answer).rejects.toMatchObject({ code: 'branch_not_found', message: 'There is no branch "mian".' });
  });

  it('fails at once when the connection breaks, and is not sent again', async () => {
    await live();
    const answer = client.call('builds.createPreview', { branch: 'main' });
    const failed = expect(answer).rejects.toMatchObject({ code: 'connection_lost' });
    latest().breaks();
    await failed;
    await vi.advanceTimersByTimeAsync(500);
    latest().opens();
    await settle();
    expect(latest().last('tools/call')).toBeUndefined();
  });

  it('is refused while there is no connection, instead of being kept for later', async () => {
    await expect(client.call('builds.list', {})).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('names the time of the next try when there were too many', async () => {
    await live();
    const answer = client.call('builds.list', {});
    latest().says({ id: latest().last('tools/call')?.id, error: { code: -32000, message: 'Too many requests.', data: { resetAt: 123 } } });
    await expect(answer).rejects.toMatchObject({ code: 'rate_limited', retryAt: 123 });
  });

  it('ends after a minute and tells the server so', async () => {
    await live();
    const answer = client.call('builds.list', {});
    const failed = expect(answer).rejects.toMatchObject({ code: 'timed_out' });
    const { id } = latest().last('tools/call') ?? {};
    for (let second = 0; second < 60; second++) {
      latest().says({ method: 'notifications/message', params: {} });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await failed;
    expect(latest().last('notifications/cancelled')?.params).toMatchObject({ requestId: id });
  });
});

describe('what is followed', () => {
  const acknowledge = (granted?: string[]) => {
    const listen = latest().last('subscriptions/listen');
    if (!listen) throw new Error('Nobody listens.');
    const { id, params } = listen;
    const asked = (params.notifications as { resourceSubscriptions: string[] }).resourceSubscriptions;
    latest().says({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { resourceSubscriptions: granted ?? asked }, _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
    });
    return id;
  };

  it('is asked for together, and told of', async () => {
    await live();
    const changed = vi.fn();
    client.follow('flux://runs', changed);
    client.follow('flux://runs/7', changed);
    await vi.advanceTimersByTimeAsync(20);
    expect(latest().sent.filter(({ method }) => method === 'subscriptions/listen')).toHaveLength(1);
    expect(latest().last('subscriptions/listen')?.params).toMatchObject({ notifications: { resourceSubscriptions: ['flux://runs', 'flux://runs/7'] } });
    expect(client.connection.get()).toMatchObject({ pushes: false });
    acknowledge();
    expect(client.connection.get()).toMatchObject({ pushes: true });
    changed.mockClear();
    latest().says({ method: 'notifications/resources/updated', params: { uri: 'flux://runs/7' } });
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('is looked at once more when the server begins to tell of it, and only then', async () => {
    await live();
    const [runs, run] = [vi.fn(), vi.fn()];
    client.follow('flux://runs', runs);
    await vi.advanceTimersByTimeAsync(20);
    expect(runs).not.toHaveBeenCalled();
    acknowledge();
    expect(runs).toHaveBeenCalledTimes(1);
    client.follow('flux://runs/7', run);
    await vi.advanceTimersByTimeAsync(20);
    acknowledge();
    expect(run).toHaveBeenCalledTimes(1);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('moves to a new stream before the old one ends, so that nothing falls between', async () => {
    await live();
    client.follow('flux://runs', () => {});
    await vi.advanceTimersByTimeAsync(20);
    const first = acknowledge();
    client.follow('flux://runs/7', () => {});
    await vi.advanceTimersByTimeAsync(20);
    expect(latest().last('notifications/cancelled')).toBeUndefined();
    acknowledge();
    expect(latest().last('notifications/cancelled')?.params).toMatchObject({ requestId: first });
  });

  it('is followed again after a reconnect, and looked at once for what was missed', async () => {
    await live();
    const changed = vi.fn();
    client.follow('flux://runs', changed);
    await vi.advanceTimersByTimeAsync(20);
    latest().breaks();
    await vi.advanceTimersByTimeAsync(500);
    latest().opens();
    expect(latest().last('subscriptions/listen')?.params).toMatchObject({ notifications: { resourceSubscriptions: ['flux://runs'] } });
    expect(changed).toHaveBeenCalledTimes(1);
    acknowledge();
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('is looked at by ourselves where the server grants only a part', async () => {
    await live();
    client.follow('flux://runs', () => {});
    client.follow('flux://runs/7', () => {});
    await vi.advanceTimersByTimeAsync(20);
    acknowledge(['flux://runs']);
    expect(client.connection.get()).toMatchObject({ pushes: false });
  });

  it('is not believed in where the server does not offer it', async () => {
    await live();
    client.follow('flux://runs', () => {});
    await vi.advanceTimersByTimeAsync(20);
    latest().says({ id: latest().last('subscriptions/listen')?.id, error: { code: -32601, message: 'There is no such method.' } });
    expect(client.connection.get()).toMatchObject({ phase: 'live', pushes: false });
    client.follow('flux://runs/7', () => {});
    await vi.advanceTimersByTimeAsync(100);
    expect(latest().sent.filter(({ method }) => method === 'subscriptions/listen')).toHaveLength(1);
  });
});
