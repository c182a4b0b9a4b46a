import clsx from 'clsx';
import type { HTMLAttributes } from 'react';

export function Card({ className, ...rest }: HTMLAttributes<HTMLElement>) {
  return <section {...rest} className={clsx('rounded-2xl border border-line bg-card shadow-lift', className)} />;
}
