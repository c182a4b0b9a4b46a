// Where the connection stands, and what may happen next: values only, no socket and no clock.

export type Connection =
  | { phase: 'idle' }
  | { phase: 'connecting'; attempt: number }
  /// `pushes`: the server tells by itself what changed. `epoch` counts the times we got here.
  | { phase: 'live'; epoch: number; pushes: boolean }
  | { phase: 'waiting'; attempt: number; nextTryAt: number; reason: string }
  /// The browser says that there is no network at all.
  | { phase: 'offline' }
  | { phase: 'signed_out' }
  | { phase: 'closed' };

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/// How long to wait before try number `attempt` (from 1): doubles up to half a minute, and is drawn between half and
/// the whole of that, so that a thousand pages do not come back in the same instant.
export function delayBefore(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(whole / 2 + (whole / 2) * random());
}

/// Why a socket went, in words. The codes: RFC 6455, section 7.4.
export function reasonOf(code: number): string {
  switch (code) {
    case 1001:
      return 'The server is shutting down.';
    case 1008:
      return 'The server no longer lets this page in.';
    case 1009:
      return 'A message was too big.';
    case 1012:
      return 'The server restarts.';
    case 1013:
      return 'The server is busy.';
    default:
      return 'The connection was lost.';
  }
}

export function isOver(connection: Connection): boolean {
  return connection.phase === 'closed' || connection.phase === 'signed_out';
}
