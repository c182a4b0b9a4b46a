// Workflows and their dispatch.
import * as shapes from '../shapes.mjs';
import { readWorkflow, refusalOf } from '../workflow_file.mjs';
import { list, notFound, Refusal } from './answer.mjs';

export function workflowOf(world, repo, idOrFile) {
  const found = world.workflowsOf(repo).find((each) => String(each.id) === idOrFile || each.path === idOrFile || each.path.split('/').at(-1) === idOrFile);
  if (!found) throw notFound();
  return found;
}

export const workflows = {
  'actions/list-repo-workflows': ({ at, world, repo }) => {
    const all = world.workflowsOf(repo);
    return list(all, (each) => shapes.workflow(at, repo, each), (items) => ({ total_count: all.length, workflows: items }));
  },

  'actions/get-workflow': ({ at, world, repo, params }) => ({ status: 200, body: shapes.workflow(at, repo, workflowOf(world, repo, params.workflow_id)) }),

  'actions/create-workflow-dispatch': ({ at, world, repo, params, body, token, profile }) => {
    const workflow = workflowOf(world, repo, params.workflow_id);
    if (workflow.state !== 'active') throw new Refusal(422, 'Cannot trigger a \'workflow_dispatch\' on a disabled workflow');
    const name = body.ref.replace(/^refs\/(heads|tags)\//, '');
    const sha = repo.content.tip(repo.renamed.get(name) ?? name);
    if (!sha) throw new Refusal(422, `No ref found for: ${body.ref}`);
    const text = repo.content.file(sha, workflow.path);
    const file = text === undefined ? undefined : readWorkflow(text);
    if (!file?.dispatchable) throw new Refusal(422, 'Workflow does not have \'workflow_dispatch\' trigger');
    const refusal = refusalOf(file, body.inputs ?? {}, profile.inputs);
    if (refusal) throw new Refusal(422, refusal);
    const run = world.actions.start(repo, { ...workflow, file }, { branch: repo.renamed.get(name) ?? name, sha, inputs: body.inputs, actor: token.user });
    if (!profile.alwaysDetails && !(profile.details && body.return_run_details === true)) return { status: 204, made: run };
    return { status: 200, made: run, body: { workflow_run_id: run.id, run_url: `${shapes.repositoryUrl(at, repo)}/actions/runs/${run.id}`, html_url: shapes.runPage(at, run) } };
  },
};
