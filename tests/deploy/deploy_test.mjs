// What is deployed, held against those who will read it: Docker, DigitalOcean, GitHub, and the binary itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { ask, binary, repository, root, serve, visit } from '../stage/stage.mjs';
import { create, ended, githubToken, good, onGithub } from '../stage/github.mjs';
import { open } from '../stage/socket.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');

test('the Dockerfile', async (t) => {
  const text = read('deploy/Dockerfile');
  const file = DockerfileParser.parse(text);
  const all = (keyword) => file.getInstructions().filter((each) => each.getKeyword() === keyword).map((each) => each.getArgumentsContent() ?? '');

  await t.test('has nothing against it that a linter knows', () => {
    assert.deepEqual(validate(text).map((each) => each.message), []);
  });
  await t.test('is built on bookworm in two stages', () => {
    assert.deepEqual(all('FROM'), ['debian:bookworm AS build', 'debian:bookworm-slim']);
  });
  await t.test('runs as nobody in particular, and gets signals itself', () => {
    assert.deepEqual(all('USER'), ['65532:65532']);
    assert.deepEqual(JSON.parse(all('ENTRYPOINT')[0]), ['/usr/local/bin/flux-mcp']);
    assert.deepEqual(JSON.parse(all('CMD')[0]), ['serve']);
    assert.deepEqual(all('STOPSIGNAL'), ['SIGTERM']);
  });
  await t.test('holds no secret', () => {
    assert.doesNotMatch([...all('ARG'), ...all('ENV')].join('\n'), /token|secret|password|key/i);
    assert.deepEqual(all('ADD'), []);
  });
  await t.test('installs what the binary is linked to', () => {
    const needed = [...execFileSync('readelf', ['--dynamic', binary], { encoding: 'utf8' }).matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name);
    const found = new Map([...execFileSync('ldd', [binary], { encoding: 'utf8' }).matchAll(/(\S+) => (\/\S+)/g)].map(([, name, path]) => [name, realpathSync(path)]));
    const owners = new Set(needed.filter((name) => found.has(name)).map((name) => ownerOf(found.get(name))));
    const packages = read('setup/packages.txt').split('\n').map((line) => line.split(/\s+/)).filter(([group]) => group === 'image').map(([, name]) => name);
    // These come with the compiler's own runtime, which every C++ program's packages depend on.
    const runtime = ['libc6', 'libgcc-s1', 'libstdc++6', 'libasan8', 'libubsan1'];
    assert.deepEqual([...owners].filter((name) => !runtime.includes(name) && !packages.includes(name)), []);
  });
});

/// The package of a library. dpkg knows some by the path they had before /lib became /usr/lib.
function ownerOf(path) {
  const found = execFileSync('sh', ['-c', 'dpkg-query --search "$1" 2>/dev/null || dpkg-query --search "${1#/usr}"', 'sh', path], { encoding: 'utf8' });
  return found.split(':')[0];
}

