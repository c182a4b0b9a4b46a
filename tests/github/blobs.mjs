// The origin where logs and archives lie: another host, signed addresses, XML for errors, and no place for a token.
import { randomBytes } from 'node:crypto';
import { logArchive } from './archives.mjs';
import { insteadOfWork } from './faults.mjs';
import { logOf, TextLog } from './log_text.mjs';
import { faultyAnswer, send } from './sending.mjs';

const words = {
  BlobNotFound: 'The specified blob does not exist.',
  AuthenticationFailed: 'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  InvalidAuthenticationInfo: 'Authentication information is not given in the correct format. Check the value of Authorization header.',
  InvalidRange: 'The range specified is invalid for the current size of the resource.',
};

export class Blobs {
  #github;
  #addresses = new Map();
  #logs = new Map();

  constructor(github) { this.#github = github; }

  /// A signed address that is good for ten minutes. It is a secret: who has it can read.
  address(kind, what, now) {
    const key = randomBytes(12).toString('hex');
    const signature = randomBytes(32).toString('base64');
    const expires = now + (this.#github.options.blob_life_s ?? 600) * 1000;
    this.#addresses.set(key, { kind, what, signature, expires });
    const query = new URLSearchParams({ sv: '2025-11-05', se: new Date(expires).toISOString(), sr: 'b', sp: 'r', sig: signature });
    return `${this.#github.blobUrl}/actions-results/${key}/${kind}?${query}`;
  }

  async answer(request, response) {
    const github = this.#github;
    const url = new URL(request.url, 'http://blobs');
    const found = this.#addresses.get(url.pathname.split('/')[2]);
    const record = {
      origin: 'blobs', at: github.world.clock.now(), method: request.method, path: url.pathname, kind: found?.kind, range: request.headers.range, authorized: 'authorization' in request.headers,
      cookies: 'cookie' in request.headers, headers: Object.keys(request.headers),
    };
    github.record(record);
    request.resume();
    const fault = github.faults.strike(record);
    record.fault = fault?.kind;
    if (insteadOfWork(fault)) {
      const { text, body = new TextLog(text), ...answer } = faultyAnswer(fault, github.world.clock.now());
      record.status = answer.status;
      await send(response, { ...answer, body }, fault);
      return;
    }
    const answer = this.#find(request, url, found, fault);
    record.status = answer.status;
    await send(response, { ...answer, headers: { server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0', date: new Date(github.world.clock.now()).toUTCString(), ...answer.headers } }, fault);
  }

  #find(request, url, found, fault) {
    const now = this.#github.world.clock.now();
    if (request.headers.authorization !== undefined) {
      this.#github.violation({ method: request.method, path: url.pathname }, 'Authorization was sent to the blob host');
      return refused(400, 'InvalidAuthenticationInfo');
    }
    if (!found) return refused(404, 'BlobNotFound');
    if (url.searchParams.get('sig') !== found.signature || found.expires <= now) return refused(403, 'AuthenticationFailed');
    const content = this.#content(found, now, fault);
    if (!content) return refused(404, 'BlobNotFound');
    const type = found.kind === 'job-log' ? 'text/plain; charset=utf-8' : 'application/zip';
    return ranged(request, content, { 'content-type': type, 'accept-ranges': 'bytes', etag: `"0x${url.pathname.split('/')[2].slice(0, 15)}"`, 'x-ms-blob-type': 'BlockBlob' });
  }

  /// Undefined while there is nothing to read.
  #content({ kind, what }, now, fault) {
    if (kind === 'artifact') return new TextLog(what.artifact.zip);
    if (kind === 'run-log') return new TextLog(logArchive(what.jobs, fault?.kind === 'zip' ? fault.shape : undefined));
    const { job } = what;
    if (job.script.log_never || job.script.refused || job.status !== 'completed' || job.conclusion === 'skipped' || !(job.readable <= now)) return undefined;
    if (!this.#logs.has(job.id)) this.#logs.set(job.id, logOf(job));
    return this.#logs.get(job.id);
  }
}

function refused(status, code) {
  const text = `\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${words[code]}\nRequestId:00000000-0000-0000-0000-000000000000\nTime:2026-11-26T00:00:00.0000000Z</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml', 'x-ms-error-code': code }, body: new TextLog(text) };
}

/// `bytes=a-` and `a-b`; Azure knows no other ranges, and answers others with everything.
function ranged(request, content, headers) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return { status: 200, headers, body: content };
  const first = Number(range[1]);
  if (first >= content.size) return { ...refused(416, 'InvalidRange'), headers: { 'content-type': 'application/xml', 'content-range': `bytes */${content.size}` } };
  const last = Math.min(range[2] === '' ? Infinity : Number(range[2]), content.size - 1);
  const part = { size: last - first + 1, read: (from, end) => content.read(first + from, first + end) };
  return { status: 206, headers: { ...headers, 'content-range': `bytes ${first}-${last}/${content.size}` }, body: part };
}
