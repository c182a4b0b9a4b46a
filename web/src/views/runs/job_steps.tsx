import clsx from 'clsx';
import type { Job, RunReport, Step } from '../../protocol/types';
import { isOver, outcomeOf } from '../../state/outcome';
import { jobsInOrder } from '../../state/progress';
import { duration } from '../../state/times';
import { OutcomeIcon } from '../outcome_badge';

interface JobStepsProps {
  report: RunReport;
  job?: number | undefined;
  onStep: (job: number, step?: Step) => void;
  /// See RunLogs.
  where?: string;
}

/// Jobs and their steps with states and times: the way into the log.
export function JobSteps({ report, job: chosen, onStep, where = '' }: JobStepsProps) {
  const jobs = jobsInOrder(report.jobs);
  return (
    <nav aria-label={`Jobs and steps${where}`}>
      <ul className="flex flex-col gap-1">
        {jobs.map((job) => (
          <li key={job.id}>
            <JobLine job={job} chosen={job.id === chosen} onClick={() => onStep(job.id)} />
            {job.steps && job.steps.length > 0 && (
              <ol className="ml-[1.1rem] border-l border-line pl-1.5">
                {job.steps.map((step) => (
                  <li key={step.number}>
                    <Line outcome={outcomeOf(step)} name={step.name} seconds={step.duration_s} small onClick={() => onStep(job.id, step)} />
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ul>
      {report.jobs_total > jobs.length && (
        <p className="px-2 py-1 text-xs text-soft">and {report.jobs_total - jobs.length} more jobs that are not shown here</p>
      )}
    </nav>
  );
}

function JobLine({ job, chosen, onClick }: { job: Job; chosen: boolean; onClick: () => void }) {
  const outcome = outcomeOf(job);
  return (
    <>
      <Line outcome={outcome} name={job.name} seconds={job.duration_s} chosen={chosen} onClick={onClick} />
      {job.reason && (isOver(outcome) ? outcome !== 'success' : true) && (
        <p className="ml-9 pb-1 text-xs text-soft [overflow-wrap:anywhere]">{job.reason}</p>
      )}
    </>
  );
}

function Line({ outcome, name, seconds, small = false, chosen = false, onClick }: {
  outcome: ReturnType<typeof outcomeOf>;
  name: string;
  seconds: number | undefined;
  small?: boolean;
  chosen?: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      onClick={onClick}
      aria-current={chosen || undefined}
      className={clsx(
        'flex w-full items-center gap-2 rounded-lg px-2 text-left hover:bg-well',
        small ? 'min-h-7 py-0.5 text-[0.8125rem]' : 'min-h-8 py-1 text-sm font-medium',
        chosen && 'bg-brand-wash',
      )}
    >
      <OutcomeIcon outcome={outcome} size={small ? 14 : 16} />
      <span className="min-w-0 flex-1 truncate" title={name}>
        {name}
      </span>
      {seconds !== undefined && outcome !== 'skipped' && <span className="text-xs text-soft tabular-nums">{duration(seconds)}</span>}
    </button>
  );
}
