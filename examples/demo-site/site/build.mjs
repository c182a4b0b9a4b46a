// Turns content/ and style/ into _site/.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readNote } from './src/note.mjs';
import { homePage, missingPage, notePage } from './src/pages.mjs';

const out = new URL('_site/', import.meta.url);
const content = new URL('content/', import.meta.url);
const notice = (process.env.SITE_NOTICE ?? '').trim();
const withDrafts = process.env.SITE_DRAFTS === 'true';

const notes = readdirSync(new URL('notes/', content))
  .filter((file) => file.endsWith('.md'))
  .map((file) => readNote(file.slice(0, -'.md'.length), readFileSync(new URL(`notes/${file}`, content), 'utf8')))
  .filter((note) => withDrafts || !note.draft)
  .sort((a, b) => b.date.localeCompare(a.date));
const home = JSON.parse(readFileSync(new URL('home.json', content), 'utf8'));
const picture = readFileSync(new URL('lighthouse.svg', content), 'utf8');

rmSync(out, { recursive: true, force: true });
mkdirSync(new URL('notes/', out), { recursive: true });
cpSync(new URL('style/', import.meta.url), new URL('style/', out), { recursive: true });
write('index.html', homePage({ home, notes, picture, notice }));
write('404.html', missingPage({ home }));
for (const note of notes) write(`notes/${note.slug}.html`, notePage({ home, note, notice }));

function write(path, html) {
  writeFileSync(new URL(path, out), html);
  console.log(`${path.padEnd(36)} ${String(Buffer.byteLength(html)).padStart(6)} bytes`);
}
console.log(`Fathom: ${notes.length} notes, ${home.lights.length} lights.`);
