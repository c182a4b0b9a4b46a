import { Dialog } from '@base-ui/react/dialog';
import { Tabs } from '@base-ui/react/tabs';
import { Sparkles, X } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { changeWorkspace, useWorkspace, type Workspace } from '../../state/workspace';
import { ConnectionChip } from '../connection_chip';
import { LogsTab } from './logs_tab';
import { PreviewTab } from './preview_tab';

const narrowest = 380;
const step = 40;

/// Slides in from the right on any page, beside which the page can still be read and used. It stays mounted when it
/// closes, so that a half-written form or a followed log is there again.
export default function Panel() {
  const { open, tab, width } = useWorkspace();
  return (
    <Dialog.Root
      open={open}
      modal={false}
      disablePointerDismissal
      onOpenChange={(next) => changeWorkspace({ open: next })}
    >
      <Dialog.Portal keepMounted>
        <Dialog.Popup
          finalFocus={() => document.getElementById('workspace-button')}
          className="panel-popup fixed inset-y-0 right-0 z-30 flex max-w-[100vw] flex-col border-l border-line bg-page shadow-[-24px_0_48px_-32px_rgb(20_20_50/0.35)] data-closed:pointer-events-none"
          style={{ width: `min(100vw, ${width}px)` }}
        >
          <ResizeHandle width={width} />
          <div className="flex items-center gap-2 border-b border-line px-4 py-2.5">
            <span aria-hidden className="brand-gradient flex size-7 items-center justify-center rounded-lg text-white">
              <Sparkles size={15} />
            </span>
            <Dialog.Title className="font-semibold">AI Workspace</Dialog.Title>
            <span className="ml-auto">
              <ConnectionChip />
            </span>
            <Dialog.Close aria-label="Close the workspace" className="flex size-8 items-center justify-center rounded-lg text-soft hover:bg-well hover:text-ink">
              <X size={18} aria-hidden />
            </Dialog.Close>
          </div>
          <Tabs.Root value={tab} onValueChange={(value) => changeWorkspace({ tab: value as Workspace['tab'] })} className="flex min-h-0 flex-1 flex-col">
            <Tabs.List aria-label="Workspace" className="flex gap-1 border-b border-line px-4">
              {(['preview', 'logs'] as const).map((value) => (
                <Tabs.Tab
                  key={value}
                  value={value}
                  className="-mb-px min-h-10 border-b-2 border-transparent px-3 text-sm font-medium text-soft hover:text-ink data-active:border-brand data-active:text-ink"
                >
                  {value === 'preview' ? 'Preview' : 'Logs'}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="preview" keepMounted className="min-h-0 flex-1 overflow-y-auto p-4">
              <PreviewTab />
            </Tabs.Panel>
            <Tabs.Panel value="logs" keepMounted className="min-h-0 flex-1 overflow-y-auto p-4">
              <LogsTab shown={open && tab === 'logs'} />
            </Tabs.Panel>
          </Tabs.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/// The panel's left edge: drag it, or move it with the arrow keys.
function ResizeHandle({ width }: { width: number }) {
  const from = useRef<{ x: number; width: number }>(undefined);
  const widest = () => innerWidth;
  const set = (next: number) => changeWorkspace({ width: Math.round(Math.max(narrowest, Math.min(widest(), next))) });
  const onPointerMove = (event: PointerEvent) => {
    if (from.current) set(from.current.width + from.current.x - event.clientX);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') set(width + step);
    else if (event.key === 'ArrowRight') set(width - step);
    else if (event.key === 'Home') set(widest());
    else if (event.key === 'End') set(narrowest);
    else return;
    event.preventDefault();
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the workspace"
      aria-valuemin={narrowest}
      aria-valuemax={widest()}
      aria-valuenow={width}
      tabIndex={0}
      className="absolute inset-y-0 -left-1 z-10 hidden w-2.5 cursor-col-resize touch-none hover:bg-brand/20 focus-visible:bg-brand/40 sm:block"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        from.current = undefined;
      }}
      onKeyDown={onKeyDown}
    />
  );
}
