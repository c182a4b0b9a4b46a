import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RunReport } from '../../protocol/types';
import { hasFailed, isOver, outcomeOf } from '../../state/outcome';
import { firstJob } from '../../state/progress';
import { jobOfCause, useDiagnosis } from '../../state/runs';
import type { LogPlace } from '../../state/workspace';
import { Card } from '../../ui/card';
import { JobSteps } from '../runs/job_steps';
import { DiagnosisCard } from './diagnosis_card';
import { JobLog } from './job_log';

interface RunLogsProps {
  report: RunReport;
  place: LogPlace | undefined;
  onPlace: (place: LogPlace, how?: 'replace') => void;
  /// What stands above everything else on a page of its own. There the log has a column to itself where there is room;
  /// in the panel everything stands in one.
  head?: ReactNode;
}

/// Why it failed, the tree of jobs and steps, and the log of the chosen job: where none was chosen and the run had failed
/// before somebody came, that of the first cause.
export function RunLogs({ report, place, onPlace, head }: RunLogsProps) {
  const { run } = report;
  const roomy = head !== undefined;
  // A run's page and the panel may show the same at the same time: whoever goes by regions can tell them apart.
  const where = roomy ? '' : ', in the workspace';
  const causes = useDiagnosis(report).data?.causes ?? [];
  const [overAtFirst] = useState(() => (isOver(outcomeOf(run)) ? (run.attempt ?? 1) : undefined));
  const guilty = causes[0] && overAtFirst === (run.attempt ?? 1) ? jobOfCause(report, causes[0]) : undefined;
  const chosen = report.jobs.find((job) => job.id === place?.job) ?? guilty ?? firstJob(report.jobs);
  const blamed = causes.filter((cause) => jobOfCause(report, cause) === chosen).flatMap((cause) => cause.log_line ?? []);
  const [treeOpen, setTreeOpen] = useState(false);
  return (
    <div className={clsx('flex min-h-0 flex-1 flex-col gap-4', roomy && 'xl:grid xl:grid-cols-[25rem_minmax(0,1fr)] xl:items-start')}>
      <div className="flex flex-col gap-4">
        {head}
        {hasFailed(outcomeOf(run)) && <DiagnosisCard report={report} onPlace={onPlace} where={where} />}
        <Card className="p-2">
          <button
            type="button"
            aria-expanded={treeOpen}
            onClick={() => setTreeOpen(!treeOpen)}
            className={clsx('flex min-h-8 w-full items-center gap-2 rounded-lg px-2 text-sm font-medium hover:bg-well', roomy && 'xl:hidden')}
          >
            <ChevronDown size={16} aria-hidden className={clsx('transition-transform', !treeOpen && '-rotate-90')} />
            Jobs and steps
            {chosen && <span className="ml-auto truncate font-normal text-soft">{chosen.name}</span>}
          </button>
          <div className={clsx(!treeOpen && 'hidden', roomy && 'xl:block')}>
            <JobSteps
              report={report}
              job={chosen?.id}
              where={where}
              onStep={(job, step) => {
                setTreeOpen(false);
                onPlace({ job, lines: step?.first_line ? { first: step.first_line, last: step.first_line } : undefined });
              }}
            />
          </div>
        </Card>
      </div>
      {chosen ? (
        <JobLog
          key={`${run.run_id}/${run.attempt ?? 1}/${chosen.id}`}
          report={report}
          job={chosen}
          lines={place?.job === chosen.id ? place.lines : undefined}
          causes={blamed}
          onLines={(lines) => onPlace({ job: chosen.id, lines }, 'replace')}
          roomy={roomy}
          where={where}
        />
      ) : (
        <Card className="p-6 text-sm text-soft">This run has no job yet; it waits for its turn.</Card>
      )}
    </div>
  );
}
