import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { RunReport } from '../../protocol/types';
import { hasFailed, outcomeOf } from '../../state/outcome';
import { firstJob } from '../../state/progress';
import type { LogPlace } from '../../state/workspace';
import { Card } from '../../ui/card';
import { JobSteps } from '../runs/job_steps';
import { DiagnosisCard } from './diagnosis_card';
import { JobLog } from './job_log';

interface RunLogsProps {
  report: RunReport;
  place: LogPlace | undefined;
  onPlace: (place: LogPlace, how?: 'replace') => void;
  /// On a page of its own: the tree stands beside the log where there is room.
  roomy?: boolean;
}

/// Why it failed, the tree of jobs and steps, and the log of the chosen job.
export function RunLogs({ report, place, onPlace, roomy = false }: RunLogsProps) {
  const { run } = report;
  const chosen = report.jobs.find((job) => job.id === place?.job) ?? firstJob(report.jobs);
  const [treeOpen, setTreeOpen] = useState(false);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4">
      {hasFailed(outcomeOf(run)) && <DiagnosisCard report={report} onPlace={onPlace} />}
      <div className={clsx('flex min-h-0 flex-1 flex-col gap-4', roomy && 'lg:grid lg:grid-cols-[17rem_minmax(0,1fr)] lg:items-start')}>
        <Card className={clsx('p-2', roomy && 'lg:sticky lg:top-20 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto')}>
          <button
            type="button"
            aria-expanded={treeOpen}
            onClick={() => setTreeOpen(!treeOpen)}
            className={clsx('flex min-h-8 w-full items-center gap-2 rounded-lg px-2 text-sm font-medium hover:bg-well', roomy && 'lg:hidden')}
          >
            <ChevronDown size={16} aria-hidden className={clsx('transition-transform', !treeOpen && '-rotate-90')} />
            Jobs and steps
            {chosen && <span className="ml-auto truncate font-normal text-soft">{chosen.name}</span>}
          </button>
          <div className={clsx(!treeOpen && 'hidden', roomy && 'lg:block')}>
            <JobSteps
              report={report}
              job={chosen?.id}
              onStep={(job, step) => {
                setTreeOpen(false);
                onPlace({ job, lines: step?.first_line ? { first: step.first_line, last: step.first_line } : undefined });
              }}
            />
          </div>
        </Card>
        {chosen ? (
          <JobLog
            key={`${run.run_id}/${run.attempt ?? 1}/${chosen.id}`}
            report={report}
            job={chosen}
            lines={place?.job === chosen.id ? place.lines : undefined}
            onLines={(lines) => onPlace({ job: chosen.id, lines }, 'replace')}
            roomy={roomy}
          />
        ) : (
          <Card className="p-6 text-sm text-soft">This run has no job yet; it waits for its turn.</Card>
        )}
      </div>
    </div>
  );
}
