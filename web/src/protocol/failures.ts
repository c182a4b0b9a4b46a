/// Something went wrong, in words that a person can act on.
export class Failure extends Error {
  constructor(
    message: string,
    /// The server's word for it (`branch_not_found`, `rate_limited`), or ours: `connection_lost`, `timed_out`,
    /// `signed_out`, `unreachable`, `unsupported`.
    readonly code: string,
    /// When trying again makes sense, in milliseconds since the epoch.
    readonly retryAt?: number,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(error instanceof Error ? error.message : String(error), 'internal');
}

/// What to do next, where the server's own message does not say it.
export function adviceFor(failure: Failure): string | undefined {
  switch (failure.code) {
    case 'connection_lost':
      return 'Nothing was sent twice. Try again when the connection is back.';
    case 'timed_out':
      return 'The server is slow or busy. Try again in a moment.';
    case 'rate_limited':
      return 'Too many requests at once. The page waits and goes on by itself.';
    case 'signed_out':
      return 'Sign in again; you come back to where you are.';
    case 'unreachable':
      return 'Check that flux-mcp serve still runs.';
    default:
      return undefined;
  }
}
