// What a test in another process, or a person with curl, can do to the double: POST /NAME with a JSON body, GET /NAME.
export class Control {
  #github;

  constructor(github) { this.#github = github; }

  async answer(request, response) {
    const url = new URL(request.url, 'http://control');
    const parts = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    const name = url.pathname.slice(1);
    const work = { GET: this.#look, POST: this.#act, DELETE: this.#forget }[request.method]?.[name];
    if (!work) return reply(response, 404, { error: `There is no ${request.method} /${name}.`, known: Object.keys({ ...this.#look, ...this.#act }) });
    try {
      return reply(response, 200, (await work(text ? JSON.parse(text) : {}, url.searchParams)) ?? {});
    } catch (error) {
      return reply(response, 400, { error: error.message });
    }
  }

  #repo({ owner, repo }) {
    const { world } = this.#github;
    const found = repo ? world.repositories.find((each) => each.name === repo && (!owner || each.owner.login === owner)) : world.repositories[0];
    if (!found) throw new Error(`There is no repository ${repo}.`);
    return found;
  }

  #run({ run_id }) {
    const run = this.#github.run(run_id);
    if (!run) throw new Error(`There is no run ${run_id}.`);
    return run;
  }

  #look = {
    state: () => ({
      api: this.#github.apiUrl, blobs: this.#github.blobUrl, control: this.#github.controlUrl, now: new Date(this.#github.world.clock.now()).toISOString(),
      repositories: this.#github.world.repositories.map((repo) => `${repo.owner.login}/${repo.name}`), violations: this.#github.violations.length, requests: this.#github.requests.length,
    }),
    runs: () => [...this.#github.world.runs.values()].map((run) => ({
      id: run.id, branch: run.branch, sha: run.sha, title: run.title, status: run.status, conclusion: run.conclusion, attempt: run.attempt, inputs: run.inputs,
      jobs: run.jobs.map((job) => ({ id: job.id, name: job.name, status: job.status, conclusion: job.conclusion, steps: job.steps.map(({ name, status, conclusion }) => ({ name, status, conclusion })) })),
    })),
    requests: (_, query) => this.#github.asked(query.get('operation') ?? undefined),
    violations: () => this.#github.violations,
    faults: () => this.#github.faults.all,
    deliveries: () => this.#github.webhooks.deliveries.map(({ id, guid, event, action, attempts }) => ({ id, guid, event, action, attempts })),
  };

  #act = {
    advance: ({ seconds }) => this.#github.world.clock.advance(seconds * 1000),
    skew: ({ seconds }) => this.#github.world.clock.skew(seconds * 1000),
    release: ({ name, run_id }) => this.#github.world.actions.release(name, run_id),
    repository: (given) => ({ id: this.#github.world.addRepository(given).id }),
    token: (given) => this.#github.world.addToken(given),
    revoke: ({ token }) => { this.#github.world.tokens.get(token).revoked = true; },
    script: ({ script, ...where }) => this.#github.addScript(script, where),
    fault: (given) => this.#github.faults.add(given),
    hook: (given) => this.#github.webhooks.add(given),
    redeliver: ({ id }) => this.#github.webhooks.redeliver(id),
    dispatch: ({ workflow, branch, inputs, ...where }) => {
      const repo = this.#repo(where);
      return { run_id: this.#github.start(repo, workflow, branch, inputs).id };
    },
    commit: ({ branch, files, message, ...where }) => ({ sha: this.#repo(where).content.commit(branch, files, message) }),
    rename_branch: ({ from, to, ...where }) => {
      const repo = this.#repo(where);
      repo.content.rename(from, to);
      repo.renamed.set(from, to);
    },
    rename_repository: ({ to, ...where }) => {
      const repo = this.#repo(where);
      repo.moved.set(`${repo.owner.login}/${repo.name}`.toLowerCase(), true);
      repo.name = to;
    },
    workflow_state: ({ workflow, state, ...where }) => { this.#repo(where).states[workflow] = state; },
    expire_logs: (given) => { this.#run(given).logsGone = true; },
    expire_artifacts: (given) => {
      const run = this.#run(given);
      for (const each of run.repo.artifacts) if (each.run === run) each.expired = true;
    },
    list_delay: ({ seconds }) => { this.#github.world.list_delay_s = seconds; },
    quota: ({ token, ...given }) => this.#github.quota.set(this.#github.world.tokens.get(token), given),
  };

  #forget = {
    requests: () => { this.#github.requests.length = 0; },
    violations: () => { this.#github.violations.length = 0; },
    faults: () => this.#github.faults.clear(),
  };
}

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body, (key, value) => (value === Infinity ? 'Infinity' : value), 1)}\n`);
}
