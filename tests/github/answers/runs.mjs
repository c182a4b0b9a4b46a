// Runs, attempts, jobs and their logs, artifacts, checks, gates.
import { Refusal, list, notFound } from './answer.mjs';
import { workflowOf } from './workflows.mjs';
import * as shapes from '../shapes.mjs';

function runOf({ world, repo, params }) {
  const run = world.runs.get(Number(params.run_id));
  if (run?.repo !== repo || run.visible > world.clock.now()) throw notFound();
  return run;
}

function attemptOf(context) {
  const run = runOf(context);
  const attempt = run.attempts.find((each) => each.number === Number(context.params.attempt_number));
  if (!attempt) throw notFound();
  return { run, attempt, picture: attempt.number === run.attempt ? run : attempt.run };
}

function jobOf({ world, repo, params, id = params.job_id ?? params.check_run_id }) {
  const job = world.jobs.get(Number(id));
  if (job?.run.repo !== repo) throw notFound();
  return job;
}

/// The time conditions of GitHub's search: >=T, <=T, >T, <T, A..B.
function within(text, ms) {
  const time = (each) => Date.parse(each);
  const [, sign, when] = /^(>=|<=|>|<)?(.*)$/.exec(text);
  const second = Math.floor(ms / 1000) * 1000;
  if (when.includes('..')) {
    const [from, to] = when.split('..');
    return (from === '*' || second >= time(from)) && (to === '*' || second <= time(to));
  }
  return { '>=': second >= time(when), '<=': second <= time(when), '>': second > time(when), '<': second < time(when) }[sign] ?? new Date(ms).toISOString().startsWith(when);
}

/// Newest first; a run that is too young is not there yet. A search gives 1,000 at most.
function listed({ world, repo, query, at }, of) {
  const now = world.clock.now();
  const status = query.get('status');
  let found = repo.runs.filter((run) => of(run) && run.listed <= now
    && (!query.has('branch') || run.branch === query.get('branch'))
    && (!query.has('event') || run.event === query.get('event'))
    && (!query.has('actor') || run.actor.login === query.get('actor'))
    && (!query.has('head_sha') || run.sha === query.get('head_sha'))
    && (!query.has('check_suite_id') || String(run.suite) === query.get('check_suite_id'))
    && (!status || run.status === status || run.conclusion === status)
    && (!query.has('created') || within(query.get('created'), run.created)));
  found.reverse();
  const total = found.length;
  if (['branch', 'event', 'actor', 'head_sha', 'status', 'created', 'check_suite_id'].some((name) => query.has(name))) found = found.slice(0, 1000);
  return list(found, (run) => shapes.run(at, run), (items) => ({ total_count: total, workflow_runs: items }));
}

const jobList = ({ at }, jobs) => list(jobs, (job) => shapes.job(at, job), (items) => ({ total_count: jobs.length, jobs: items }));

const toBlob = (location) => ({ status: 302, headers: { location }, secretHeaders: ['location'] });

function logZip({ world, blobs }, run, picture, name) {
  if (run.logsGone) throw new Refusal(410, 'Gone');
  if (picture.status !== 'completed') throw new Refusal(500, 'Failed to generate URL to download logs.');
  return toBlob(blobs.address('run-log', { run, jobs: picture.jobs, name }, world.clock.now()));
}

