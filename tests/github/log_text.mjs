// The text of a job's log: what the runner would write, or a text of any size that is made while it is read.
import { openSync, readSync, statSync } from 'node:fs';

const stampOf = (ms) => `${new Date(ms).toISOString().slice(0, -1)}0000Z`;

/// A log whose text is known: {size, read(first, end) → Buffer}.
export class TextLog {
  #bytes;
  constructor(text) { this.#bytes = Buffer.isBuffer(text) ? text : Buffer.from(text); }
  get size() { return this.#bytes.length; }
  read(first, end) { return this.#bytes.subarray(first, end); }
}

/// A log as large as somebody likes, of lines that differ in their number; nobody ever holds it.
export class EndlessLog {
  #line;
  #number;

  /// Nine digits of `line` stand for {n}.
  constructor({ bytes, line = 'compiling unit {n} of many', began }) {
    this.#line = Buffer.from(`${stampOf(began)} ${line.replace('{n}', '000000000')}\n`);
    this.#number = line.includes('{n}') ? 29 + Buffer.byteLength(line.split('{n}')[0]) : undefined;
    this.size = Math.floor(bytes / this.#line.length) * this.#line.length;
  }

  read(first, end) {
    const width = this.#line.length;
    const from = Math.floor(first / width);
    const bytes = Buffer.alloc((Math.ceil(end / width) - from) * width, this.#line);
    if (this.#number !== undefined) {
      for (let n = from, at = 0; at < bytes.length; n++, at += width) {
        for (let left = n, digit = 8; left > 0; left = Math.floor(left / 10), digit--) bytes[at + this.#number + digit] = 48 + (left % 10);
      }
    }
    return bytes.subarray(first - from * width, end - from * width);
  }
}

/// A log that lies in a file.
export class FileLog {
  #file;
  constructor(path) {
    this.#file = openSync(path, 'r');
    this.size = statSync(path).size;
  }
  read(first, end) {
    const bytes = Buffer.alloc(end - first);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, bytes.length, first));
  }
}

/// The log of a finished job. `job.script.log` may replace what the steps would say: a text, {bytes, line} or {file}.
export function logOf(job) {
  const given = job.script.log;
  if (given?.bytes) return new EndlessLog({ ...given, began: job.started });
  if (given?.file) return new FileLog(given.file);
  if (typeof given === 'string') return new TextLog(given);
  const style = job.script.log_style ?? {};
  const newline = style.crlf ? '\r\n' : '\n';
  const lines = job.steps.flatMap((step) => linesOf(step));
  let text = `\ufeff${lines.join(newline)}${lines.length > 0 ? newline : ''}`;
  if (style.bom_every_lines) {
    text = lines.map((line, index) => (index % style.bom_every_lines === 0 ? '\ufeff' : '') + line + newline).join('');
  }
  return new TextLog(text);
}

/// The lines that a step wrote, with their times. A line with a line feed inside has one stamp, as on GitHub.
export function linesOf(step) {
  if (step.started === undefined || step.conclusion === 'skipped') return [];
  const { script } = step;
  const lines = [...opening(script), ...bodyOf(script), ...closing(step)];
  const end = step.completed ?? step.started;
  const each = lines.length > 1 ? (end - step.started) / lines.length : 0;
  return lines.map((line, index) => `${stampOf(step.started + index * each)} ${line}`);
}

function opening(script) {
  if (!script.run) return [];
  const commands = script.run.split('\n');
  return [`##[group]Run ${commands[0]}`, ...commands.map((line) => `\u001b[36;1m${line}\u001b[0m`), 'shell: /usr/bin/bash -e {0}', '##[endgroup]'];
}

function bodyOf(script) {
  if (Array.isArray(script.log)) return script.log;
  if (typeof script.log === 'string') return script.log.replace(/\n$/, '').split('\n');
  if (script.name === 'Set up job') return ["Current runner version: '2.336.0'", '##[group]Runner Image', 'Image: ubuntu-24.04', '##[endgroup]', 'Complete job name: build'];
  if (script.name === 'Complete job') return ['Cleaning up orphan processes'];
  return [];
}

function closing({ script, conclusion }) {
  if (conclusion === 'cancelled') return ['##[error]The operation was canceled.'];
  return conclusion === 'failure' && script.exit_code !== null ? [`##[error]Process completed with exit code ${script.exit_code ?? 1}.`] : [];
}
