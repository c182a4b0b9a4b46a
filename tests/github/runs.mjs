// Runs, attempts, jobs and steps, and how they go on: by the clock, as a script says, held where the script holds them.
import { filled, interpolated } from './workflow_file.mjs';

const usual = { jobs: [{ name: 'build', steps: [{ name: 'Build', run: 'npm run build', seconds: 2, log: ['built'] }] }] };

export class Runs {
  #world;
  #clock;
  #holds = new Map();

  constructor(world) {
    this.#world = world;
    this.#clock = world.clock;
  }

  /// Starts a run of `workflow` ({id, path, file}) at `sha` of `branch`.
  start(repo, workflow, { branch, sha, inputs = {}, actor, event = 'workflow_dispatch' }) {
    const now = this.#clock.now();
    const run = {
      id: this.#world.nextId('run'), repo, workflow, branch, sha, event, actor, triggering_actor: actor,
      inputs: filled(workflow.file, inputs), number: repo.runs.filter((other) => other.workflow.id === workflow.id).length + 1,
      created: now, updated: now, attempt: 0, attempts: [], approvals: [],
      suite: this.#world.nextId('suite'), listed: now + this.#world.listDelay(), visible: now + this.#world.run_delay_s * 1000,
    };
    run.title = interpolated(workflow.file.runName ?? workflow.file.name ?? workflow.path, { inputs: run.inputs, branch, actor: actor.login });
    repo.runs.push(run);
    this.#world.runs.set(run.id, run);
    this.#begin(run, []);
    return run;
  }

  /// Starts the next attempt; `kept` are jobs of the last one that are not run again.
  #begin(run, kept) {
    const now = this.#clock.now();
    run.attempt += 1;
    run.script = this.#world.scriptFor(run) ?? usual;
    Object.assign(run, { status: 'queued', conclusion: null, started: now, jobs: [], cancelling: false });
    run.attempts.push({ number: run.attempt, run: { ...run } });
    const group = run.script.concurrency ?? run.workflow.file.concurrency;
    run.group = group && { name: interpolated(group.group, { inputs: run.inputs, branch: run.branch, actor: run.actor.login }), cancel: group['cancel-in-progress'] === true };
    this.#changed(run, 'requested');
    for (const job of kept) this.#carryOver(run, job);
    if (run.group && !this.#enter(run)) return;
    this.#proceed(run);
  }

