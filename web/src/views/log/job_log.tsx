import clsx from 'clsx';
import { ArrowDown } from 'lucide-react';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { Job, RunReport } from '../../protocol/types';
import { logFileName, useLog } from '../../state/log';
import { firstFolds, type Folds, LogRows, noFolds, opened, toggled } from '../../state/log_rows';
import { neighbour } from '../../state/log_search';
import { hasFailed, isOver, outcomeOf } from '../../state/outcome';
import { useParts } from '../../state/parts';
import { prefer, usePreferences } from '../../state/preferences';
import { useShortcuts } from '../../state/shortcuts';
import { useLogSearch } from '../../state/use_log_search';
import { type LineRange, permalink } from '../../state/workspace';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { copyText } from '../../ui/copy_button';
import { Loading, Skeleton } from '../../ui/skeleton';
import { tell } from '../../ui/news';
import { FailureNote } from '../failure_note';
import { LogAnnouncer } from './log_announcer';
import { LogList, type LogListHandle } from './log_list';
import { LogToolbar } from './log_toolbar';
import { MissingLines } from './missing_lines';

interface JobLogProps {
  report: RunReport;
  job: Job;
  /// The lines that the address names.
  lines: LineRange | undefined;
  /// The lines that the diagnosis blames, the best cause first.
  causes: readonly number[];
  onLines: (lines: LineRange | undefined) => void;
  roomy: boolean;
  /// See RunLogs.
  where: string;
}

