import { describe, expect, it } from 'vitest';
import { delayBefore } from '../src/protocol/connection';

describe('the wait before a reconnect', () => {
  it('doubles up to half a minute', () => {
    const longest = (attempt: number) => delayBefore(attempt, () => 1);
    expect([1, 2, 3, 4, 5, 6, 7, 8, 20].map(longest)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is drawn from the upper half, so that pages do not come back together', () => {
    expect(delayBefore(4, () => 0)).toBe(2000);
    expect(delayBefore(4, () => 0.5)).toBe(3000);
  });
});
