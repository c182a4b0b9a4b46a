import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { failureOf } from '../protocol/failures';
import { useConnection, useParts } from '../state/parts';
import { sessionKey, useSession, useSignIn } from '../state/session';
import { Button } from '../ui/button';
import { Note } from '../ui/note';
import { Loading, Skeleton } from '../ui/skeleton';
import { Shell } from './shell';
import { SignIn } from './sign_in';

/// Decides between the page and the sign-in, and opens the connection once somebody is in.
export function Door({ link }: { link?: string | undefined }) {
  const { client } = useParts();
  const queries = useQueryClient();
  const session = useSession();
  const signIn = useSignIn();
  const connection = useConnection();
  const tried = useRef(false);
  const { data } = session;

  // A one-time link is used at once; a server that asks for no token lets everybody on this machine in.
  useEffect(() => {
    if (!data || tried.current) return;
    if (link) {
      tried.current = true;
      signIn.mutate({ link });
    } else if (!data.signed_in && !data.asks_for_token) {
      tried.current = true;
      signIn.mutate({});
    }
  }, [data, link, signIn]);

  const signedIn = data?.signed_in ?? false;
  useEffect(() => {
    if (signedIn) client.open();
  }, [client, signedIn]);

  // The socket's ticket was refused: ask what the session says now.
  const refused = connection.phase === 'signed_out';
  useEffect(() => {
    if (refused) void queries.invalidateQueries({ queryKey: sessionKey });
  }, [refused, queries]);

  if (signedIn && data) return <Shell session={data} />;
  if (session.isError) {
    return (
      <main className="mx-auto flex min-h-dvh max-w-lg items-center p-4">
        <Note
          tone="bad"
          alert
          title="flux-mcp does not answer."
          actions={<Button onClick={() => session.refetch()} busy={session.isFetching}>Try again</Button>}
        >
          {failureOf(session.error).message} Check that <code>flux-mcp serve</code> runs, then try again.
        </Note>
      </main>
    );
  }
  const busy = signIn.isPending && (link !== undefined || !data?.asks_for_token);
  if (!data || (busy && !signIn.isError)) {
    return (
      <main className="mx-auto max-w-lg p-8">
        <Loading what="the page">
          <Skeleton className="h-8 w-48" />
        </Loading>
      </main>
    );
  }
  return (
    <SignIn
      session={data}
      busy={signIn.isPending}
      failure={signIn.isError ? failureOf(signIn.error) : undefined}
      byLink={link !== undefined && signIn.isError}
      onSignIn={(token) => signIn.mutate(token === undefined ? {} : { token })}
    />
  );
}
