const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six'];

/// Reads what a chart prints beside a light: `Fl(2) 10s` is two flashes every ten seconds.
export function readLight(character) {
  const match = /^Fl(?:\((\d)\))? (\d+)s$/.exec(character);
  if (!match) throw new Error(`"${character}" is not a light we know: write it like "Fl(2) 10s".`);
  const flashes = Number(match[1] ?? 1);
  const seconds = Number(match[2]);
  return { flashes, seconds, words: `${numbers[flashes]} flash${flashes === 1 ? '' : 'es'} every ${seconds} seconds` };
}

/// The same rhythm for the page: on for a moment at each flash, dark for the rest.
export function keyframes(name, { flashes, seconds }) {
  const percent = (at) => `${((at / seconds) * 100).toFixed(2)}%`;
  const frames = [];
  for (let flash = 0; flash < flashes; flash++) {
    const at = 0.2 + flash * 1.2;
    frames.push(`${percent(at - 0.15)}{opacity:.12}`, `${percent(at)}{opacity:1}`, `${percent(at + 0.6)}{opacity:.12}`);
  }
  return `@keyframes ${name}{0%,100%{opacity:.12}${frames.join('')}}`;
}
