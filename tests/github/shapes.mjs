// What things look like in GitHub's JSON. `at` holds the roots: {api, web}.
const stamp = (ms) => (ms === undefined || ms === null ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`);
const node = (kind, id) => Buffer.from(`${kind}:${id}`).toString('base64');
const links = (base, names) => Object.fromEntries(names.map((name) => [`${name}_url`, `${base}/${name.replaceAll('_', '-')}`]));

export function user(at, { id, login, type = 'User' }) {
  const url = `${at.api}/users/${login}`;
  return {
    login, id, node_id: node('User', id), avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`, gravatar_id: '', url,
    html_url: `${at.web}/${login}`, type, site_admin: false, user_view_type: 'public',
    ...links(url, ['followers', 'following', 'gists', 'starred', 'subscriptions', 'organizations', 'repos', 'events', 'received_events']),
  };
}

const repositoryLinks = ['archive', 'assignees', 'blobs', 'branches', 'collaborators', 'comments', 'commits', 'compare', 'contents',
  'contributors', 'deployments', 'downloads', 'events', 'forks', 'git_commits', 'git_refs', 'git_tags', 'hooks', 'issue_comment',
  'issue_events', 'issues', 'keys', 'labels', 'languages', 'merges', 'milestones', 'notifications', 'pulls', 'releases', 'stargazers',
  'statuses', 'subscribers', 'subscription', 'tags', 'teams', 'trees'];

export const repositoryUrl = (at, repo) => `${at.api}/repos/${repo.owner.login}/${repo.name}`;
const webUrl = (at, repo) => `${at.web}/${repo.owner.login}/${repo.name}`;

export function smallRepository(at, repo) {
  return {
    id: repo.id, node_id: node('Repository', repo.id), name: repo.name, full_name: `${repo.owner.login}/${repo.name}`, private: repo.private,
    owner: user(at, repo.owner), html_url: webUrl(at, repo), description: null, fork: false, url: repositoryUrl(at, repo),
    ...links(repositoryUrl(at, repo), repositoryLinks),
  };
}

export function repository(at, repo) {
  return {
    ...smallRepository(at, repo), clone_url: `${webUrl(at, repo)}.git`, git_url: `${webUrl(at, repo)}.git`, ssh_url: `${webUrl(at, repo)}.git`,
    svn_url: webUrl(at, repo), mirror_url: null, homepage: null, language: null, default_branch: repo.content.defaultBranch, forks: 0,
    forks_count: 0, stargazers_count: 0, watchers: 0, watchers_count: 0, size: 0, open_issues: 0, open_issues_count: 0, has_issues: true,
    has_projects: false, has_wiki: false, has_pages: false, has_discussions: false, archived: false, disabled: false, license: null,
    pushed_at: stamp(repo.created), created_at: stamp(repo.created), updated_at: stamp(repo.created), network_count: 0, subscribers_count: 0,
    permissions: { admin: false, push: true, pull: true }, ...(at.version !== '2026-03-10' && { has_downloads: false }),
  };
}

function person({ author, email, date }) { return { name: author, email, date: `${new Date(date).toISOString().slice(0, 19)}Z` }; }

export function commit(at, repo, found) {
  const url = `${repositoryUrl(at, repo)}/commits/${found.sha}`;
  const tree = { sha: found.sha, url: `${repositoryUrl(at, repo)}/git/trees/${found.sha}` };
  return {
    sha: found.sha, node_id: node('Commit', found.sha), url, html_url: `${webUrl(at, repo)}/commit/${found.sha}`, comments_url: `${url}/comments`,
    commit: { url: `${repositoryUrl(at, repo)}/git/commits/${found.sha}`, message: found.message, tree, comment_count: 0, author: person(found), committer: person(found),
      verification: { verified: false, reason: 'unsigned', payload: null, signature: null, verified_at: null } },
    author: null, committer: null,
    parents: found.parents.map((sha) => ({ sha, url: `${repositoryUrl(at, repo)}/commits/${sha}`, html_url: `${webUrl(at, repo)}/commit/${sha}` })),
  };
}

export function branch(at, repo, name) {
  const url = `${repositoryUrl(at, repo)}/branches/${encodeURIComponent(name)}`;
  return {
    name, commit: commit(at, repo, repo.content.commitOf(repo.content.tip(name))), protected: false, protection_url: `${url}/protection`,
    protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    _links: { self: url, html: `${webUrl(at, repo)}/tree/${name}` },
  };
}

export function shortBranch(at, repo, name) {
  const sha = repo.content.tip(name);
  return { name, commit: { sha, url: `${repositoryUrl(at, repo)}/commits/${sha}` }, protected: false };
}

