import { ArrowLeft, Logs } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { outcomeOf } from '../../state/outcome';
import { useRun } from '../../state/runs';
import { changeWorkspace, showLogs, useWorkspace } from '../../state/workspace';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Loading, Skeleton } from '../../ui/skeleton';
import { FailureNote } from '../failure_note';
import { JobSteps } from '../runs/job_steps';
import { RunHead } from '../runs/run_head';
import { PreviewForm } from './preview_form';
import { RecentPreviews } from './recent_previews';

export function PreviewTab() {
  const { previewRun } = useWorkspace();
  return (
    <div className="flex flex-col gap-6">
      {/* Hidden, not gone: what was typed is there again after a look at a run. */}
      <div hidden={previewRun !== undefined}>
        <PreviewForm onCreated={(run) => changeWorkspace({ previewRun: run })} />
      </div>
      {previewRun !== undefined && <RunProgress id={previewRun} />}
      <RecentPreviews chosen={previewRun} />
    </div>
  );
}

/// One run as it goes: steps, time, URL.
function RunProgress({ id }: { id: number }) {
  const run = useRun(id);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => top.current?.focus(), [id]);
  return (
    <div ref={top} tabIndex={-1} aria-label={`Run ${id}`} role="group" className="flex flex-col gap-3 outline-none">
      <div className="flex flex-wrap justify-between gap-2">
        <Button kind="quiet" icon={<ArrowLeft size={15} aria-hidden />} onClick={() => changeWorkspace({ previewRun: undefined })}>
          New preview
        </Button>
        <Button kind="quiet" icon={<Logs size={15} aria-hidden />} onClick={() => showLogs(id)}>
          Logs
        </Button>
      </div>
      {run.data ? (
        <>
          <Card className="p-4">
            <RunHead report={run.data} heading="h3" />
            {outcomeOf(run.data.run) === 'failure' && (
              <Button kind="primary" className="mt-3" onClick={() => showLogs(id)}>
                Why did it fail?
              </Button>
            )}
          </Card>
          <Card className="p-2">
            <JobSteps report={run.data} where=", new preview" onStep={(job, step) => showLogs(id, { job, lines: step?.first_line ? { first: step.first_line, last: step.first_line } : undefined })} />
          </Card>
        </>
      ) : run.isError ? (
        <FailureNote what={`Run ${id} cannot be shown.`} error={run.error} onRetry={() => run.refetch()} />
      ) : (
        <Loading what={`run ${id}`}>
          <Skeleton className="h-48 w-full rounded-2xl" />
        </Loading>
      )}
    </div>
  );
}
