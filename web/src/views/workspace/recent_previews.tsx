import { ExternalLink } from 'lucide-react';
import { previewWords } from '../../state/outcome';
import { usePreviews } from '../../state/runs';
import { changeWorkspace } from '../../state/workspace';
import { buttonLook } from '../../ui/button';
import { Card } from '../../ui/card';
import { CopyButton } from '../../ui/copy_button';
import { Loading, Skeleton } from '../../ui/skeleton';
import { StatusIcon } from '../../ui/status_badge';
import { previewLooks } from '../runs/run_head';

export function RecentPreviews({ chosen }: { chosen: number | undefined }) {
  const previews = usePreviews();
  const items = previews.data?.items ?? [];
  return (
    <section aria-label="Recent previews">
      <h3 className="mb-2 text-sm font-semibold text-soft">Recent previews</h3>
      {previews.isPending ? (
        <Loading what="recent previews">
          <Skeleton className="h-14 w-full rounded-2xl" />
        </Loading>
      ) : items.length === 0 ? (
        <p className="text-sm text-soft">None yet. The first one appears here as soon as it is requested.</p>
      ) : (
        <Card>
          <ul className="divide-y divide-line">
            {items.map((preview) => (
              <li key={preview.run_id} className="flex items-center gap-3 px-3 py-2">
                <StatusIcon {...previewLooks[preview.state]} label={previewWords[preview.state]} />
                <button
                  type="button"
                  aria-current={preview.run_id === chosen || undefined}
                  className="min-w-0 flex-1 rounded text-left text-sm"
                  onClick={() => changeWorkspace({ previewRun: preview.run_id })}
                >
                  <span className="block font-medium [overflow-wrap:anywhere]">{preview.branch}</span>
                  <span className="block text-xs text-soft">
                    run {preview.run_id} · {previewWords[preview.state]}
                  </span>
                </button>
                {preview.url && preview.state === 'reachable' && (
                  <>
                    <CopyButton label={`Copy the URL of ${preview.branch}, run ${preview.run_id}`} text={preview.url} />
                    <a href={preview.url} target="_blank" rel="noopener noreferrer" className={buttonLook('quiet', 'px-2 text-brand')}>
                      Open <ExternalLink size={14} aria-hidden />
                      <span className="sr-only"> the preview of {preview.branch}, run {preview.run_id}, in a new tab</span>
                    </a>
                  </>
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </section>
  );
}
