// What people do in a log: follow it, search it, fold it, link to it, take it along; with a mouse and without.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { checkAccess, checkQuiet, logOnPage, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { addBranch, ask, repository, serve, until } from '../stage/stage.mjs';

const script = (text) => text.trim().split('\n').map((line) => `          ${line}`).join('\n');
const job = (...steps) => `name: Job
on: workflow_dispatch
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
${steps.map(([name, text]) => `      - name: ${name}\n        run: |\n${script(text)}`).join('\n')}
`;

const broken = job(
  ['Prepare', `
echo "::group::What was installed"
for i in $(seq 1 60); do echo "package $i"; done
echo "::endgroup::"
printf '\\033[32mready\\033[0m needle\\n'
echo "a long line: $(head -c 3000 /dev/zero | tr '\\0' 'x')"
sleep 1.2`],
  ['Compile', `
for i in $(seq 1 300); do echo "compiling part $i"; done
echo "needle in the haystack"
echo "::error::the first thing that broke"
for i in $(seq 301 600); do echo "compiling part $i"; done
echo "::error::the second thing that broke"
echo "the last needle"
exit 1`],
);

const inView = (row) => row.evaluate((element) => {
  const [its, list] = [element, element.closest('[role=log]')].map((each) => each.getBoundingClientRect());
  return its.bottom > list.top && its.top < list.bottom;
});
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test('the viewer', async (t) => {
  const repo = repository(t, { '.github/workflows/deploy.yml': broken });
  addBranch(repo, 'ticking', { '.github/workflows/deploy.yml': job(['Tick', 'for i in $(seq 1 100000); do echo "tick $i"; sleep 0.02; done']) });
  const server = await serve(t, { repo });
  const peer = await open(`${server.ws}?token=${server.token}`);
  const begin = async (branch, enough) => {
    const { run_id } = (await peer.tool('builds.createPreview', { branch, fresh: true })).structuredContent;
    const report = await until(`run ${run_id}`, async () => {
      const { structuredContent } = await peer.tool('builds.status', { run_id, wait_s: 2, steps: true });
      return enough(structuredContent) && structuredContent;
    }, 60_000);
    return { run: run_id, job: report.jobs[0].id, report };
  };
  const failed = await begin('main', ({ run }) => run.status === 'completed');
  const address = `/runs/${failed.run}/jobs/${failed.job}`;
  const raw = await ask(`${server.origin}/api${address}/log`, { headers: { authorization: `Bearer ${server.token}` } });
  const rawLines = raw.text.trimEnd().split('\n');
  // Without its time, and not the script that the runner shows.
  const written = rawLines.map((line) => line.replace(/^\S+ /, ''));
  const lineOf = (text) => {
    const found = written.findIndex((line) => line.startsWith(text));
    assert.ok(found >= 0, text);
    return found + 1;
  };
  const browser = await startBrowser(t);
  const page = await openPage(t, browser);
  await signIn(page, server);
  const log = page.getByRole('log');
  const row = (line) => page.locator(`.log-row[data-line="${line}"]`);
  const button = (name) => page.getByRole('button', { name });
  const show = async (path) => {
    await page.goto(`${server.origin}/#${path}`);
    await page.getByTestId('line-count').getByText(`${rawLines.length.toLocaleString('en')} lines`, { exact: true }).waitFor();
  };

  await t.test('follows the end, lets go when somebody scrolls up, and takes hold again', async () => {
    const ticking = await begin('ticking', ({ jobs }) => jobs[0]?.lines_total > 80);
    await page.goto(`${server.origin}/#/runs/${ticking.run}/jobs/${ticking.job}`);
    const last = async () => Number(/\d+/.exec(await log.getByText(/^tick \d+$/).last().textContent())[0]);
    const letGo = button('Follow the end');
    const holds = button('Following: let go');
    const down = () => until('it to take hold', async () => {
      await page.mouse.wheel(0, 1_000_000);
      return holds.isVisible();
    });
    await holds.waitFor();
    const first = await last();
    await until('the end to move along', async () => (await last()) > first + 20);

    // Lines come all the time, so this hits moments in which the list is just on its way to the end.
    await log.hover();
    for (let turn = 0; turn < 8; turn++) {
      await page.mouse.wheel(0, -200);
      await letGo.waitFor();
      if (turn < 7) await down();
    }
    await page.mouse.wheel(0, -400);
    const kept = await log.evaluate((element) => element.scrollTop);
    const more = page.getByRole('button', { name: /^\d+ new lines?$/ });
    await until('lines to come', async () => Number.parseInt(await more.textContent(), 10) > 20);
    assert.ok(Math.abs(await log.evaluate((element) => element.scrollTop) - kept) < 2, 'what is read stands still');

    await down();
    const again = await last();
    await until('the end to move along again', async () => (await last()) > again + 20);

    await page.keyboard.press('f');
    await letGo.waitFor();
    await more.click();
    await holds.waitFor();
    await peer.tool('builds.cancel', { run_id: ticking.run });
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    checkQuiet(page, 'following');
  });

  await t.test('opens at the line that an address names, also after a reload, and gives such addresses', async () => {
    const line = lineOf('compiling part 250');
    await show(`${address}/lines/${line}`);
    await page.locator(`.log-row[data-line="${line}"][data-target]`).waitFor();
    await until('it to be in sight', () => inView(row(line)));
    await page.reload();
    await page.locator(`.log-row[data-line="${line}"][data-target]`).waitFor();
    await until('it to be in sight', () => inView(row(line)));

    await row(line + 2).getByRole('link', { name: `Line ${line + 2}` }).click();
    await page.waitForURL(new RegExp(`/lines/${line + 2}$`));
    await row(line + 4).getByRole('link').click({ modifiers: ['Shift'] });
    await page.waitForURL(new RegExp(`/lines/${line + 2}-${line + 4}$`));
    await until('three lines to be chosen', async () => (await page.locator('.log-row[data-target]').count()) === 3);
    await button('Copy a link to these lines').click();
    await page.getByText(/^Link to line/).waitFor();
    assert.equal(await clipboard(page), `${server.origin}/#${address}/lines/${line + 2}-${line + 4}`);
    await button(`Copy lines ${line + 2}-${line + 4}`).click();
    await page.getByText(`Lines ${line + 2}-${line + 4} copied`).waitFor();
    assert.equal(await clipboard(page), 'compiling part 252\ncompiling part 253\ncompiling part 254\n');
    await button('Forget the chosen lines').click();
    await page.waitForURL(new RegExp(`${address}$`));
  });

  await t.test('is taken along whole: as it is shown, and as it was written', async () => {
    await show(address);
    const copied = (await logOnPage(page)).trimEnd().split('\n');
    assert.equal(copied.length, rawLines.length);
    assert.ok(copied.includes('ready needle'), 'without colours');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the raw log' }).click()]);
    assert.equal(download.suggestedFilename(), `run-${failed.run}-job-${failed.job}-attempt-1.log`);
    assert.equal(readFileSync(await download.path(), 'utf8'), raw.text, 'byte for byte what the server has');
  });

  await t.test('shows times when it is asked to, by the clock or since the start', async () => {
    await show(address);
    const line = lineOf('needle in the haystack');
    await page.goto(`${server.origin}/#${address}/lines/${line}`);
    const gutter = row(line).locator('.log-gutter');
    assert.equal((await gutter.textContent()).trim(), String(line));
    await button('Timestamps: off').click();
    await button('Timestamps: clock').waitFor();
    assert.match(await gutter.textContent(), /\d\d:\d\d:\d\d\.\d{3}$/);
    await page.keyboard.press('t');
    await button('Timestamps: since the start').waitFor();
    // It came after the pause of the step before.
    assert.ok(Number(/\+0:(\d\d\.\d)$/.exec(await gutter.textContent())[1]) >= 1);
    await page.reload();
    await button('Timestamps: since the start').waitFor();
    await button('Timestamps: since the start').click();
    await button('Timestamps: off').waitFor();
    assert.equal((await gutter.textContent()).trim(), String(line));
  });

  await t.test('wraps long lines, or lets them run on', async () => {
    const line = lineOf('a long line:');
    await show(`${address}/lines/${line}`);
    await until('it to be in sight', () => inView(row(line)));
    const height = () => row(line).evaluate((element) => element.getBoundingClientRect().height);
    assert.ok(await height() > 100, `${await height()}`);
    await button('Wrap long lines').click();
    await until('it to be one line high', async () => (await height()) < 25);
    // What runs on is reached by scrolling, to its end.
    const end = await row(line).locator('.log-text').evaluate((element) => {
      const list = element.closest('[role=log]');
      list.scrollLeft = list.scrollWidth;
      const range = document.createRange();
      range.selectNodeContents(element);
      const visible = list.getBoundingClientRect();
      return { text: range.getBoundingClientRect().right - visible.left, width: visible.width };
    });
    assert.ok(end.text > 0 && end.text <= end.width, JSON.stringify(end));
    await page.keyboard.press('z');
    await until('it to be wrapped', async () => (await height()) > 100);
  });

  await t.test('goes to a match that was asked for before the log was there', async () => {
    let letGo;
    const held = new Promise((resolve) => { letGo = resolve; });
    await page.route(/\/lines\?/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${server.origin}/#${address}`);
    await page.reload();
    await page.getByRole('searchbox', { name: 'Search in the log' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('needle in the haystack');
    await page.keyboard.press('Enter');
    letGo();
    await page.locator(`.log-row[data-hit="now"][data-line="${lineOf('needle in the haystack')}"]`).waitFor();
    await page.unroute(/\/lines\?/);
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').blur();
  });

  await t.test('searches all steps, forwards and back, round the ends', async () => {
    await show(address);
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    const status = page.getByRole('search').getByRole('status');
    const all = await until('it to be counted', async () => Number(await status.textContent()));
    const hits = written.flatMap((line, index) => (line.includes('needle') ? [index + 1] : []));
    assert.equal(all, hits.length);
    assert.ok(hits[0] < lineOf('compiling part 1') && hits.at(-1) > lineOf('compiling part 600'), 'they stand in both steps');
    const now = async () => Number(await page.locator('.log-row[data-hit="now"]').getAttribute('data-line'));
    const seen = [];
    await page.keyboard.press('Home');
    for (let count = 1; count <= all; count++) {
      await button('Next match').click();
      await status.getByText(new RegExp(`^\\d+ of ${all}$`)).waitFor();
      await until('another hit', async () => seen.at(-1) !== (await now()));
      assert.ok(await until('it to be in sight', () => inView(page.locator('.log-row[data-hit="now"]'))));
      seen.push(await now());
    }
    assert.deepEqual(seen.toSorted((one, other) => one - other), hits, 'each once');
    await button('Next match').click();
    await until('the first again', async () => (await now()) === seen[0]);
    await button('Previous match').click();
    await until('the one before', async () => (await now()) === seen.at(-1));
    await page.getByRole('searchbox').press('Enter');
    await until('the next by key', async () => (await now()) === seen[0]);
    await page.getByRole('searchbox').press('Shift+Enter');
    await until('the one before by key', async () => (await now()) === seen.at(-1));
    await checkAccess(page, 'a log that is searched');
    await page.getByRole('searchbox').press('Escape');
  });

  await t.test('goes from error to error, the first first', async () => {
    await show(`${address}/lines/1`);
    await until('the top to be in sight', () => inView(row(1)));
    const first = row(lineOf('##[error]the first thing that broke'));
    await button('Next error').click();
    await until('the first to be in sight', async () => (await first.count()) > 0 && inView(first));
    await page.keyboard.press('e');
    const second = row(lineOf('##[error]the second thing that broke'));
    await until('the second to be in sight', async () => (await second.count()) > 0 && inView(second));
    await page.keyboard.press('Shift+E');
    await until('the first again', async () => (await first.count()) > 0 && inView(first));
  });

  await t.test('tells how long steps took, and leads to them', async () => {
    await show(address);
    const steps = page.getByRole('navigation', { name: 'Jobs and steps' });
    const prepare = failed.report.jobs[0].steps.find(({ name }) => name === 'Prepare');
    const words = new RegExp(`Prepare.*${prepare.duration_s.toFixed(1)} s`);
    assert.ok(prepare.duration_s >= 1.2);
    assert.match(await steps.getByRole('button', { name: /Prepare/ }).textContent(), words);
    await steps.getByRole('button', { name: /Compile/ }).click();
    const compile = failed.report.jobs[0].steps.find(({ name }) => name === 'Compile');
    await page.waitForURL(new RegExp(`/lines/${compile.first_line}$`));
    await until('its first line to be in sight', async () => (await row(compile.first_line).count()) > 0 && inView(row(compile.first_line)));
    await page.keyboard.press('[');
    await page.waitForURL(new RegExp(`/lines/${prepare.first_line}$`));
    assert.match(await log.getByRole('button', { name: /Prepare/ }).textContent(), words);
  });

  await t.test('folds groups and steps', async () => {
    await show(`${address}/lines/${lineOf('##[group]What was installed')}`);
    const group = log.getByRole('button', { name: /^What was installed/ });
    const inside = row(lineOf('package 3'));
    // Nothing in it failed, so it was folded from the start.
    await group.getByText('60 lines').waitFor();
    assert.equal(await inside.count(), 0);
    await group.click();
    await inside.waitFor();
    await group.click();
    await inside.waitFor({ state: 'detached' });
    const step = log.getByRole('button', { name: /Prepare/ });
    await step.click();
    await group.waitFor({ state: 'detached' });
    assert.equal(await step.getAttribute('aria-expanded'), 'false');
    await step.click();
    await group.waitFor();
  });

  await t.test('needs no mouse: lines are chosen, linked to and folded by keys', async () => {
    const title = lineOf('##[group]What was installed');
    await show(`${address}/lines/${title}`);
    await row(title).waitFor();
    await log.focus();
    await page.keyboard.press('Enter');
    await row(title + 1).waitFor();
    await page.keyboard.press('j');
    await page.waitForURL(new RegExp(`/lines/${title + 1}$`));
    await page.getByRole('status').getByText(`Line ${title + 1}: package 1`, { exact: true }).waitFor({ state: 'attached' });
    await page.keyboard.press('j');
    await page.waitForURL(new RegExp(`/lines/${title + 2}$`));
    await page.keyboard.press('k');
    await page.waitForURL(new RegExp(`/lines/${title + 1}$`));
    await page.keyboard.press('y');
    await page.getByText(`Link to line ${title + 1} copied`).waitFor();
    assert.equal(await clipboard(page), `${server.origin}/#${address}/lines/${title + 1}`);
    // From within the group: it folds, and what was chosen is its title.
    await page.keyboard.press('Enter');
    await row(title + 1).waitFor({ state: 'detached' });
    await page.waitForURL(new RegExp(`/lines/${title}$`));
    await page.keyboard.press('j');
    await page.waitForURL((url) => Number(/lines\/(\d+)$/.exec(url.hash)?.[1]) > title + 60);
    assert.ok(await log.evaluate((element) => element === document.activeElement), 'the focus stayed');
    await checkAccess(page, 'a chosen line');
  });
  await peer.close();
  checkQuiet(page, 'the viewer');
});
