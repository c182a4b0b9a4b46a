// Measures the log viewer with half a million lines, in a real Chromium against the real server:
//
//   LINES=499000 node bench/page/viewer.mjs
//
// Prints one JSON object. Times rank on one machine only; heap and counts are comparable. It uses the tests' stage, so
// build/release/flux-mcp has to be built and tests/node_modules installed.
import { writeSync } from 'node:fs';
import test from 'node:test';
import { openPage, signIn, startBrowser } from '../../tests/stage/browser.mjs';
import { open } from '../../tests/stage/socket.mjs';
import { repository, serve, until, workflow } from '../../tests/stage/stage.mjs';

// The runner's own lines come on top, and the viewer holds half a million.
const lines = Number(process.env.LINES ?? 499_000);
const share = (sorted, part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] * 10) / 10;

/// Frame times in ms while `act` goes on in the page.
async function frames(page, act) {
  await page.evaluate(() => {
    window.measured = [];
    let before = performance.now();
    const look = (now) => {
      window.measured.push(now - before);
      before = now;
      window.measuring = requestAnimationFrame(look);
    };
    window.measuring = requestAnimationFrame(look);
  });
  await act();
  const all = await page.evaluate(() => {
    cancelAnimationFrame(window.measuring);
    return window.measured.slice(1);
  });
  const sorted = all.toSorted((one, other) => one - other);
  return { frames: sorted.length, p50_ms: share(sorted, 0.5), p95_ms: share(sorted, 0.95), longest_ms: share(sorted, 1) };
}

async function heap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return Math.round(usedSize / 1024 / 1024);
}

test('the viewer', { timeout: 900_000 }, async (t) => {
  const script = `for step in 1; do awk 'BEGIN { for (i = 1; i <= ${lines}; i++) { if (i % 1000 == 0) print "\\033[33mwarning\\033[0m: step " i " took longer than it should"; else printf "line %d: compiling src/module_%d/file_%d.cpp with every flag there is\\n", i, i % 97, i } }'; done`;
  const server = await serve(t, { repo: repository(t, { '.github/workflows/deploy.yml': workflow(script) }) });
  const peer = await open(`${server.ws}?token=${server.token}`);
  const { run_id } = (await peer.tool('builds.createPreview', { branch: 'main' })).structuredContent;
  const report = await until('the run to end', async () => {
    const { structuredContent } = await peer.tool('builds.status', { run_id, wait_s: 30, until: 'completed' });
    return structuredContent.run.status === 'completed' && structuredContent;
  }, 600_000);
  await peer.close();
  const [job] = report.jobs;
  if (job.lines_total < lines) throw new Error(`The job wrote ${job.lines_total} lines only.`);

  const browser = await startBrowser(t);
  const page = await openPage(t, browser, { motion: 'no-preference' });
  page.context().setDefaultTimeout(60_000);
  await signIn(page, server);
  const empty = await heap(page);

  const begin = Date.now();
  await page.goto(`${server.origin}/#/runs/${run_id}/jobs/${job.id}`);
  await page.locator('.log-row').first().waitFor();
  const firstLines = Date.now() - begin;
  const shown = job.lines_total.toLocaleString('en');
  const loading = await frames(page, () => page.getByTestId('line-count').getByText(`${shown} lines`, { exact: true }).waitFor());
  const whole = Date.now() - begin;
  const filled = await heap(page);

  const log = page.getByRole('log');
  await log.focus();
  await log.hover();
  const wheel = await frames(page, async () => {
    for (let turn = 0; turn < 120; turn++) await page.mouse.wheel(0, 600);
  });
  // Dragging the bar: far jumps through the whole log.
  const jumps = await frames(page, () => log.evaluate(async (element) => {
    for (let jump = 0; jump <= 100; jump++) {
      element.scrollTop = (element.scrollHeight * jump) / 100;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
  }));
  const rows = await page.locator('.log-row').count();

  const searchBegin = Date.now();
  const searching = await frames(page, async () => {
    await page.getByRole('searchbox').fill('warning: step');
    await page.getByRole('search').getByText(Math.floor(lines / 1000).toLocaleString('en'), { exact: true }).waitFor();
  });
  const searched = Date.now() - searchBegin;

  writeSync(1, `${JSON.stringify({
    lines: job.lines_total, first_lines_ms: firstLines, whole_ms: whole, loading, heap_empty_mib: empty, heap_full_mib: filled,
    rows_in_document: rows, wheel, jumps, search_ms: searched, searching,
  }, undefined, 2)}\n`);
});
