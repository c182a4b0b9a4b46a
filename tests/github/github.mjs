// A GitHub for tests: one API origin, one origin for blobs, one port of its own for control.
import http from 'node:http';
import https from 'node:https';
import { Blobs } from './blobs.mjs';
import { Control } from './control.mjs';
import { Faults } from './faults.mjs';
import { Front, profiles } from './front.mjs';
import { Quota } from './quota.mjs';
import { Webhooks } from './webhooks.mjs';
import { readWorkflow } from './workflow_file.mjs';
import { World } from './world.mjs';

/// Starts one. What `options` may hold is in README.md; the same object is what serve.mjs reads as a script.
export async function startGithub(options = {}) {
  const github = new Github(options);
  await github.listen();
  return github;
}

class Github {
  requests = [];
  violations = [];
  #servers = [];

  constructor(options) {
    this.options = options;
    this.profile = profiles[options.profile ?? 'github.com'];
    if (!this.profile) throw new Error(`There is no profile "${options.profile}"; there are ${Object.keys(profiles).join(', ')}.`);
    this.webUrl = options.web_url ?? (this.profile.base ? 'https://github.example.org' : 'https://github.com');
    this.world = new World(options);
    this.quota = new Quota(this.world.clock, { on: !this.profile.installed_version, ...options.quota });
    this.faults = new Faults(this.world, options.faults);
    this.blobs = new Blobs(this);
    this.webhooks = new Webhooks(this);
    for (const each of options.repositories ?? []) this.world.addRepository(each);
    for (const each of options.tokens ?? []) this.world.addToken(each);
    for (const each of options.apps ?? []) this.#addApp(each);
    for (const each of options.hooks ?? []) this.webhooks.add(each);
    this.world.scripts.push(...(options.scripts ?? []));
  }

  /// A JWT may name an App by its id or by its client id.
  #addApp(app) {
    this.world.apps.set(String(app.id), app);
    if (app.client_id) this.world.apps.set(app.client_id, app);
  }

  async listen() {
    const { host = '127.0.0.1', blob_host = host, ports = {}, tls } = this.options;
    const front = new Front(this);
    const at = async (name, where, port, answer) => {
      const secure = tls && name !== 'control';
      const server = (secure ? https : http).createServer({ keepAliveTimeout: 60_000, ...(secure && tls) }, (request, response) => {
        response.on('error', () => {});
        answer(request, response).catch((error) => {
          // A peer that goes away while it sends is no mistake of the double's.
          if (error.code !== 'ECONNRESET') this.violation({ method: request.method, path: request.url }, `the double itself: ${error.stack}`);
          response.destroy();
        });
      });
      server.on('connection', () => { this.connections[name] = (this.connections[name] ?? 0) + 1; });
      this.#servers.push(server);
      await new Promise((done, fail) => server.once('error', fail).listen(port ?? 0, where, done));
      return `${secure ? 'https' : 'http'}://${where}:${server.address().port}`;
    };
    this.connections = {};
    this.apiUrl = `${await at('api', host, ports.api, (request, response) => front.answer(request, response))}${this.profile.base}`;
    this.blobUrl = await at('blobs', blob_host, ports.blobs, (request, response) => this.blobs.answer(request, response));
    const control = new Control(this);
    this.controlUrl = await at('control', '127.0.0.1', ports.control, (request, response) => control.answer(request, response));
  }

  record(request) {
    this.requests.push(request);
    if (this.requests.length > 200_000) this.requests.shift();
  }

  /// A request or an answer that GitHub's description does not allow.
  violation(record, what) {
    this.violations.push(`${record.method} ${record.path}: ${what}`);
    this.options.on_violation?.(this.violations.at(-1));
  }

  /// Fails when anything was against GitHub's description since the last time.
  verify() {
    const found = this.violations.splice(0);
    if (found.length > 0) throw new Error(`Against GitHub's description of its API:\n  ${found.join('\n  ')}`);
  }

  /// The requests so far to an operation, or all.
  asked(operation) {
    return this.requests.filter((each) => !operation || each.operation === operation);
  }

  /// The newest run, or one by its number.
  run(id) {
    return id === undefined ? [...this.world.runs.values()].at(-1) : this.world.runs.get(Number(id));
  }

  /// Starts a run as somebody else would: a person at GitHub's page, a push.
  start(repo, file, branch, inputs = {}, { login = 'somebody', event = 'workflow_dispatch' } = {}) {
    const sha = repo.content.tip(branch);
    const workflow = this.world.workflowsOf(repo).find((each) => each.path.endsWith(`/${file}`));
    if (!sha || !workflow) throw new Error(`There is no ${sha ? `workflow ${file}` : `branch ${branch}`}.`);
    const text = repo.content.file(sha, workflow.path) ?? '';
    return this.world.actions.start(repo, { ...workflow, file: readWorkflow(text) ?? { inputs: {} } }, { branch, sha, inputs, actor: this.world.user(login), event });
  }

  addScript(script, where = {}) { this.world.scripts.push({ ...where, script }); }

  async close() {
    this.world.clock.stop();
    await this.webhooks.settled();
    await Promise.all(this.#servers.map((server) => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    })));
  }
}
