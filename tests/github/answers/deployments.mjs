// Deployments, their statuses, environments.
import * as shapes from '../shapes.mjs';
import { list, notFound, Refusal } from './answer.mjs';
import { shaOf } from './repositories.mjs';

function deploymentOf({ repo, params }) {
  const found = repo.deployments.find((each) => each.id === Number(params.deployment_id));
  if (!found) throw notFound();
  return found;
}

export const deployments = {
  'repos/list-deployments': ({ at, repo, query }) => {
    const asked = ['sha', 'ref', 'task', 'environment'].filter((name) => query.has(name) && query.get(name) !== 'none');
    const found = repo.deployments.filter((each) => asked.every((name) => each[name] === query.get(name))).reverse();
    return list(found, (each) => shapes.deployment(at, each));
  },

  'repos/get-deployment': (context) => ({ status: 200, body: shapes.deployment(context.at, deploymentOf(context)) }),

  'repos/create-deployment': ({ at, world, repo, body, token }) => {
    const sha = shaOf(repo, body.ref);
    if (!sha) throw new Refusal(422, `No ref found for: ${body.ref}`);
    const made = world.deployments.add(repo, {
      sha, ref: body.ref, environment: body.environment ?? 'production', creator: token.user, task: body.task, payload: body.payload, description: body.description ?? '',
      transient: body.transient_environment ?? false, production: body.production_environment ?? (body.environment ?? 'production') === 'production',
    });
    return { status: 201, body: shapes.deployment(at, made) };
  },

  'repos/list-deployment-statuses': (context) => {
    const deployment = deploymentOf(context);
    return list(deployment.statuses, (each) => shapes.deploymentStatus(context.at, deployment, each));
  },

  'repos/get-deployment-status': (context) => {
    const deployment = deploymentOf(context);
    const status = deployment.statuses.find((each) => each.id === Number(context.params.status_id));
    if (!status) throw notFound();
    return { status: 200, body: shapes.deploymentStatus(context.at, deployment, status) };
  },

  'repos/create-deployment-status': (context) => {
    const deployment = deploymentOf(context);
    const made = context.world.deployments.addStatus(deployment, { ...context.body, creator: context.token.user });
    return { status: 201, body: shapes.deploymentStatus(context.at, deployment, made) };
  },

  'repos/get-all-environments': ({ at, repo }) => {
    const all = [...repo.environments.values()];
    return list(all, (each) => shapes.environment(at, repo, each), (items) => ({ total_count: all.length, environments: items }));
  },
};
