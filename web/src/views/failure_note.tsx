import { adviceFor, failureOf } from '../protocol/failures';
import { Button } from '../ui/button';
import { Note } from '../ui/note';

/// What went wrong, in the server's words, and what to do next.
export function FailureNote({ what, error, onRetry, busy = false, alert = true }: {
  what: string;
  error: unknown;
  onRetry?: () => void;
  busy?: boolean;
  alert?: boolean;
}) {
  const failure = failureOf(error);
  const advice = adviceFor(failure);
  return (
    <Note
      tone="bad"
      alert={alert}
      title={what}
      actions={
        onRetry && (
          <Button onClick={onRetry} busy={busy}>
            Try again
          </Button>
        )
      }
    >
      <p>{failure.message}</p>
      {advice && <p className="mt-1 text-soft">{advice}</p>}
    </Note>
  );
}
