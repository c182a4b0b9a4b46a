import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, memo, type Ref, useImperativeHandle, useRef } from 'react';
import { VList, type VListHandle } from 'virtua';
import type { Step } from '../../protocol/types';
import { type Folds, type LogRows, stepName } from '../../state/log_rows';
import { holds } from '../../state/log_search';
import { type LogStore, shown } from '../../state/log_store';
import { isOver, outcomeOf } from '../../state/outcome';
import type { Preferences } from '../../state/preferences';
import { clock, duration, sinceStart } from '../../state/times';
import type { LineRange } from '../../state/workspace';
import { AnsiText } from '../../ui/ansi_text';
import { OutcomeIcon } from '../outcome_badge';

/// The only file that knows the virtual list's library.
export interface LogListHandle {
  show: (row: number, align: 'center' | 'end') => void;
  /// The index of the first line in sight.
  topLine: () => number;
}

interface LogListProps {
  ref: Ref<LogListHandle>;
  label: string;
  store: LogStore;
  rows: LogRows;
  steps: Step[] | undefined;
  folds: Folds;
  lines: LineRange | undefined;
  causes: readonly number[];
  hits: readonly number[];
  hit: number | undefined;
  pattern: RegExp | undefined;
  wrap: boolean;
  timestamps: Preferences['timestamps'];
  lineHref: (line: number) => string;
  onLine: (line: number, extend: boolean) => void;
  onFoldStep: (step: number) => void;
  onFoldGroup: (first: number) => void;
  /// A person does something in the list.
  onTouched: () => void;
  onScrolledUp: () => void;
  onReachedEnd: () => void;
  onFind: () => void;
  /// Chooses the line after or before the chosen one, or the first in sight.
  onNextLine: (forward: boolean) => void;
  /// Folds or opens what is around the chosen line.
  onFoldHere: () => void;
}

const rowHeight = 20;
/// Browsers lay out no wider than some 33 million pixels.
const mostColumns = 1_000_000;
const wayOfKey: Record<string, 'up' | 'down' | undefined> = {
  ArrowUp: 'up', PageUp: 'up', Home: 'up', ArrowDown: 'down', PageDown: 'down', End: 'down',
};
/// A person who is this near the end wants to be at the end; who goes down to it has it move away meanwhile.
const nearEndPx = 6;
const nearEndGoingDownPx = 5 * rowHeight;

export function LogList(props: LogListProps) {
  const { ref, label, store, rows, steps, folds, lines, causes, hits, hit, pattern, wrap, timestamps } = props;
  const list = useRef<VListHandle>(null);
  const offset = useRef(0);
  // Only a person lets go: what the list does to itself while it measures is no wish.
  const touched = useRef(0);
  /// Where to, if that is known: following must not take the list back from somebody who turns away from the end.
  const wish = useRef<'up' | 'down'>(undefined);
  /// Where the end was then: what has come since is not what somebody fell short of.
  const end = useRef(0);
  const digits = String(store.length).length;
  const start = store.time(0);

  useImperativeHandle(ref, () => ({
    show: (row, align) => list.current?.scrollToIndex(row, { align }),
    topLine: () => {
      const handle = list.current;
      if (!handle) return 0;
      for (let row = handle.findItemIndex(handle.scrollOffset); row < rows.length; row++) {
        const index = rows.at(row) ?? -1;
        if (index >= 0) return index;
      }
      return 0;
    },
  }));

  const onScroll = (next: number) => {
    const handle = list.current;
    const up = next < offset.current - 1;
    offset.current = next;
    if (!handle || performance.now() - touched.current > 1_500) return;
    const rest = Math.min(handle.scrollSize - handle.viewportSize, end.current) - next;
    if (up && rest > nearEndPx && wish.current !== 'down') props.onScrolledUp();
    else if (!up && wish.current !== 'up' && rest <= (wish.current === 'down' ? nearEndGoingDownPx : nearEndPx)) props.onReachedEnd();
  };
  const onTouched = (way?: 'up' | 'down') => {
    touched.current = performance.now();
    wish.current = way;
    props.onTouched();
    if (list.current) end.current = list.current.scrollSize - list.current.viewportSize;
    // At once: a scroll to the end that was under way would come before the scroll that this becomes.
    if (way === 'up' && list.current && list.current.scrollSize > list.current.viewportSize) props.onScrolledUp();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    onTouched(wayOfKey[event.key]);
    const handle = list.current;
    if (!handle) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'f') {
      event.preventDefault();
      props.onFind();
    } else if (event.key === 'Home') {
      event.preventDefault();
      handle.scrollToIndex(0);
      props.onScrolledUp();
    } else if (event.key === 'End') {
      event.preventDefault();
      handle.scrollToIndex(rows.length - 1, { align: 'end' });
      props.onReachedEnd();
    } else if (event.target === event.currentTarget && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // Only with the focus on the list itself: its rows are no stops of the Tab key.
      if (event.key === 'j' || event.key === 'k') props.onNextLine(event.key === 'j');
      else if (event.key === 'Enter') props.onFoldHere();
      else return;
      event.preventDefault();
    }
  };

  return (
    <VList
      ref={list}
      data={rows.all as ArrayLike<number>}
      itemSize={rowHeight}
      onScroll={onScroll}
      onWheel={({ deltaY }) => onTouched(deltaY < 0 ? 'up' : deltaY > 0 ? 'down' : undefined)}
      onTouchMove={() => onTouched()}
      onPointerDown={() => onTouched()}
      onPointerMove={(event) => event.buttons !== 0 && onTouched()}
      onKeyDown={onKeyDown}
      // The list is one stop of the Tab key. What comes is announced in short elsewhere (log_announcer.tsx): as a live
      // region it would flood a screen reader.
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      className={clsx('log-list !absolute inset-0 -outline-offset-2', wrap && 'log-wraps')}
      // Rows are laid out apart from the list, which therefore cannot see how far a line that is not wrapped reaches.
      style={{ '--log-columns': Math.min(store.columns, mostColumns) } as CSSProperties}
    >
      {(index: number) =>
        index < 0 ? (
          <StepRow step={-1 - index} steps={steps} folded={folds.steps.has(-1 - index)} onFold={props.onFoldStep} />
        ) : (
          <LineRow
            index={index}
            text={store.raw(index)}
            level={store.level(index)}
            time={timeText(store.time(index), start, timestamps)}
            digits={digits}
            group={groupOf(store, folds, index)}
            cause={causes.includes(index + 1)}
            target={lines !== undefined && index + 1 >= lines.first && index + 1 <= lines.last}
            hit={hit === index ? 'now' : holds(hits, index)}
            pattern={holds(hits, index) ? pattern : undefined}
            href={props.lineHref(index + 1)}
            onLine={props.onLine}
            onFold={props.onFoldGroup}
          />
        )
      }
    </VList>
  );
}

