// The demo site behind a real server, and an agent that has its branches built.
import { open } from './socket.mjs';
import { addBranch, afterwards, demoRepository, serve, until } from './stage.mjs';

/// `branches`: what the repository has beside its own branches, name to the files that are written over main.
/// `create(branch)` begins a run and gives its number; `ended(...branches)` gives those of runs that are over.
export async function onDemo(t, branches = {}) {
  const repo = demoRepository(t);
  for (const [name, files] of Object.entries(branches)) addBranch(repo, name, files);
  const server = await serve(t, { repo });
  const peer = await open(`${server.ws}?token=${server.token}`);
  afterwards(t, () => peer.close());
  const create = async (branch) => (await peer.tool('builds.createPreview', { branch, fresh: true })).structuredContent.run_id;
  const over = (run_id) => until(`run ${run_id} to end`, async () =>
    (await peer.tool('builds.status', { run_id, wait_s: 10, until: 'completed' })).structuredContent.run.status === 'completed', 60_000);
  const ended = async (...names) => {
    const runs = [];
    for (const name of names) runs.push(await create(name));
    for (const run_id of runs) await over(run_id);
    return runs;
  };
  return { repo, server, peer, create, ended };
}
