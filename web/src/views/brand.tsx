import clsx from 'clsx';

/// `tight`: on the narrowest phones the sign stands for the name.
export function Brand({ tight = false }: { tight?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <span aria-hidden className="brand-gradient flex size-8 flex-col justify-center gap-[3.5px] rounded-[9px] pl-2">
        <span className="h-[3px] w-4 rounded-full bg-white" />
        <span className="h-[3px] w-[11px] rounded-full bg-white" />
        <span className="h-[3px] w-[6px] rounded-full bg-white" />
      </span>
      <span className={clsx('text-base font-semibold tracking-tight', tight && 'max-[22.4rem]:hidden')}>flux-mcp</span>
    </span>
  );
}
