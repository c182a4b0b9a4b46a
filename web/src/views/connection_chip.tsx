import clsx from 'clsx';
import { RotateCw } from 'lucide-react';
import type { Connection } from '../protocol/connection';
import { useConnection, useParts } from '../state/parts';
import { useNow } from '../state/ticking';
import { Button } from '../ui/button';

/// The state of the connection in words. Everything it says comes from the socket.
export function connectionWords(connection: Connection, now: number): string {
  switch (connection.phase) {
    case 'live':
      return 'Live';
    case 'idle':
    case 'connecting':
      return 'Connecting';
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((connection.nextTryAt - now) / 1000));
      return seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting';
    }
    case 'offline':
      return 'Offline';
    case 'signed_out':
      return 'Signed out';
    case 'closed':
      return 'Disconnected';
  }
}

const dots: Record<Connection['phase'], string> = {
  live: 'bg-good',
  idle: 'bg-blue',
  connecting: 'bg-blue animate-pulse',
  waiting: 'bg-warn',
  offline: 'bg-bad',
  signed_out: 'bg-bad',
  closed: 'bg-edge',
};

export function ConnectionChip() {
  const connection = useConnection();
  const now = useNow(500, connection.phase === 'waiting');
  return (
    <span
      data-tour="connection"
      data-phase={connection.phase}
      className="inline-flex h-8 items-center gap-2 rounded-full border border-line bg-card px-3 text-xs font-medium whitespace-nowrap"
    >
      <span aria-hidden className={clsx('size-2 rounded-full', dots[connection.phase])} />
      <span className="sr-only">Connection: </span>
      {connectionWords(connection, now)}
    </span>
  );
}

/// The one place that tells of a lost connection. What is on the page stays, and stays readable.
export function ConnectionBanner() {
  const { client } = useParts();
  const connection = useConnection();
  const lost = connection.phase === 'waiting' || connection.phase === 'offline' || (connection.phase === 'connecting' && connection.attempt > 1);
  const now = useNow(500, lost);
  const words = !lost
    ? ''
    : connection.phase === 'waiting'
      ? connection.reason
      : connection.phase === 'offline'
        ? 'This device has no network.'
        : 'Trying to reach the server.';
  return (
    <>
      {/* Read out once when it happens, not with every second that passes. */}
      <div role="status" className="sr-only">
        {lost ? `${words} What you see may be out of date.` : ''}
      </div>
      {lost && (
        <section aria-label="Connection" className="border-b border-warn/30 bg-warn-wash text-warn" data-testid="connection-banner">
          <div className="mx-auto flex max-w-[112rem] flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm sm:px-6">
            <strong className="font-semibold">{words}</strong>
            <span aria-hidden>{connectionWords(connection, now)}. What you see may be out of date.</span>
            {connection.phase !== 'connecting' && (
              <Button className="ml-auto min-h-8 py-1" icon={<RotateCw size={14} aria-hidden />} onClick={() => client.retryNow()}>
                Retry now
              </Button>
            )}
          </div>
        </section>
      )}
    </>
  );
}
