/**
 * Highlighted lines as short HTML: one class a token, colours from the theme. The tokens
 * are those of listings; a grammar for all languages takes three times as long.
 */
import { tokensOf, type TokenClass } from '../weave/highlight.ts';
import { parseText } from '../weave/symbols.ts';

/** Class letters; the styles are in `theme/styles/code.css`. */
const letters: Readonly<Record<TokenClass, string>> = {
  k: 'k',
  s: 's',
  n: 'n',
  c: 'c',
  f: 'f',
  t: 'f', // as the editor has it
};
/** Keywords that are values, in the editor's colour for them. */
const values: ReadonlySet<string> = new Set(['true', 'false', 'null', 'this']);

/** Each run shows the same files, and the site is built twice, for server and browser. */
const known = new Map<string, readonly string[]>(); // BOUNDED by the texts of a site

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** @param code TypeScript; a part of a file need not parse by itself */
export function highlightLines(code: string): readonly string[] {
  const lines = known.get(code) ?? highlight(code.replaceAll('\r\n', '\n'));
  known.set(code, lines);
  return lines;
}

function highlight(text: string): string[] {
  let html = '';
  let at = 0;
  for (const { start, end, kind } of tokensOf(parseText('shown.ts', text))) {
    const token = text.slice(start, end);
    html += escape(text.slice(at, start)) + coloured(token, kind);
    at = end;
  }
  return (html + escape(text.slice(at))).split('\n');
}

/** A comment or a template over several lines has a span in each. */
function coloured(token: string, kind: TokenClass | undefined): string {
  const html = escape(token);
  if (kind === undefined) return html;
  const letter = values.has(token) ? 'n' : letters[kind];
  return html.replaceAll(/[^\n]+/g, `<i class="${letter}">$&</i>`);
}
