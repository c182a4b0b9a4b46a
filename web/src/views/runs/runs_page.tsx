import { History, Sparkles } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useRunPages } from '../../state/run_pages';
import type { RunFilter } from '../../state/runs';
import { changeWorkspace } from '../../state/workspace';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { Empty } from '../../ui/empty';
import { fieldLook } from '../../ui/field';
import { Loading, Skeleton } from '../../ui/skeleton';
import { BranchField } from '../branch_field';
import { FailureNote } from '../failure_note';
import { PageHead } from '../page_head';
import { RunRow } from './run_row';

const statuses = [
  ['', 'Any state'],
  ['in_progress', 'Running'],
  ['queued', 'Queued'],
  ['waiting', 'Waiting for approval'],
  ['success', 'Succeeded'],
  ['failure', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['timed_out', 'Timed out'],
] as const;

export default function RunsPage() {
  const id = useId();
  const [filter, setFilter] = useState<RunFilter>({});
  const [branch, setBranch] = useState('');
  const runs = useRunPages(filter);
  const { items } = runs;
  const filtered = Object.values(filter).some(Boolean);
  const list = useRef<HTMLUListElement>(null);
  // Reading goes on at the first run that was not there before; the button may be gone by then.
  const before = useRef<number>(undefined);
  useEffect(() => {
    if (before.current === undefined || items.length <= before.current) return;
    list.current?.children[before.current]?.querySelector('a')?.focus();
    before.current = undefined;
  }, [items.length]);
  const showOlder = () => {
    before.current = items.length;
    void runs.fetchNextPage();
  };

  const clear = () => {
    setFilter({});
    setBranch('');
  };
  return (
    <>
      <PageHead
        title="Runs"
        actions={
          <Button kind="primary" icon={<Sparkles size={16} aria-hidden />} onClick={() => changeWorkspace({ open: true, tab: 'preview', previewRun: undefined })}>
            New preview
          </Button>
        }
      >
        What ran, newest first: the same runs that your agents see.
      </PageHead>
      <form
        aria-label="Filters"
        className="mb-4 flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setFilter({ ...filter, branch });
        }}
      >
        <BranchField
          id={`${id}-branch`}
          label="Branch"
          value={branch}
          onChange={(value) => {
            setBranch(value);
            if (value === '') setFilter({ ...filter, branch: '' });
          }}
          onChoose={(value) => setFilter({ ...filter, branch: value })}
          placeholder="All branches"
          className="w-full sm:w-64"
        />
        <label className="flex w-full flex-col gap-1 text-sm font-medium sm:w-52">
          State
          <select className={fieldLook} value={filter.status ?? ''} onChange={(event) => setFilter({ ...filter, status: event.target.value })}>
            {statuses.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </label>
        {filtered && (
          <Button kind="quiet" onClick={clear}>
            Clear filters
          </Button>
        )}
      </form>
      {runs.isError && (
        <div className="mb-4">
          <FailureNote what="The runs cannot be read." error={runs.error} onRetry={() => runs.refetch()} />
        </div>
      )}
      {runs.isPending ? (
        <Loading what="the runs">
          <Card className="divide-y divide-line">
            {[0, 1, 2, 3].map((each) => (
              <div key={each} className="p-4">
                <Skeleton className="mb-2 h-5 w-72 max-w-full" />
                <Skeleton className="h-4 w-48" />
              </div>
            ))}
          </Card>
        </Loading>
      ) : items.length > 0 ? (
        <>
          <Card>
            <ul ref={list} aria-label="Runs" className="divide-y divide-line">
              {items.map((run) => (
                <RunRow key={run.run_id} run={run} />
              ))}
            </ul>
          </Card>
          <p role="status" className="mt-4 text-center text-sm text-soft">
            {items.length.toLocaleString('en')} {items.length === 1 ? 'run' : 'runs'}
            {runs.hasNextPage ? ', and there are older ones.' : ': these are all.'}
          </p>
          {runs.hasNextPage && (
            <div className="mt-2 text-center">
              <Button onClick={showOlder} busy={runs.isFetchingNextPage}>
                Show older runs
              </Button>
            </div>
          )}
        </>
      ) : runs.data && filtered ? (
        <Empty icon={<History size={24} />} title="No run fits" action={<Button onClick={clear}>Clear filters</Button>}>
          Nothing that ran has this branch and state.
        </Empty>
      ) : runs.data ? (
        <Empty
          icon={<History size={24} />}
          title="Nothing has run yet"
          action={
            <Button kind="primary" icon={<Sparkles size={16} aria-hidden />} onClick={() => changeWorkspace({ open: true, tab: 'preview' })}>
              Ship the first preview
            </Button>
          }
        >
          A run starts when you, or an agent, ask for a preview of a branch. It appears here at the same moment.
        </Empty>
      ) : null}
    </>
  );
}
