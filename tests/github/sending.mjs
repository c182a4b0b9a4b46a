// Puts an answer on the wire, or what a fault makes of it.
import { setTimeout as sleep } from 'node:timers/promises';

const page = '<html><head><title>Unicorn! · GitHub</title></head><body>We had issues producing the response to your request.</body></html>';

/// `body` is {size, read(first, end)}; `fault` may spoil the sending. Resolves when everything is out, or the peer is gone.
export async function send(response, { status, headers, body }, fault) {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'slow_head') await sleep(fault.ms, undefined, { ref: false });
  if (fault?.kind === 'reset' && !(fault.after_bytes > 0)) {
    response.socket?.resetAndDestroy();
    return;
  }
  const gone = new Promise((go) => response.once('close', go));
  response.writeHead(status, { ...headers, ...(body && { 'content-length': body.size }) });
  if (!body) {
    response.end();
    return;
  }
  const limit = fault?.kind === 'truncated' ? fault.bytes : fault?.kind === 'reset' ? fault.after_bytes : body.size;
  const chunk = fault?.kind === 'slow_body' ? fault.chunk : 256 * 1024;
  for (let at = 0; at < Math.min(limit, body.size) && !response.destroyed; at += chunk) {
    const part = body.read(at, Math.min(at + chunk, limit, body.size));
    if (!response.write(part)) await Promise.race([new Promise((go) => response.once('drain', go)), gone]);
    if (fault?.kind === 'slow_body') await sleep(fault.every_ms, undefined, { ref: false });
  }
  if (limit >= body.size) response.end();
  else if (fault.kind === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20);
  else response.socket?.end();
}

/// The answer that a fault gives in place of the real one.
export function faultyAnswer(fault, now) {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  switch (fault.kind) {
    case 'status': return {
      status: fault.status,
      headers: { 'content-type': fault.content_type ?? (fault.body === undefined ? 'text/html; charset=utf-8' : json['content-type']), ...fault.headers },
      text: fault.body === undefined ? page : typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body),
    };
    case 'redirect': return { status: fault.status ?? 302, headers: { location: fault.location }, text: '' };
    case 'replace': return { status: 200, headers: { 'content-type': fault.content_type ?? json['content-type'] }, text: typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body) };
    case 'primary_limit': return {
      status: 403, headers: { ...json, 'x-ratelimit-limit': 5000, 'x-ratelimit-remaining': 0, 'x-ratelimit-used': 5000, 'x-ratelimit-resource': 'core', 'x-ratelimit-reset': Math.ceil(now / 1000 + (fault.reset_s ?? 60)) },
      text: JSON.stringify({ message: 'API rate limit exceeded for user ID 101.', documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api', status: '403' }),
    };
    case 'secondary_limit': return {
      status: fault.status ?? 403, headers: { ...json, ...(fault.retry_after !== undefined && { 'retry-after': fault.retry_after }) },
      text: JSON.stringify({ message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits', status: String(fault.status ?? 403) }),
    };
    case 'gigantic': return { status: 200, headers: json, body: endless(fault.bytes) };
    default: return { status: 200, headers: json, text: '{}' };
  }
}

/// JSON of this size that nobody holds: {"total_count":1,"workflow_runs":[0,0,0,…
function endless(size) {
  const begin = Buffer.from('{"total_count":1,"jobs":[0');
  return {
    size,
    read: (first, end) => {
      const bytes = Buffer.alloc(end - first, ',0');
      if (first === 0) begin.copy(bytes);
      return bytes;
    },
  };
}
