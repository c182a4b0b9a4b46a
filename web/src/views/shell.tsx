import clsx from 'clsx';
import { CircleHelp, LogOut, Monitor, Moon, Sparkles, Sun } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import type { SessionInfo } from '../protocol/types';
import { useNews } from '../state/news';
import { outcomeOf } from '../state/outcome';
import { useConnection } from '../state/parts';
import { prefer, usePreferences } from '../state/preferences';
import { useRuns } from '../state/runs';
import { useSession, useSignOut } from '../state/session';
import { useShortcuts } from '../state/shortcuts';
import { changeWorkspace, currentWorkspace, lineRangeIn, showLogs, useWorkspace } from '../state/workspace';
import { Button } from '../ui/button';
import { IconButton } from '../ui/icon_button';
import { Loading, Skeleton } from '../ui/skeleton';
import { tell } from '../ui/news';
import { Brand } from './brand';
import { ConnectionBanner, ConnectionChip } from './connection_chip';
import { ConnectorsPage } from './connectors/connectors_page';

// What the first page does not need is fetched when it is wanted: see the budget in tools/check_size.mjs.
const RunsPage = lazy(() => import('./runs/runs_page'));
const ApprovalsPage = lazy(() => import('./approvals_page'));
const HelpSheet = lazy(() => import('./help_sheet'));
const RunPage = lazy(() => import('./runs/run_page'));
const Panel = lazy(() => import('./workspace/panel'));

/// Everything around the pages: navigation, the connection's state, the workspace, and what concerns all of them.
export function Shell({ session }: { session: SessionInfo }) {
  const [location, navigate] = useLocation();
  const [help, setHelp] = useState(false);
  const [helpWanted, setHelpWanted] = useState(false);
  if (help && !helpWanted) setHelpWanted(true);
  const { tourSeen } = usePreferences();
  const runs = useRuns();
  const waiting = runs.data?.items.filter((run) => outcomeOf(run) === 'waiting').length ?? 0;

  useNews(runs.data?.items, ({ run, kind }) => {
    const title =
      kind === 'live' ? `The preview of ${run.head_branch} is live` : kind === 'failed' ? `Run ${run.run_id} of ${run.head_branch} failed` : `Run ${run.run_id} waits for approval`;
    tell({
      title,
      text: run.title ?? run.name,
      action: {
        words: kind === 'failed' ? 'Why?' : 'Show',
        act: () => (kind === 'failed' ? showLogs(run.run_id) : navigate(`/runs/${run.run_id}`)),
      },
    });
  });

  useShortcuts({
    help: () => setHelp(true),
    connectors: () => navigate('/'),
    runs: () => navigate('/runs'),
    approvals: () => navigate('/approvals'),
    workspace: () => changeWorkspace({ open: !currentWorkspace().open }),
    preview: () => changeWorkspace({ open: true, tab: 'preview', previewRun: undefined }),
  });

  const startTour = () => {
    setHelp(false);
    navigate('/');
    void import('./tour').then(({ startTour: start }) => start(() => prefer({ tourSeen: true })));
  };
  const firstVisit = useRef(!tourSeen);
  useEffect(() => {
    if (!firstVisit.current) return;
    firstVisit.current = false;
    if (location === '/') startTour();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once, on the first visit
  }, []);

  // Where one navigates, reading starts at the top of the new page.
  const main = useRef<HTMLElement>(null);
  const page = location.split('/')[1] ?? '';
  const pageBefore = useRef(page);
  useEffect(() => {
    if (pageBefore.current === page) return;
    pageBefore.current = page;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);

  return (
    <>
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
        className="sr-only z-50 rounded-lg bg-card px-4 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-page/90 backdrop-blur">
        <div className="mx-auto flex max-w-[112rem] flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 sm:px-6">
          <Link href="/" className="rounded-lg" aria-label="flux-mcp, start page">
            <Brand tight />
          </Link>
          <nav aria-label="Pages" className="order-last -mx-1 flex w-full gap-1 overflow-x-auto sm:order-none sm:mx-0 sm:w-auto" data-tour="pages">
            <NavLink href="/" current={location === '/'}>
              Connectors
            </NavLink>
            <NavLink href="/runs" current={location.startsWith('/runs')}>
              Runs
            </NavLink>
            <NavLink href="/approvals" current={location.startsWith('/approvals')}>
              Approvals
              {waiting > 0 && (
                <span className="ml-1.5 rounded-full bg-warn-wash px-1.5 text-xs font-semibold text-warn">
                  {waiting}
                  <span className="sr-only"> waiting</span>
                </span>
              )}
            </NavLink>
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <ConnectionChip />
            <ThemeButton />
            <span data-tour="help">
              <IconButton label="Help and shortcuts" shortcut="?" icon={<CircleHelp size={18} aria-hidden />} onClick={() => setHelp(true)} />
            </span>
            <SignOutButton session={session} />
          </div>
        </div>
      </header>
      <ConnectionBanner />
      <UpdateNotice loaded={session.version} />
      <main id="main" ref={main} tabIndex={-1} className="mx-auto max-w-[112rem] px-4 pt-6 pb-28 sm:px-6">
        <Suspense fallback={<PageSkeleton />}>
          <Switch>
            <Route path="/" component={ConnectorsPage} />
            <Route path="/runs" component={RunsPage} />
            <Route path="/approvals" component={ApprovalsPage} />
            <Route path="/runs/:run/jobs/:job/lines/:lines">
              {({ run, job, lines }) => <RunPage id={Number(run)} place={{ job: Number(job), lines: lineRangeIn(lines) }} />}
            </Route>
            <Route path="/runs/:run/jobs/:job">{({ run, job }) => <RunPage id={Number(run)} place={{ job: Number(job) }} />}</Route>
            <Route path="/runs/:run">{({ run }) => <RunPage id={Number(run)} />}</Route>
            <Route>
              <Redirect to="/" />
            </Route>
          </Switch>
        </Suspense>
      </main>
      <WorkspaceButton small={page === 'runs' && location !== '/runs'} />
      <WorkspacePanel />
      <Suspense fallback={null}>
        {helpWanted && <HelpSheet open={help} onOpenChange={setHelp} onTour={startTour} version={session.version} />}
      </Suspense>
    </>
  );
}

function NavLink({ href, current, children }: { href: string; current: boolean; children: React.ReactNode }) {
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      className={clsx(
        'inline-flex min-h-8 items-center rounded-lg px-3 py-1 text-sm font-medium',
        current ? 'bg-brand-wash text-brand' : 'text-soft hover:bg-well hover:text-ink',
      )}
    >
      {children}
    </Link>
  );
}

