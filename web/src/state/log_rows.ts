import type { Step } from '../protocol/types';
import type { LogStore } from './log_store';

/// What is folded: steps by number, groups by the index of their first line.
export interface Folds {
  steps: ReadonlySet<number>;
  groups: ReadonlySet<number>;
}

export const noFolds: Folds = { steps: new Set(), groups: new Set() };

/// The rows of the viewer: a line's index, or `-1 - step` for a step's heading. Numbers in one typed array, because
/// there may be half a million.
export class LogRows {
  readonly #rows: Int32Array;
  readonly length: number;

  constructor(store: LogStore, folds: Folds) {
    const rows = new Int32Array(store.length + 2048);
    let count = 0;
    let step = -1;
    let index = 0;
    const { groups } = store;
    let next = 0;
    while (index < store.length) {
      const its = store.step(index);
      if (its !== step) {
        step = its;
        if (count + 2 >= rows.length) break;
        rows[count++] = -1 - step;
      }
      while (next < groups.length && (groups[next]?.last ?? 0) < index) next++;
      const group = groups[next];
      if (folds.steps.has(step)) {
        index++;
      } else if (group && group.first === index && folds.groups.has(index)) {
        rows[count++] = index;
        index = group.last + 1;
      } else {
        // The end of a group is a border, not a line.
        if (!store.raw(index).startsWith('##[endgroup]')) rows[count++] = index;
        index++;
      }
    }
    this.#rows = rows.subarray(0, count);
    this.length = count;
  }

  /// What `virtua` iterates over.
  get all(): ArrayLike<number> {
    return this.#rows;
  }

  at(row: number): number | undefined {
    return this.#rows[row];
  }

  /// The row that shows the line, or the nearest one before it where it is folded away.
  rowOf(index: number): number {
    let low = 0;
    let high = this.length - 1;
    let found = 0;
    while (low <= high) {
      let middle = (low + high) >> 1;
      const probe = middle;
      // A heading has no index of its own; the line after it decides.
      while (middle <= high && (this.#rows[middle] ?? 0) < 0) middle++;
      if (middle > high) {
        high = probe - 1;
        continue;
      }
      const value = this.#rows[middle] ?? 0;
      if (value <= index) {
        found = middle;
        low = middle + 1;
      } else {
        high = probe - 1;
      }
    }
    return found;
  }
}

/// What a finished log shows folded at first: groups in which nothing failed.
export function firstFolds(store: LogStore): Folds {
  const groups = new Set<number>();
  for (const group of store.groups) if (!group.failed && group.size > 0) groups.add(group.first);
  return { steps: new Set(), groups };
}

/// The same folds with everything around `index` opened.
export function opened(folds: Folds, store: LogStore, index: number): Folds {
  const step = store.step(index);
  const group = store.groupAt(index);
  const inGroup = group !== undefined && folds.groups.has(group.first) && index !== group.first;
  if (!folds.steps.has(step) && !inGroup) return folds;
  const steps = new Set(folds.steps);
  steps.delete(step);
  const groups = new Set(folds.groups);
  if (group) groups.delete(group.first);
  return { steps, groups };
}

export function toggled(set: ReadonlySet<number>, member: number): Set<number> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}

/// The name of a step, where the run knows it.
export function stepName(steps: Step[] | undefined, number: number): string {
  if (number === 0) return 'Before the first step';
  return steps?.find((step) => step.number === number)?.name ?? `Step ${number}`;
}
