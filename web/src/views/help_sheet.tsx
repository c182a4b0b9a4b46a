import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useId } from 'react';
import { prefer, usePreferences } from '../state/preferences';
import { shortcuts } from '../state/shortcuts';
import { Button } from '../ui/button';

/// Keys of a place, which act while the focus is there.
const placed: [keys: string[], does: string][] = [
  [['Enter'], 'In the search box: next match (with Shift: previous)'],
  [['j', 'k'], 'In the lines of a log: choose the next or previous line'],
  [['Enter'], 'In the lines of a log: fold or open the group or step around the chosen line'],
];

interface HelpSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onTour: () => void;
  version: string;
}

export default function HelpSheet({ open, onOpenChange, onTour, version }: HelpSheetProps) {
  const preferences = usePreferences();
  const id = useId();
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fade-popup fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup className="fade-popup fixed inset-x-4 top-[8vh] z-40 mx-auto max-h-[84vh] max-w-xl overflow-y-auto rounded-2xl border border-line bg-card p-6 shadow-lift">
          <div className="flex items-center justify-between">
            <Dialog.Title className="text-lg font-semibold">Help</Dialog.Title>
            <Dialog.Close aria-label="Close help" className="flex size-8 items-center justify-center rounded-lg text-soft hover:bg-well">
              <X size={18} aria-hidden />
            </Dialog.Close>
          </div>
          <Dialog.Description className="mt-1 text-sm text-soft">
            Everything works without a mouse: Tab moves, Enter acts, Escape closes. These keys are shorter ways.
          </Dialog.Description>
          <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
            {Object.values(shortcuts).map(({ keys, does }) => (
              <div key={keys} className="contents">
                <dt className="text-right">
                  {keys.split(' ').map((key) => (
                    <Key key={key}>{key}</Key>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
            {placed.map(([keys, does]) => (
              <div key={does} className="contents">
                <dt className="text-right">
                  {keys.map((key) => (
                    <Key key={key}>{key}</Key>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <label htmlFor={id} className="mt-5 flex min-h-6 items-center gap-2 text-sm">
            <input
              id={id}
              type="checkbox"
              className="size-4 accent-[var(--color-brand)]"
              checked={preferences.shortcuts}
              onChange={(event) => prefer({ shortcuts: event.target.checked })}
            />
            Use single-key shortcuts
          </label>
          <div className="mt-5 flex items-center justify-between border-t border-line pt-4">
            <Button onClick={onTour}>Show me around</Button>
            <span className="text-xs text-soft">flux-mcp {version}</span>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Key({ children }: { children: string }) {
  return <kbd className="ml-1 inline-block min-w-6 rounded border border-line bg-well px-1.5 text-center font-mono text-xs leading-5">{children}</kbd>;
}