test('what the image is built from is listed, and is enough', () => {
  const lines = read('deploy/Dockerfile.dockerignore').split('\n').filter((line) => line && !line.startsWith('#'));
  assert.equal(lines[0], '*');
  const listed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  // The release preset leaves the tests out.
  const folders = [...read('CMakeLists.txt').matchAll(/(?:add_subdirectory\(|include\()(\w+)(?=[/)])/g)].map(([, name]) => name).filter((name) => name !== 'tests');
  assert.deepEqual([...new Set(folders)].filter((name) => !listed.includes(name) && existsSync(join(root, name))), []);
});

test('the app spec for DigitalOcean', async (t) => {
  const spec = parse(read('deploy/app.yaml'));
  const [service] = spec.services;
  const setting = (key) => service.envs.find((each) => each.key === key);

  await t.test("fits DigitalOcean's own schema", () => {
    const ajv = new Ajv2020({ allErrors: true });
    const valid = ajv.compile(JSON.parse(read('tests/deploy/app_spec.schema.json')));
    assert.ok(valid(spec), ajv.errorsText(valid.errors));
    assert.ok(!valid({ ...spec, services: [{ ...service, http_prot: 8787 }] }), 'a misspelt member passed');
  });
  await t.test('keeps to what the schema leaves open', () => {
    assert.ok(service.envs.every(({ scope = 'RUN_TIME', type = 'GENERAL' }) => ['RUN_TIME', 'BUILD_TIME', 'RUN_AND_BUILD_TIME'].includes(scope) && ['GENERAL', 'SECRET'].includes(type)));
    const { drain_seconds, grace_period_seconds } = service.termination;
    assert.ok(drain_seconds >= 1 && drain_seconds <= 110 && grace_period_seconds > 25 && grace_period_seconds <= 600);
    assert.equal(service.instance_count, 1);
    assert.deepEqual([service.health_check.http_path, service.liveness_health_check.http_path], ['/health', '/livez']);
  });
  await t.test('has secrets as secrets, and no value of one', () => {
    for (const { key, value, type } of service.envs.filter((each) => /TOKEN|SECRET|KEY/.test(each.key))) {
      assert.equal(type, 'SECRET', key);
      assert.equal(value, `$${key}`);
    }
  });
  await t.test('leads to /mcp unshortened', () => {
    const rule = spec.ingress.rules.find((each) => each.match.path.prefix === '/mcp');
    assert.deepEqual(rule.component, { name: service.name, preserve_path_prefix: true });
  });
  await t.test('listens where it is looked for', () => {
    for (const check of [service.health_check, service.liveness_health_check]) assert.equal(check.port, service.http_port);
    assert.equal(setting('PORT').value, String(service.http_port));
    assert.equal(setting('FLUX_HOST').value, '0.0.0.0');
  });
  await t.test('fills in nothing that the guide does not name', () => {
    const guide = read('docs/deploy.md');
    const names = [...read('deploy/app.yaml').matchAll(/(?<!# )\$([A-Z_]+)\b/g)].map(([, name]) => name).filter((name) => name !== 'NAMES');
    const named = /envsubst '([^']*)'/.exec(guide)[1].split(' ').map((name) => name.slice(1));
    assert.deepEqual([...new Set(names)].sort(), named.sort());
  });
});

test("the project's workflows", async (t) => {
  // The parser imports JSON without saying so, which Node does not take.
  registerHooks({ load: (url, context, next) => (url.endsWith('.json')
    ? { format: 'module', source: `export default ${readFileSync(new URL(url), 'utf8')}`, shortCircuit: true } : next(url, context)) });
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
  const problemsOf = async (name, content) => {
    const parsed = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    if (parsed.value) await convertWorkflowTemplate(parsed.context, parsed.value);
    return parsed.context.errors.getErrors().map((error) => error.message);
  };

  for (const file of readdirSync(join(root, '.github/workflows'))) {
    await t.test(`${file} is what GitHub's own parser takes`, async () => {
      assert.deepEqual(await problemsOf(file, read(`.github/workflows/${file}`)), []);
    });
    await t.test(`${file} asks for no more than it needs, and puts nothing of others into a script`, () => {
      const workflow = parse(read(`.github/workflows/${file}`));
      assert.equal(workflow.permissions.contents, 'read');
      for (const [name, job] of Object.entries(workflow.jobs)) {
        assert.ok(job['timeout-minutes'] || name === 'publish', `${name} has no time limit`);
        for (const { run = '' } of job.steps) assert.doesNotMatch(run, /\$\{\{/, `${name}: an expression inside a script`);
      }
    });
  }
  await t.test('the parser can say no', async () => {
    assert.notDeepEqual(await problemsOf('x.yml', 'on: push\njobs: { a: { runs-on: x, stepz: [] } }'), []);
  });
});

test('the preview workflow runs with the embedded runner as well', async (t) => {
  const listed = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', 'examples/demo-site/site', '.github/workflows/preview.yml'], { cwd: root, encoding: 'utf8' });
  const repo = repository(t, Object.fromEntries(listed.split('\0').filter(Boolean).map((path) => [path, read(path)])));
  const server = await serve(t, { repo, env: { GITHUB_WORKFLOW_FILE: 'preview.yml' } });
  const peer = await open(server.ws, { headers: { authorization: `Bearer ${server.token}` } });
  const { run_id } = await good(create(peer, { payload: { notice: 'from preview.yml' } }));
  const { run, preview } = await ended(peer, run_id);
  assert.equal(run.conclusion, 'success');
  assert.match((await visit(server, preview.url)).text, /from preview\.yml/);
});

test('the server starts with what the app spec gives it', async (t) => {
  const { envs } = parse(read('deploy/app.yaml')).services[0];
  const given = { $GITHUB_OWNER: 'octo-org', $GITHUB_REPO: 'site', $GITHUB_WORKFLOW_FILE: 'deploy.yml', $GITHUB_TOKEN: githubToken, $MCP_AUTH_TOKEN: 'token-of-the-app-spec-0123456789', $FLUX_WEBHOOK_SECRET: 'secret-of-the-app-spec-0123456789', '${APP_URL}': 'https://flux.example.org' };
  const env = Object.fromEntries(envs.map(({ key, value }) => [key, given[value] ?? value]));
  // Here the platform's proxy is this test, and folders and ports are the stage's.
  for (const key of ['PORT', 'FLUX_STATE_DIR', 'FLUX_HOST']) delete env[key];
  const proxied = { host: 'flux.example.org', 'x-forwarded-for': '198.51.100.7', 'x-forwarded-proto': 'https' };
  const { server } = await onGithub(t, { headers: proxied, env: { ...env, FLUX_TRUSTED_PROXIES: '127.0.0.1', FLUX_RATE_LIMIT: undefined } });

  await t.test('it says what its disk means, in lines that a machine reads', () => {
    const lines = server.output.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.some(({ message }) => /disk does not last/.test(message)), server.output);
  });
  await t.test('its probes are answered whatever they call it', async () => {
    for (const path of ['/health', '/livez']) assert.equal((await ask(`${server.origin}${path}`, { headers: { host: '10.244.3.7:8787' } })).status, 200, path);
  });
  await t.test('nobody gets in without the token, everybody with it', async () => {
    const list = (headers) => ask(server.url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      headers: { ...proxied, 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } });
    assert.equal((await list({})).status, 401);
    const answer = await list({ authorization: 'Bearer token-of-the-app-spec-0123456789' });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /builds_createPreview/);
  });
});
