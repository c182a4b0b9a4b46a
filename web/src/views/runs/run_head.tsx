import { AlertDialog } from '@base-ui/react/alert-dialog';
import { ExternalLink, GitBranch, RotateCcw, Square, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { failureOf } from '../../protocol/failures';
import type { RunReport } from '../../protocol/types';
import { hasFailed, isOver, outcomeOf, previewWords } from '../../state/outcome';
import { progressOf } from '../../state/progress';
import { useCancel, useRemovePreview, useRerun } from '../../state/runs';
import { leadsElsewhere } from '../../state/workspace';
import { useNow } from '../../state/ticking';
import { ago, duration } from '../../state/times';
import { Button, buttonLook } from '../../ui/button';
import { CopyButton } from '../../ui/copy_button';
import { Note } from '../../ui/note';
import { StatusIcon, type Shape, type Tone } from '../../ui/status_badge';
import { tell } from '../../ui/news';
import { FailureNote } from '../failure_note';
import { OutcomeBadge } from '../outcome_badge';

/// A run in short: what it is, how far it is, its preview, and what can be done about it.
export function RunHead({ report, heading: Heading }: { report: RunReport; heading: 'h1' | 'h3' }) {
  const { run, jobs } = report;
  const outcome = outcomeOf(run);
  const over = isOver(outcome);
  const now = useNow(1_000, !over);
  const start = Date.parse(run.started_at ?? run.created_at);
  const seconds = over ? report.elapsed_s : Math.max(0, (now - start) / 1000);
  const current = jobs.find((job) => job.current_step);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <Heading className="text-lg font-semibold [overflow-wrap:anywhere]">{run.title ?? run.name ?? `Run ${run.run_id}`}</Heading>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2.5 gap-y-0.5 text-xs text-soft">
            <span className="inline-flex items-center gap-1">
              <GitBranch size={13} aria-hidden />
              <span className="[overflow-wrap:anywhere]">{run.head_branch}</span>
            </span>
            {run.head_sha && <code className="font-mono">{run.head_sha.slice(0, 7)}</code>}
            <span>run {run.run_id}</span>
            {(run.attempt ?? 1) > 1 && <span>attempt {run.attempt}</span>}
            {run.workflow && <span className="font-mono">{run.workflow}</span>}
            <span title={run.created_at}>{ago(run.created_at, now)}</span>
          </p>
        </div>
        <OutcomeBadge outcome={outcome} />
      </div>
      {!over && (
        <div>
          <div className="mb-1 flex justify-between gap-3 text-xs text-soft">
            <span className="truncate">{current ? `${current.name}: ${current.current_step}` : outcome === 'running' ? 'Between two steps' : outcome === 'waiting' ? 'Waits for a person' : 'Waits for its turn'}</span>
            <span className="whitespace-nowrap tabular-nums">{duration(seconds)}</span>
          </div>
          <progress className="meter block h-2 w-full" value={progressOf(report)} max={1} aria-label="Steps done" />
        </div>
      )}
      {outcome === 'waiting' && (
        <Note
          tone="warn"
          title="Somebody has to approve this run."
          actions={
            leadsElsewhere(run.html_url) && (
              <a className={buttonLook()} href={run.html_url} target="_blank" rel="noopener noreferrer">
                Review it{run.html_url.includes('/actions/runs/') && ' on GitHub'} <ExternalLink size={14} aria-hidden />
                <span className="sr-only"> in a new tab</span>
              </a>
            )
          }
        >
          {report.waiting_for?.detail ?? run.reason}
        </Note>
      )}
      {report.waiting_for && outcome === 'queued' && <p className="text-sm text-soft">Waiting: {report.waiting_for.detail}</p>}
      <PreviewLine report={report} />
      <Actions report={report} seconds={over ? seconds : undefined} />
      {run.notes?.map((note) => (
        <p key={note} className="text-xs text-soft [overflow-wrap:anywhere]">
          {note}
        </p>
      ))}
    </div>
  );
}

export const previewLooks: Record<RunReport['preview']['state'], { shape: Shape; tone: Tone }> = {
  requested: { shape: 'dashed', tone: 'calm' },
  building: { shape: 'turning', tone: 'busy' },
  deployed: { shape: 'turning', tone: 'busy' },
  reachable: { shape: 'check', tone: 'good' },
  failed: { shape: 'cross', tone: 'bad' },
  expired: { shape: 'hourglass', tone: 'calm' },
  removed: { shape: 'slash', tone: 'calm' },
};

