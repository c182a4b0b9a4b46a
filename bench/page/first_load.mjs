// Measures the first load of the page on a slow device behind a slow line, in a real Chromium against the real server:
//
//   ROUNDS=5 CPU=4 node bench/page/first_load.mjs
//
// The line is Lighthouse's "slow 4G" (150 ms, 1.6 Mbit/s down, 0.75 up); CPU says how many times slower the browser
// computes. Each round is a signed-in visit with an empty cache. Prints one JSON object of medians. It uses the tests'
// stage, so build/release/flux-mcp has to be built and tests/node_modules installed.
import { writeSync } from 'node:fs';
import test from 'node:test';
import { openPage, signIn, startBrowser } from '../../tests/stage/browser.mjs';
import { demoRepository, serve } from '../../tests/stage/stage.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const rate = Number(process.env.CPU ?? 4);
const line = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
/// Lighthouse's time to interactive: the end of the last long task before the page rests for so long.
const restMs = 5_000;

/// In the page, before anything of it runs: what takes it longer than 50 ms, and when what a person waits for is there.
function observe() {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ end: startTime + duration, duration });
  }).observe({ type: 'longtask', buffered: true });
  window.reached = {};
  const marks = {
    shell: 'nav',
    live: '[data-phase=live]',
    connectors: 'section[aria-label="Embedded runner"], [role=region][aria-label="Embedded runner"]',
  };
  const look = () => {
    for (const [name, selector] of Object.entries(marks)) {
      if (window.reached[name] === undefined && document.querySelector(selector)) window.reached[name] = performance.now();
    }
    requestAnimationFrame(look);
  };
  look();
}

async function round(browser, origin, cookies) {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, storageState: cookies });
  const page = await context.newPage();
  await page.addInitScript(observe);
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(`${origin}/`, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.reached.connectors !== undefined, undefined, { timeout: 120_000 });
  await page.waitForFunction((rest) => performance.now() - Math.max(window.reached.connectors, window.longTasks.at(-1)?.end ?? 0) > rest, restMs, { timeout: 120_000, polling: 250 });
  const seen = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime, reached: window.reached, longTasks: window.longTasks,
  }));
  await context.close();
  return {
    first_contentful_paint_ms: seen.paint,
    shell_ms: seen.reached.shell,
    live_ms: seen.reached.live,
    connectors_ms: seen.reached.connectors,
    interactive_ms: Math.max(seen.paint, ...seen.longTasks.map(({ end }) => end)),
    blocked_ms: seen.longTasks.filter(({ end }) => end > seen.paint).reduce((sum, { duration }) => sum + duration - 50, 0),
    kilobytes: bytes / 1000,
  };
}

test('the first load', { timeout: 900_000 }, async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const browser = await startBrowser(t);
  const page = await openPage(t, browser);
  await signIn(page, server);
  const cookies = await page.context().storageState();
  await page.context().close();
  const all = [];
  for (let count = 0; count < rounds; count++) all.push(await round(browser, server.origin, cookies));
  const medians = Object.fromEntries(Object.keys(all[0]).map((name) => {
    const sorted = all.map((each) => each[name]).toSorted((one, other) => one - other);
    return [name, Math.round(sorted[Math.floor(sorted.length / 2)])];
  }));
  writeSync(1, `${JSON.stringify({ rounds, cpu: rate, ...medians }, undefined, 2)}\n`);
});
