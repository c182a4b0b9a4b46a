import { type Outcome, outcomeWords } from '../state/outcome';
import { type Shape, StatusBadge, StatusIcon, type Tone } from '../ui/status_badge';

const looks: Record<Outcome, { shape: Shape; tone: Tone }> = {
  queued: { shape: 'dashed', tone: 'calm' },
  running: { shape: 'turning', tone: 'busy' },
  waiting: { shape: 'pause', tone: 'warn' },
  success: { shape: 'check', tone: 'good' },
  failure: { shape: 'cross', tone: 'bad' },
  cancelled: { shape: 'ban', tone: 'calm' },
  timed_out: { shape: 'hourglass', tone: 'bad' },
  skipped: { shape: 'slash', tone: 'calm' },
  unknown: { shape: 'unknown', tone: 'calm' },
};

export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  return <StatusBadge {...looks[outcome]}>{outcomeWords[outcome]}</StatusBadge>;
}

/// The shape alone, with its word for those who do not see it.
export function OutcomeIcon({ outcome, size = 16 }: { outcome: Outcome; size?: number }) {
  return <StatusIcon {...looks[outcome]} size={size} label={outcomeWords[outcome]} />;
}
