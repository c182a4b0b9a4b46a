import assert from 'node:assert/strict';
import test from 'node:test';
import { toHtml } from '../src/markdown.mjs';
import { readNote } from '../src/note.mjs';

test('paragraphs, headings, quotes and lists', () => {
  assert.equal(toHtml('One\ntwo.\n\n## Three\n\n> four\n\n- five\n- six'),
    '<p>One two.</p>\n<h2>Three</h2>\n<blockquote>four</blockquote>\n<ul><li>five</li><li>six</li></ul>');
});

test('text is never markup', () => {
  assert.equal(toHtml('<script>'), '<p>&lt;script&gt;</p>');
});

test('a note without a date says so', () => {
  assert.throws(() => readNote('moon', 'title: Moon\nsummary: Far\n\nText.'), /moon\.md has no "date:"/);
});
