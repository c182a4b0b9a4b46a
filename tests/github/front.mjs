// The API's origin: takes a request through everything that GitHub looks at, and answers.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { concurrency } from './answers/concurrency.mjs';
import { deployments } from './answers/deployments.mjs';
import { repositories } from './answers/repositories.mjs';
import { runs } from './answers/runs.mjs';
import { service } from './answers/service.mjs';
import { workflows } from './answers/workflows.mjs';
import { notFound, Refusal } from './answers/answer.mjs';
import { description } from './description.mjs';
import { insteadOfWork } from './faults.mjs';
import { TextLog } from './log_text.mjs';
import { grants, needed } from './permissions.mjs';
import { faultyAnswer, send } from './sending.mjs';

const handlers = { ...concurrency, ...deployments, ...repositories, ...runs, ...service, ...workflows };

/// How the hosts differ: `details` says that a dispatch may be asked for its run, `inputs` how many it takes.
export const profiles = {
  'github.com': { versions: ['2026-03-10', '2022-11-28'], base: '', details: true, inputs: 25, describe: (version) => version },
  'ghes-3.19': { versions: ['2022-11-28'], base: '/api/v3', details: false, inputs: 10, installed_version: '3.19.2', describe: () => 'ghes-3.19' },
};

export class Front {
  #github;
  #sequence = 0;

