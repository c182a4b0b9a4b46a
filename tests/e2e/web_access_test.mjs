// The page for everybody: without a mouse, on a phone, in both themes, by axe-core's rules.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkAccess, checkQuiet, openPage, signIn, startBrowser } from '../stage/browser.mjs';
import { open } from '../stage/socket.mjs';
import { demoRepository, serve, until } from '../stage/stage.mjs';

const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  return element ? `${element.getAttribute('aria-label') ?? ''} ${element.labels?.[0]?.textContent ?? ''} ${element.textContent ?? ''}`.trim().slice(0, 80) : '';
});
const focusedId = (page) => page.evaluate(() => document.activeElement?.id);

/// Tab, until what has the focus is called like that.
async function tabTo(page, name, limit = 60) {
  for (let presses = 0; presses < limit; presses++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${name}; it is at "${await focused(page)}"`);
}

test('the page for everybody', async (t) => {
  const server = await serve(t, { repo: demoRepository(t) });
  const browser = await startBrowser(t);
  const peer = await open(`${server.ws}?token=${server.token}`);
  const make = async (branch) => (await peer.tool('builds.createPreview', { branch })).structuredContent.run_id;
  const [good, bad] = [await make('main'), await make('faster-readers')];
  for (const run_id of [good, bad]) {
    await until(`run ${run_id} to end`, async () =>
      (await peer.tool('builds.status', { run_id, wait_s: 10, until: 'completed' })).structuredContent.run.status === 'completed', 60_000);
  }
  await peer.close();

  for (const size of ['desktop', 'phone']) {
    await t.test(`axe finds nothing on a ${size}, in both themes`, async (t) => {
      const page = await openPage(t, browser, { size });
      await signIn(page, server);
      const look = async (what) => checkAccess(page, `${what}, ${size}`);
      await page.getByRole('heading', { name: 'Connect your agent' }).waitFor();
      await page.getByRole('tab', { name: 'Codex' }).waitFor();
      await look('connectors');
      await page.goto(`${server.origin}/#/runs`);
      await page.getByRole('list', { name: 'Runs' }).waitFor();
      await look('runs');
      await page.goto(`${server.origin}/#/approvals`);
      await page.getByText('Nothing waits for you').waitFor();
      await look('approvals');
      await page.goto(`${server.origin}/#/runs/${bad}`);
      await page.getByRole('region', { name: 'Why it failed' }).getByRole('listitem').first().waitFor();
      await page.locator('.log-row').first().waitFor();
      await look('a run that failed');
      await page.goto(`${server.origin}/#/runs/${good}`);
      await page.getByText('Preview: Live').waitFor();
      await look('a run that succeeded');
      await page.goto(`${server.origin}/#/runs/999999`);
      await page.getByText('Run 999999 cannot be shown.').waitFor();
      await look('a run that there is not');
      await page.goto(`${server.origin}/#/`);
      await page.getByRole('button', { name: 'AI Workspace' }).click();
      const panel = page.getByRole('dialog', { name: 'AI Workspace' });
      await panel.getByRole('combobox', { name: 'Branch' }).fill('main');
      await panel.getByRole('textbox', { name: 'notice' }).waitFor();
      await look('the form');
      await panel.getByRole('tab', { name: 'Logs' }).click();
      await panel.getByText('No run chosen').waitFor();
      await look('the empty logs');
      await panel.getByRole('combobox', { name: 'Recent run' }).selectOption(String(bad));
      await panel.locator('.log-row').first().waitFor();
      await look('the logs');
      await panel.getByRole('button', { name: 'Close the workspace' }).click();
      await page.getByRole('button', { name: 'Help and shortcuts' }).click();
      await page.getByRole('dialog', { name: 'Help' }).waitFor();
      await look('the help');
    });
  }

  await t.test('everything is reached without a mouse', async (t) => {
    const page = await openPage(t, browser);
    await signIn(page, server);
    await page.getByRole('heading', { name: 'Connectors' }).waitFor();
    await page.keyboard.press('Tab');
    assert.match(await focused(page), /Skip to the content/);
    await page.keyboard.press('Enter');
    assert.equal(await focusedId(page), 'main');

    await tabTo(page, /^AI Workspace/);
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: 'AI Workspace' });
    await panel.waitFor();
    await until('the focus to be in the panel', () => panel.evaluate((element) => element.contains(document.activeElement)));
    await tabTo(page, /^Preview$/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await panel.getByText('No run chosen').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Branch/);
    await page.keyboard.type('night');
    await panel.getByRole('option', { name: 'night-watch' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await panel.getByRole('textbox', { name: 'notice' }).waitFor();
    await tabTo(page, /^Create preview/);
    await page.keyboard.press('Enter');
    await panel.getByText('Preview: Live').waitFor({ timeout: 60_000 });
    await tabTo(page, /^Logs$/);
    await page.keyboard.press('Enter');
    await panel.locator('.log-row').first().waitFor();
    await tabTo(page, /^Lines of/, 80);
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('Escape');
    await until('the focus to be back', async () => (await focusedId(page)) === 'workspace-button');

    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    await page.keyboard.press('w');
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Help' }).waitFor();
    await page.keyboard.press('Escape');
    checkQuiet(page, 'the walk');
  });

  await t.test('single keys can be turned off', async (t) => {
    const page = await openPage(t, browser);
    await signIn(page, server);
    await page.keyboard.press('?');
    await page.getByLabel('Use single-key shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Help' }).waitFor({ state: 'detached' });
    await page.keyboard.press('w');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.ok(await page.getByRole('heading', { name: 'Connectors' }).isVisible());
  });

  await t.test('the theme can be chosen, and is there from the first paint', async (t) => {
    const page = await openPage(t, browser, { theme: 'light' });
    await signIn(page, server);
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByRole('button', { name: /^Theme: as the system/ }).click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    // With less motion every change still takes a frame.
    const dark = await until('the page to be dark', async () => (await ground()) !== light && ground());
    await page.reload({ waitUntil: 'commit' });
    // The first colour that there is at all: nothing is painted before the style sheet is here.
    await page.waitForFunction(() => getComputedStyle(document.documentElement).backgroundColor !== 'rgba(0, 0, 0, 0)');
    assert.equal(await ground(), dark);
  });

  for (const width of [320, 3840]) {
    await t.test(`nothing stands out at ${width} px`, async (t) => {
      const page = await openPage(t, browser);
      await page.setViewportSize({ width, height: 900 });
      await signIn(page, server);
      for (const path of ['/', '/runs', '/approvals', `/runs/${bad}`]) {
        await page.goto(`${server.origin}/#${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(beyond <= 0, `${path} at ${width} px: ${beyond} px`);
      }
    });
  }
});
