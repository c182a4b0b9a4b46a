import { ArrowDownToLine, Lightbulb } from 'lucide-react';
import type { Cause, RunReport, SinceGreen } from '../../protocol/types';
import { jobOfCause, useDiagnosis } from '../../state/runs';
import type { LogPlace } from '../../state/workspace';
import { Card } from '../../ui/card';
import { CopyButton } from '../../ui/copy_button';
import { Loading, Skeleton } from '../../ui/skeleton';
import { FailureNote } from '../failure_note';

const mostCauses = 5;

/// Why a run failed, best cause first, each linked to its line.
/// `where`: see RunLogs.
export function DiagnosisCard({ report, onPlace, where = '' }: { report: RunReport; onPlace: (place: LogPlace) => void; where?: string }) {
  const diagnosis = useDiagnosis(report);
  const causes = diagnosis.data?.causes ?? [];
  return (
    <Card aria-label={`Why it failed${where}`} className="border-bad/35 p-4">
      <div className="flex flex-wrap items-start gap-2">
        <Lightbulb size={18} aria-hidden className="mt-0.5 shrink-0 text-bad" />
        <div className="min-w-0 flex-1 basis-56">
          <h2 className="font-semibold">Why it failed</h2>
          {diagnosis.data?.verdict && <p className="text-sm text-soft [overflow-wrap:anywhere]">{diagnosis.data.verdict.summary}</p>}
        </div>
        {causes.length > 0 && <CopyButton label="Copy the causes for an agent" words="For an agent" text={() => forAgent(report, causes)} />}
      </div>
      {diagnosis.isPending ? (
        <Loading what="the diagnosis">
          <Skeleton className="mt-3 h-16 w-full" />
        </Loading>
      ) : diagnosis.isError ? (
        <div className="mt-3">
          <FailureNote what="There is no diagnosis." error={diagnosis.error} onRetry={() => diagnosis.refetch()} alert={false} />
        </div>
      ) : causes.length === 0 ? (
        <p className="mt-2 text-sm">{diagnosis.data.why ?? 'No line says clearly what went wrong. The end of the failed step is the best place to look.'}</p>
      ) : (
        <ol className="mt-3 flex flex-col gap-2.5">
          {causes.slice(0, mostCauses).map((cause, index) => {
            const { log_line } = cause;
            const job = jobOfCause(report, cause);
            return (
              <li key={index} className="rounded-xl border border-line bg-well/50 p-3">
                <p className="font-mono text-[13px] leading-5 [overflow-wrap:anywhere] whitespace-pre-wrap">{cause.message}</p>
                <p className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft">
                  {cause.file && (
                    <code className="font-mono [overflow-wrap:anywhere] text-ink">
                      {cause.file}
                      {cause.line != null && `:${cause.line}`}
                      {cause.line != null && cause.col != null && `:${cause.col}`}
                    </code>
                  )}
                  {cause.tool && <span>{cause.tool}</span>}
                  {cause.code && <span className="font-mono">{cause.code}</span>}
                  {cause.step && <span>step {cause.step}</span>}
                  {(cause.count ?? 1) > 1 && <span>{cause.count} times</span>}
                  {job && log_line !== null && (
                    <button
                      type="button"
                      className="ml-auto inline-flex min-h-6 items-center gap-1 rounded font-medium text-brand underline-offset-2 hover:underline"
                      onClick={() => onPlace({ job: job.id, lines: { first: log_line, last: log_line } })}
                    >
                      <ArrowDownToLine size={13} aria-hidden />
                      Line {log_line.toLocaleString('en')}
                      <span className="sr-only"> of {job.name}</span>
                    </button>
                  )}
                </p>
              </li>
            );
          })}
        </ol>
      )}
      {diagnosis.data?.flaky && (
        <p className="mt-3 text-sm">
          This may be chance: the same commit passed {diagnosis.data.flaky.passed} and failed {diagnosis.data.flaky.failed} times.
        </p>
      )}
      {diagnosis.data?.since_green?.commits && <SinceGreenNote since={diagnosis.data.since_green} />}
      {causes.length > mostCauses && <p className="mt-2 text-xs text-soft">and {causes.length - mostCauses} more</p>}
    </Card>
  );
}

function SinceGreenNote({ since }: { since: SinceGreen }) {
  const commits = since.commits ?? [];
  const total = since.commits_total ?? commits.length;
  return (
    <details className="mt-3 text-sm">
      <summary className="w-fit rounded text-soft hover:text-ink">
        {total} {total === 1 ? 'commit' : 'commits'} since run {since.run_id} was green
        {since.files_total ? `, ${since.files_total} ${since.files_total === 1 ? 'file' : 'files'}` : ''}
      </summary>
      <ul className="mt-2 flex flex-col gap-1">
        {commits.map(({ sha, subject }) => (
          <li key={sha} className="[overflow-wrap:anywhere]">
            <code className="mr-2 font-mono text-xs text-soft">{sha.slice(0, 7)}</code>
            {subject}
          </li>
        ))}
      </ul>
    </details>
  );
}

/// The causes as an agent reads them best: short, with their places, and what they came from.
export function forAgent({ run }: RunReport, causes: Cause[]): string {
  const lines = causes.slice(0, mostCauses).map((cause) => {
    const where = cause.file ? ` at ${cause.file}${cause.line != null ? `:${cause.line}` : ''}` : '';
    const from = [cause.job, cause.step, cause.log_line !== null && `log line ${cause.log_line}`].filter(Boolean).join(', ');
    return `- ${cause.message}${where} (${from})`;
  });
  return `Run ${run.run_id} of branch ${run.head_branch}${run.head_sha ? ` at ${run.head_sha.slice(0, 9)}` : ''} failed:\n${lines.join('\n')}\n`;
}
