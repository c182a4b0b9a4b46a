import { useSyncExternalStore } from 'react';
import { Watched } from '../protocol/watched';

/// The panel that slides in on every page. It keeps what was typed and chosen while it is closed.
export interface Workspace {
  open: boolean;
  tab: 'preview' | 'logs';
  /// The run whose progress the preview tab shows.
  previewRun?: number | undefined;
  /// What the logs tab shows.
  logRun?: number | undefined;
  logPlace?: LogPlace | undefined;
  width: number;
}

/// A place in a run's logs: a job, and in it a line or a range of lines.
export interface LogPlace {
  job: number;
  lines?: LineRange | undefined;
}

export interface LineRange {
  first: number;
  last: number;
}

const workspace = new Watched<Workspace>({ open: false, tab: 'preview', width: 720 });

export function changeWorkspace(change: Partial<Workspace>): void {
  workspace.set({ ...workspace.get(), ...change });
}

export function useWorkspace(): Workspace {
  return useSyncExternalStore(workspace.watch, workspace.get);
}

export function currentWorkspace(): Workspace {
  return workspace.get();
}

/// Opens the panel on a run's logs.
export function showLogs(run: number, place?: LogPlace): void {
  changeWorkspace({ open: true, tab: 'logs', logRun: run, logPlace: place });
}

/// `10` or `10-42`, as permalinks have it.
export function lineRangeIn(text: string | undefined): LineRange | undefined {
  const found = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text ?? '');
  if (!found) return undefined;
  const one = Number(found[1]);
  const other = Number(found[2] ?? found[1]);
  if (one < 1 || other < 1) return undefined;
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

export function lineRangeText({ first, last }: LineRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

export function placePath(run: number, place?: LogPlace): string {
  if (!place) return `/runs/${run}`;
  return `/runs/${run}/jobs/${place.job}${place.lines ? `/lines/${lineRangeText(place.lines)}` : ''}`;
}

/// Runs of the embedded runner name `/runs/7` as their address; the page's own form of that is in the fragment.
export function takeRunPath(place: Location = location, past: History = history): void {
  const found = /^\/runs\/(\d+)\/?$/.exec(place.pathname);
  if (found) past.replaceState(null, '', `/#/runs/${found[1]}`);
}

/// Whether an address leads away from this page.
export function leadsElsewhere(url: string | null): url is string {
  return url !== null && URL.canParse(url) && new URL(url).origin !== location.origin;
}

/// The same as a link that can be sent to somebody who may sign in.
export function permalink(run: number, place?: LogPlace): string {
  return `${location.origin}${location.pathname}#${placePath(run, place)}`;
}
