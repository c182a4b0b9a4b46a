import clsx from 'clsx';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

type Tone = 'bad' | 'warn' | 'calm';
const looks: Record<Tone, string> = {
  bad: 'border-bad/30 bg-bad-wash text-bad',
  warn: 'border-warn/30 bg-warn-wash text-warn',
  calm: 'border-line bg-well text-soft',
};
const icons = { bad: CircleAlert, warn: TriangleAlert, calm: Info };

/// A remark in the flow of the page. `alert` has it read out when it appears.
export function Note({ tone, title, children, actions, alert = false }: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
}) {
  const Icon = icons[tone];
  return (
    <div role={alert ? 'alert' : undefined} className={clsx('flex gap-3 rounded-xl border px-4 py-3 text-sm', looks[tone])}>
      <Icon size={18} aria-hidden className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold [overflow-wrap:anywhere]">{title}</p>
        {children && <div className="mt-1 text-ink [overflow-wrap:anywhere]">{children}</div>}
        {actions && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
