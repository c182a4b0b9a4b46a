// What a tool in Node does with a log, timed as measure_logs times itself: node peer.mjs WHAT FILE [PATTERN]
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const [what, file, pattern] = process.argv.slice(2);
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z /gm;
const colour = /\x1b\[[0-9;]*[A-Za-z]/g;
const clean = (text) => text.replace(colour, '').replace(stamp, '');

/// The members of a zip, inflated one after the other.
function* members(zip) {
  let at = zip.readUInt32LE(zip.lastIndexOf('PK\x05\x06') + 16);
  for (; zip.readUInt32LE(at) === 0x02014b50; at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)) {
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    yield inflateRawSync(zip.subarray(begin, begin + zip.readUInt32LE(at + 20))).toString('utf8');
  }
}
const last = (log) => Buffer.byteLength(clean(log.split('\n').slice(-201).join('\n')));

const text = what === 'tail' || what === 'zip-tails' ? '' : readFileSync(file, 'utf8');
const expression = pattern && new RegExp(pattern);
const work = {
  tail: () => last(readFileSync(file, 'utf8')),
  'stream-tail': () => last(text),
  'zip-tails': () => members(readFileSync(file)).reduce((bytes, log) => bytes + last(log), 0),
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
