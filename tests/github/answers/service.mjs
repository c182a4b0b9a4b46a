// What GitHub says of itself, of the one who asks, and of Apps.
import { randomBytes } from 'node:crypto';
import { decodeJwt, importSPKI, jwtVerify } from 'jose';
import * as shapes from '../shapes.mjs';
import { notFound, Refusal } from './answer.mjs';

/// The App that a JWT speaks for, checked as GitHub checks it: RS256, iat not ahead, exp at most ten minutes ahead.
async function appOf({ world, bearer }) {
  let claims;
  try {
    claims = decodeJwt(bearer ?? '');
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded');
  }
  const app = world.apps.get(String(claims.iss));
  if (!app) throw new Refusal(404, 'Integration not found');
  const now = Math.floor(world.clock.now() / 1000);
  if (!Number.isInteger(claims.iat) || claims.iat > now) {
    throw new Refusal(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  }
  if (!Number.isInteger(claims.exp) || claims.exp <= now) throw new Refusal(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
  if (claims.exp > now + 600) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  try {
    await jwtVerify(bearer, await importSPKI(app.public_key, 'RS256'), { algorithms: ['RS256'], currentDate: new Date(now * 1000) });
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded');
  }
  return app;
}

function installation(at, app, repo) {
  return {
    id: app.installation_id, account: shapes.user(at, repo.owner), repository_selection: 'all', access_tokens_url: `${at.api}/app/installations/${app.installation_id}/access_tokens`,
    repositories_url: `${at.api}/installation/repositories`, html_url: `${at.web}/organizations/${repo.owner.login}/settings/installations/${app.installation_id}`,
    app_id: app.id, app_slug: 'flux', target_id: repo.owner.id, target_type: 'Organization', permissions: app.permissions, events: [], created_at: shapes.stamp(repo.created),
    updated_at: shapes.stamp(repo.created), single_file_name: null, suspended_by: null, suspended_at: null,
  };
}

export const service = {
  'rate-limit/get': ({ quota, token, profile }) => {
    if (!quota.on) throw new Refusal(404, 'Rate limiting is not enabled.');
    const core = quota.state(token);
    const body = { resources: { core, search: { limit: 30, used: 0, remaining: 30, reset: core.reset } } };
    return { status: 200, body: profile.version === '2026-03-10' ? body : { ...body, rate: core } };
  },

  'meta/get': ({ profile }) => ({ status: 200, body: { verifiable_password_authentication: false, ...(profile.installed_version && { installed_version: profile.installed_version }) } }),

  'meta/get-all-versions': ({ profile }) => ({ status: 200, body: profile.versions }),

  'users/get-authenticated': ({ at, token }) => {
    if (token.kind === 'integration') throw new Refusal(403, 'Resource not accessible by integration');
    const zero = Object.fromEntries(['public_repos', 'public_gists', 'followers', 'following', 'private_gists', 'total_private_repos', 'owned_private_repos', 'disk_usage', 'collaborators'].map((name) => [name, 0]));
    const nothing = Object.fromEntries(['name', 'company', 'blog', 'location', 'email', 'hireable', 'bio'].map((name) => [name, null]));
    return { status: 200, body: { ...shapes.user(at, token.user), ...nothing, ...zero, two_factor_authentication: true, created_at: '2020-01-01T00:00:00Z', updated_at: '2020-01-01T00:00:00Z' } };
  },

  'apps/get-authenticated': async (context) => {
    const app = await appOf(context);
    const { at, world } = context;
    return { status: 200, body: {
      id: app.id, slug: 'flux', node_id: shapes.node('App', app.id), client_id: app.client_id, owner: shapes.user(at, world.repositories[0].owner), name: 'flux', description: null, external_url: at.web,
      html_url: `${at.web}/apps/flux`, created_at: '2025-01-01T00:00:00Z', updated_at: '2025-01-01T00:00:00Z', permissions: app.permissions, events: [],
    } };
  },

  'apps/get-repo-installation': async (context) => {
    const app = await appOf(context);
    const repo = context.world.repository(context.params.owner, context.params.repo);
    if (!repo) throw notFound();
    return { status: 200, body: installation(context.at, app, repo) };
  },

  'apps/create-installation-access-token': async (context) => {
    const app = await appOf(context);
    const { world, params, body } = context;
    if (Number(params.installation_id) !== app.installation_id) throw notFound();
    const permissions = body?.permissions ?? app.permissions;
    const rank = { read: 1, write: 2 };
    if (Object.entries(permissions).some(([name, level]) => rank[level] > (rank[app.permissions[name]] ?? 0))) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
    // The form that began in 2026: far longer than the forty characters of old.
    const token = `ghs_${app.id}_${randomBytes(180).toString('base64url')}`;
    const expires = world.clock.now() + 3_600_000;
    world.addToken({ token, login: 'flux[bot]', kind: 'integration', permissions, repositories: body?.repositories, expires });
    return { status: 201, body: { token, expires_at: shapes.stamp(expires), permissions, repository_selection: body?.repositories ? 'selected' : 'all' } };
  },
};
