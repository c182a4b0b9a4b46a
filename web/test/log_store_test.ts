import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogStore, plain } from '../src/state/log_store';
import { firstFolds, LogRows, noFolds, opened, toggled } from '../src/state/log_rows';
import { holds, LogSearch, matcherOf, neighbour } from '../src/state/log_search';
import { lines } from './canned';

function storeOf(texts: string[], step = 1): LogStore {
  const store = new LogStore();
  store.append(lines(texts, { step }));
  return store;
}
const rowsOf = (store: LogStore, folds = noFolds) => Array.from(new LogRows(store, folds).all);

describe('a log', () => {
  it('takes what is next, leaves what is here, and notices a gap', () => {
    const store = storeOf(['one', 'two']);
    expect(store.append(lines(['two', 'three'], { from: 2 }))).toBe(true);
    expect([0, 1, 2].map((index) => store.text(index))).toEqual(['one', 'two', 'three']);
    expect(store.append(lines(['five'], { from: 5 }))).toBe(false);
    expect(store.length).toBe(3);
  });

  it('keeps levels, steps and times beside the text, also when it grows', () => {
    const store = new LogStore();
    store.append(lines(Array.from({ length: 5_000 }, (_, index) => (index === 4_321 ? '##[error]bad' : `line ${index}`)), { step: 3 }));
    expect(store.level(4_321)).toBe('error');
    expect(store.step(0)).toBe(3);
    expect(store.time(4_999)).toBe(1_700_000_500_000);
    expect(store.errors).toEqual([4_321]);
  });

  it('is whole when the job is over and every line is here', () => {
    const store = new LogStore();
    store.head(2, true);
    expect(store.whole).toBe(false);
    store.append(lines(['one', 'two']));
    expect(store.whole).toBe(true);
  });

  it('knows how wide its longest line is', () => {
    const store = new LogStore();
    store.append(lines(['\u001b[31mred\u001b[0m', '##[group]a title']));
    expect(store.columns).toBe(7);
    store.append(lines(['\ta tab', '漢字'.repeat(3)], { from: 3 }));
    expect(store.columns).toBe(12);
    store.append(lines(['x'.repeat(5_000)], { from: 5 }));
    expect(store.columns).toBe(5_000);
  });

  it('shows text without colours and markers', () => {
    expect(plain('##[error]\u001b[31mno\u001b[0m such file')).toBe('no such file');
    expect(plain('##[unknown]stays')).toBe('##[unknown]stays');
  });

  describe('tells of changes', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());
    it('a few times a second, however many batches come', () => {
      const store = new LogStore();
      const told = vi.fn();
      store.version.watch(told);
      for (let index = 1; index <= 100; index++) {
        store.append(lines(['x'], { from: index }));
        vi.advanceTimersByTime(1);
      }
      vi.advanceTimersByTime(100);
      expect(store.length).toBe(100);
      expect(told.mock.calls.length).toBeLessThanOrEqual(3);
      expect(told.mock.calls.length).toBeGreaterThanOrEqual(2);
    });
  });
});

describe('groups', () => {
  const texts = ['a', '##[group]Install', 'b', 'c', '##[endgroup]', 'd', '##[group]Broken', '##[error]e', '##[endgroup]'];

  it('reach from their title to their end', () => {
    const { groups } = storeOf(texts);
    expect(groups).toEqual([
      { first: 1, last: 4, size: 2, title: 'Install', failed: false },
      { first: 6, last: 8, size: 1, title: 'Broken', failed: true },
    ]);
  });

  it('end with their step', () => {
    const store = storeOf(['##[group]Open', 'a']);
    store.append(lines(['b'], { step: 2, from: 3 }));
    expect(store.groups[0]).toMatchObject({ first: 0, last: 1 });
  });

  it('fold to their title, and at first only where nothing failed', () => {
    const store = storeOf(texts);
    expect(rowsOf(store)).toEqual([-2, 0, 1, 2, 3, 5, 6, 7]);
    expect(rowsOf(store, firstFolds(store))).toEqual([-2, 0, 1, 5, 6, 7]);
  });

  it('do not fold where there is nothing inside', () => {
    expect([...firstFolds(storeOf(['##[group]Empty', '##[endgroup]', '##[group]Full', 'a', '##[endgroup]'])).groups]).toEqual([2]);
  });

  it('open for a line that is wanted', () => {
    const store = storeOf(texts);
    const folds = { steps: new Set([1]), groups: new Set([1, 6]) };
    expect(rowsOf(store, folds)).toEqual([-2]);
    expect(rowsOf(store, opened(folds, store, 3))).toEqual([-2, 0, 1, 2, 3, 5, 6]);
    expect(opened(noFolds, store, 3)).toBe(noFolds);
  });

  it('find the row of a line, or of what hides it', () => {
    const store = storeOf(texts);
    store.append(lines(['next step'], { step: 2, from: 10 }));
    const all = new LogRows(store, noFolds);
    for (let row = 0; row < all.length; row++) {
      const index = all.at(row) ?? -1;
      if (index >= 0) expect(all.rowOf(index)).toBe(row);
    }
    const folded = new LogRows(store, { steps: new Set(), groups: toggled(new Set(), 1) });
    expect(folded.at(folded.rowOf(3))).toBe(1);
  });
});

describe('a search', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function find(store: LogStore, pattern: string, asRegex = false) {
    const matcher = matcherOf(pattern, asRegex);
    if ('problem' in matcher) throw new Error(matcher.problem);
    const seen: number[][] = [];
    const search = new LogSearch(store, matcher.test, ({ hits }) => seen.push([...hits]));
    vi.runAllTimers();
    return { search, hits: () => seen.at(-1) };
  }

  it('finds every line, not only those in sight', () => {
    const store = storeOf(Array.from({ length: 70_000 }, (_, index) => (index % 1_000 === 7 ? 'needle' : 'hay')));
    expect(find(store, 'NEEDLE').hits()).toHaveLength(70);
  });

  it('looks at what a person reads, not at colours', () => {
    expect(find(storeOf(['\u001b[31mex\u001b[0mit code 1']), 'exit code').hits()).toEqual([0]);
    expect(find(storeOf(['\u001b[31mred']), '[31m').hits()).toEqual([]);
  });

  it('goes on when the log grows', () => {
    const store = storeOf(['a needle']);
    const { search, hits } = find(store, 'needle');
    store.append(lines(['hay', 'another needle'], { from: 2 }));
    search.more();
    expect(hits()).toEqual([0, 2]);
  });

  it('takes what is typed as text, unless it is told otherwise', () => {
    const store = storeOf(['exit code 1', 'a+b', 'exit code 22']);
    expect(find(store, 'a+b').hits()).toEqual([1]);
    expect(find(store, 'code \\d{2}', true).hits()).toEqual([2]);
    expect(matcherOf('(', true)).toHaveProperty('problem');
  });

  it('knows its hits', () => {
    expect([2, 3, 4, 7, 9, 10].map((index) => holds([3, 7, 9], index))).toEqual([false, true, false, true, true, false]);
    expect(holds([], 1)).toBe(false);
  });

  it('goes round at the ends', () => {
    expect([neighbour([3, 7], 3, true), neighbour([3, 7], 7, true), neighbour([3, 7], 3, false), neighbour([3, 7], 5, false)]).toEqual([7, 3, 7, 3]);
    expect(neighbour([], 3, true)).toBeUndefined();
  });
});
