import { ArrowLeft } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useRun } from '../../state/runs';
import { type LogPlace, placePath } from '../../state/workspace';
import { Card } from '../../ui/card';
import { Loading, Skeleton } from '../../ui/skeleton';
import { FailureNote } from '../failure_note';
import { RunLogs } from '../log/run_logs';
import { RunHead } from './run_head';

/// One run on a page of its own: what it is, why it failed, and its logs. Every place in it has an address.
export default function RunPage({ id, place }: { id: number; place?: LogPlace }) {
  const [, navigate] = useLocation();
  const run = useRun(Number.isSafeInteger(id) && id > 0 ? id : undefined);
  return (
    <>
      <Link href="/runs" className="mb-3 inline-flex min-h-6 items-center gap-1 text-sm text-soft hover:text-ink">
        <ArrowLeft size={15} aria-hidden />
        All runs
      </Link>
      {!run.data && <h1 className="sr-only">Run {id}</h1>}
      {run.data ? (
        <RunLogs
          key={id}
          report={run.data}
          place={place}
          onPlace={(next, how) => navigate(placePath(id, next), { replace: how === 'replace' })}
          head={
            <Card className="p-4">
              <RunHead report={run.data} heading="h1" />
            </Card>
          }
        />
      ) : run.isError ? (
        <FailureNote what={`Run ${id} cannot be shown.`} error={run.error} onRetry={() => run.refetch()} />
      ) : (
        <Loading what={`run ${id}`}>
          <Skeleton className="mb-4 h-44 w-full rounded-2xl" />
          <Skeleton className="h-96 w-full rounded-2xl" />
        </Loading>
      )}
    </>
  );
}
