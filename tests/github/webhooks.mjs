// Sends what happens to those who asked for it, signed, as GitHub does: once, unordered, and without trying again.
import { createHmac, randomUUID } from 'node:crypto';
import { description } from './description.mjs';
import * as shapes from './shapes.mjs';

export class Webhooks {
  deliveries = [];
  #github;
  #hooks = [];
  #going = new Set();

  constructor(github) {
    this.#github = github;
    github.world.listen((event, action, subject) => this.#tell(event, action, subject));
  }

  /// {url, secret, events: [names] or all, copies: deliveries of each, hold: wait for `flush`}
  add(hook) {
    this.#hooks.push({ id: this.#hooks.length + 1, copies: 1, ...hook });
    if (this.#github.world.repositories[0]) this.#enqueue(this.#hooks.at(-1), 'ping', undefined, this.#ping(this.#hooks.at(-1)));
  }

  #ping(hook) {
    const at = this.#at();
    const [repo] = this.#github.world.repositories;
    const config = { url: hook.url, content_type: 'json', secret: '********', insecure_ssl: '0' };
    const url = `${shapes.repositoryUrl(at, repo)}/hooks/${hook.id}`;
    return {
      zen: 'Keep it logically awesome.', hook_id: hook.id, repository: forHook(at, repo), sender: shapes.user(at, repo.owner),
      hook: { type: 'Repository', id: hook.id, name: 'web', active: true, events: hook.events ?? ['*'], config, url, test_url: `${url}/test`, ping_url: `${url}/pings`,
        deliveries_url: `${url}/deliveries`, created_at: shapes.stamp(repo.created), updated_at: shapes.stamp(repo.created), last_response: { code: null, status: 'unused', message: null } },
    };
  }

  #at() { return { api: this.#github.apiUrl ?? 'http://api', web: this.#github.webUrl }; }

  #tell(event, action, subject) {
    const wanted = this.#hooks.filter((hook) => !hook.events || hook.events.includes(event));
    if (wanted.length === 0) return;
    const payload = this.#payload(event, action, subject);
    for (const hook of wanted) this.#enqueue(hook, event, action, payload);
  }

  #payload(event, action, subject) {
    const at = this.#at();
    const run = { workflow_run: () => subject, workflow_job: () => subject.run, deployment_status: () => subject.status.job?.run }[event]();
    const repo = run?.repo ?? subject.deployment.repo;
    const workflow = run && forWorkflow(at, repo, run.workflow);
    const about = { action, repository: forHook(at, repo), sender: shapes.user(at, run?.actor ?? repo.owner), organization: organization(at, repo) };
    if (event === 'workflow_run') return { ...about, workflow, workflow_run: runForHook(at, subject) };
    if (event === 'workflow_job') return { ...about, workflow_job: jobForHook(at, subject, action) };
    const deployment = shapes.deployment(at, subject.deployment);
    return {
      ...about, deployment, deployment_status: shapes.deploymentStatus(at, subject.deployment, subject.status), workflow,
      workflow_run: run && deploymentRun(at, run), check_run: subject.status.job && deploymentCheck(at, subject.status.job),
    };
  }

  #enqueue(hook, event, action, payload) {
    const name = [event, action].filter(Boolean).join('-').replaceAll('_', '-');
    const told = description('2022-11-28');
    for (const wrong of told.judgeEvent(name, payload)) this.#github.violation({ method: 'HOOK', path: hook.url }, wrong);
    const delivery = { id: this.deliveries.length + 1, guid: randomUUID(), hook, event, action, body: JSON.stringify(payload), attempts: [] };
    this.deliveries.push(delivery);
    if (hook.hold) return;
    for (let copy = 0; copy < hook.copies; copy++) this.#send(delivery);
  }

  /// Sends what a hook with `hold` kept back, in an order of the caller's choice.
  flush(reorder = (deliveries) => deliveries) {
    for (const delivery of reorder(this.deliveries.filter((each) => each.attempts.length === 0))) this.#send(delivery);
    return this.settled();
  }

  /// Sends a delivery again, under the same GUID.
  redeliver(id) {
    this.#send(this.deliveries[id - 1]);
    return this.settled();
  }

  async settled() {
    while (this.#going.size > 0) await Promise.all(this.#going);
  }

  #send(delivery) {
    const attempt = { status: undefined };
    delivery.attempts.push(attempt);
    const { hook, event, guid, body } = delivery;
    const headers = {
      'content-type': 'application/json', 'user-agent': 'GitHub-Hookshot/f1ux000', 'x-github-event': event, 'x-github-delivery': guid, 'x-github-hook-id': String(hook.id),
      'x-github-hook-installation-target-id': String(this.#github.world.repositories[0]?.id ?? 0), 'x-github-hook-installation-target-type': 'repository',
      ...(hook.secret && { 'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}` }),
    };
    const going = fetch(hook.url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(10_000) })
      .then(async (answer) => {
        attempt.status = answer.status;
        attempt.answer = await answer.text();
      })
      .catch((error) => { attempt.error = String(error.cause ?? error); })
      .finally(() => this.#going.delete(going));
    this.#going.add(going);
  }
}

function forHook(at, repo) {
  return {
    ...shapes.repository(at, repo), stargazers: 0, master_branch: repo.content.defaultBranch, visibility: 'private', topics: [],
    allow_forking: false, is_template: false, web_commit_signoff_required: false, custom_properties: {},
  };
}

function organization(at, repo) {
  const url = `${at.api}/orgs/${repo.owner.login}`;
  return {
    login: repo.owner.login, id: repo.owner.id, node_id: shapes.node('Organization', repo.owner.id), url, repos_url: `${url}/repos`, events_url: `${url}/events`, hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`, members_url: `${url}/members{/member}`, public_members_url: `${url}/public_members{/member}`, avatar_url: 'https://avatars.githubusercontent.com/u/1', description: null,
  };
}

const forWorkflow = (at, repo, { file, ...workflow }) => shapes.workflow(at, repo, workflow);
const runForHook = (at, run) => shapes.run(at, run);
const jobForHook = (at, job) => shapes.job(at, job);
const deploymentRun = (at, run) => shapes.run(at, run);
const deploymentCheck = (at, job) => shapes.checkRun(at, job);
