import { Download } from 'lucide-react';

interface MissingLinesProps {
  here: number;
  total: number;
  /// The job still writes.
  growing: boolean;
  /// The diagnosis blames a line that is not here.
  blamed: boolean;
  /// The whole log.
  href: string;
  fileName: string;
}

/// Says which lines of a very long log the viewer does not hold, what that means for what it tells, and where they are.
export function MissingLines({ here, total, growing, blamed, href, fileName }: MissingLinesProps) {
  const missing = total - here;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-warn-wash px-4 py-1.5 text-xs text-warn">
      <p className="min-w-0 flex-1 basis-64">
        Lines 1 to {here.toLocaleString('en')} are here. The last {missing.toLocaleString('en')} {growing ? 'so far' : `of ${total.toLocaleString('en')}`} are not:
        the search and the errors counted here leave them out.
        {blamed && ' The diagnosis blames one of them.'}
      </p>
      <a className="inline-flex min-h-6 items-center gap-1 rounded font-medium underline underline-offset-2" href={href} download={fileName}>
        <Download size={13} aria-hidden />
        Download all lines
      </a>
    </div>
  );
}
