import clsx from 'clsx';
import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

const looks: Record<Kind, string> = {
  primary: 'brand-gradient border-transparent text-white hover:brightness-110',
  plain: 'border-line bg-card text-ink hover:bg-well',
  quiet: 'border-transparent bg-transparent text-soft hover:bg-well hover:text-ink',
  danger: 'border-line bg-card text-bad hover:bg-bad-wash',
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  icon?: ReactNode;
  /// Work is under way: the button keeps its place and its focus, and does nothing.
  busy?: boolean;
}

export function Button({ kind = 'plain', icon, busy = false, className, children, onClick, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || disabled || undefined}
      disabled={disabled}
      onClick={busy ? undefined : onClick}
      className={buttonLook(kind, className)}
    >
      {busy ? <LoaderCircle size={16} aria-hidden className="turning" /> : icon}
      {children}
    </button>
  );
}

export function buttonLook(kind: Kind = 'plain', className?: string): string {
  return clsx(
    'inline-flex min-h-9 items-center justify-center gap-2 rounded-lg border px-3 py-1.5 text-sm font-medium transition-colors',
    'disabled:opacity-55 aria-disabled:opacity-55',
    looks[kind],
    className,
  );
}
