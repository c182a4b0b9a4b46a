// Who holds a concurrency group, and who waits for it.
import * as shapes from '../shapes.mjs';
import { notFound } from './answer.mjs';

const groupUrl = ({ at, repo }, name) => `${shapes.repositoryUrl(at, repo)}/actions/concurrency_groups/${encodeURIComponent(name)}`;

/// The groups that somebody is in, as {name, members}, the holder first.
function groupsOf(repo) {
  return [...repo.groups.values()].filter(({ running }) => running)
    .map(({ running, waiting }) => ({ name: running.group.name, members: [running, waiting].filter(Boolean) }));
}

function member(context, run, index) {
  return {
    run_id: run.id, run_name: run.title, run_url: `${shapes.repositoryUrl(context.at, context.repo)}/actions/runs/${run.id}`,
    run_html_url: shapes.runPage(context.at, run), status: index === 0 ? 'in_progress' : 'pending',
  };
}

export const concurrency = {
  'actions/list-concurrency-groups-for-repository': (context) => {
    const groups = groupsOf(context.repo);
    return { status: 200, body: { total_count: groups.length, concurrency_groups: groups.map(({ name, members }) => ({
      group_name: name, group_url: groupUrl(context, name), last_acquired_at: shapes.stamp(members[0].started) })) } };
  },

  'actions/get-concurrency-group-for-repository': (context) => {
    const group = groupsOf(context.repo).find(({ name }) => name.toLowerCase() === context.params.concurrency_group_name.toLowerCase());
    if (!group) throw notFound();
    const members = group.members.map((run, index) => member(context, run, index));
    return { status: 200, body: { group_name: group.name, group_url: groupUrl(context, group.name), total_count: members.length, group_members: members } };
  },

  'actions/list-concurrency-groups-for-workflow-run': (context) => {
    const run = context.world.runs.get(Number(context.params.run_id));
    if (run?.repo !== context.repo) throw notFound();
    const groups = groupsOf(context.repo).filter(({ members }) => members.includes(run));
    return { status: 200, body: { total_count: groups.length, concurrency_groups: groups.map(({ name, members }) => ({
      group_name: name, group_url: groupUrl(context, name),
      group_members: members.map((each, index) => ({
        ...member(context, each, index), position: index, position_url: `${groupUrl(context, name)}?ahead_of_run=${each.id}`, job_id: null, job_name: null, job_url: null, job_html_url: null,
      })),
    })) } };
  },
};
