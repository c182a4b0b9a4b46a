// What goes wrong on demand. A fault is {kind, …} with who it hits:
//   match: {origin: 'api' | 'blobs', method, path: regular expression, operation}, skip: n, times: n, chance: 0..1
// The kinds:
//   status        {status, body?, headers?, content_type?, after_work?}   after_work: GitHub did it, and says otherwise
//   reset         {after_bytes?, after_work?}       the connection is reset, after so many bytes of the body
//   hang          {after_work?}                     nothing comes
//   slow_head     {ms}
//   slow_body     {chunk, every_ms}
//   truncated     {bytes}                           the body ends early, in an orderly way
//   redirect      {location, status?}
//   replace       {body, content_type?}             200 with something else
//   gigantic      {bytes}                           a JSON answer without end, made while it is sent
//   primary_limit {reset_s?}    secondary_limit {status: 403 | 429, retry_after?}
//   no_details    a dispatch answers 204 although it was asked for the run
//   zip           {shape: truncated | bomb | slip | no_steps | negative | missing_jobs}    of a run's log archive
const before = new Set(['status', 'reset', 'hang', 'redirect', 'replace', 'gigantic', 'primary_limit', 'secondary_limit']);

export class Faults {
  #world;
  #faults = [];
  #last = 0;

  constructor(world, faults = []) {
    this.#world = world;
    for (const fault of faults) this.add(fault);
  }

  add(fault) {
    const kept = { ...fault, id: ++this.#last, left: fault.times ?? Infinity, skip: fault.skip ?? 0, hits: 0 };
    this.#faults.push(kept);
    return kept;
  }

  clear() { this.#faults = []; }
  get all() { return this.#faults; }

  /// The fault that hits this request, if any: the oldest that fits.
  strike(request) {
    const found = this.#faults.find((fault) => {
      if (fault.left <= 0 || !fits(fault.match ?? {}, request)) return false;
      if (fault.skip > 0) {
        fault.skip -= 1;
        return false;
      }
      return fault.chance === undefined || this.#world.random() < fault.chance;
    });
    if (!found) return undefined;
    found.left -= 1;
    found.hits += 1;
    return found;
  }
}

function fits({ origin, method, path, operation }, request) {
  return (!origin || origin === request.origin) && (!method || method === request.method)
    && (!path || new RegExp(path).test(request.path)) && (!operation || operation === request.operation);
}

/// Whether the request is answered by the fault alone, without any work.
export const insteadOfWork = (fault) => fault !== undefined && before.has(fault.kind) && !fault.after_work && !fault.after_bytes;
