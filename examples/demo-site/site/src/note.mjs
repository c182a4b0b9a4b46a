import { toHtml } from './markdown.mjs';
import { readingTime } from './reading-time.mjs';

/// Reads a note: lines of `key: value`, an empty line, then text.
export function readNote(slug, source) {
  const [head, ...rest] = source.split('\n\n');
  const facts = Object.fromEntries(head.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  }));
  for (const needed of ['title', 'date', 'summary']) {
    if (!facts[needed]) throw new Error(`content/notes/${slug}.md has no "${needed}:" in its head.`);
  }
  const text = rest.join('\n\n');
  return { slug, ...facts, draft: facts.draft === 'yes', html: toHtml(text), minutes: readingTime(text) };
}
