import { CirclePause, ExternalLink } from 'lucide-react';
import type { ListedRun } from '../protocol/types';
import { useRun, useRuns } from '../state/runs';
import { ago } from '../state/times';
import { leadsElsewhere } from '../state/workspace';
import { buttonLook } from '../ui/button';
import { Card } from '../ui/card';
import { Empty } from '../ui/empty';
import { Loading, Skeleton } from '../ui/skeleton';
import { Link } from 'wouter';
import { FailureNote } from './failure_note';
import { PageHead } from './page_head';

/// Runs that stand still until a person decides. Deciding is the provider's business: it knows who may.
export default function ApprovalsPage() {
  // A gate of an environment, and GitHub's own question whether a stranger's commits may run at all.
  const gated = useRuns({ status: 'waiting' });
  const foreign = useRuns({ status: 'action_required' });
  const items = [...(gated.data?.items ?? []), ...(foreign.data?.items ?? [])];
  const failed = gated.isError ? gated : foreign.isError ? foreign : undefined;
  return (
    <>
      <PageHead title="Approvals">Runs that stand still until a person lets them go on. An agent never approves by itself.</PageHead>
      {failed && <FailureNote what="The waiting runs cannot be read." error={failed.error} onRetry={() => failed.refetch()} />}
      {gated.isPending || foreign.isPending ? (
        <Loading what="what waits">
          <Skeleton className="h-24 w-full rounded-2xl" />
        </Loading>
      ) : items.length > 0 ? (
        <Card>
          <ul aria-label="Waiting runs" className="divide-y divide-line">
            {items.map((run) => (
              <Waiting key={run.run_id} run={run} />
            ))}
          </ul>
        </Card>
      ) : gated.data && foreign.data ? (
        <Empty icon={<CirclePause size={24} />} title="Nothing waits for you">
          When a workflow uses an environment with required reviewers, its run waits here, with the reason and the place to approve it.
        </Empty>
      ) : null}
    </>
  );
}

function Waiting({ run }: { run: ListedRun }) {
  const report = useRun(run.run_id);
  return (
    <li className="flex flex-wrap items-center gap-3 p-4">
      <div className="min-w-0 flex-1 basis-64">
        <Link href={`/runs/${run.run_id}`} className="font-medium underline-offset-2 hover:underline">
          {run.title ?? run.name ?? `Run ${run.run_id}`}
        </Link>
        <p className="text-sm [overflow-wrap:anywhere]">{report.data?.waiting_for?.detail ?? run.reason ?? 'Waits for a reviewer.'}</p>
        <p className="text-xs text-soft">
          {run.head_branch} · run {run.run_id} · {ago(run.created_at)}
        </p>
      </div>
      {leadsElsewhere(run.html_url) && (
        <a href={run.html_url} target="_blank" rel="noopener noreferrer" className={buttonLook('primary')}>
          Review{run.html_url.includes('/actions/runs/') && ' on GitHub'} <ExternalLink size={14} aria-hidden />
          <span className="sr-only"> in a new tab</span>
        </a>
      )}
    </li>
  );
}
