import { Tooltip } from '@base-ui/react/tooltip';
import clsx from 'clsx';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /// Names the button for everybody: as its accessible name, and as a tooltip.
  label: string;
  icon: ReactNode;
  pressed?: boolean;
  /// The key that does the same, shown in the tooltip.
  shortcut?: string;
}

export function IconButton({ label, icon, pressed, shortcut, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        delay={400}
        render={
          <button
            type="button"
            {...rest}
            aria-label={label}
            aria-pressed={pressed}
            className={clsx(
              'inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-soft transition-colors',
              'hover:bg-well hover:text-ink disabled:opacity-40 disabled:hover:bg-transparent',
              pressed && 'bg-brand-wash text-brand',
              className,
            )}
          >
            {icon}
          </button>
        }
      />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="fade-popup rounded-md bg-ink px-2 py-1 text-xs text-page shadow-lift">
            {label}
            {shortcut && <kbd className="ml-2 font-mono opacity-75">{shortcut}</kbd>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
