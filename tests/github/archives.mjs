// The archive of a run's logs, as GitHub lays it out, and as nobody should.
import { deflateRawSync, crc32 } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { linesOf, logOf } from './log_text.mjs';

/// What GitHub does to a job's name in a path.
const inPath = (name) => name.replaceAll(/[/:]/g, '').slice(0, 90).trim();

function entries(jobs, shape) {
  const found = {};
  jobs.filter((job) => job.conclusion !== 'skipped' && !job.script.log_never).forEach((job, index) => {
    if (shape === 'missing_jobs' && index === 0) return;
    const log = logOf(job);
    const ordinal = shape === 'negative' ? -2147483648 : index;
    found[`${ordinal}_${inPath(job.name)}.txt`] = log.read(0, log.size);
    if (shape === 'no_steps') found[`${inPath(job.name)}/system.txt`] = strToU8('Evaluating\n');
    else for (const step of job.steps) {
      const lines = linesOf(step);
      if (lines.length > 0) found[`${inPath(job.name)}/${step.number}_${inPath(step.name)}.txt`] = strToU8(`\ufeff${lines.join('\n')}\n`);
    }
  });
  return found;
}

export function logArchive(jobs, shape) {
  if (shape === 'bomb') return bomb();
  const found = entries(jobs, shape);
  if (shape === 'slip') Object.assign(found, { '../../../../tmp/flux-slipped.txt': strToU8('out\n'), '/tmp/flux-slipped.txt': strToU8('out\n') });
  const zip = Buffer.from(zipSync(found, { level: 6 }));
  return shape === 'truncated' ? zip.subarray(0, Math.floor(zip.length / 2)) : zip;
}

/// Two gigabytes of nothing in two megabytes: one entry whose deflated blocks repeat. fflate would need an hour.
function bomb() {
  const chunk = Buffer.alloc(16 * 1024 * 1024, 'A');
  const many = 128;
  const raw = Buffer.concat([...Array(many - 1).fill(deflateRawSync(chunk, { finishFlush: 2 })), deflateRawSync(chunk)]);
  let sum = 0;
  for (let n = 0; n < many; n++) sum = crc32(chunk, sum);
  return stored('0_build.txt', raw, chunk.length * many, sum);
}

function stored(name, raw, size, sum) {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  const shared = Buffer.alloc(26); // version, flags, method, time, date, crc, sizes, lengths of name and extra
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(8, 4);
  shared.writeUInt32LE(sum, 10);
  shared.writeUInt32LE(raw.length, 14);
  shared.writeUInt32LE(size, 18);
  shared.writeUInt16LE(name.length, 22);
  shared.copy(local, 4);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  shared.copy(central, 6);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + raw.length, 16);
  return Buffer.concat([local, Buffer.from(name), raw, central, Buffer.from(name), end]);
}
