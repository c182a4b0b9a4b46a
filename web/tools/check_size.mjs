// Fails the build when the page has grown beyond its budget: what a first visit loads, as it travels (gzip -9).
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const budget = { first: 150, all: 235 }; // kB of 1000 bytes

const html = readFileSync(new URL('index.html', dist), 'utf8');
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000;
const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]));
// What the entry imports statically comes with it.
const pending = [...first].filter((file) => file.endsWith('.js'));
for (const file of pending) {
  const text = readFileSync(new URL(file, dist), 'utf8');
  for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
    if (!first.has(`assets/${name}`)) pending.push(`assets/${name}`);
    first.add(`assets/${name}`);
  }
}
const all = readdirSync(new URL('assets/', dist)).map((name) => `assets/${name}`);
const sum = (files) => files.reduce((total, file) => total + size(file), 0) + size('index.html');
const seen = { first: sum([...first]), all: sum(all) };

const leaks = all.filter((file) => file.endsWith('.map') || /sourceMappingURL|flux_session=/.test(readFileSync(new URL(file, dist), 'latin1')));
if (leaks.length > 0) throw new Error(`These must not ship as they are: ${leaks.join(', ')}`);
const inline = html.match(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle="|\son\w+="/i);
if (inline) throw new Error(`index.html holds something inline, which the Content-Security-Policy forbids: ${inline[0]}`);

let over = false;
for (const [name, limit] of Object.entries(budget)) {
  const fits = seen[name] <= limit;
  over ||= !fits;
  console.log(`${name === 'first' ? 'first load' : 'everything'}: ${seen[name].toFixed(1)} kB gzip of ${limit} kB${fits ? '' : '  TOO BIG'}`);
}
if (over) {
  for (const file of all) console.log(`  ${size(file).toFixed(1).padStart(7)} kB  ${file}`);
  process.exit(1);
}
