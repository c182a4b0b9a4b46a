import { Box, Database, FolderGit2, GitBranch, Plug, RefreshCw } from 'lucide-react';
import type { Connector, ConnectorState } from '../../protocol/types';
import { categoryTitle } from '../../state/connectors';
import { useNow } from '../../state/ticking';
import { ago } from '../../state/times';
import { Card } from '../../ui/card';
import { IconButton } from '../../ui/icon_button';
import { type Shape, StatusBadge, type Tone } from '../../ui/status_badge';
import { configuring } from './configuring';

const looks: Record<ConnectorState, { word: string; shape: Shape; tone: Tone }> = {
  connected: { word: 'Connected', shape: 'check', tone: 'good' },
  degraded: { word: 'Degraded', shape: 'pause', tone: 'warn' },
  off: { word: 'Off', shape: 'dashed', tone: 'calm' },
  error: { word: 'Error', shape: 'cross', tone: 'bad' },
};

const icons: Record<string, typeof Plug> = { source: GitBranch, runner: Box, scale: Database, local: FolderGit2 };

export function ConnectorCard({ connector, onCheck, busy }: { connector: Connector; onCheck: () => void; busy: boolean }) {
  const now = useNow(10_000);
  const { title, state, reason, cure, latency_ms: latency, quota, checked_at: checkedAt } = connector;
  const look = looks[state] ?? { word: state, shape: 'unknown' as const, tone: 'calm' as const };
  const Icon = icons[connector.category] ?? Plug;
  const guide = configuring[connector.name];
  return (
    <Card aria-label={title} className="flex min-h-[11.5rem] flex-col p-4">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <span aria-hidden className="flex size-9 shrink-0 items-center justify-center rounded-xl bg-brand-wash text-brand">
          <Icon size={18} />
        </span>
        <div className="min-w-0 flex-1 basis-28">
          <h2 className="leading-tight font-semibold [overflow-wrap:anywhere]">{title}</h2>
          <p className="mt-0.5 text-xs text-soft">{categoryTitle(connector.category)}</p>
        </div>
        <StatusBadge shape={look.shape} tone={look.tone}>
          {look.word}
        </StatusBadge>
      </div>
      <div className="mt-3 flex-1 text-sm">
        {reason && <p className="[overflow-wrap:anywhere]">{reason}</p>}
        {cure && state !== 'connected' && (
          <p className="mt-1 text-soft [overflow-wrap:anywhere]">
            <span className="font-medium text-ink">{state === 'off' ? 'To turn it on: ' : 'Cure: '}</span>
            {cure}
          </p>
        )}
        {quota && quota.limit > 0 && <Quota {...quota} />}
        {guide && (
          <details className="mt-2 text-sm">
            <summary className="w-fit rounded text-brand underline-offset-2 hover:underline">How to configure</summary>
            <dl className="mt-2 space-y-1.5 rounded-lg bg-well p-3 text-xs">
              {guide.map(([name, meaning]) => (
                <div key={name}>
                  <dt className="font-mono font-medium [overflow-wrap:anywhere]">{name}</dt>
                  <dd className="text-soft">{meaning}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
      <div className="mt-3 flex items-center justify-between border-t border-line pt-2 text-xs text-soft">
        <span>
          {checkedAt ? `Checked ${ago(checkedAt, now)}` : 'Not checked yet'}
          {typeof latency === 'number' && state !== 'off' && <span className="tabular-nums"> · {latency < 1 ? '<1' : Math.round(latency)} ms</span>}
        </span>
        <IconButton label={`Check ${title} now`} icon={<RefreshCw size={15} aria-hidden className={busy ? 'turning' : ''} />} onClick={onCheck} disabled={busy} />
      </div>
    </Card>
  );
}

function Quota({ limit, remaining, reset_at: resetAt }: { limit: number; remaining: number; reset_at?: string | null }) {
  const share = Math.max(0, Math.min(1, remaining / limit));
  return (
    <div className="mt-2">
      <div className="flex justify-between text-xs text-soft">
        <span>Quota</span>
        <span className="tabular-nums">
          {remaining.toLocaleString('en')} of {limit.toLocaleString('en')} left{resetAt && `, resets ${ago(resetAt)}`}
        </span>
      </div>
      <progress className="meter mt-1 block h-1.5 w-full" data-low={share < 0.15 || undefined} value={share} max={1} aria-label="Quota left" />
    </div>
  );
}