function ThemeButton() {
  const { theme } = usePreferences();
  const next = theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system';
  const Icon = theme === 'system' ? Monitor : theme === 'light' ? Sun : Moon;
  const words = { system: 'as the system', light: 'light', dark: 'dark' };
  return (
    <IconButton label={`Theme: ${words[theme]}. Change to ${words[next]}`} icon={<Icon size={18} aria-hidden />} onClick={() => prefer({ theme: next })} />
  );
}

function SignOutButton({ session }: { session: SessionInfo }) {
  const signOut = useSignOut();
  if (!session.asks_for_token) return null;
  return (
    <IconButton
      label={session.principal ? `Sign out (${session.principal})` : 'Sign out'}
      icon={<LogOut size={18} aria-hidden />}
      onClick={() => signOut.mutate()}
      disabled={signOut.isPending}
    />
  );
}

/// A page that stayed open while the server was replaced says so.
function UpdateNotice({ loaded }: { loaded: string }) {
  const atFirst = useRef(loaded);
  const connection = useConnection();
  const session = useSession();
  const epoch = connection.phase === 'live' ? connection.epoch : 0;
  const { refetch } = session;
  useEffect(() => {
    if (epoch > 1) void refetch();
  }, [epoch, refetch]);
  const version = session.data?.version ?? loaded;
  if (version === atFirst.current) return null;
  return (
    <section aria-label="Update" className="border-b border-line bg-brand-wash px-4 py-2 text-center text-sm text-brand">
      <span role="status">
        flux-mcp is now {version}; this page is from {atFirst.current}.
      </span>
      <Button className="ml-3 min-h-8 py-1" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </section>
  );
}

/// `small` where a log fills the page: it covers less of it.
function WorkspaceButton({ small }: { small: boolean }) {
  const { open } = useWorkspace();
  return (
    <div data-tour="workspace" className={clsx('fixed right-4 bottom-4 z-20 sm:right-6 sm:bottom-6', open && 'invisible')}>
      <button
        type="button"
        id="workspace-button"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => changeWorkspace({ open: !open })}
        className={clsx(
          'brand-gradient inline-flex h-12 items-center justify-center gap-2 rounded-full text-sm font-semibold text-white shadow-lg transition hover:brightness-110',
          small ? 'w-12' : 'px-5',
        )}
      >
        <Sparkles size={18} aria-hidden />
        <span className={clsx(small && 'sr-only')}>AI Workspace</span>
      </button>
    </div>
  );
}

/// The panel's code is fetched when it is first wanted; from then on it stays, so that it keeps what was typed.
function WorkspacePanel() {
  const { open } = useWorkspace();
  const [wanted, setWanted] = useState(false);
  if (open && !wanted) setWanted(true);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <Panel />
    </Suspense>
  );
}

function PageSkeleton() {
  return (
    <Loading what="the page">
      <Skeleton className="mb-4 h-8 w-56" />
      <Skeleton className="h-40 w-full" />
    </Loading>
  );
}
