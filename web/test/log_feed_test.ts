import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../src/protocol/failures';
import { LogFeed, mostLines } from '../src/state/log_feed';
import { CannedClient, CannedServer, lines } from './canned';

const log = { run: 7, job: 71 };
const uri = 'flux://runs/7/logs/71';
const numbered = (count: number) => lines(Array.from({ length: count }, (_, index) => `line ${index + 1}`));
let client: CannedClient;
let server: CannedServer;
let feed: LogFeed;
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const texts = () => Array.from({ length: feed.store.length }, (_, index) => feed.store.text(index));

beforeEach(() => {
  vi.useFakeTimers();
  client = new CannedClient();
  server = new CannedServer();
});
afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

describe('a log that is over', () => {
  it('comes in bulk, and is not asked for again', async () => {
    server.log = numbered(45_000);
    feed = new LogFeed(log, client, server);
    await settle();
    expect(server.asked.map(({ first }) => first)).toEqual([1, 20_001, 40_001]);
    expect(feed.store.length).toBe(45_000);
    expect(feed.state.get()).toEqual({ kind: 'whole' });
    await settle(60_000);
    expect(server.asked).toHaveLength(3);
  });
});

describe('a log that grows', () => {
  beforeEach(() => {
    server.complete = false;
    server.log = numbered(10);
    feed = new LogFeed(log, client, server);
  });

  it('is read on from its last line when the server tells of more', async () => {
    await settle();
    expect(feed.state.get()).toEqual({ kind: 'live' });
    server.log = numbered(12);
    client.push(uri);
    await settle(200);
    expect(texts()).toEqual(numbered(12).map((line) => line[4]));
    expect(server.asked.at(-1)?.first).toBe(11);
  });

  it('keeps up with one that is told of without a pause', async () => {
    await settle();
    for (let count = 11; count <= 40; count++) {
      server.log = numbered(count);
      client.push(uri);
      await settle(100);
    }
    expect(feed.store.length).toBeGreaterThan(35);
  });

  it('answers a storm of news with one request', async () => {
    await settle();
    const before = server.asked.length;
    for (let index = 0; index < 50; index++) client.push(uri);
    await settle(200);
    expect(server.asked.length - before).toBe(1);
  });

  it('is looked at now and then where the server does not tell', async () => {
    await settle();
    client.connection.set({ phase: 'live', epoch: 1, pushes: false });
    client.push(uri);
    await settle(200);
    server.log = numbered(20);
    await settle(1_600);
    expect(feed.store.length).toBe(20);
  });

  it('loses and doubles nothing over failures', async () => {
    await settle();
    server.failLines = new Failure('The server cannot be reached.', 'unreachable');
    client.push(uri);
    await settle(200);
    server.log = numbered(30);
    server.failLines = undefined;
    await settle(30_000);
    expect(texts()).toEqual(numbered(30).map((line) => line[4]));
  });

  it('says so when it cannot be read, and goes on when it can', async () => {
    await settle();
    server.failLines = new Failure('The log is damaged.', 'internal');
    client.push(uri);
    await settle(200);
    expect(feed.state.get()).toMatchObject({ kind: 'trouble', failure: { message: 'The log is damaged.' } });
    server.failLines = undefined;
    feed.retry();
    await settle(200);
    expect(feed.state.get()).toEqual({ kind: 'live' });
  });

  it('ends with the job', async () => {
    await settle();
    server.log = numbered(11);
    server.complete = true;
    client.push(uri);
    await settle(200);
    expect(feed.state.get()).toEqual({ kind: 'whole' });
  });
});

it('asks for nothing more after stop', async () => {
  server.complete = false;
  server.log = numbered(1);
  feed = new LogFeed(log, client, server);
  await settle();
  feed.stop();
  const before = server.asked.length;
  client.push(uri);
  await settle(60_000);
  expect(server.asked).toHaveLength(before);
});

describe('a log longer than the viewer holds', () => {
  it('is held up to there, and how much is missing stays true while it grows', async () => {
    server.log = numbered(mostLines + 5);
    server.complete = false;
    feed = new LogFeed(log, client, server);
    await settle();
    expect(feed.state.get()).toEqual({ kind: 'capped' });
    expect([feed.store.length, feed.store.total]).toEqual([mostLines, mostLines + 5]);
    server.log = [...server.log, ...lines(['one more'], { from: mostLines + 6 })];
    client.push(uri);
    await settle(200);
    expect([feed.store.length, feed.store.total, feed.store.complete]).toEqual([mostLines, mostLines + 6, false]);
    server.complete = true;
    client.push(uri);
    await settle(200);
    expect(feed.store.complete).toBe(true);
    const asked = server.asked.length;
    await settle(60_000);
    expect(server.asked).toHaveLength(asked);
  });
});
