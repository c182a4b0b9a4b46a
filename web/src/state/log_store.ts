import { Watched } from '../protocol/watched';
import type { Level, LogLine } from '../protocol/types';

const tellEveryMs = 80;
const levels: Level[] = ['debug', 'plain', 'notice', 'warning', 'error'];

/// A foldable part that the log itself names: `##[group]` to `##[endgroup]`. Indices, both inclusive.
export interface Group {
  first: number;
  last: number;
  /// Lines inside, without the title and the end.
  size: number;
  title: string;
  /// Whether a line inside has the level error.
  failed: boolean;
}

/// One job's log as far as it is here: append-only, outside of React. Lines are addressed by index, from 0; the number
/// that people see (and that never changes) is `index + 1`.
export class LogStore {
  /// Changes when something came, a few times a second at most: who renders by it is not asked for every batch.
  readonly version = new Watched(0);

  readonly errors: number[] = [];
  readonly groups: Group[] = [];
  warnings = 0;
  /// The width of the longest line, in columns of a fixed-width font; at least that.
  columns = 0;
  /// Lines that the server has, at least.
  total = 0;
  /// The job has ended: nothing will follow `total`.
  complete = false;

  readonly #texts: string[] = [];
  #levels = new Uint8Array(1024);
  #steps = new Uint16Array(1024);
  #times = new Float64Array(1024);
  #open: Group | undefined;
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get length(): number {
    return this.#texts.length;
  }

  /// Everything is here.
  get whole(): boolean {
    return this.complete && this.length >= this.total;
  }

  /// As the server sent it: with SGR colours and the runner's markers.
  raw(index: number): string {
    return this.#texts[index] ?? '';
  }

  /// What a person reads: without colours and markers.
  text(index: number): string {
    return plain(this.raw(index));
  }

  level(index: number): Level {
    return levels[this.#levels[index] ?? 1] ?? 'plain';
  }

  step(index: number): number {
    return this.#steps[index] ?? 0;
  }

  time(index: number): number | null {
    const time = this.#times[index];
    return time === undefined || Number.isNaN(time) ? null : time;
  }

  /// What the server says of the log as a whole.
  head(total: number, complete: boolean): void {
    if (total === this.total && complete === this.complete) return;
    this.total = Math.max(total, this.length);
    this.complete = complete;
    this.#changed();
  }

  /// Takes the lines that are next and leaves those that are here already. False where one is missing in between.
  append(lines: LogLine[]): boolean {
    let gap = false;
    let news = false;
    for (const [number, time, level, step, text] of lines) {
      const index = number - 1;
      if (index < this.length) continue;
      if (index > this.length) {
        gap = true;
        break;
      }
      this.#put(index, time, level, step, text);
      news = true;
    }
    if (this.length > this.total) this.total = this.length;
    if (news) this.#changed();
    return !gap;
  }

  /// The group that `index` stands in, its first line included.
  groupAt(index: number): Group | undefined {
    let low = 0;
    let high = this.groups.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const group = this.groups[middle];
      if (!group) return undefined;
      if (index < group.first) high = middle - 1;
      else if (index > group.last) low = middle + 1;
      else return group;
    }
    return undefined;
  }

  #put(index: number, time: number | null, level: Level, step: number, text: string): void {
    if (index >= this.#levels.length) this.#grow();
    this.#texts.push(text);
    this.#levels[index] = levels.indexOf(level);
    this.#steps[index] = step;
    this.#times[index] = time ?? Number.NaN;
    if (level === 'error') this.errors.push(index);
    if (level === 'warning') this.warnings++;
    // Most lines are too short to matter, and need not be taken apart.
    if (text.length * 4 > this.columns) this.columns = Math.max(this.columns, columnsOf(plain(text)));

    // Groups do not nest, and none reaches over the end of its step.
    if (this.#open && this.step(this.#open.first) !== step) this.#open = undefined;
    if (text.startsWith('##[group]')) {
      this.#open = { first: index, last: index, size: 0, title: plain(text), failed: false };
      this.groups.push(this.#open);
    } else if (this.#open) {
      this.#open.last = index;
      if (level === 'error') this.#open.failed = true;
      if (text.startsWith('##[endgroup]')) this.#open = undefined;
      else this.#open.size++;
    }
  }

  #grow(): void {
    const size = this.#levels.length * 2;
    const grown = [new Uint8Array(size), new Uint16Array(size), new Float64Array(size)] as const;
    grown[0].set(this.#levels);
    grown[1].set(this.#steps);
    grown[2].set(this.#times);
    [this.#levels, this.#steps, this.#times] = grown;
  }

  #changed(): void {
    if (this.#timer !== undefined) return;
    const since = Date.now() - this.#told;
    if (since >= tellEveryMs) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), tellEveryMs - since);
  }

  #tell(): void {
    this.#timer = undefined;
    this.#told = Date.now();
    this.version.set(this.version.get() + 1);
  }
}

// oxlint-disable-next-line no-control-regex -- SGR sequences are what this is about
const sgr = /\u001b\[[0-9;:]*m/g;
const marker = /^##\[(?:group|endgroup|error|warning|notice|debug|command|section)\]/;

/// A line without colours and without the runner's marker.
export function plain(text: string): string {
  const bare = text.includes('\u001b') ? text.replace(sgr, '') : text;
  return bare.startsWith('##[') ? bare.replace(marker, '') : bare;
}

/// A line as it is shown: the marker is gone, since its meaning is shown otherwise; colours stay.
export function shown(text: string): string {
  return text.startsWith('##[') ? text.replace(marker, '') : text;
}

/// A tab is at most four columns wide, and so is no other character; those of East Asia are two.
function columnsOf(text: string): number {
  let columns = text.length;
  for (const { 0: character } of text.matchAll(/[\t\u1100-\uffff]/g)) columns += character === '\t' ? 3 : 1;
  return columns;
}
