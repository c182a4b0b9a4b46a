import { ArrowDownToLine, ChevronDown, ChevronUp, CircleAlert, Clock, Copy, Download, Link2, Regex, Search, WrapText, X } from 'lucide-react';
import type { RefObject } from 'react';
import type { Job } from '../../protocol/types';
import { logFileName } from '../../state/log';
import type { FeedState } from '../../state/log_feed';
import type { LogStore } from '../../state/log_store';
import { outcomeOf } from '../../state/outcome';
import { useParts } from '../../state/parts';
import { prefer, usePreferences } from '../../state/preferences';
import type { LogSearchState } from '../../state/use_log_search';
import { type LineRange, lineRangeText } from '../../state/workspace';
import { copyText } from '../../ui/copy_button';
import { IconButton } from '../../ui/icon_button';
import { tell } from '../../ui/news';
import { OutcomeIcon } from '../outcome_badge';

interface LogToolbarProps {
  run: number;
  job: Job;
  attempt: number;
  store: LogStore | undefined;
  state: FeedState;
  lines: LineRange | undefined;
  search: LogSearchState;
  searchBox: RefObject<HTMLInputElement | null>;
  /// See RunLogs.
  where: string;
  following: boolean;
  onFollow: () => void;
  onMatch: (forward: boolean) => void;
  onError: (forward: boolean) => void;
  onCopyLink: () => void;
  onClearLines: () => void;
}

const nextTimestamps = { off: 'clock', clock: 'since_start', since_start: 'off' } as const;
const timestampWords = { off: 'off', clock: 'clock', since_start: 'since the start' };

