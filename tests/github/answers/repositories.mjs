// Repositories, branches, references, commits, files, pull requests and their comments.
import * as shapes from '../shapes.mjs';
import { list, notFound, Refusal } from './answer.mjs';

/// The sha of a branch, a tag, a full or short reference, or a commit.
export function shaOf(repo, ref) {
  const name = ref.replace(/^refs\//, '').replace(/^(heads|tags)\//, '');
  return repo.content.tip(name) ?? repo.content.commitOf(ref)?.sha;
}

function commitAt(repo, ref) {
  const sha = shaOf(repo, ref);
  if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return repo.content.commitOf(sha);
}

function history(repo, sha) {
  const seen = [];
  for (let at = repo.content.commitOf(sha); at && seen.length < 1000; at = at.parents[0] && repo.content.commitOf(at.parents[0])) seen.push(at);
  return seen;
}

export const repositories = {
  'repos/get': ({ at, repo }) => ({ status: 200, body: shapes.repository(at, repo) }),

  'repos/list-branches': ({ at, repo }) => list(repo.content.branches(), (name) => shapes.shortBranch(at, repo, name)),

  'repos/get-branch': ({ at, repo, params }) => {
    const renamed = repo.renamed.get(params.branch);
    if (renamed) {
      const url = `${at.api}/repositories/${repo.id}/branches/${encodeURIComponent(renamed)}`;
      return { status: 301, headers: { location: url }, body: { message: 'Moved Permanently', url, documentation_url: 'https://docs.github.com/rest' } };
    }
    if (!repo.content.branches().includes(params.branch)) throw new Refusal(404, 'Branch not found');
    return { status: 200, body: shapes.branch(at, repo, params.branch) };
  },

  'git/get-ref': ({ at, repo, params }) => {
    const [kind, ...rest] = params.ref.split('/');
    const name = rest.join('/');
    const known = { heads: repo.content.branches(), tags: repo.content.tags() }[kind] ?? [];
    if (!known.includes(name)) throw notFound();
    return { status: 200, body: shapes.reference(at, repo, kind, name) };
  },

  'git/list-matching-refs': ({ at, repo, params }) => {
    const all = [...repo.content.branches().map((name) => ['heads', name]), ...repo.content.tags().map((name) => ['tags', name])];
    return list(all.filter(([kind, name]) => `${kind}/${name}`.startsWith(params.ref)), ([kind, name]) => shapes.reference(at, repo, kind, name));
  },

  'repos/get-commit': ({ at, repo, params, media, headers }) => {
    const found = commitAt(repo, params.ref);
    if (media === 'sha') return { status: 200, text: found.sha, type: 'application/vnd.github.sha; charset=utf-8', etag: `"${found.sha}"`, headers };
    return { status: 200, body: { ...shapes.commit(at, repo, found), stats: { total: 0, additions: 0, deletions: 0 }, files: [] } };
  },

  'repos/list-commits': ({ at, repo, query }) =>
    list(history(repo, commitAt(repo, query.get('sha') ?? repo.content.defaultBranch).sha), (found) => shapes.commit(at, repo, found)),

  // With a page or its size: the commits come in pages, oldest first, and the files on the first page alone. Without: the
  // newest 250.
  'repos/compare-commits-with-basehead': ({ at, repo, params, query }) => {
    const [base, head] = params.basehead.split('...').map((ref) => {
      const sha = shaOf(repo, ref);
      if (!sha) throw notFound();
      return repo.content.commitOf(sha);
    });
    const before = history(repo, base.sha);
    const after = history(repo, head.sha);
    const shared = after.find((each) => before.some((other) => other.sha === each.sha)) ?? base;
    const ahead = after.slice(0, Math.max(0, after.indexOf(shared))).reverse();
    const files = new Set([...repo.content.files(shared.sha), ...repo.content.files(head.sha)]);
    const url = `${shapes.repositoryUrl(at, repo)}/compare/${params.basehead}`;
    const number = Number(query.get('page') ?? 1);
    const size = Math.min(Number(query.get('per_page') ?? 30), 100);
    const shown = query.has('page') || query.has('per_page') ? ahead.slice((number - 1) * size, number * size) : ahead.slice(-250);
    const changed = number > 1 ? [] : [...files].map((path) => [path, repo.content.file(shared.sha, path), repo.content.file(head.sha, path)]).filter(([, old, now]) => old !== now).slice(0, 300);
    return { status: 200, body: {
      url, html_url: url, permalink_url: url, diff_url: `${url}.diff`, patch_url: `${url}.patch`, base_commit: shapes.commit(at, repo, base), merge_base_commit: shapes.commit(at, repo, shared),
      status: ahead.length > 0 ? 'ahead' : 'identical', ahead_by: ahead.length, behind_by: 0, total_commits: ahead.length, commits: shown.map((found) => shapes.commit(at, repo, found)),
      files: changed.map(([filename, old, now]) => ({
        sha: head.sha, filename, status: old === undefined ? 'added' : now === undefined ? 'removed' : 'modified', additions: 1, deletions: 1, changes: 2,
        blob_url: `${url}#${filename}`, raw_url: `${url}#${filename}`, contents_url: `${shapes.repositoryUrl(at, repo)}/contents/${filename}`,
      })),
    } };
  },

  'repos/get-content': ({ at, repo, params, query, media }) => {
    const sha = shaOf(repo, query.get('ref') ?? repo.content.defaultBranch);
    if (!sha) throw new Refusal(404, `No commit found for the ref ${query.get('ref')}`);
    const text = repo.content.file(sha, params.path);
    const url = `${shapes.repositoryUrl(at, repo)}/contents/${params.path}?ref=${sha}`;
    const entry = (path, type, size) => ({
      name: path.split('/').at(-1), path, sha, size, type, url, html_url: url, git_url: url, download_url: type === 'file' ? url : null, _links: { self: url, git: url, html: url },
    });
    if (text === undefined) {
      const folder = `${params.path.replace(/\/$/, '')}/`;
      const inside = repo.content.files(sha).filter((path) => path.startsWith(folder));
      if (inside.length === 0) throw notFound();
      const names = [...new Set(inside.map((path) => path.slice(folder.length).split('/')[0]))];
      return { status: 200, body: names.slice(0, 1000).map((name) => (inside.includes(folder + name) ? entry(folder + name, 'file', repo.content.file(sha, folder + name).length) : entry(folder + name, 'dir', 0))) };
    }
    if (media === 'raw') return { status: 200, text, type: 'application/vnd.github.raw+json; charset=utf-8' };
    const bytes = Buffer.from(text);
    return { status: 200, body: { ...entry(params.path, 'file', bytes.length), encoding: 'base64', content: bytes.toString('base64').replace(/(.{60})/g, '$1\n') } };
  },

  'pulls/list': ({ at, repo, query }) =>
    list(repo.pulls.filter((pull) => !query.has('head') || query.get('head') === `${repo.owner.login}:${pull.head}`), (pull) => shapes.pullRequest(at, repo, pull)),

  'repos/list-pull-requests-associated-with-commit': ({ at, repo, params }) =>
    list(repo.pulls.filter((pull) => [pull.head, repo.content.tip(pull.head)].includes(params.commit_sha)), (pull) => shapes.pullRequest(at, repo, pull)),

  'issues/list-comments': ({ at, repo, params }) =>
    list(repo.comments.filter((each) => each.issue === Number(params.issue_number)), (each) => shapes.comment(at, repo, each)),

  'issues/create-comment': ({ at, world, repo, params, body, token }) => {
    const made = { id: world.nextId('comment'), issue: Number(params.issue_number), body: body.body, user: token.user, created: world.clock.now() };
    repo.comments.push(made);
    return { status: 201, body: shapes.comment(at, repo, made) };
  },
};
