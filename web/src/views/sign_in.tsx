import { useId, useState } from 'react';
import type { Failure } from '../protocol/failures';
import type { SessionInfo } from '../protocol/types';
import { Button } from '../ui/button';
import { Card } from '../ui/card';
import { describedBy, Field, fieldLook } from '../ui/field';
import { Note } from '../ui/note';
import { Brand } from './brand';

interface SignInProps {
  session: SessionInfo;
  busy: boolean;
  failure: Failure | undefined;
  byLink: boolean;
  /// A session was there and ended by itself.
  ended: boolean;
  onSignIn: (token: string | undefined) => void;
}

export function SignIn({ session, busy, failure, byLink, ended, onSignIn }: SignInProps) {
  const id = useId();
  const [token, setToken] = useState('');
  const error = failure && !byLink ? failure.message : undefined;
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 p-4">
      <Brand />
      <Card className="p-6">
        <h1 className="text-xl font-semibold">Sign in</h1>
        {ended && (
          <div className="mt-3 mb-4">
            <Note tone="warn" alert title="Your session has ended.">
              Sign in again: you come back to where you were, and what you typed is still there.
            </Note>
          </div>
        )}
        <p className="mt-1 mb-4 text-sm text-soft">
          The easiest way is the one-time link that <code className="font-mono">flux-mcp serve</code> prints in its
          terminal. {session.asks_for_token && 'Or paste the server’s token once:'}
        </p>
        {byLink && (
          <div className="mb-4">
            <Note tone="warn" alert title="This link no longer works.">
              A sign-in link works once, and only for some minutes. Restart the server for a new one
              {session.asks_for_token ? ', or paste the token.' : '.'}
            </Note>
          </div>
        )}
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (busy) return;
            onSignIn(session.asks_for_token ? token.trim() : undefined);
            setToken('');
          }}
        >
          {session.asks_for_token && (
            <Field
              id={id}
              label="Token"
              error={error}
              hint="It is exchanged for a session that this browser keeps; the page does not store the token."
            >
              <input
                id={id}
                className={fieldLook}
                type="password"
                autoComplete="off"
                spellCheck={false}
                required
                // Somebody was thrown out here while they worked; the field is where they go on.
                autoFocus={ended}
                value={token}
                aria-invalid={error ? true : undefined}
                aria-describedby={describedBy(id, true, error)}
                onChange={(event) => setToken(event.target.value)}
              />
            </Field>
          )}
          {!session.asks_for_token && error && <Note tone="bad" alert title={error} />}
          <Button kind="primary" type="submit" busy={busy}>
            Sign in
          </Button>
        </form>
      </Card>
      <p className="text-center text-xs text-soft">flux-mcp {session.version}</p>
    </main>
  );
}
