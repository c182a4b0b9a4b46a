import { useSyncExternalStore } from 'react';
import { Watched } from '../protocol/watched';

/// What a person chose, kept in this browser. Never anything secret.
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  wrap: boolean;
  timestamps: 'off' | 'clock' | 'since_start';
  /// Shortcuts of a single key (WCAG 2.1.4: they can be turned off).
  shortcuts: boolean;
  tourSeen: boolean;
}

const key = 'flux.preferences';
const usual: Preferences = { theme: 'system', wrap: true, timestamps: 'off', shortcuts: true, tourSeen: false };

function stored(): Preferences {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>) };
  } catch {
    return usual;
  }
}

const preferences = new Watched<Preferences>(stored());

export function prefer(choice: Partial<Preferences>): void {
  const next = { ...preferences.get(), ...choice };
  preferences.set(next);
  try {
    localStorage.setItem(key, JSON.stringify(next));
  } catch {
    // A browser that stores nothing: the choice holds for this visit.
  }
  showTheme(next.theme);
}

/// <html data-theme> overrides the media query; see styles/early_theme.js.
export function showTheme(theme: Preferences['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(preferences.watch, preferences.get);
}

export function currentPreferences(): Preferences {
  return preferences.get();
}
