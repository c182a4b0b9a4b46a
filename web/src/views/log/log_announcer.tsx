import { useEffect, useRef, useState } from 'react';
import type { LogStore } from '../../state/log_store';

const everyMs = 6_000;

/// Tells a screen reader in short what came, every few seconds at most.
export function LogAnnouncer({ store, version, over }: { store: LogStore | undefined; version: number; over: boolean }) {
  const [words, setWords] = useState('');
  const told = useRef({ lines: 0, errors: 0, at: 0 });
  useEffect(() => {
    if (!store || store.length === told.current.lines) return;
    const wait = Math.max(0, told.current.at + everyMs - Date.now());
    const timer = setTimeout(() => {
      const lines = store.length - told.current.lines;
      const errors = store.errors.length - told.current.errors;
      const first = told.current.lines === 0;
      told.current = { lines: store.length, errors: store.errors.length, at: Date.now() };
      const failed = errors > 0 ? `, ${errors} ${errors === 1 ? 'error' : 'errors'} among them` : '';
      // The sum also makes every text another one: the same text again would not be read out.
      const sum = first ? '' : `, ${store.length} in all`;
      setWords(`${lines} ${first ? '' : 'new '}${lines === 1 ? 'line' : 'lines'}${failed}${sum}.`);
    }, wait);
    return () => clearTimeout(timer);
  }, [store, version]);
  return (
    <div role="status" className="sr-only">
      {words}
      {over && words && ' The log is complete.'}
    </div>
  );
}