export function reference(at, repo, kind, name) {
  const sha = repo.content.tip(name);
  return {
    ref: `refs/${kind}/${name}`, node_id: node('Ref', `${repo.id}:${name}`), url: `${repositoryUrl(at, repo)}/git/refs/${kind}/${name}`,
    object: { sha, type: 'commit', url: `${repositoryUrl(at, repo)}/git/commits/${sha}` },
  };
}

export function workflow(at, repo, found) {
  return {
    id: found.id, node_id: node('Workflow', found.id), name: found.name, path: found.path, state: found.state, created_at: stamp(found.created), updated_at: stamp(found.created),
    url: `${repositoryUrl(at, repo)}/actions/workflows/${found.id}`, html_url: `${webUrl(at, repo)}/blob/${repo.content.defaultBranch}/${found.path}`,
    badge_url: `${webUrl(at, repo)}/workflows/${encodeURIComponent(found.name)}/badge.svg`,
  };
}

/// `run` may be the picture of an earlier attempt.
export function run(at, found, { pictureOf } = {}) {
  const { repo } = found;
  const now = pictureOf ?? found;
  const url = `${repositoryUrl(at, repo)}/actions/runs/${found.id}`;
  const head = repo.content.commitOf(found.sha);
  return {
    id: found.id, name: found.workflow.name, node_id: node('WorkflowRun', found.id), check_suite_id: found.suite, check_suite_node_id: node('CheckSuite', found.suite),
    head_branch: found.branch, head_sha: found.sha, path: found.workflow.path, display_title: found.title, run_number: found.number, event: found.event,
    run_attempt: now.attempt, status: now.status, conclusion: now.conclusion, workflow_id: found.workflow.id, url, html_url: runPage(at, found),
    pull_requests: [], created_at: stamp(found.created), updated_at: stamp(now.updated), run_started_at: stamp(now.started),
    actor: user(at, found.actor), triggering_actor: user(at, now.triggering_actor), referenced_workflows: [],
    jobs_url: `${url}/jobs`, logs_url: `${url}/logs`, check_suite_url: `${repositoryUrl(at, repo)}/check-suites/${found.suite}`, artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun`, previous_attempt_url: now.attempt > 1 ? `${url}/attempts/${now.attempt - 1}` : null,
    workflow_url: `${repositoryUrl(at, repo)}/actions/workflows/${found.workflow.id}`,
    head_commit: head ? { id: found.sha, tree_id: found.sha, message: head.message, timestamp: person(head).date, author: { name: head.author, email: head.email }, committer: { name: head.author, email: head.email } } : null,
    repository: smallRepository(at, repo), head_repository: smallRepository(at, repo),
  };
}

export const runPage = (at, found) => `${webUrl(at, found.repo)}/actions/runs/${found.id}`;
export const jobPage = (at, job) => `${runPage(at, job.run)}/job/${job.id}`;

export function job(at, found) {
  const { repo } = found.run;
  return {
    id: found.id, run_id: found.run.id, workflow_name: found.run.workflow.name, head_branch: found.run.branch, run_attempt: found.attempt,
    run_url: `${repositoryUrl(at, repo)}/actions/runs/${found.run.id}`, node_id: node('CheckRun', found.id), head_sha: found.run.sha,
    url: `${repositoryUrl(at, repo)}/actions/jobs/${found.id}`, html_url: jobPage(at, found), status: found.status, conclusion: found.conclusion,
    created_at: stamp(found.created), started_at: stamp(found.started ?? found.created), completed_at: stamp(found.completed), name: found.name,
    steps: found.status === 'queued' || found.status === 'waiting' ? [] : found.steps.map(step), check_run_url: `${repositoryUrl(at, repo)}/check-runs/${found.id}`,
    labels: found.script.labels ?? ['ubuntu-latest'], runner_id: found.runner?.id ?? null, runner_name: found.runner?.name ?? null,
    runner_group_id: found.runner ? 0 : null, runner_group_name: found.runner ? 'GitHub Actions' : null,
  };
}

const step = (found) => ({
  name: found.name, status: found.status, conclusion: found.conclusion, number: found.number,
  started_at: stamp(found.started), completed_at: stamp(found.completed),
});

export function deployment(at, found) {
  const url = `${repositoryUrl(at, found.repo)}/deployments/${found.id}`;
  return {
    url, id: found.id, node_id: node('Deployment', found.id), task: found.task, original_environment: found.environment, environment: found.environment,
    description: found.description, created_at: stamp(found.created), updated_at: stamp(found.updated), statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(at, found.repo), creator: user(at, found.creator), sha: found.sha, ref: found.ref, payload: found.payload,
    transient_environment: found.transient, production_environment: found.production, performed_via_github_app: null,
  };
}

export function deploymentStatus(at, found, status) {
  const url = `${repositoryUrl(at, found.repo)}/deployments/${found.id}`;
  const log = status.job ? jobPage(at, status.job) : status.log_url;
  return {
    url: `${url}/statuses/${status.id}`, id: status.id, node_id: node('DeploymentStatus', status.id), state: status.state, creator: user(at, status.creator),
    description: status.description, environment: found.environment, target_url: log, created_at: stamp(status.created), updated_at: stamp(status.created),
    deployment_url: url, repository_url: repositoryUrl(at, found.repo), environment_url: status.environment_url, log_url: log, performed_via_github_app: null,
  };
}

export function environment(at, repo, { id, name, created }) {
  return {
    id, node_id: node('Environment', id), name, url: `${repositoryUrl(at, repo)}/environments/${encodeURIComponent(name)}`,
    html_url: `${webUrl(at, repo)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: stamp(created), updated_at: stamp(created),
  };
}

export function artifact(at, found) {
  const { run: of } = found;
  const url = `${repositoryUrl(at, of.repo)}/actions/artifacts/${found.id}`;
  return {
    id: found.id, node_id: node('Artifact', found.id), name: found.name, size_in_bytes: found.zip.length, url, archive_download_url: `${url}/zip`,
    expired: found.expired, digest: found.digest, created_at: stamp(found.created), updated_at: stamp(found.created), expires_at: stamp(found.created + 90 * 86_400_000),
    workflow_run: { id: of.id, repository_id: of.repo.id, head_repository_id: of.repo.id, head_branch: of.branch, head_sha: of.sha },
  };
}

export function checkRun(at, found) {
  const { repo } = found.run;
  const url = `${repositoryUrl(at, repo)}/check-runs/${found.id}`;
  return {
    id: found.id, name: found.name, node_id: node('CheckRun', found.id), head_sha: found.run.sha, external_id: String(found.id), url, html_url: jobPage(at, found),
    details_url: jobPage(at, found), status: found.status, conclusion: found.conclusion, started_at: stamp(found.started ?? found.created), completed_at: stamp(found.completed),
    output: { title: null, summary: null, text: null, annotations_count: found.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: found.run.suite }, app: null, pull_requests: [],
  };
}

export function annotation(at, found, given) {
  return {
    path: given.path ?? '.github', blob_href: `${webUrl(at, found.run.repo)}/blob/${found.run.sha}/${given.path ?? '.github'}`, start_line: given.start_line ?? 1,
    end_line: given.end_line ?? given.start_line ?? 1, start_column: given.start_column ?? null, end_column: given.end_column ?? null,
    annotation_level: given.annotation_level ?? 'failure', title: given.title ?? '', message: given.message, raw_details: null,
  };
}

export function pullRequest(at, repo, pull) {
  const url = `${repositoryUrl(at, repo)}/pulls/${pull.number}`;
  const issue = `${repositoryUrl(at, repo)}/issues/${pull.number}`;
  const end = (name) => ({ label: `${repo.owner.login}:${name}`, ref: name, sha: repo.content.tip(name) ?? '0'.repeat(40), user: user(at, repo.owner), repo: repository(at, repo) });
  const href = (of) => ({ href: of });
  return {
    url, id: 9000 + pull.number, node_id: node('PullRequest', pull.number), html_url: `${webUrl(at, repo)}/pull/${pull.number}`, diff_url: `${webUrl(at, repo)}/pull/${pull.number}.diff`,
    patch_url: `${webUrl(at, repo)}/pull/${pull.number}.patch`, issue_url: issue, commits_url: `${url}/commits`, review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(at, repo)}/pulls/comments{/number}`, comments_url: `${issue}/comments`, statuses_url: `${repositoryUrl(at, repo)}/statuses/${pull.sha ?? ''}`,
    number: pull.number, state: 'open', locked: false, title: pull.title ?? pull.head, user: user(at, repo.owner), body: null, labels: [], milestone: null, active_lock_reason: null,
    created_at: stamp(repo.created), updated_at: stamp(repo.created), closed_at: null, merged_at: null, merge_commit_sha: null, assignee: null, assignees: [], requested_reviewers: [],
    requested_teams: [], head: end(pull.head), base: end(pull.base ?? repo.content.defaultBranch), author_association: 'MEMBER', auto_merge: null, draft: false,
    _links: { comments: href(`${issue}/comments`), commits: href(`${url}/commits`), statuses: href(url), html: href(url), issue: href(issue), review_comments: href(url), review_comment: href(url), self: href(url) },
  };
}

export function comment(at, repo, found) {
  return {
    id: found.id, node_id: node('IssueComment', found.id), url: `${repositoryUrl(at, repo)}/issues/comments/${found.id}`, html_url: `${webUrl(at, repo)}/pull/${found.issue}#issuecomment-${found.id}`,
    issue_url: `${repositoryUrl(at, repo)}/issues/${found.issue}`, body: found.body, user: user(at, found.user), created_at: stamp(found.created), updated_at: stamp(found.created), author_association: 'MEMBER',
  };
}

export { stamp, node };
