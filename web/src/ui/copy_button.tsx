import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button';
import { IconButton } from './icon_button';

/// Puts text on the clipboard. Without the clipboard's API (a page over plain HTTP from another machine) it falls back
/// to the older command.
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'sr-only';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('This browser does not let the page copy.');
}

interface CopyButtonProps {
  /// What is copied: `Copy the URL`.
  label: string;
  text: string | (() => string);
  /// With words beside the icon.
  words?: string;
}

export function CopyButton({ label, text, words }: CopyButtonProps) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), 2_000);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () =>
    copyText(typeof text === 'function' ? text() : text).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  const icon = state === 'copied' ? <Check size={16} aria-hidden className="text-good" /> : <Copy size={16} aria-hidden />;
  return (
    <>
      {words ? (
        <Button kind="plain" icon={icon} onClick={copy} aria-label={label}>
          {state === 'copied' ? 'Copied' : words}
        </Button>
      ) : (
        <IconButton label={label} icon={icon} onClick={copy} />
      )}
      <span role="status" className="sr-only">
        {state === 'copied' ? 'Copied.' : state === 'failed' ? 'Copying failed: select the text and copy it by hand.' : ''}
      </span>
    </>
  );
}
