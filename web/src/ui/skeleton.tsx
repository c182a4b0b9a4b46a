import clsx from 'clsx';

/// Stands for text that is on its way, in its final size.
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx('skeleton h-4', className)} />;
}

export function Loading({ what, children }: { what: string; children: React.ReactNode }) {
  return (
    <div aria-busy="true">
      <span role="status" className="sr-only">
        Loading {what}
      </span>
      {children}
    </div>
  );
}
