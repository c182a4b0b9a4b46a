const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escape(text) {
  return text.replace(/[&<>"]/g, (character) => escapes[character]);
}

function inline(text) {
  return escape(text)
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>');
}

/// The little of Markdown that the notes use: paragraphs, `##` headings, `>` quotes and `-` lists.
export function toHtml(text) {
  return text.trim().split(/\n{2,}/).map((block) => {
    const lines = block.split('\n');
    if (block.startsWith('## ')) return `<h2>${inline(block.slice(3))}</h2>`;
    if (lines.every((line) => line.startsWith('> '))) {
      return `<blockquote>${inline(lines.map((line) => line.slice(2)).join(' '))}</blockquote>`;
    }
    if (lines.every((line) => line.startsWith('- '))) {
      return `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>`;
    }
    return `<p>${inline(lines.join(' '))}</p>`;
  }).join('\n');
}
