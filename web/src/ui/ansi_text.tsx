import Anser, { type AnserJsonEntry } from 'anser';
import clsx from 'clsx';
import { Fragment, type ReactNode } from 'react';

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/// One line of a log with its SGR colours, as elements (never as markup), and with the matches of a search marked.
export function AnsiText({ text, search }: { text: string; search?: RegExp | undefined }) {
  if (!text.includes('\u001b')) return search ? <>{marked(text, search)}</> : <>{text}</>;
  const parts = Anser.ansiToJson(text, { json: true, use_classes: true, remove_empty: true });
  return (
    <>
      {parts.map((part, index) => (
        <span key={index} className={classOf(part)} style={styleOf(part)}>
          {search ? marked(part.content, search) : part.content}
        </span>
      ))}
    </>
  );
}

function classOf({ fg, bg, decorations }: AnserJsonEntry): string {
  const ink = names.find((name) => fg === `ansi-${name}` || fg === `ansi-bright-${name}`);
  const ground = names.find((name) => bg === `ansi-${name}` || bg === `ansi-bright-${name}`);
  return clsx(
    ink && `a-${ink}`,
    ground && `a-on a-on-${ground}`,
    decorations.map((decoration) => decoration !== 'blink' && decoration !== 'hidden' && `a-${decoration}`),
  );
}

/// Colours beyond the sixteen are set through the style property, which a strict policy allows.
function styleOf(part: AnserJsonEntry): { color?: string; backgroundColor?: string } | undefined {
  const color = trueColour(part.fg, part.fg_truecolor);
  const backgroundColor = trueColour(part.bg, part.bg_truecolor);
  if (!color && !backgroundColor) return undefined;
  return { ...(color && { color: backgroundColor ? color : legible(color) }), ...(backgroundColor && { backgroundColor }) };
}

/// A program chose this colour for a ground that it does not know. Its hue stays; its lightness goes as far as it has to
/// for the theme that is on.
function legible(color: string): string {
  return `light-dark(oklch(from ${color} min(l, 0.5) c h), oklch(from ${color} max(l, 0.72) c h))`;
}

function trueColour(name: string, rgb: string): string | undefined {
  if (name === 'ansi-truecolor' && rgb) return `rgb(${rgb})`;
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  return palette ? paletteColour(Number(palette[1])) : undefined;
}

/// xterm's 256 colours from 16 on: a cube of six levels, then a ramp of greys.
function paletteColour(index: number): string | undefined {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey},${grey},${grey})`;
  }
  if (index < 16) return undefined;
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`;
}

function marked(text: string, search: RegExp): ReactNode {
  const all = new RegExp(search.source, 'gi');
  const parts: ReactNode[] = [];
  let from = 0;
  for (const found of text.matchAll(all)) {
    if (found[0] === '' || parts.length > 200) continue;
    parts.push(text.slice(from, found.index), <mark key={found.index}>{found[0]}</mark>);
    from = found.index + found[0].length;
  }
  if (parts.length === 0) return text;
  return (
    <Fragment>
      {parts}
      {text.slice(from)}
    </Fragment>
  );
}
