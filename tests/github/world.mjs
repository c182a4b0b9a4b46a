// What the double's GitHub holds: repositories, people and their tokens, runs, deployments, artifacts.
import { createHash } from 'node:crypto';
import { zipSync, strToU8 } from 'fflate';
import { Clock } from './clock.mjs';
import { GitContent, GivenContent } from './content.mjs';
import { Runs } from './runs.mjs';
import { readWorkflow } from './workflow_file.mjs';

const firstIds = { repo: 5_001, user: 101, workflow: 90_001, run: 17_300_000_001, job: 48_100_000_001, suite: 33_000_000_001, deployment: 2_200_000_001, status: 3_300_000_001, artifact: 1_400_000_001, environment: 700_001, comment: 1 };

export class World {
  repositories = [];
  users = new Map();
  tokens = new Map();
  apps = new Map();
  runs = new Map();
  jobs = new Map();
  released = new Set();
  scripts = [];
  hooks = [];
  #ids = { ...firstIds };
  #random;
  #listeners = new Set();

  constructor({ clock = {}, list_delay_s = 0, run_delay_s = 0, seed = 1 } = {}) {
    this.clock = new Clock(clock);
    this.list_delay_s = list_delay_s;
    this.run_delay_s = run_delay_s;
    this.#random = generator(seed);
    this.deployments = new Deployments(this);
    this.artifacts = new Artifacts(this);
    this.actions = new Runs(this);
    this.bot = this.user('github-actions[bot]', 'Bot');
  }

  nextId(kind) { return this.#ids[kind]++; }

  /// A number in [0, 1), the same for the same seed.
  random() { return this.#random(); }

  /// How long a new run stays out of lists: a number of seconds, or [least, most].
  listDelay() {
    const [least, most] = [this.list_delay_s].flat().concat(this.list_delay_s).slice(0, 2);
    return (least + (most - least) * this.random()) * 1000;
  }

  user(login, type = 'User') {
    if (!this.users.has(login)) this.users.set(login, { id: this.nextId('user'), login, type });
    return this.users.get(login);
  }

  /// {owner, name, private, git: folder | branches: {name: {path: text}}, default_branch, workflows: {file: state}}
  addRepository({ owner = 'octo-org', name, git, branches, default_branch, workflows = {}, private: hidden = true, pulls = [] }) {
    const content = git ? new GitContent(git, default_branch) : new GivenContent(branches ?? { main: {} }, default_branch);
    const repo = {
      id: this.nextId('repo'), owner: this.user(owner, 'Organization'), name, private: hidden, content, states: { ...workflows },
      runs: [], deployments: [], environments: new Map(), artifacts: [], groups: new Map(), renamed: new Map(), moved: new Map(),
      workflows: new Map(), pulls, comments: [], created: this.clock.now(),
    };
    this.repositories.push(repo);
    return repo;
  }

  repository(owner, name) {
    const is = (a, b) => a.toLowerCase() === b.toLowerCase();
    return this.repositories.find((repo) => is(repo.owner.login, owner) && is(repo.name, name));
  }

  /// The workflows that GitHub knows: those on the default branch, and those that have run.
  workflowsOf(repo) {
    const tip = repo.content.tip(repo.content.defaultBranch);
    const paths = repo.content.files(tip).filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
    for (const path of paths) {
      if (!repo.workflows.has(path)) repo.workflows.set(path, { id: this.nextId('workflow'), path, created: repo.created });
      const workflow = repo.workflows.get(path);
      workflow.name = readWorkflow(repo.content.file(tip, path))?.name ?? path;
      workflow.state = repo.states[path.split('/').at(-1)] ?? 'active';
    }
    return paths.map((path) => repo.workflows.get(path));
  }

  /// {token, login, permissions: {actions: 'write', …} | undefined for all, repositories, expires}
  addToken({ token, login = 'octocat', permissions, kind = 'personal access token', ...rest }) {
    this.tokens.set(token, { token, user: this.user(login), permissions, kind, ...rest });
  }

  /// The newest script that fits a run. `script` may be a function of the run.
  scriptFor(run) {
    const fits = ({ workflow, branch, attempt, inputs = {} }) => (!workflow || run.workflow.path.endsWith(`/${workflow}`))
      && (!branch || branch === run.branch) && (!attempt || attempt === run.attempt)
      && Object.entries(inputs).every(([name, value]) => String(run.inputs[name]) === String(value));
    const found = this.scripts.findLast((each) => fits(each) && (each.times === undefined || each.times-- > 0));
    return typeof found?.script === 'function' ? found.script(run) : found?.script;
  }

  /// Calls back with (event, action, subject) whenever something happens.
  listen(listener) { this.#listeners.add(listener); }
  tell(event, action, subject) {
    for (const listener of this.#listeners) listener(event, action, subject);
  }
}

class Deployments {
  #world;
  constructor(world) { this.#world = world; }

  add(repo, { sha, ref, environment, creator, task = 'deploy', payload = {}, description = null, transient = false, production = false }) {
    const now = this.#world.clock.now();
    const deployment = { id: this.#world.nextId('deployment'), repo, sha, ref, environment, creator, task, payload, description, transient, production, created: now, updated: now, statuses: [] };
    repo.deployments.push(deployment);
    this.environment(repo, environment);
    return deployment;
  }

  environment(repo, name) {
    if (!repo.environments.has(name)) repo.environments.set(name, { id: this.#world.nextId('environment'), name, created: this.#world.clock.now() });
    return repo.environments.get(name);
  }

  addStatus(deployment, { state, creator, environment_url = '', log_url = '', description = '', job }) {
    const now = this.#world.clock.now();
    const status = { id: this.#world.nextId('status'), state, creator, environment_url, log_url, description, created: now, job };
    deployment.statuses.unshift(status);
    deployment.updated = now;
    this.#world.tell('deployment_status', 'created', { deployment, status });
    return status;
  }

  /// What GitHub does by itself for a job with an environment.
  ofJob(job, state) {
    const { run, script } = job;
    const { name, url } = script.environment;
    job.deployment ??= this.add(run.repo, { sha: run.sha, ref: run.branch, environment: fill(name, run), creator: this.#world.bot });
    const environment_url = state === 'success' && url ? fill(url, run) : '';
    this.addStatus(job.deployment, { state, creator: this.#world.bot, environment_url, job });
  }
}

const fill = (text, run) => text.replaceAll('{run_id}', run.id).replaceAll('{branch}', run.branch).replaceAll('{sha}', run.sha);

class Artifacts {
  #world;
  constructor(world) { this.#world = world; }

  /// {name, files: {path: text}}
  add(run, { name, files = {} }) {
    const zip = Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))));
    const artifact = { id: this.#world.nextId('artifact'), run, name, zip, created: this.#world.clock.now(), expired: false, digest: `sha256:${createHash('sha256').update(zip).digest('hex')}` };
    run.repo.artifacts.push(artifact);
    return artifact;
  }
}

/// mulberry32: small, and the same everywhere.
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
