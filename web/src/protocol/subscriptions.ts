/// What is followed, and the one stream over which the server tells of it.
///
/// A stream's list cannot be changed (MCP 2026-07-28, subscriptions/listen), so a change of what is followed opens the
/// next stream and, once that is acknowledged, ends the one before: nothing falls between the two.
export class Subscriptions {
  readonly #wire: Wire;
  readonly #followed = new Map<string, Set<() => void>>();
  #current: number | undefined;
  readonly #older = new Set<number>();
  /// What the server tells of now.
  #covered = new Set<string>();
  #scheduled = false;
  #refused = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  add(uri: string, onChange: () => void): () => void {
    const known = this.#followed.get(uri);
    if (known) known.add(onChange);
    else {
      this.#followed.set(uri, new Set([onChange]));
      this.#schedule();
    }
    return () => {
      const listeners = this.#followed.get(uri);
      listeners?.delete(onChange);
      if (listeners?.size === 0) {
        this.#followed.delete(uri);
        this.#schedule();
      }
    };
  }

  /// A new connection: follow everything again, and tell everyone that they may have missed something.
  renew(): void {
    this.#refused = false;
    this.#open();
    for (const listeners of this.#followed.values()) for (const listener of listeners) listener();
  }

  lost(): void {
    this.#current = undefined;
    this.#older.clear();
    this.#covered.clear();
  }

  /// `granted`: what the server will tell of, which may be less than what was asked for. Whoever follows something that
  /// it did not tell of until now may have read it before and missed a change since: they are told once.
  acknowledged(id: number | undefined, granted: string[]): void {
    if (id === undefined || id !== this.#current) return;
    for (const old of this.#older) this.#wire.cancel(old);
    this.#older.clear();
    this.#wire.honoured([...this.#followed.keys()].every((uri) => granted.includes(uri)));
    const fresh = granted.filter((uri) => !this.#covered.has(uri));
    this.#covered = new Set(granted);
    for (const uri of fresh) this.changed(uri);
  }

  /// Whether `id` was a stream of ours: it has ended, or the server does not offer it.
  ended(id: number, failed: boolean): boolean {
    if (this.#older.delete(id)) return true;
    if (id !== this.#current) return false;
    this.#current = undefined;
    this.#covered.clear();
    this.#refused = failed;
    this.#wire.honoured(false);
    return true;
  }

  changed(uri: string): void {
    for (const listener of this.#followed.get(uri) ?? []) listener();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // What one render asks for goes out together.
    setTimeout(() => {
      this.#scheduled = false;
      if (!this.#refused) this.#open();
    }, 20);
  }

  #open(): void {
    if (this.#current !== undefined) this.#older.add(this.#current);
    this.#current = undefined;
    if (this.#followed.size > 0) this.#current = this.#wire.listen([...this.#followed.keys()]);
    if (this.#current === undefined) {
      for (const old of this.#older) this.#wire.cancel(old);
      this.#older.clear();
    }
  }
}

export interface Wire {
  /// Answers with the stream's id, or undefined where there is no connection.
  listen(uris: string[]): number | undefined;
  cancel(id: number): void;
  /// Whether changes are told of now.
  honoured(pushes: boolean): void;
}
