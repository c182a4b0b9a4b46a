import { Logs, Maximize2 } from 'lucide-react';
import { useId, useState } from 'react';
import { failureOf } from '../../protocol/failures';
import { useLocation } from 'wouter';
import { outcomeOf, outcomeWords } from '../../state/outcome';
import { useFindRun, useRun, useRuns } from '../../state/runs';
import { ago } from '../../state/times';
import { changeWorkspace, placePath, useWorkspace } from '../../state/workspace';
import { Button } from '../../ui/button';
import { Empty } from '../../ui/empty';
import { describedBy, Field, fieldLook } from '../../ui/field';
import { Loading, Skeleton } from '../../ui/skeleton';
import { FailureNote } from '../failure_note';
import { RunLogs } from '../log/run_logs';
import { OutcomeBadge } from '../outcome_badge';

/// A run's logs beside whatever page is open. `shown` is false while nobody can see them: then nothing is fetched.
export function LogsTab({ shown }: { shown: boolean }) {
  const { logRun, logPlace } = useWorkspace();
  const run = useRun(shown ? logRun : undefined);
  const [, navigate] = useLocation();
  return (
    <div className="flex min-h-full flex-col gap-4">
      <RunPicker />
      {logRun === undefined ? (
        <Empty icon={<Logs size={24} />} title="No run chosen">
          Choose one above, or name its branch, its number or its address. Its jobs, its lines as they come, and why it failed appear here.
        </Empty>
      ) : run.data ? (
        <>
          <div className="flex flex-wrap items-center gap-3">
            <OutcomeBadge outcome={outcomeOf(run.data.run)} />
            <span className="min-w-0 flex-1 truncate text-sm font-medium">{run.data.run.title ?? run.data.run.name}</span>
            <Button
              kind="quiet"
              icon={<Maximize2 size={15} aria-hidden />}
              onClick={() => {
                changeWorkspace({ open: false });
                navigate(placePath(logRun, logPlace));
              }}
            >
              Whole page
            </Button>
          </div>
          {shown && <RunLogs key={logRun} report={run.data} place={logPlace} onPlace={(place) => changeWorkspace({ logPlace: place })} />}
        </>
      ) : run.isError ? (
        <FailureNote what={`Run ${logRun} cannot be shown.`} error={run.error} onRetry={() => run.refetch()} />
      ) : (
        <Loading what={`run ${logRun}`}>
          <Skeleton className="h-72 w-full rounded-2xl" />
        </Loading>
      )}
    </div>
  );
}

/// Recent runs to choose from, or any run by what names it.
function RunPicker() {
  const id = useId();
  const { logRun } = useWorkspace();
  const runs = useRuns();
  const [typed, setTyped] = useState('');
  const find = useFindRun();
  const error = find.isError ? failureOf(find.error).message : undefined;
  const items = runs.data?.items ?? [];
  const show = (run: number) => changeWorkspace({ logRun: run, logPlace: undefined });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field id={`${id}-recent`} label="Recent run">
        <select
          id={`${id}-recent`}
          className={fieldLook}
          value={items.some((run) => run.run_id === logRun) ? String(logRun) : ''}
          onChange={(event) => {
            if (event.target.value) show(Number(event.target.value));
          }}
        >
          <option value="">{items.length === 0 ? 'No run yet' : 'Choose a run'}</option>
          {items.map((run) => (
            <option key={run.run_id} value={run.run_id}>
              #{run.run_id} {run.head_branch} · {outcomeWords[outcomeOf(run)]} · {ago(run.created_at)}
            </option>
          ))}
        </select>
      </Field>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === '' || find.isPending) return;
          find.mutate(typed, {
            onSuccess: (run) => {
              show(run);
              setTyped('');
            },
          });
        }}
      >
        <Field id={`${id}-typed`} label="Or by branch, number or URL" error={error}>
          <div className="flex gap-2">
            <input
              id={`${id}-typed`}
              className={fieldLook}
              value={typed}
              autoComplete="off"
              aria-invalid={error ? true : undefined}
              aria-describedby={describedBy(`${id}-typed`, false, error)}
              onChange={(event) => setTyped(event.target.value)}
            />
            <Button type="submit" busy={find.isPending}>
              Show
            </Button>
          </div>
        </Field>
      </form>
    </div>
  );
}