export const runs = {
  'actions/list-workflow-runs-for-repo': (context) => listed(context, () => true),

  'actions/list-workflow-runs': (context) => {
    const workflow = workflowOf(context.world, context.repo, context.params.workflow_id);
    return listed(context, (run) => run.workflow.id === workflow.id);
  },

  'actions/get-workflow-run': (context) => ({ status: 200, body: shapes.run(context.at, runOf(context)) }),

  'actions/get-workflow-run-attempt': (context) => {
    const { run, picture } = attemptOf(context);
    return { status: 200, body: shapes.run(context.at, run, { pictureOf: picture }) };
  },

  'actions/list-jobs-for-workflow-run': (context) => {
    const run = runOf(context);
    const all = context.query.get('filter') === 'all' ? run.attempts.flatMap((each) => (each.number === run.attempt ? run.jobs : each.run.jobs)) : run.jobs;
    return jobList(context, all);
  },

  'actions/list-jobs-for-workflow-run-attempt': (context) => jobList(context, attemptOf(context).picture.jobs),

  'actions/get-job-for-workflow-run': (context) => ({ status: 200, body: shapes.job(context.at, jobOf(context)) }),

  'actions/download-job-logs-for-workflow-run': (context) => {
    const job = jobOf(context);
    if (job.run.logsGone) throw new Refusal(410, 'Gone');
    return toBlob(context.blobs.address('job-log', { job }, context.world.clock.now()));
  },

  'actions/download-workflow-run-logs': (context) => {
    const run = runOf(context);
    return logZip(context, run, run, `logs_${run.id}.zip`);
  },

  'actions/download-workflow-run-attempt-logs': (context) => {
    const { run, attempt, picture } = attemptOf(context);
    return logZip(context, run, picture, `logs_${run.id}_${attempt.number}.zip`);
  },

  'actions/delete-workflow-run-logs': (context) => {
    runOf(context).logsGone = true;
    return { status: 204 };
  },

  'actions/cancel-workflow-run': (context) => cancel(context, false),
  'actions/force-cancel-workflow-run': (context) => cancel(context, true),
  'actions/re-run-workflow': (context) => rerun(context, runOf(context), {}),
  'actions/re-run-workflow-failed-jobs': (context) => rerun(context, runOf(context), { failedOnly: true }),
  'actions/re-run-job-for-workflow-run': (context) => {
    const job = jobOf(context);
    return rerun(context, job.run, { job });
  },

  'actions/approve-workflow-run': (context) => {
    const run = runOf(context);
    if (run.conclusion !== 'action_required') throw new Refusal(403, 'This workflow run does not need approval.');
    context.world.actions.rerun(run, { actor: context.token.user });
    return { status: 201, body: {} };
  },

  'actions/get-pending-deployments-for-run': (context) => {
    const { at, world, repo, token } = context;
    const waiting = world.actions.pendingDeployments(runOf(context));
    return { status: 200, body: waiting.map(({ script, created }) => {
      const { name, reviewers = [], wait_minutes = 0 } = script.environment;
      const { created_at, updated_at, ...environment } = shapes.environment(at, repo, world.deployments.environment(repo, name));
      return {
        environment, wait_timer: wait_minutes, wait_timer_started_at: shapes.stamp(created), current_user_can_approve: reviewers.includes(token.user.login),
        reviewers: reviewers.map((login) => ({ type: 'User', reviewer: shapes.user(at, world.user(login)) })),
      };
    }) };
  },

  'actions/review-pending-deployments-for-run': (context) => {
    const { at, world, repo, body, token } = context;
    const run = runOf(context);
    if (token.kind === 'integration') throw new Refusal(403, 'Resource not accessible by integration');
    const waiting = world.actions.pendingDeployments(run);
    const chosen = waiting.filter((job) => body.environment_ids.includes(world.deployments.environment(repo, job.script.environment.name).id));
    if (chosen.length !== body.environment_ids.length) throw new Refusal(422, 'No pending deployment requests to approve or reject');
    if (chosen.some((job) => !(job.script.environment.reviewers ?? []).includes(token.user.login))) throw new Refusal(422, 'You are not a reviewer of this environment');
    const names = chosen.map((job) => job.script.environment.name);
    world.actions.review(run, names, body.state, { user: token.user, comment: body.comment });
    return { status: 200, body: repo.deployments.filter((each) => each.sha === run.sha && names.includes(each.environment)).map((each) => shapes.deployment(at, each)) };
  },

  'actions/get-reviews-for-run': (context) => ({ status: 200, body: runOf(context).approvals.map(({ environments, state, user, comment }) => ({
    environments: environments.map((name) => shapes.environment(context.at, context.repo, context.world.deployments.environment(context.repo, name))),
    state, user: shapes.user(context.at, user), comment,
  })) }),

  'actions/list-workflow-run-artifacts': (context) => {
    const run = runOf(context);
    const name = context.query.get('name');
    const found = context.repo.artifacts.filter((each) => each.run === run && (!name || each.name === name));
    return list(found, (each) => shapes.artifact(context.at, each), (items) => ({ total_count: found.length, artifacts: items }));
  },

  'actions/get-artifact': (context) => ({ status: 200, body: shapes.artifact(context.at, artifactOf(context)) }),

  'actions/download-artifact': (context) => {
    const artifact = artifactOf(context);
    if (artifact.expired) throw new Refusal(410, 'Artifact has expired');
    return toBlob(context.blobs.address('artifact', { artifact }, context.world.clock.now()));
  },

  'checks/get': (context) => ({ status: 200, body: shapes.checkRun(context.at, jobOf(context)) }),

  'checks/list-annotations': (context) => {
    const job = jobOf(context);
    return list(job.annotations, (each) => shapes.annotation(context.at, job, each));
  },

  'checks/list-for-ref': ({ at, repo, params, query }) => {
    const sha = repo.content.tip(params.ref.replace(/^heads\//, '')) ?? params.ref;
    const found = repo.runs.filter((run) => run.sha === sha).flatMap((run) => run.jobs)
      .filter((job) => (!query.has('check_name') || job.name === query.get('check_name')) && (!query.has('status') || job.status === query.get('status')));
    return list(found, (job) => shapes.checkRun(at, job), (items) => ({ total_count: found.length, check_runs: items }));
  },
};

function artifactOf({ repo, params }) {
  const found = repo.artifacts.find((each) => each.id === Number(params.artifact_id));
  if (!found) throw notFound();
  return found;
}

function cancel(context, force) {
  if (!context.world.actions.cancel(runOf(context), force)) throw new Refusal(409, 'Cannot cancel a workflow run that is completed.');
  return { status: 202, body: {} };
}

function rerun(context, run, choice) {
  if (run.status !== 'completed') throw new Refusal(403, 'This workflow is already running');
  if (choice.failedOnly && run.jobs.every((job) => ['success', 'skipped'].includes(job.conclusion))) throw new Refusal(403, 'There are no failed jobs to re-run');
  context.world.actions.rerun(run, { ...choice, actor: context.token.user });
  return { status: 201, body: {} };
}
