import type { ReactNode } from 'react';

/// What stands where there is nothing yet: what would be here, and how it gets here.
export function Empty({ icon, title, children, action }: { icon: ReactNode; title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <div aria-hidden className="mb-1 flex size-12 items-center justify-center rounded-2xl bg-brand-wash text-brand">
        {icon}
      </div>
      <p className="text-base font-semibold">{title}</p>
      <div className="max-w-md text-sm text-soft">{children}</div>
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
