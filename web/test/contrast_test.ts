// Every text colour on every ground that it is used on, in both themes: WCAG 2.2, 1.4.3 asks for 4.5 to 1.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = ['index.css', 'log.css']
  .map((file) => readFileSync(resolve(import.meta.dirname, '../src/styles', file), 'utf8'))
  .join('\n');
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name as string, [light as string, dark as string]]),
);

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
function pair(ink: string, ground: string, theme: number): number {
  const [one, other] = [colours.get(ink)?.[theme], colours.get(ground)?.[theme]];
  if (!one || !other) throw new Error(`No colour ${ink} or ${ground}.`);
  return contrast(one, other);
}

const grounds = ['color-page', 'color-card', 'color-well'];
const texts = [
  ...['color-ink', 'color-soft', 'color-brand', 'color-bad', 'color-good', 'color-warn', 'color-blue'].flatMap((ink) => grounds.map((ground) => [ink, ground])),
  ...['brand', 'good', 'bad', 'warn', 'blue'].map((tone) => [`color-${tone}`, `color-${tone}-wash`]),
  ['log-mark-ink', 'log-mark'],
  ['color-ink', 'color-bad-wash'],
  ['color-ink', 'color-warn-wash'],
  ...['log-ink', 'log-soft', ...['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].map((name) => `ansi-${name}`)].flatMap((ink) => ['log-ground', 'log-cause', 'log-target', 'log-hit', 'log-hit-now'].map((ground) => [ink, ground])),
] as [string, string][];

describe.each([['light', 0], ['dark', 1]] as const)('in the %s theme', (_, theme) => {
  it.each(texts)('%s can be read on %s', (ink, ground) => expect(pair(ink, ground, theme)).toBeGreaterThanOrEqual(4.5));
  it('the border of a field can be seen', () => expect(pair('color-edge', 'color-card', theme)).toBeGreaterThanOrEqual(3));
});

it('white text can be read on the whole gradient', () => {
  for (const stop of ['#2563eb', '#9333ea', '#6d28d9']) expect(contrast('#ffffff', stop)).toBeGreaterThanOrEqual(4.5);
});