  #proceed(run) {
    if (run.script.jobs?.length > 0) {
      this.#later(run, run.script.queued_s ?? 0, () => this.#openReadyJobs(run));
    } else if (run.script.conclusion) {
      this.#later(run, 1, () => this.#finish(run, run.script.conclusion));
    }
  }

  /// One run of a concurrency group goes, one waits; a newer one takes the place of the one that waits.
  #enter(run) {
    const key = run.group.name.toLowerCase();
    const group = run.repo.groups.get(key) ?? {};
    run.repo.groups.set(key, group);
    if (!group.running) {
      group.running = run;
      return true;
    }
    if (group.waiting) this.#finish(group.waiting, 'cancelled');
    group.waiting = run;
    run.status = 'pending';
    this.#changed(run);
    if (run.group.cancel) this.cancel(group.running);
    return false;
  }

  #leave(run) {
    const group = run.group && run.repo.groups.get(run.group.name.toLowerCase());
    if (!group) return;
    if (group.waiting === run) group.waiting = undefined;
    if (group.running !== run) return;
    group.running = group.waiting;
    group.waiting = undefined;
    if (!group.running) return;
    group.running.status = 'queued';
    this.#proceed(group.running);
  }

  #later(run, seconds, work) {
    const { attempt } = run;
    this.#clock.after(seconds * 1000, () => {
      if (run.attempt === attempt && run.status !== 'completed') work();
    });
  }

  #scriptedJobs(run) {
    return run.script.jobs.flatMap(({ count, ...job }) =>
      count ? Array.from({ length: count }, (_, index) => ({ ...job, name: `${job.name} (${index + 1})` })) : [job]);
  }

  #openReadyJobs(run) {
    const scripted = run.scripted ??= new Map();
    if (!scripted.has(run.attempt)) scripted.set(run.attempt, this.#scriptedJobs(run));
    const known = new Map(run.jobs.map((job) => [job.name, job]));
    for (const script of scripted.get(run.attempt)) {
      if (known.has(script.name)) continue;
      const needs = (script.needs ?? []).map((name) => known.get(name));
      if (needs.some((job) => job?.status !== 'completed')) continue;
      const broken = needs.some((job) => job.conclusion !== 'success');
      this.#open(run, script, broken && !script.always);
    }
    if (run.jobs.length === scripted.get(run.attempt).length && run.jobs.every((job) => job.status === 'completed')) {
      this.#finish(run, run.script.conclusion ?? verdict(run.jobs));
    }
  }

  #newJob(run, script) {
    const id = this.#world.nextId('job');
    const now = this.#clock.now();
    const names = [{ name: 'Set up job', seconds: 1, exit_code: null }, ...(script.steps ?? []), { name: 'Complete job', seconds: 0, always: true }];
    const job = {
      id, run, attempt: run.attempt, script, name: script.name, status: 'queued', conclusion: null, created: now, annotations: [],
      steps: names.map((step, index) => ({ script: step, name: step.name, number: index + 1, status: 'queued', conclusion: null })),
    };
    run.jobs.push(job);
    this.#world.jobs.set(id, job);
    return job;
  }

  #open(run, script, skip) {
    const job = this.#newJob(run, script);
    if (skip || script.conclusion === 'skipped') {
      job.steps = [];
      this.#complete(job, 'skipped');
      return;
    }
    const environment = script.environment;
    if (environment?.reviewers || environment?.wait_minutes) {
      job.status = 'waiting';
      run.status = 'waiting';
      this.#jobChanged(job, 'waiting');
      if (environment.wait_minutes && !environment.reviewers) this.#later(run, environment.wait_minutes * 60, () => this.#admit(job));
      return;
    }
    this.#enqueue(job);
  }

  #enqueue(job) {
    job.status = 'queued';
    this.#jobChanged(job, 'queued');
    if (job.script.no_runner) return;
    this.#later(job.run, job.script.queued_s ?? 1, () => this.#startJob(job));
  }

  #admit(job) {
    if (job.status !== 'waiting') return;
    if (!job.run.jobs.some((other) => other !== job && other.status === 'waiting')) job.run.status = 'queued';
    this.#enqueue(job);
  }

  #startJob(job) {
    if (job.status !== 'queued') return;
    if (job.script.refused) {
      job.steps = [];
      this.#complete(job, 'failure');
      return;
    }
    job.status = 'in_progress';
    job.started = this.#clock.now();
    job.runner = { id: 7, name: 'GitHub Actions 7' };
    if (job.run.status !== 'in_progress') {
      job.run.status = 'in_progress';
      this.#changed(job.run, 'in_progress');
    }
    if (job.script.environment && job.script.environment.deployment !== false) this.#world.deployments.ofJob(job, 'in_progress');
    this.#jobChanged(job, 'in_progress');
    this.#nextStep(job, 0);
  }

  #nextStep(job, index) {
    if (job.status !== 'in_progress') return;
    const step = job.steps[index];
    if (!step) {
      this.#complete(job, job.script.conclusion ?? verdict(job.steps.filter((each) => !each.script.continue_on_error)));
      return;
    }
    const broken = job.steps.some((each) => each.conclusion === 'failure' && !each.script.continue_on_error);
    if ((broken && !step.script.always) || step.script.conclusion === 'skipped') {
      this.#endStep(job, step, 'skipped');
      this.#nextStep(job, index + 1);
      return;
    }
    step.status = 'in_progress';
    step.started = this.#clock.now();
    this.#touch(job.run);
    const end = () => {
      if (job.status !== 'in_progress') return;
      this.#endStep(job, step, step.script.conclusion ?? 'success');
      this.#nextStep(job, index + 1);
    };
    if (step.script.hold) this.#hold(job.run, step.script.hold, end);
    else if (step.script.seconds === 0) end();
    else this.#later(job.run, step.script.seconds ?? 1, end);
  }

  #endStep(job, step, conclusion) {
    step.status = 'completed';
    step.conclusion = conclusion;
    step.completed = this.#clock.now();
    step.started ??= step.completed;
    job.annotations.push(...(step.script.annotations ?? []));
    if (conclusion === 'failure') {
      job.annotations.push({ path: '.github', start_line: step.number, annotation_level: 'failure', message: `Process completed with exit code ${step.script.exit_code ?? 1}.` });
    }
    if (step.script.artifact && conclusion !== 'skipped') this.#world.artifacts.add(job.run, step.script.artifact);
    this.#touch(job.run);
  }

  #complete(job, conclusion) {
    job.status = 'completed';
    job.conclusion = conclusion;
    job.annotations.push(...(job.script.annotations ?? []));
    job.completed = this.#clock.now();
    job.started ??= job.completed;
    job.readable = job.completed + (job.script.upload_s ?? 1.5) * 1000;
    if (job.deployment) this.#world.deployments.ofJob(job, conclusion === 'success' ? 'success' : 'failure');
    this.#jobChanged(job, 'completed');
    this.#openReadyJobs(job.run);
  }

  #finish(run, conclusion) {
    if (run.status === 'completed') return;
    run.status = 'completed';
    run.conclusion = conclusion;
    this.#changed(run, 'completed');
    this.#leave(run);
  }

  #touch(run) {
    run.updated = this.#clock.now();
    run.attempts.at(-1).run = { ...run, attempts: undefined };
  }

  #changed(run, action) {
    this.#touch(run);
    if (action) this.#world.tell('workflow_run', action, run);
  }

  #jobChanged(job, action) {
    this.#touch(job.run);
    this.#world.tell('workflow_job', action, job);
  }

  #carryOver(run, old) {
    const job = { ...old, id: this.#world.nextId('job'), run, attempt: run.attempt };
    run.jobs.push(job);
    this.#world.jobs.set(job.id, job);
  }

  #hold(run, name, go) {
    const key = `${run.id} ${name}`;
    if (this.#world.released.has(name) || this.#world.released.has(key)) return go();
    const waiting = this.#holds.get(key) ?? [];
    this.#holds.set(key, [...waiting, go]);
  }

  /// Lets go what scripts hold under `name`, in one run or in all; what comes there later is not held any more.
  release(name, runId) {
    this.#world.released.add(runId ? `${runId} ${name}` : name);
    for (const [key, waiting] of [...this.#holds]) {
      const [id, ...held] = key.split(' ');
      if (held.join(' ') !== name || (runId && Number(id) !== Number(runId))) continue;
      this.#holds.delete(key);
      for (const go of waiting) go();
    }
  }

  /// False when there is nothing left to cancel. What is going on ends a little later; jobs that `survive` only by force.
  cancel(run, force = false) {
    if (run.status === 'completed') return false;
    run.cancelling = true;
    const end = () => {
      for (const job of run.jobs.filter((each) => each.status !== 'completed' && (force || !each.script.survives_cancel))) {
        for (const step of job.steps) {
          if (step.status === 'in_progress') this.#endStep(job, step, 'cancelled');
          else if (step.status === 'queued') this.#endStep(job, step, 'skipped');
        }
        job.status = 'completed';
        job.conclusion = 'cancelled';
        job.completed = this.#clock.now();
        job.started ??= job.completed;
        job.readable = job.script.log_after_cancel === false ? Infinity : job.completed + 1500;
        if (job.deployment) this.#world.deployments.ofJob(job, 'failure');
        this.#jobChanged(job, 'completed');
      }
      if (run.jobs.every((job) => job.status === 'completed')) this.#finish(run, 'cancelled');
    };
    this.#later(run, run.script.cancel_s ?? 1, end);
    return true;
  }

  /// A new attempt of all jobs, of the failed ones and what depends on them, or of one job; false while the run goes on.
  rerun(run, { failedOnly = false, job, actor } = {}) {
    if (run.status !== 'completed') return false;
    run.triggering_actor = actor ?? run.actor;
    const again = (each) => (job ? each.name === job.name : !failedOnly || each.conclusion !== 'success');
    this.#begin(run, run.jobs.filter((each) => !again(each)));
    return true;
  }

  pendingDeployments(run) {
    const waiting = run.jobs.filter((job) => job.status === 'waiting');
    return [...new Map(waiting.map((job) => [job.script.environment.name, job])).values()];
  }

  review(run, environments, state, { user, comment }) {
    run.approvals.push({ environments, state, user, comment });
    for (const job of run.jobs.filter((each) => each.status === 'waiting' && environments.includes(each.script.environment.name))) {
      if (state === 'approved') {
        this.#world.deployments.ofJob(job, 'queued');
        this.#admit(job);
      } else {
        this.#complete(job, 'failure');
      }
    }
  }
}

/// What becomes of a whole, from what became of its parts.
function verdict(parts) {
  const ends = new Set(parts.map((part) => part.conclusion));
  for (const bad of ['failure', 'timed_out', 'action_required', 'cancelled']) if (ends.has(bad)) return bad;
  return ends.size === 1 && ends.has('skipped') ? 'skipped' : 'success';
}