/// The log of one job: followed while it runs, searchable, foldable, with an address for every line.
export function JobLog({ report, job, lines, causes, onLines, roomy, where }: JobLogProps) {
  const { run } = report;
  const outcome = outcomeOf(job);
  const { server } = useParts();
  const { wrap, timestamps } = usePreferences();
  const log = useLog({ run: run.run_id, job: job.id, attempt: run.attempt ?? 1 });
  const { store, version, state } = log;

  const [folds, setFolds] = useState<Folds>(noFolds);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the store is outside of React; its version tells of changes
  const rows = useMemo(() => (store ? new LogRows(store, folds) : undefined), [store, version, folds]);
  const list = useRef<LogListHandle>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const card = useRef<HTMLElement>(null);
  const [following, setFollowing] = useState(() => !isOver(outcome) && !lines);
  /// Lines that were there when following stopped.
  const [seen, setSeen] = useState(0);
  const search = useLogSearch(store, version);

  /// Somebody has gone somewhere in the log.
  const touched = useRef(false);
  // Where to go as soon as the line is here and its folds are open.
  const [wanted, setWanted] = useState<{ index: number }>();
  const goTo = (index: number) => {
    touched.current = true;
    setFollowing(false);
    setWanted({ index });
  };
  useEffect(() => {
    if (!wanted || !store || !rows || store.length <= wanted.index) return;
    const open = opened(folds, store, wanted.index);
    if (open !== folds) {
      setFolds(open);
      return;
    }
    list.current?.show(rows.rowOf(wanted.index), 'center');
    setWanted(undefined);
  }, [wanted, rows, store, folds]);

  const target = lines?.first;
  useEffect(() => {
    if (target === undefined) return;
    setWanted({ index: target - 1 });
    setFollowing(false);
    // Where the log stands below what led to it, it has to come into sight as well.
    card.current?.scrollIntoView({ block: 'nearest' });
  }, [target]);

  // What a log that is over looks like at first: quiet groups folded, and in sight the line that the diagnosis blames or,
  // where it blames none yet, the first error. A diagnosis that comes late moves nothing under the hands of a reader.
  const [wasOver] = useState(() => isOver(outcome));
  const settled = state.kind === 'whole' || state.kind === 'capped';
  const cause = causes[0];
  const begin = useEffectEvent(() => {
    if (!store || target !== undefined || touched.current) return;
    const index = cause !== undefined && cause <= store.length ? cause - 1 : store.errors[0];
    if (hasFailed(outcome) && index !== undefined) setWanted({ index });
  });
  const fold = useEffectEvent(() => {
    if (!store) return;
    setFolds(firstFolds(store));
    // It was in sight before the folds moved it, or folded it away.
    if (target !== undefined && !touched.current) setWanted({ index: target - 1 });
  });
  useEffect(() => {
    if (wasOver && settled) fold();
  }, [wasOver, settled]);
  useEffect(() => {
    if (wasOver && settled) begin();
  }, [wasOver, settled, cause]);

  const rowCount = rows?.length ?? 0;
  useEffect(() => {
    if (following && rowCount > 0) list.current?.show(rowCount - 1, 'end');
  }, [following, rowCount]);
  const letGo = () => {
    setFollowing(false);
    setSeen(store?.length ?? 0);
  };

  const here = () => search.at ?? (lines ? lines.first - 1 : (list.current?.topLine() ?? 0));
  const toError = (forward: boolean) => {
    const next = store && neighbour(store.errors, errorAt ?? here() - (forward ? 1 : 0), forward);
    if (next === undefined) return;
    setErrorAt(next);
    goTo(next);
  };
  const [errorAt, setErrorAt] = useState<number>();
  const toStep = (forward: boolean) => {
    if (!store) return;
    const starts = (job.steps ?? []).flatMap(({ first_line: first }) => (first ? [first - 1] : []));
    const next = neighbour(starts, here() + (forward ? 0 : -1), forward);
    if (next !== undefined) onLines({ first: next + 1, last: next + 1 });
  };
  const isLooking = search.looking || state.kind === 'loading';
  // Who asked for a match before there is one is taken to it when it is found, unless nothing more is looked through.
  const [awaited, setAwaited] = useState<{ pattern: string; forward: boolean }>();
  const toMatch = (forward: boolean) => {
    const next = search.step(forward, here());
    if (next !== undefined) goTo(next);
    setAwaited(next === undefined && isLooking ? { pattern: search.pattern, forward } : undefined);
  };
  const arrive = useEffectEvent(() => {
    if (!awaited) return;
    const [first = Infinity, last = -1] = [search.hits[0], search.hits.at(-1)];
    // Going round the end can wait until there is nothing further on.
    const isAhead = awaited.forward ? last > here() : first < here();
    if (awaited.pattern !== search.pattern) setAwaited(undefined);
    else if (search.hits.length > 0 && (isAhead || !isLooking)) toMatch(awaited.forward);
    else if (!isLooking) setAwaited(undefined);
  });
  useEffect(() => arrive(), [search.hits, isLooking]);

  /// What a key chose, to be read out.
  const [spoken, setSpoken] = useState('');
  const choose = (index: number) => {
    touched.current = true;
    onLines({ first: index + 1, last: index + 1 });
    setSpoken(`Line ${index + 1}: ${store?.text(index) ?? ''}`);
  };
  const toLine = (forward: boolean) => {
    if (!rows || !store) return;
    if (!lines) {
      choose(list.current?.topLine() ?? 0);
      return;
    }
    const way = forward ? 1 : -1;
    // Folded lines and the headings of steps are passed by.
    for (let row = rows.rowOf((forward ? lines.last : lines.first) - 1) + way; row >= 0 && row < rows.length; row += way) {
      const index = rows.at(row) ?? -1;
      if (index < 0) continue;
      choose(index);
      return;
    }
  };
  const foldHere = () => {
    if (!store) return;
    const index = lines ? lines.first - 1 : (list.current?.topLine() ?? 0);
    const group = store.groupAt(index);
    if (group && group.size > 0) {
      setFolds({ ...folds, groups: toggled(folds.groups, group.first) });
      choose(group.first);
    } else {
      setFolds({ ...folds, steps: toggled(folds.steps, store.step(index)) });
    }
  };

  const place = { job: job.id, lines };
  const copyLink = () => {
    copyText(permalink(run.run_id, place)).then(
      () => tell({ title: lines ? `Link to line ${lines.first} copied` : 'Link to this log copied', briefly: true }),
      () => tell({ title: 'Copying failed', text: permalink(run.run_id, place) }),
    );
  };
  useShortcuts({
    search: () => searchBox.current?.focus(),
    nextError: () => toError(true),
    previousError: () => toError(false),
    follow: () => (following ? letGo() : setFollowing(true)),
    timestamps: () => prefer({ timestamps: timestamps === 'off' ? 'clock' : timestamps === 'clock' ? 'since_start' : 'off' }),
    wrap: () => prefer({ wrap: !wrap }),
    nextStep: () => toStep(true),
    previousStep: () => toStep(false),
    permalink: copyLink,
  });

  const fresh = store && !following ? store.length - seen : 0;
  return (
    <Card ref={card} aria-label={`Log of ${job.name}${where}`} className={clsx('flex flex-col overflow-hidden', roomy ? 'h-[calc(100dvh-7.75rem)] min-h-[24rem] xl:sticky xl:top-[4.5rem]' : 'min-h-[24rem] flex-1')}>
      <LogToolbar
        run={run.run_id}
        job={job}
        attempt={run.attempt ?? 1}
        store={store}
        state={state}
        lines={lines}
        search={search}
        searchBox={searchBox}
        where={where}
        following={following}
        onFollow={() => (following ? letGo() : setFollowing(true))}
        onMatch={toMatch}
        onError={toError}
        onCopyLink={copyLink}
        onClearLines={() => onLines(undefined)}
      />
      {state.kind === 'trouble' && (
        <div className="p-3">
          <FailureNote what="The log cannot be read on." error={state.failure} onRetry={log.retry} />
        </div>
      )}
      {state.kind === 'capped' && store && (
        <MissingLines
          here={store.length}
          total={store.total}
          growing={!store.complete}
          blamed={causes.some((line) => line > store.length)}
          href={server.logUrl({ run: run.run_id, job: job.id, attempt: run.attempt ?? 1 })}
          fileName={logFileName(run.run_id, job.name)}
        />
      )}
      <div className="relative min-h-0 flex-1 bg-[var(--log-ground)]">
        {store && rows && rows.length > 0 ? (
          <LogList
            ref={list}
            label={`Lines of ${job.name}`}
            store={store}
            rows={rows}
            steps={job.steps}
            folds={folds}
            lines={lines}
            causes={causes}
            hits={search.hits}
            hit={search.at}
            pattern={search.source}
            wrap={wrap}
            timestamps={timestamps}
            lineHref={(line) => `#/runs/${run.run_id}/jobs/${job.id}/lines/${line}`}
            onLine={(line, extend) => {
              setFollowing(false);
              onLines(extend && lines ? { first: Math.min(lines.first, line), last: Math.max(lines.first, line) } : { first: line, last: line });
            }}
            onFoldStep={(step) => setFolds({ ...folds, steps: toggled(folds.steps, step) })}
            onFoldGroup={(group) => setFolds({ ...folds, groups: toggled(folds.groups, group) })}
            onTouched={() => {
              touched.current = true;
            }}
            onScrolledUp={letGo}
            onReachedEnd={() => {
              if (!store.whole) setFollowing(true);
            }}
            onFind={() => searchBox.current?.focus()}
            onNextLine={toLine}
            onFoldHere={foldHere}
          />
        ) : state.kind === 'loading' ? (
          <Loading what="the log">
            <div className="flex flex-col gap-2 p-4">
              {['w-1/2', 'w-2/3', 'w-1/3', 'w-3/4', 'w-1/2'].map((width, index) => (
                <Skeleton key={index} className={clsx('h-3.5', width)} />
              ))}
            </div>
          </Loading>
        ) : state.kind !== 'trouble' ? (
          <p className="p-6 text-sm text-soft">{emptyWords(job)}</p>
        ) : null}
        {!following && store && !store.whole && state.kind !== 'capped' && (
          <div className="absolute bottom-4 left-1/2 -translate-x-1/2">
            <Button kind="primary" icon={<ArrowDown size={15} aria-hidden />} onClick={() => setFollowing(true)}>
              {fresh > 0 ? `${fresh.toLocaleString('en')} new ${fresh === 1 ? 'line' : 'lines'}` : 'Follow'}
            </Button>
          </div>
        )}
      </div>
      <LogAnnouncer store={store} version={version} over={settled} />
      <div role="status" className="sr-only">
        {spoken}
      </div>
    </Card>
  );
}

/// Why there is no line to see.
function emptyWords(job: Job): string {
  const outcome = outcomeOf(job);
  if (outcome === 'queued') return 'This job has not started yet. Its lines appear here when it does.';
  if (outcome === 'waiting') return 'This job waits for an approval. Its lines appear here when it goes on.';
  if (outcome === 'skipped') return `This job was skipped${job.reason ? `: ${job.reason}` : ''}. It wrote nothing.`;
  if (outcome === 'running') return 'Running. No line yet.';
  return 'This job wrote no line.';
}
