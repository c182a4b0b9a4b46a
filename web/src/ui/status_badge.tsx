import clsx from 'clsx';
import { Ban, CircleCheck, CircleDashed, CircleHelp, CirclePause, CircleSlash, CircleX, Hourglass, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';

/// The tones of everything that has a state.
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

const inks: Record<Tone, string> = {
  good: 'text-good',
  bad: 'text-bad',
  warn: 'text-warn',
  busy: 'text-blue',
  calm: 'text-soft',
};
const washes: Record<Tone, string> = {
  good: 'bg-good-wash',
  bad: 'bg-bad-wash',
  warn: 'bg-warn-wash',
  busy: 'bg-blue-wash',
  calm: 'bg-well',
};

export type Shape = 'check' | 'cross' | 'turning' | 'dashed' | 'pause' | 'slash' | 'ban' | 'hourglass' | 'unknown';

const shapes: Record<Shape, typeof CircleCheck> = {
  check: CircleCheck,
  cross: CircleX,
  turning: LoaderCircle,
  dashed: CircleDashed,
  pause: CirclePause,
  slash: CircleSlash,
  ban: Ban,
  hourglass: Hourglass,
  unknown: CircleHelp,
};

export function StatusIcon({ shape, tone, size = 16, label }: { shape: Shape; tone: Tone; size?: number; label?: string }) {
  const Icon = shapes[shape];
  const named = label ? ({ role: 'img', 'aria-label': label } as const) : ({ 'aria-hidden': true } as const);
  return <Icon size={size} {...named} className={clsx('shrink-0', inks[tone], shape === 'turning' && 'turning')} />;
}

export function StatusBadge({ shape, tone, children }: { shape: Shape; tone: Tone; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap',
        inks[tone],
        washes[tone],
      )}
    >
      <StatusIcon shape={shape} tone={tone} size={14} />
      {children}
    </span>
  );
}
