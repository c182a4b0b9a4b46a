// A real Chromium for the tests of the page. What the page logs as an error, and whatever its Content-Security-Policy
// refuses, fails the test that it happened in.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { afterwards, ask, patience } from './stage.mjs';

const program = process.env.FLUX_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

export async function startBrowser(t) {
  if (!program) throw new Error('Chromium is missing: apt-get install chromium, or name another in FLUX_CHROMIUM.');
  // The first start on a machine reads some hundred megabytes.
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage'], timeout: 120_000 });
  afterwards(t, () => browser.close());
  return browser;
}

/// How many times slower than this machine the browser computes: 8 shows which waits hold only by luck.
const slowdown = Number(process.env.FLUX_BROWSER_SLOWDOWN ?? 1);

/// The phone is as narrow as the page has to bear (WCAG 2.2, 1.4.10).
const sizes = { desktop: { width: 1280, height: 860 }, phone: { width: 320, height: 640 } };

/// A page in a browser profile of its own. `expected`: console errors that belong to what the test does.
export async function openPage(t, browser, { size = 'desktop', theme = 'light', tourSeen = true, expected = [], motion = 'reduce' } = {}) {
  const context = await browser.newContext({
    viewport: sizes[size], colorScheme: theme, reducedMotion: motion, hasTouch: size === 'phone',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  afterwards(t, () => context.close());
  // As long as that only because other tests share the processors: what is waited for mostly comes at once.
  context.setDefaultTimeout(40_000 * patience);
  if (tourSeen) {
    await context.addInitScript(() => {
      if (!localStorage.getItem('flux.preferences')) localStorage.setItem('flux.preferences', '{"tourSeen":true}');
    });
  }
  const page = await context.newPage();
  if (slowdown > 1) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  }
  afterwards(t, () => tellAtFailure(t, page));
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.some((each) => each.test(message.text()))) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error.stack ?? error)));
  // Nothing may leave for another server, whatever it is.
  page.foreign = [];
  page.on('request', (request) => {
    if (!/^(https?|wss?):/.test(request.url())) return;
    if (page.own && new URL(request.url()).host !== new URL(page.own).host) page.foreign.push(request.url());
  });
  return page;
}

/// What a failed test saw last: whoever reads the report has no window to look through.
async function tellAtFailure(t, page) {
  if (t.passed || page.isClosed()) return;
  const shown = await page.locator('body').innerText({ timeout: 5_000 }).catch((error) => String(error));
  t.diagnostic(`${page.url().replace(/#link=.*/, '#link=…')} showed: ${shown.replace(/\s+/g, ' ').slice(0, 600)}`);
  for (const each of page.complaints) t.diagnostic(`the page complained: ${each.slice(0, 400)}`);
}

/// Opens the page signed in, by a one-time link as `serve` prints it.
export async function signIn(page, server, path = '/', origin = server.origin) {
  const answer = await ask(`${server.origin}/api/link`, { method: 'POST', headers: { authorization: `Bearer ${server.token}` } });
  assert.equal(answer.status, 200, answer.text);
  page.own = origin;
  await page.goto(`${origin}/#link=${JSON.parse(answer.text).link}`);
  await live(page);
  if (path !== '/') await page.goto(`${origin}/#${path}`);
}

export const live = (page) => page.locator('[data-phase=live]').first().waitFor();

/// A folder for a picture of each state that is checked, for whoever wants to look at them.
const pictures = process.env.FLUX_PICTURES;

/// What was begun by then is drawn, and nothing moves or fades any more: axe reads the colours of that moment.
const settled = (page) => page.evaluate(async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  await Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
    .map((each) => each.finished));
  await frame();
});

/// axe-core finds nothing to complain about in either theme, nothing stands out sideways, and the console is quiet.
export async function checkAccess(page, what) {
  const told = [];
  const look = async (theme, axe) => {
    await settled(page);
    if (pictures) await page.screenshot({ path: join(pictures, `${what} ${theme}.png`.replace(/[^\w.]+/g, '-')) });
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations) told.push(`${theme}: ${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`);
  };
  await look('light', new AxeBuilder({ page }));
  // A theme changes colours and nothing else.
  await page.emulateMedia({ colorScheme: 'dark' });
  await look('dark', new AxeBuilder({ page }).withRules(['color-contrast']));
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(told, [], what);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(beyond <= 0, `${what}: ${beyond} px stand out sideways`);
  checkQuiet(page, what);
}

export function checkQuiet(page, what) {
  assert.deepEqual(page.complaints, [], what);
  assert.deepEqual(page.foreign, [], what);
}

/// What the browser itself complains of while nobody answers it.
export const lost = [/WebSocket connection to/, /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|ERR_NETWORK|Failed to load resource|ERR_INTERNET/];

/// The whole log that is on the page, as its copy button gives it.
export async function logOnPage(page) {
  await page.getByRole('button', { name: 'Copy the log' }).click();
  await page.getByText(/lines? copied/).first().waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}
