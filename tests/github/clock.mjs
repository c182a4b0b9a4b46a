// GitHub's own time. It runs `rate` times as fast as ours (0: only when told), and it may stand elsewhere than ours.
export class Clock {
  #rate;
  #base;
  #since = performance.now();
  #timers = [];
  #firing;
  #alarm;

  constructor({ rate = 1, start = Date.now() } = {}) {
    this.#rate = rate;
    this.#base = start;
  }

  /// Milliseconds since the epoch, as GitHub sees them. While a timer runs it is exactly the time that the timer was set for.
  now() {
    return this.#firing ?? this.#base + (performance.now() - this.#since) * this.#rate;
  }

  get rate() { return this.#rate; }

  /// Does `work` in `ms` of GitHub's time; the answer is a function that takes it back.
  after(ms, work) {
    const timer = { at: this.now() + Math.max(0, ms), work };
    const index = this.#timers.findIndex((other) => other.at > timer.at);
    this.#timers.splice(index < 0 ? this.#timers.length : index, 0, timer);
    this.#arm();
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
      this.#arm();
    };
  }

  /// How long `ms` of GitHub's time take here; undefined when only `advance` moves it.
  real(ms) {
    return this.#rate > 0 ? ms / this.#rate : undefined;
  }

  /// Moves on by `ms` at once; what was due on the way happens in order.
  advance(ms) {
    const end = this.now() + ms;
    this.#fire(end);
    this.#base = end;
    this.#since = performance.now();
    this.#arm();
  }

  /// Puts the clock `ms` away from where it is, as a badly set one would be; nothing becomes due by it.
  skew(ms) {
    this.#base += ms;
    for (const timer of this.#timers) timer.at += ms;
  }

  stop() {
    clearTimeout(this.#alarm);
    this.#timers = [];
  }

  #fire(end) {
    while (this.#timers.length > 0 && this.#timers[0].at <= end) {
      const { at, work } = this.#timers.shift();
      this.#firing = at;
      try {
        work();
      } finally {
        this.#firing = undefined;
      }
    }
  }

  #arm() {
    if (this.#firing !== undefined) return;
    clearTimeout(this.#alarm);
    if (this.#rate === 0 || this.#timers.length === 0) return;
    const wait = Math.max(0, (this.#timers[0].at - this.now()) / this.#rate);
    this.#alarm = setTimeout(() => {
      this.#fire(this.now());
      this.#arm();
    }, Math.min(wait, 2 ** 31 - 1));
  }
}
