// GitHub's limits: so many requests an hour for each token, so many points a minute, so many at once.
const hour = 3_600_000;
const minute = 60_000;

export class Quota {
  #clock;
  #windows = new Map();
  #points = new Map();
  #running = 0;

  /// {limit: 5000, on: true, points: 900 a minute, at_once: 100}
  constructor(clock, { limit = 5000, on = true, points = 900, at_once = 100 } = {}) {
    this.#clock = clock;
    Object.assign(this, { limit, on, points, at_once });
  }

  #window({ token, limit }) {
    const now = this.#clock.now();
    const known = this.#windows.get(token);
    if (known && known.reset > now) return known;
    const fresh = { limit: limit ?? this.limit, used: 0, reset: now + hour };
    this.#windows.set(token, fresh);
    return fresh;
  }

  state(token) {
    const { limit, used, reset } = this.#window(token);
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(reset / 1000) };
  }

  /// Sets what is left to a token, and when it is whole again.
  set(token, { remaining, reset_s }) {
    const window = this.#window(token);
    if (remaining !== undefined) window.used = window.limit - remaining;
    if (reset_s !== undefined) window.reset = this.#clock.now() + reset_s * 1000;
  }

  headers(token) {
    if (!this.on) return {};
    const { limit, used, remaining, reset } = this.state(token);
    return { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining, 'x-ratelimit-used': used, 'x-ratelimit-reset': reset, 'x-ratelimit-resource': 'core' };
  }

  /// 'primary', 'secondary', or undefined when the request may go on.
  take(token, method) {
    if (!this.on) return undefined;
    const window = this.#window(token);
    if (window.used >= window.limit) return 'primary';
    const now = this.#clock.now();
    const recent = this.#points.get(token.token);
    const points = recent && recent.end > now ? recent : { end: now + minute, spent: 0 };
    this.#points.set(token.token, points);
    points.spent += method === 'GET' ? 1 : 5;
    if (points.spent > this.points) return 'secondary';
    window.used += 1;
    return undefined;
  }

  /// A 304 costs nothing.
  giveBack(token) {
    if (this.on) this.#window(token).used -= 1;
  }

  /// False when too many are being answered; `leave` when one is done.
  enter() {
    this.#running += 1;
    this.most = Math.max(this.most ?? 0, this.#running);
    return !this.on || this.#running <= this.at_once;
  }

  leave() { this.#running -= 1; }
}
