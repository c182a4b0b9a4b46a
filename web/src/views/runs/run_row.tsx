import { ExternalLink, GitBranch, Logs } from 'lucide-react';
import { Link } from 'wouter';
import type { ListedRun } from '../../protocol/types';
import { isOver, outcomeOf } from '../../state/outcome';
import { useNow } from '../../state/ticking';
import { ago, duration } from '../../state/times';
import { showLogs } from '../../state/workspace';
import { buttonLook } from '../../ui/button';
import { IconButton } from '../../ui/icon_button';
import { OutcomeBadge } from '../outcome_badge';

/// How long a run took, or takes so far.
export function runSeconds(run: ListedRun, now: number): number | undefined {
  if (!run.started_at) return undefined;
  const end = run.completed_at ? Date.parse(run.completed_at) : now;
  return Math.max(0, (end - Date.parse(run.started_at)) / 1000);
}

export function RunRow({ run }: { run: ListedRun }) {
  const outcome = outcomeOf(run);
  const now = useNow(isOver(outcome) ? 30_000 : 1_000);
  const seconds = runSeconds(run, now);
  const { preview } = run;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-3 hover:bg-well/50 sm:px-4">
      <div className="w-[9.5rem] shrink-0">
        <OutcomeBadge outcome={outcome} />
      </div>
      <div className="min-w-0 flex-1 basis-64">
        <Link href={`/runs/${run.run_id}`} className="font-medium underline-offset-2 [overflow-wrap:anywhere] hover:underline">
          {run.title ?? run.name ?? `Run ${run.run_id}`}
        </Link>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs text-soft">
          <span className="inline-flex items-center gap-1">
            <GitBranch size={13} aria-hidden />
            <span className="sr-only">Branch </span>
            <span className="[overflow-wrap:anywhere]">{run.head_branch}</span>
          </span>
          {run.head_sha && <code className="font-mono">{run.head_sha.slice(0, 7)}</code>}
          <span>#{run.run_id}</span>
          {(run.attempt ?? 1) > 1 && <span>attempt {run.attempt}</span>}
        </p>
      </div>
      <p className="text-xs text-soft tabular-nums sm:w-36 sm:text-right">
        <span title={run.created_at}>{ago(run.created_at, now)}</span>
        {seconds !== undefined && <span> · {duration(seconds)}</span>}
      </p>
      <div className="ml-auto flex items-center gap-1 sm:w-28 sm:justify-end">
        {preview?.url && preview.state === 'reachable' && (
          <a href={preview.url} target="_blank" rel="noopener noreferrer" className={buttonLook('quiet', 'min-h-8 px-2 py-1 text-brand')}>
            Open
            <ExternalLink size={14} aria-hidden />
            <span className="sr-only"> the preview of {run.head_branch} in a new tab</span>
          </a>
        )}
        <IconButton label={`Logs of run ${run.run_id}`} icon={<Logs size={16} aria-hidden />} onClick={() => showLogs(run.run_id)} />
      </div>
    </li>
  );
}
