import type { LogStore } from './log_store';

export interface Found {
  /// Indices of lines that match, ascending.
  hits: number[];
  /// How many lines were looked at so far.
  looked: number;
  problem?: string;
}

/// Lines looked at between two frames: about 5 ms of work.
const slice = 20_000;

/// What a search box says, as a test of one line; or why it is none.
export function matcherOf(pattern: string, asRegex: boolean): { test: (text: string) => boolean; source: RegExp } | { problem: string } {
  try {
    const source = new RegExp(asRegex ? pattern : pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
    return { test: (text) => source.test(text), source };
  } catch (error) {
    return { problem: error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'No valid pattern.' };
  }
}

/// Looks through the store from where it stopped, a slice at a time, so that typing stays smooth in half a million
/// lines. Calls `onProgress` after each slice and goes on when the log has grown and `more` is called.
export class LogSearch {
  readonly #store: LogStore;
  readonly #test: (text: string) => boolean;
  readonly #onProgress: (found: Found) => void;
  readonly #hits: number[] = [];
  #looked = 0;
  #busy = false;
  #stopped = false;

  constructor(store: LogStore, test: (text: string) => boolean, onProgress: (found: Found) => void) {
    this.#store = store;
    this.#test = test;
    this.#onProgress = onProgress;
    this.more();
  }

  more(): void {
    if (this.#busy || this.#stopped || this.#looked >= this.#store.length) return;
    this.#busy = true;
    this.#work();
  }

  stop(): void {
    this.#stopped = true;
  }

  #work(): void {
    if (this.#stopped) return;
    const end = Math.min(this.#store.length, this.#looked + slice);
    for (let index = this.#looked; index < end; index++) {
      if (this.#test(this.#store.text(index))) this.#hits.push(index);
    }
    this.#looked = end;
    this.#onProgress({ hits: this.#hits, looked: this.#looked });
    if (this.#looked < this.#store.length) setTimeout(() => this.#work());
    else this.#busy = false;
  }
}

/// Whether `hits`, which ascend, hold `index`. There may be as many hits as lines, and only what is in sight is asked for.
export function holds(hits: readonly number[], index: number): boolean {
  let low = 0;
  let high = hits.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const hit = hits[middle] ?? 0;
    if (hit === index) return true;
    if (hit < index) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/// The hit after (or before) `from`, going round at the ends.
export function neighbour(hits: readonly number[], from: number, forward: boolean): number | undefined {
  if (hits.length === 0) return undefined;
  if (forward) return hits.find((hit) => hit > from) ?? hits[0];
  for (let i = hits.length - 1; i >= 0; i--) {
    const hit = hits[i];
    if (hit !== undefined && hit < from) return hit;
  }
  return hits.at(-1);
}