/// The URL as soon as it is known; it opens only what is there.
function PreviewLine({ report: { preview, run } }: { report: RunReport }) {
  const live = preview.state === 'reachable';
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl border border-line bg-well/60 px-3 py-2">
      <span className="inline-flex items-center gap-1.5 text-sm font-medium">
        <StatusIcon {...previewLooks[preview.state]} />
        Preview: {previewWords[preview.state]}
      </span>
      {preview.url && preview.state !== 'failed' && (
        <span className="min-w-0 flex-1 basis-56 font-mono text-xs [overflow-wrap:anywhere] text-soft" data-testid="preview-url">
          {preview.url}
        </span>
      )}
      {preview.reason && !live && <span className="basis-full text-xs text-soft [overflow-wrap:anywhere]">{preview.reason}</span>}
      {preview.url && preview.state !== 'removed' && preview.state !== 'failed' && (
        <span className="ml-auto flex items-center gap-1">
          <CopyButton label="Copy the preview’s URL" text={preview.url} />
          {live && (
            <a href={preview.url} target="_blank" rel="noopener noreferrer" className={buttonLook('primary')}>
              Open
              <ExternalLink size={14} aria-hidden />
              <span className="sr-only"> the preview of {run.head_branch} in a new tab</span>
            </a>
          )}
        </span>
      )}
    </div>
  );
}

function Actions({ report, seconds }: { report: RunReport; seconds: number | undefined }) {
  const { run, preview } = report;
  const outcome = outcomeOf(run);
  const over = isOver(outcome);
  const cancel = useCancel();
  const rerun = useRerun();
  const remove = useRemovePreview();
  const [asked, setAsked] = useState(false);
  const failure = cancel.error ?? rerun.error ?? remove.error;
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {!over && run.status !== 'completed' && (
          <Button kind="danger" icon={<Square size={14} aria-hidden />} busy={cancel.isPending} onClick={() => cancel.mutate(run.run_id)}>
            {cancel.isSuccess ? 'Cancelling' : 'Cancel'}
          </Button>
        )}
        {over && hasFailed(outcome) && (
          <Button icon={<RotateCcw size={14} aria-hidden />} busy={rerun.isPending} onClick={() => rerun.mutate({ id: run.run_id, failedOnly: true })}>
            Rerun failed jobs
          </Button>
        )}
        {over && (
          <Button
            kind={hasFailed(outcome) ? 'quiet' : 'plain'}
            icon={<RotateCcw size={14} aria-hidden />}
            busy={rerun.isPending}
            onClick={() => rerun.mutate({ id: run.run_id, failedOnly: false })}
          >
            Rerun all
          </Button>
        )}
        {(preview.state === 'reachable' || preview.state === 'deployed') && over && (
          <Button kind="quiet" icon={<Trash2 size={14} aria-hidden />} busy={remove.isPending} onClick={() => setAsked(true)}>
            Remove preview
          </Button>
        )}
        {leadsElsewhere(run.html_url) && (
          <a href={run.html_url} target="_blank" rel="noopener noreferrer" className={buttonLook('quiet')}>
            {run.html_url.includes('/actions/runs/') ? 'On GitHub' : 'Its page'}
            <ExternalLink size={14} aria-hidden />
          </a>
        )}
        {seconds !== undefined && <span className="ml-auto text-xs text-soft tabular-nums">took {duration(seconds)}</span>}
      </div>
      {failure && <FailureNote what={cancel.error ? 'It was not cancelled.' : rerun.error ? 'It was not started again.' : 'The preview was not removed.'} error={failure} />}
      <AlertDialog.Root open={asked} onOpenChange={setAsked}>
        <AlertDialog.Portal>
          <AlertDialog.Backdrop className="fade-popup fixed inset-0 z-40 bg-black/40" />
          <AlertDialog.Popup className="fade-popup fixed inset-x-4 top-[20vh] z-40 mx-auto max-w-md rounded-2xl border border-line bg-card p-6 shadow-lift">
            <AlertDialog.Title className="text-lg font-semibold">Remove this preview?</AlertDialog.Title>
            <AlertDialog.Description className="mt-2 text-sm text-soft">
              {preview.url} stops answering for everybody who has the link. The run and its logs stay, and a rerun brings it back.
            </AlertDialog.Description>
            <div className="mt-5 flex justify-end gap-2">
              <AlertDialog.Close className={buttonLook()}>Keep it</AlertDialog.Close>
              <Button
                kind="danger"
                busy={remove.isPending}
                onClick={() =>
                  remove.mutate(run.run_id, {
                    onSuccess: () => tell({ title: `The preview of run ${run.run_id} is removed` }),
                    onError: (error) => tell({ title: 'The preview was not removed', text: failureOf(error).message }),
                    onSettled: () => setAsked(false),
                  })
                }
              >
                Remove
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </>
  );
}