  constructor(github) { this.#github = github; }

  async answer(request, response) {
    const { github } = { github: this.#github };
    const url = new URL(request.url, 'http://api');
    const record = {
      origin: 'api', at: github.world.clock.now(), method: request.method, path: url.pathname, query: url.search, user_agent: request.headers['user-agent'],
      version: request.headers['x-github-api-version'], accept: request.headers.accept, conditional: 'if-none-match' in request.headers, authorized: 'authorization' in request.headers,
    };
    github.record(record);
    const body = await read(request);
    const path = this.#path(url.pathname);
    const route = path && this.#describe(request)?.match(request.method, path);
    record.operation = route?.id;
    record.body = body;
    const fault = github.faults.strike(record);
    record.fault = fault?.kind;
    const free = github.quota.enter();
    response.on('close', () => github.quota.leave());
    let answer;
    if (insteadOfWork(fault)) {
      answer = faultyAnswer(fault, github.world.clock.now());
    } else {
      answer = await this.#work({ request, url, path, route, text: body, record, fault, free });
      if (fault?.after_work && fault.kind !== 'reset') answer = faultyAnswer(fault, github.world.clock.now());
    }
    record.status = answer.status;
    const bytes = answer.body ?? (answer.text === undefined ? undefined : new TextLog(answer.text));
    const headers = { ...this.#usual(request), ...answer.headers };
    let sent = bytes;
    if (bytes && bytes.size > 1024 && bytes.size < 4_000_000 && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      sent = new TextLog(gzipSync(bytes.read(0, bytes.size)));
      headers['content-encoding'] = 'gzip';
    }
    await send(response, { status: answer.status, headers, body: sent }, fault);
  }

  /// The path below the API's base, with /repositories/ID/… as the repository that it means.
  #path(pathname) {
    const { base } = this.#github.profile;
    if (!pathname.startsWith(`${base}/`)) return undefined;
    return pathname.slice(base.length).replace(/^\/repositories\/(\d+)(?=\/|$)/, (whole, id) => {
      const repo = this.#github.world.repositories.find((each) => String(each.id) === id);
      return repo ? `/repos/${repo.owner.login}/${repo.name}` : whole;
    });
  }

  #version(request) { return request.headers['x-github-api-version'] ?? '2022-11-28'; }

  #describe(request) {
    const { profile } = this.#github;
    const version = this.#version(request);
    return profile.versions.includes(version) ? description(profile.describe(version)) : undefined;
  }

  #usual(request) {
    return {
      date: new Date(this.#github.world.clock.now()).toUTCString(), server: 'github.com', 'content-type': 'application/json; charset=utf-8',
      'x-github-media-type': 'github.v3; format=json', 'x-github-api-version-selected': this.#version(request), 'cache-control': 'private, max-age=60, s-maxage=60',
      vary: 'Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With', 'x-content-type-options': 'nosniff',
      'x-github-request-id': `F1UX:${(++this.#sequence).toString(16).toUpperCase().padStart(6, '0')}`,
    };
  }

  async #work(asked) {
    const { request, record } = asked;
    const limits = {};
    try {
      const answer = await this.#judge(asked, limits);
      const { headers = {} } = answer;
      const text = answer.text ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
      if (request.method === 'GET' && answer.status === 200) {
        const etag = answer.etag ?? `W/"${createHash('sha256').update(`${record.accept} ${text}`).digest('hex')}"`;
        if ((request.headers['if-none-match'] ?? '').split(/,\s*/).includes(etag)) {
          if (limits.token) this.#github.quota.giveBack(limits.token);
          return { status: 304, headers: { ...headers, etag, ...this.#limits(limits.token) } };
        }
        headers.etag = etag;
      }
      if (answer.type) headers['content-type'] = answer.type;
      return { status: answer.status, headers: { ...headers, ...this.#limits(limits.token) }, text };
    } catch (error) {
      if (!(error instanceof Refusal)) {
        this.#github.violation(record, `the double itself: ${error.stack}`);
        return { status: 500, headers: {}, text: JSON.stringify({ message: `The double itself failed: ${error.message}` }) };
      }
      return { status: error.status, headers: { ...error.headers, ...this.#limits(limits.token) }, text: JSON.stringify(error.body) };
    }
  }

  #limits(token) { return token ? this.#github.quota.headers(token) : {}; }

  async #judge(asked, limits) {
    const { request, url, path, route, text, record, fault, free } = asked;
    const github = this.#github;
    const { world, quota, profile } = github;
    if (!record.user_agent) {
      throw new Refusal(403, 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.');
    }
    const version = this.#version(request);
    if (!profile.versions.includes(version)) throw new Refusal(400, `The API version '${version}' is not supported. Supported versions: ${profile.versions.join(', ')}`);
    const app = route?.id.startsWith('apps/');
    const token = app ? undefined : this.#tokenOf(request);
    limits.token = token;
    if (token && route?.id !== 'rate-limit/get') this.#limit(token, request.method, free);
    if (!route) {
      github.violation(record, `${request.method} ${url.pathname} is no operation that the double knows`);
      throw notFound();
    }
    const body = this.#body(text, record);
    if (!profile.details && body?.return_run_details !== undefined) {
      throw new Refusal(400, 'Invalid request.\n\n"return_run_details" is not a permitted key.');
    }
    const wrong = description(profile.describe(version)).judgeRequest(route, { query: url.searchParams, body });
    if (wrong.length > 0) {
      for (const each of wrong) github.violation(record, each);
      throw new Refusal(422, `Invalid request.\n\n${wrong.join('\n')}`, { errors: wrong });
    }
    const at = { api: github.apiUrl, web: github.webUrl, version };
    let repo;
    if (route.params.owner !== undefined && !app) {
      repo = this.#repository(route, token, request, path, url);
    }
    const context = {
      at, world, repo, token, quota, blobs: github.blobs, params: route.params, query: url.searchParams, body, media: media(request), bearer: bearer(request),
      profile: { ...profile, version, alwaysDetails: version === '2026-03-10' },
    };
    if (fault?.kind === 'no_details') context.profile = { ...context.profile, details: false, alwaysDetails: false };
    const answer = await handlers[route.id](context);
    const whole = answer.page ? this.#page(answer, route, url, repo) : answer;
    const spoiled = fault?.kind === 'no_details' ? [] : description(profile.describe(version)).judgeAnswer(route, whole.status, whole.body ?? whole.text);
    for (const each of spoiled) github.violation(record, each);
    return whole;
  }

  #body(text, record) {
    if (text === '') return undefined;
    try {
      const body = JSON.parse(text);
      if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Error('no object');
      return body;
    } catch {
      this.#github.violation(record, 'the body is no JSON object');
      throw new Refusal(400, 'Problems parsing JSON');
    }
  }

  #tokenOf(request) {
    const known = this.#github.world.tokens.get(bearer(request));
    if (!known || known.revoked || (known.expires !== undefined && known.expires <= this.#github.world.clock.now())) {
      throw new Refusal(401, request.headers.authorization ? 'Bad credentials' : 'Requires authentication');
    }
    return known;
  }

  #limit(token, method, free) {
    const { quota, world } = this.#github;
    const over = free ? quota.take(token, method) : 'secondary';
    if (!over) return;
    const given = faultyAnswer({ kind: `${over}_limit`, retry_after: 60, reset_s: quota.state(token).reset - world.clock.now() / 1000 }, world.clock.now());
    const { message } = JSON.parse(given.text);
    const headers = over === 'secondary' ? { 'retry-after': 60 } : {};
    throw new Refusal(403, message, { headers });
  }

  #repository(route, token, request, path, url) {
    const { world, apiUrl } = this.#github;
    const moved = world.repositories.find((each) => each.moved.has(`${route.params.owner}/${route.params.repo}`.toLowerCase()));
    if (moved) {
      const rest = path.split('/').slice(4).join('/');
      throw new Refusal(request.method === 'GET' ? 301 : 307, 'Moved Permanently', { headers: { location: `${apiUrl}/repositories/${moved.id}${rest ? `/${rest}` : ''}${url.search}` } });
    }
    const repo = world.repository(route.params.owner, route.params.repo);
    if (!repo || (token.repositories && !token.repositories.includes(repo.name))) throw notFound();
    const need = needed(route.id, request.method);
    if (need && !grants(token, need)) {
      throw new Refusal(403, `Resource not accessible by ${token.kind}`, { headers: { 'x-accepted-github-permissions': `${need.name}=${need.level}` } });
    }
    return repo;
  }

  /// One page, with links that are to be followed as they are.
  #page({ page: { items, shape, wrap }, ...answer }, route, url, repo) {
    const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30)) || 30;
    const number = Math.max(1, Number(url.searchParams.get('page') ?? 1));
    const last = Math.max(1, Math.ceil(items.length / size));
    const link = (page, rel) => {
      const query = new URLSearchParams(url.searchParams);
      query.set('page', page);
      const rest = route.path.split('/').slice(4).map((part) => part.replace(/\{(\w+)\}/, (_, name) => encodeURIComponent(route.params[name]))).join('/');
      return `<${this.#github.apiUrl}/repositories/${repo.id}/${rest}?${query}>; rel="${rel}"`;
    };
    const links = [
      ...(number > 1 ? [link(number - 1, 'prev')] : []), ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []), ...(number > 1 ? [link(1, 'first')] : []),
    ];
    const body = wrap(items.slice((number - 1) * size, number * size).map(shape));
    return { ...answer, body, headers: links.length > 0 ? { link: links.join(', ') } : {} };
  }
}

function bearer(request) {
  return /^(?:bearer|token)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

function media(request) {
  return /application\/vnd\.github\.(?:v3\.)?(raw|sha)\b/.exec(request.headers.accept ?? '')?.[1];
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
