import assert from 'node:assert/strict';
import test from 'node:test';
import { readingTime } from '../src/reading-time.mjs';

const words = (count) => Array(count).fill('word').join(' ');

test('a short note still takes a minute to read', () => {
  const minutes = readingTime(words(30));
  assert.equal(minutes, 1, `A note of 30 words should take 1 minute to read, not ${minutes}.`);
});

test('a started minute counts as a whole one', () => {
  assert.equal(readingTime(words(401)), 3);
});

test('nothing takes no time', () => {
  assert.equal(readingTime('  \n '), 0);
});
