// The demo site on its own, before any server sees it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { failingAssertion } from '../clients/journey.mjs';
import { freshFolder, git, root } from '../stage/stage.mjs';

const make = (folder) => execFileSync(join(root, 'examples/demo-site/make-repository'), [folder], { stdio: 'pipe' });

test('the same sources make the same commits', (t) => {
  const folder = freshFolder(t);
  make(join(folder, 'one'));
  make(join(folder, 'two'));
  const refs = (name) => git(join(folder, name), 'for-each-ref', '--format=%(refname) %(objectname)');
  assert.equal(refs('one'), refs('two'));
  assert.deepEqual(refs('one').match(/refs\/heads\/\S+/g), ['refs/heads/faster-readers', 'refs/heads/main', 'refs/heads/night-watch']);
  assert.equal(git(join(folder, 'one'), 'status', '--porcelain'), '');
});

test('a folder that exists is left alone', (t) => {
  assert.throws(() => make(freshFolder(t)), /exists already/);
});

test('its branches pass, pass differently, and fail with a reason', (t) => {
  const folder = join(freshFolder(t), 'site');
  make(folder);
  const node = (...args) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } });
  const pages = {};
  for (const branch of ['main', 'night-watch']) {
    git(folder, 'checkout', '--quiet', branch);
    const tests = node('--test', '--test-reporter=spec');
    assert.equal(tests.status, 0, tests.stdout);
    pages[branch] = node('build.mjs').stdout;
    assert.match(pages[branch], /index\.html/);
  }
  assert.notEqual(pages.main, pages['night-watch']);

  git(folder, 'checkout', '--quiet', 'faster-readers');
  const fails = node('--test', '--test-reporter=spec');
  assert.equal(fails.status, 1);
  assert.ok(fails.stdout.includes(failingAssertion), fails.stdout);
});