function timeText(time: number | null, start: number | null, how: Preferences['timestamps']): string {
  if (how === 'off') return '';
  if (time === null) return how === 'clock' ? ' '.repeat(12) : '';
  return how === 'clock' ? clock(time) : sinceStart(time - (start ?? time)).padStart(8);
}

/// How many lines stand behind a group's title, and whether they are folded away.
function groupOf(store: LogStore, folds: Folds, index: number): { folded: boolean; size: number } | undefined {
  if (!store.raw(index).startsWith('##[group]')) return undefined;
  const group = store.groupAt(index);
  return group && group.size > 0 ? { folded: folds.groups.has(index), size: group.size } : undefined;
}

const StepRow = memo(function StepRow({ step, steps, folded, onFold }: {
  step: number;
  steps: Step[] | undefined;
  folded: boolean;
  onFold: (step: number) => void;
}) {
  const known = steps?.find(({ number }) => number === step);
  const outcome = known && outcomeOf(known);
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-expanded={!folded}
      onClick={() => onFold(step)}
      className="flex min-h-8 w-full items-center gap-2 border-y border-line bg-card px-2 text-left font-sans text-[0.8125rem] font-semibold hover:bg-well"
    >
      {folded ? <ChevronRight size={15} aria-hidden /> : <ChevronDown size={15} aria-hidden />}
      {outcome && <OutcomeIcon outcome={outcome} size={15} />}
      <span className="min-w-0 flex-1 truncate">{stepName(steps, step)}</span>
      {known?.duration_s !== undefined && outcome && (isOver(outcome) || outcome === 'running') && (
        <span className="pr-1 text-xs font-normal text-soft tabular-nums">{duration(known.duration_s)}</span>
      )}
    </button>
  );
});

interface LineRowProps {
  index: number;
  text: string;
  level: string;
  time: string;
  digits: number;
  group: { folded: boolean; size: number } | undefined;
  cause: boolean;
  target: boolean;
  hit: boolean | 'now';
  pattern: RegExp | undefined;
  href: string;
  onLine: (line: number, extend: boolean) => void;
  onFold: (first: number) => void;
}

function LineRow({ index, text, level, time, digits, group, cause, target, hit, pattern, href, onLine, onFold }: LineRowProps) {
  const line = index + 1;
  return (
    <div className="log-row" data-line={line} data-level={level} data-cause={cause || undefined} data-target={target || undefined} data-hit={hit === 'now' ? 'now' : hit || undefined}>
      <span className="log-gutter">
        <a
          href={href}
          tabIndex={-1}
          className="log-number"
          aria-label={`Line ${line}`}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            onLine(line, event.shiftKey);
          }}
        >
          {String(line).padStart(digits)}
        </a>
        {cause && <span className="sr-only">A cause of the failure: </span>}
        {time && <span className="pr-3">{time}</span>}
      </span>
      {group ? (
        <button type="button" tabIndex={-1} aria-expanded={!group.folded} onClick={() => onFold(index)} className="log-text flex items-center text-left font-semibold">
          {group.folded ? <ChevronRight size={13} aria-hidden className="mr-1 shrink-0" /> : <ChevronDown size={13} aria-hidden className="mr-1 shrink-0" />}
          <span>
            <AnsiText text={shown(text)} search={pattern} />
            {group.folded && <span className="ml-2 font-normal text-[var(--log-soft)]">{group.size.toLocaleString('en')} {group.size === 1 ? 'line' : 'lines'}</span>}
          </span>
        </button>
      ) : (
        <span className="log-text">
          <AnsiText text={shown(text)} search={pattern} />
        </span>
      )}
    </div>
  );
}
