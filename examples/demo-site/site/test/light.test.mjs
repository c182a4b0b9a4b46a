import assert from 'node:assert/strict';
import test from 'node:test';
import { keyframes, readLight } from '../src/light.mjs';

test('a group of flashes is read as the chart means it', () => {
  assert.equal(readLight('Fl(2) 10s').words, 'two flashes every 10 seconds');
});

test('a single flash has no number', () => {
  assert.equal(readLight('Fl 5s').words, 'one flash every 5 seconds');
});

test('an unknown character is refused with an example', () => {
  assert.throws(() => readLight('blinks'), /write it like "Fl\(2\) 10s"/);
});

test('the lamp on the page lights up once for each flash', () => {
  const lit = keyframes('lamp', readLight('Fl(2) 10s')).match(/opacity:1}/g);
  assert.equal(lit.length, 2);
});
