import { CopyButton } from './copy_button';

/// A snippet to take along.
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative">
      {/* A region that scrolls has to be reachable by the keyboard. */}
      <pre
        tabIndex={0}
        role="group"
        aria-label={label}
        className="overflow-x-auto rounded-lg border border-line bg-well py-2.5 pr-12 pl-3 font-mono text-[12.5px] leading-5"
      >
        <code>{code}</code>
      </pre>
      <div className="absolute top-1 right-1">
        <CopyButton label={`Copy: ${label}`} text={code} />
      </div>
    </div>
  );
}
