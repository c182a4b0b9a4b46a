import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { failureOf } from '../protocol/failures';
import { useConnection, useParts } from '../state/parts';
import type { SessionInfo } from '../protocol/types';
import { sessionKey, takeLinkSecret, useSession, useSignIn } from '../state/session';
import { pauseShortcuts } from '../state/shortcuts';
import { changeWorkspace, currentWorkspace } from '../state/workspace';
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
  const linked = useRef(false);
  const { data } = session;
  const signedIn = data?.signed_in ?? false;

  // A one-time link is used at once; a server that asks for no token lets everybody on this machine in, and in again when
  // it was replaced and knows of no session any more.
  useEffect(() => {
    if (!data) return;
    if (data.signed_in) tried.current = false;
    if (link && !linked.current) {
      linked.current = true;
      tried.current = true;
      signIn.mutate({ link });
    } else if (!data.signed_in && !data.asks_for_token && !tried.current) {
      tried.current = true;
      signIn.mutate({});
    }
  }, [data, link, signIn]);

  // A link that is opened where the page is open already changes nothing but the fragment.
  const { mutate } = signIn;
  useEffect(() => {
    const onHash = () => {
      const secret = takeLinkSecret();
      if (secret) mutate({ link: secret });
    };
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, [mutate]);

  useEffect(() => {
    if (signedIn) client.open();
  }, [client, signedIn]);

  // A session that ends by itself takes nothing with it: the page waits, out of sight, for the same person to come back.
  // Who signs out, or signs in as somebody else, leaves nothing behind.
  const [last, setLast] = useState<SessionInfo>();
  if (data?.signed_in && data !== last) setLast(data);
  const waiting = !signedIn && connection.phase !== 'closed' ? last : undefined;
  useCoveredPage(waiting !== undefined);

  // The socket's ticket was refused: ask what the session says now.
  const refused = connection.phase === 'signed_out';
  useEffect(() => {
    if (refused) void queries.invalidateQueries({ queryKey: sessionKey });
  }, [refused, queries]);

  const shown = signedIn ? data : waiting;
  return (
    <>
      {shown && (
        <div key={shown.principal} className={signedIn ? 'contents' : 'hidden'}>
          <Shell session={shown} />
        </div>
      )}
      {!signedIn && <Entrance session={session} signIn={signIn} ended={waiting !== undefined} />}
    </>
  );
}

/// What is under the sign-in does not act, and is found again as it was left.
function useCoveredPage(covered: boolean) {
  useEffect(() => {
    if (!covered) return;
    const { open } = currentWorkspace();
    changeWorkspace({ open: false });
    const goOn = pauseShortcuts();
    return () => {
      goOn();
      changeWorkspace({ open });
    };
  }, [covered]);
}

interface EntranceProps {
  session: ReturnType<typeof useSession>;
  signIn: ReturnType<typeof useSignIn>;
  /// A session was there and ended by itself.
  ended: boolean;
}

/// What stands in the place of the page while nobody is signed in.
function Entrance({ session, signIn, ended }: EntranceProps) {
  const byLink = signIn.variables !== undefined && 'link' in signIn.variables;
  const { data } = session;
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
  const busy = signIn.isPending && (byLink || !data?.asks_for_token);
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
      byLink={byLink && signIn.isError}
      ended={ended}
      onSignIn={(token) => signIn.mutate(token === undefined ? {} : { token })}
    />
  );
}
