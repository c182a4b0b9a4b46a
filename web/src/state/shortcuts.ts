import { useEffect, useRef } from 'react';
import { currentPreferences } from './preferences';

/// One key map for the help sheet and for the listener, so that they cannot disagree.
export const shortcuts = {
  help: { keys: '?', does: 'This help' },
  connectors: { keys: 'g c', does: 'Go to Connectors' },
  runs: { keys: 'g r', does: 'Go to Runs' },
  approvals: { keys: 'g a', does: 'Go to Approvals' },
  workspace: { keys: 'w', does: 'Open or close the AI Workspace' },
  preview: { keys: 'n', does: 'New preview' },
  search: { keys: '/', does: 'Search in the log' },
  nextError: { keys: 'e', does: 'Next error in the log' },
  previousError: { keys: 'E', does: 'Previous error' },
  follow: { keys: 'f', does: 'Follow the log, or let go' },
  timestamps: { keys: 't', does: 'Timestamps: off, clock, since the start' },
  wrap: { keys: 'z', does: 'Wrap long lines' },
  nextStep: { keys: ']', does: 'Next step' },
  previousStep: { keys: '[', does: 'Previous step' },
  permalink: { keys: 'y', does: 'Copy a link to the chosen line' },
} as const;

export type ShortcutName = keyof typeof shortcuts;
export type Bindings = Partial<Record<ShortcutName, () => void>>;

const chordMs = 1_200;

/// Keys never act while somebody types, with a modifier held, or when they are switched off. Bindings made later win,
/// so that the log on top answers before the one beneath.
const stack: { current: Bindings }[] = [];
let pauses = 0;
let first: { key: string; at: number } | undefined;

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (pauses > 0 || isTyping(event.target)) return;
  if (!currentPreferences().shortcuts) return;
  const before = first && Date.now() - first.at < chordMs ? first.key : undefined;
  first = undefined;
  const pressed = before ? `${before} ${event.key}` : event.key;
  for (const bindings of stack.toReversed()) {
    for (const [name, act] of Object.entries(bindings.current)) {
      if (act && shortcuts[name as ShortcutName].keys === pressed) {
        event.preventDefault();
        act();
        return;
      }
    }
  }
  if (event.key === 'g') first = { key: 'g', at: Date.now() };
}

/// No key acts until what this answers with is called.
export function pauseShortcuts(): () => void {
  pauses++;
  return () => {
    pauses--;
  };
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

export function useShortcuts(bindings: Bindings, on = true): void {
  const kept = useRef(bindings);
  kept.current = bindings;
  useEffect(() => {
    if (!on) return;
    if (stack.length === 0) addEventListener('keydown', onKey);
    stack.push(kept);
    return () => {
      stack.splice(stack.indexOf(kept), 1);
      if (stack.length === 0) removeEventListener('keydown', onKey);
    };
  }, [on]);
}
