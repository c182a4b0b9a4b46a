import { keyframes, readLight } from './light.mjs';
import { escape } from './markdown.mjs';

function page({ home, title, root, notice, body, head = '' }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<meta name="description" content="${escape(home.tagline)}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}style/palette.css">
<link rel="stylesheet" href="${root}style/site.css">
${head}</head>
<body>
${notice ? `<p class="notice">${escape(notice)}</p>\n` : ''}${body}
<footer><p>${escape(home.footer)}</p></footer>
</body>
</html>
`;
}

const day = (date) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));

const facts = (note) =>
  `<time datetime="${note.date}">${day(note.date)}</time> · ${note.minutes} min${note.draft ? ' · draft' : ''}`;

export function homePage({ home, notes, picture, notice }) {
  const lights = home.lights.map((light, index) => ({ ...light, ...readLight(light.character), name: `light-${index}` }));
  const rhythm = lights
    .map((light) => `${keyframes(light.name, light)}\n.${light.name}{animation:${light.name} ${light.seconds}s infinite}`)
    .join('\n');
  return page({
    home, notice, title: home.title, root: '', head: `<style>\n${rhythm}\n</style>\n`,
    body: `<header class="hero">
${picture}
<div class="hero-text">
<h1>${escape(home.title)}</h1>
<p>${escape(home.tagline)}</p>
</div>
</header>
<main>
<section aria-labelledby="notes">
<h2 id="notes">Notes</h2>
<div class="cards">
${notes.map((note) => `<a class="card" href="notes/${note.slug}.html">
<small>${facts(note)}</small>
<h3>${escape(note.title)}</h3>
<p>${escape(note.summary)}</p>
</a>`).join('\n')}
</div>
</section>
<section aria-labelledby="lights">
<h2 id="lights">Lights, in their own rhythm</h2>
<ul class="lights">
${lights.map((light) => `<li><span class="lamp ${light.name}"></span><strong>${escape(light.place)}</strong>
<code>${escape(light.character)}</code><span>${light.words}</span></li>`).join('\n')}
</ul>
</section>
</main>`,
  });
}

export function notePage({ home, note, notice }) {
  return page({
    home, notice, title: `${note.title} – ${home.title}`, root: '../',
    body: `<main class="note">
<p class="back"><a href="../index.html">← ${escape(home.title)}</a></p>
<small>${facts(note)}</small>
<h1>${escape(note.title)}</h1>
${note.html}
</main>`,
  });
}

/// Served for every unknown address, however deep: so it carries its style with it and links nowhere relative.
export function missingPage({ home }) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Not charted – ${escape(home.title)}</title>
<style>body{font:1.2rem/1.6 Georgia,serif;display:grid;place-content:center;min-height:90vh;text-align:center;
background:#14303d;color:#f6f1e7}</style>
<h1>Not charted</h1>
<p>There is no page at this address.</p>
</html>
`;
}
