// What a repository holds: branches, commits and files, from a real git repository or from texts.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/// Branches that are given as {name: {path: text}}; a commit's sha follows from what it holds.
export class GivenContent {
  #branches = new Map();
  #commits = new Map();

  constructor(branches, defaultBranch = 'main') {
    this.defaultBranch = defaultBranch;
    for (const [name, files] of Object.entries(branches)) this.commit(name, files, `Begin ${name}`);
  }

  branches() { return [...this.#branches.keys()].sort(); }
  tags() { return []; }
  tip(branch) { return this.#branches.get(branch); }
  commitOf(sha) { return this.#commits.get(sha); }
  file(sha, path) { return this.#commits.get(sha)?.files[path]; }
  files(sha) { return Object.keys(this.#commits.get(sha)?.files ?? {}); }

  /// A commit on top of `branch` that holds exactly `files`.
  commit(branch, files, message = 'Change') {
    const parent = this.#branches.get(branch);
    const sha = createHash('sha1').update(JSON.stringify([branch, parent, files, message])).digest('hex');
    this.#commits.set(sha, { sha, parents: parent ? [parent] : [], message, files: { ...files }, author: 'Stage', email: 'stage@example.org', date: '2026-10-01T09:00:00Z' });
    this.#branches.set(branch, sha);
    return sha;
  }

  rename(from, to) {
    this.#branches.set(to, this.#branches.get(from));
    this.#branches.delete(from);
    if (this.defaultBranch === from) this.defaultBranch = to;
  }
}

/// Branches of a git repository on this machine, read anew each time.
export class GitContent {
  constructor(folder, defaultBranch) {
    this.folder = folder;
    this.defaultBranch = defaultBranch ?? this.#git('symbolic-ref', '--short', 'HEAD').trim();
  }

  #git(...args) {
    return execFileSync('git', ['-c', 'safe.directory=*', '-C', this.folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024 });
  }

  #try(...args) {
    try {
      return this.#git(...args);
    } catch {
      return undefined;
    }
  }

  branches() { return this.#git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads').split('\n').filter(Boolean).sort(); }
  tags() { return this.#git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/tags').split('\n').filter(Boolean).sort(); }
  tip(branch) {
    return (this.#try('rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`)
      ?? this.#try('rev-parse', '--verify', '--quiet', `refs/tags/${branch}^{commit}`))?.trim();
  }
  file(sha, path) { return this.#try('cat-file', 'blob', `${sha}:${path}`); }
  files(sha) { return this.#try('ls-tree', '-r', '-z', '--name-only', sha)?.split('\0').filter(Boolean) ?? []; }
  commitOf(sha) {
    const text = /^[0-9a-f]{4,40}$/.test(sha) ? this.#try('show', '--no-patch', '--format=%H%n%P%n%an%n%ae%n%aI%n%B', sha) : undefined;
    if (!text) return undefined;
    const [full, parents, author, email, date, ...message] = text.split('\n');
    return { sha: full, parents: parents.split(' ').filter(Boolean), author, email, date, message: message.join('\n').trim() };
  }
}
