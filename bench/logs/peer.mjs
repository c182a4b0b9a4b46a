// What a tool in Node does with a log, timed as measure_logs times itself: node peer.mjs WHAT FILE [PATTERN]
import { readFileSync } from 'node:fs';

const [what, file, pattern] = process.argv.slice(2);
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z /gm;
const colour = /\x1b\[[0-9;]*[A-Za-z]/g;
const clean = (text) => text.replace(colour, '').replace(stamp, '');

const text = what === 'tail' ? '' : readFileSync(file, 'utf8');
const expression = pattern && new RegExp(pattern);
const work = {
  tail: () => Buffer.byteLength(clean(readFileSync(file, 'utf8').split('\n').slice(-201).join('\n'))),
  strip: () => Buffer.byteLength(clean(text)),
  literal: () => text.split('\n').filter((line) => line.includes(pattern)).length,
  regex: () => text.split('\n').filter((line) => expression.test(line)).length,
}[what];

let least = Infinity;
let result;
for (let round = 0; round < 3; ++round) {
  const start = process.cpuUsage();
  result = work();
  const { user, system } = process.cpuUsage(start);
  least = Math.min(least, (user + system) / 1000);
}
console.log(JSON.stringify({ ms: least, result, peak_mib: process.resourceUsage().maxRSS / 1024 }));