export function LogToolbar(props: LogToolbarProps) {
  const { run, job, attempt, store, state, lines, search, searchBox, where, following } = props;
  const { server } = useParts();
  const { wrap, timestamps } = usePreferences();
  const errors = store?.errors.length ?? 0;

  const copy = () => {
    if (!store) return;
    const [first, last] = lines ? [lines.first - 1, lines.last - 1] : [0, store.length - 1];
    const text: string[] = [];
    for (let index = first; index <= Math.min(last, store.length - 1); index++) text.push(store.text(index));
    const what = lines ? `Lines ${lineRangeText(lines)}` : `${text.length.toLocaleString('en')} lines`;
    copyText(`${text.join('\n')}\n`).then(
      () => tell({ title: `${what} copied`, briefly: true }),
      () => tell({ title: 'Copying failed', text: 'Use the download instead.' }),
    );
  };

  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-2 py-1.5">
      <div className="flex min-w-0 items-center gap-2 px-1.5 text-sm font-medium">
        <OutcomeIcon outcome={outcomeOf(job)} />
        <span className="truncate">{job.name}</span>
        <span className="text-xs font-normal whitespace-nowrap text-soft tabular-nums" data-testid="line-count">
          {stateWords(state, store)}
        </span>
      </div>
      <div role="search" aria-label={`Search${where}`} className="flex min-w-0 flex-1 basis-60 items-center gap-1 rounded-lg border border-line bg-well/60 pl-2 sm:ml-auto sm:max-w-md">
        <Search size={15} aria-hidden className="shrink-0 text-soft" />
        <input
          ref={searchBox}
          type="search"
          aria-label="Search in the log"
          placeholder="Search all steps"
          spellCheck={false}
          autoComplete="off"
          value={search.pattern}
          aria-invalid={search.problem ? true : undefined}
          onChange={(event) => search.setPattern(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') props.onMatch(!event.shiftKey);
            else if (event.key === 'Escape' && search.pattern !== '') {
              event.stopPropagation();
              search.setPattern('');
            } else return;
            event.preventDefault();
          }}
          className="min-h-8 min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-soft [&::-webkit-search-cancel-button]:hidden"
        />
        <span role="status" className="text-xs whitespace-nowrap text-soft tabular-nums">
          {search.pattern !== '' && (search.problem ? 'no valid pattern' : `${search.position > 0 ? `${search.position.toLocaleString('en')} of ` : ''}${search.hits.length.toLocaleString('en')}`)}
        </span>
        <IconButton label={search.asRegex ? 'Regular expression: on' : 'Regular expression: off'} pressed={search.asRegex} icon={<Regex size={15} aria-hidden />} onClick={() => search.setAsRegex(!search.asRegex)} />
        <IconButton label="Previous match" shortcut="Shift+Enter" icon={<ChevronUp size={15} aria-hidden />} disabled={search.hits.length === 0} onClick={() => props.onMatch(false)} />
        <IconButton label="Next match" shortcut="Enter" icon={<ChevronDown size={15} aria-hidden />} disabled={search.hits.length === 0} onClick={() => props.onMatch(true)} />
      </div>
      <div className="ml-auto flex flex-wrap items-center justify-end gap-y-1" role="group" aria-label="Log view">
        {lines && (
          <span className="mr-1 inline-flex items-center gap-1 rounded-lg bg-brand-wash pl-2 text-xs font-medium whitespace-nowrap text-brand">
            Line {lineRangeText(lines)}
            <button type="button" aria-label="Forget the chosen lines" className="flex size-6 items-center justify-center" onClick={props.onClearLines}>
              <X size={13} aria-hidden />
            </button>
          </span>
        )}
        {errors > 0 && (
          <span className="mr-1 inline-flex items-center rounded-lg bg-bad-wash text-bad">
            <CircleAlert size={14} aria-hidden className="ml-2" />
            <span className="pl-1 text-xs font-semibold tabular-nums">
              {errors.toLocaleString('en')}
              <span className="sr-only"> {errors === 1 ? 'error' : 'errors'}</span>
            </span>
            <IconButton label="Previous error" shortcut="E" icon={<ChevronUp size={15} aria-hidden />} onClick={() => props.onError(false)} className="text-bad" />
            <IconButton label="Next error" shortcut="e" icon={<ChevronDown size={15} aria-hidden />} onClick={() => props.onError(true)} className="text-bad" />
          </span>
        )}
        <IconButton label={following ? 'Following: let go' : 'Follow the end'} shortcut="f" pressed={following} icon={<ArrowDownToLine size={16} aria-hidden />} onClick={props.onFollow} />
        <IconButton label={`Timestamps: ${timestampWords[timestamps]}`} shortcut="t" pressed={timestamps !== 'off'} icon={<Clock size={16} aria-hidden />} onClick={() => prefer({ timestamps: nextTimestamps[timestamps] })} />
        <IconButton label="Wrap long lines" shortcut="z" pressed={wrap} icon={<WrapText size={16} aria-hidden />} onClick={() => prefer({ wrap: !wrap })} />
        <IconButton label={lines ? 'Copy a link to these lines' : 'Copy a link to this log'} shortcut="y" icon={<Link2 size={16} aria-hidden />} onClick={props.onCopyLink} />
        <IconButton label={lines ? `Copy lines ${lineRangeText(lines)}` : 'Copy the log'} icon={<Copy size={16} aria-hidden />} disabled={!store || store.length === 0} onClick={copy} />
        <a
          href={server.logUrl({ run, job: job.id, attempt })}
          download={logFileName(run, job.name)}
          aria-label="Download the raw log"
          title="Download the raw log"
          className="inline-flex size-8 items-center justify-center rounded-lg text-soft hover:bg-well hover:text-ink"
        >
          <Download size={16} aria-hidden />
        </a>
      </div>
    </div>
  );
}

function stateWords(state: FeedState, store: LogStore | undefined): string {
  if (!store) return '';
  if (state.kind === 'capped') return `${store.length.toLocaleString('en')} of ${store.total.toLocaleString('en')} lines`;
  const lines = `${store.length.toLocaleString('en')} ${store.length === 1 ? 'line' : 'lines'}`;
  if (state.kind === 'loading') return store.total > store.length ? `${lines} of ${store.total.toLocaleString('en')}` : lines;
  return state.kind === 'live' ? `${lines}, live` : lines;
}
