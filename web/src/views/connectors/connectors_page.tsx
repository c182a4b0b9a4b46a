import { Plug, RefreshCw } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { byCategory, useCheckNow, useConnectors } from '../../state/connectors';
import { Button } from '../../ui/button';
import { Empty } from '../../ui/empty';
import { Loading, Skeleton } from '../../ui/skeleton';
import { FailureNote } from '../failure_note';
import { PageHead } from '../page_head';
import { ConnectorCard } from './connector_card';

const ConnectGuides = lazy(() => import('./connect_guides'));

const grid = 'grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3 3xl:grid-cols-4';

export function ConnectorsPage() {
  const connectors = useConnectors();
  const check = useCheckNow();
  const all = connectors.data?.connectors ?? [];
  const connected = all.filter(({ state }) => state === 'connected').length;
  const used = all.filter(({ state }) => state !== 'off').length;
  return (
    <>
      <PageHead
        title="Connectors"
        actions={
          <Button icon={<RefreshCw size={16} aria-hidden />} busy={check.isPending} onClick={() => check.mutate()}>
            Check all now
          </Button>
        }
      >
        {connectors.data ? `${connected} of ${used} in use ${used === 1 ? 'is' : 'are'} connected.` : 'What flux-mcp works with, and how it stands.'}
      </PageHead>
      <p role="status" className="sr-only">
        {check.isSuccess && !check.isPending ? `Checked: ${connected} of ${used} are connected.` : ''}
      </p>
      {check.isError && (
        <div className="mb-4">
          <FailureNote what="The check could not be made." error={check.error} onRetry={() => check.mutate()} />
        </div>
      )}
      <div data-tour="connectors">
        {connectors.isPending ? (
          <Loading what="the connectors">
            <div className={grid}>
              {[0, 1, 2].map((each) => (
                <Skeleton key={each} className="h-[11.5rem] rounded-2xl" />
              ))}
            </div>
          </Loading>
        ) : connectors.isError && !connectors.data ? (
          <FailureNote what="The state of the connectors cannot be read." error={connectors.error} onRetry={() => connectors.refetch()} />
        ) : all.length === 0 ? (
          <Empty icon={<Plug size={24} />} title="Nothing is connected yet">
            Start flux-mcp with <code>FLUX_REPO</code> for a local repository, or with <code>GITHUB_TOKEN</code>,{' '}
            <code>GITHUB_OWNER</code> and <code>GITHUB_REPO</code>.
          </Empty>
        ) : (
          <div className={grid}>
            {byCategory(all).map((connector) => (
              <ConnectorCard key={connector.name} connector={connector} onCheck={() => check.mutate()} busy={check.isPending} />
            ))}
          </div>
        )}
      </div>
      {/* The tour stops here, also while the code of it is still on its way. */}
      <div data-tour="clients" className="mt-6">
        <Suspense fallback={<Skeleton className="h-72 w-full rounded-2xl" />}>
          <ConnectGuides />
        </Suspense>
      </div>
    </>
  );
}
