import clsx from 'clsx';
import type { ReactNode } from 'react';

export const fieldLook =
  'w-full min-h-9 rounded-lg border border-edge bg-card px-3 py-1.5 text-sm text-ink placeholder:text-soft disabled:opacity-60';

/// A labelled control with its hint and its error; the control takes the ids it is given.
export function Field({ id, label, required, hint, error, children, className }: {
  id: string;
  label: ReactNode;
  required?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div className={clsx('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {required && <span className="ml-1 text-xs font-normal text-soft">required</span>}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

export function describedBy(id: string, hint: unknown, error: unknown): string | undefined {
  const ids = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return ids === '' ? undefined : ids;
}
