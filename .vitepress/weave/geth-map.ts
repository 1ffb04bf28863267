/** The table of docs/reference/geth-map.md: geth's symbols, and ours that mirror them. */

import { gethSymbols } from '../../docs/reference/geth-table.ts';
import { escapeHtml, outside, type CodePlace } from './code-html.ts';
import { mirrors, permalink, placeOf } from './geth.ts';
import { explainedAt, href } from './links.ts';
import { stringsFor } from './strings.ts';

/** Only what the code mirrors: the rest of the table backs citations in the text. */
export function gethMapHtml({ site, locale }: CodePlace): string {
  const ours = mirrors();
  const heads = stringsFor(locale)
    .mapHeads.map((head) => `<th scope="col">${head}</th>`)
    .join('');
  const files = [...new Set(gethSymbols.map((row) => row.file))];
  const parts = files.map((file) => {
    const rows = gethSymbols
      .filter((row) => row.file === file)
      .flatMap((row) => {
        const found = ours.filter(
          ({ tag }) => tag.file === row.file && tag.symbol === row.symbol,
        );
        if (found.length === 0) return [];
        const links = found.map(({ path, symbol }) => {
          const url = explainedAt(`${path}#${symbol.name}`, locale) ?? '/source/';
          const place = `<span class="pw-map-file">${escapeHtml(path)}</span>`;
          return `<a href="${escapeHtml(href(site, url))}"><code>${escapeHtml(symbol.name)}</code></a> ${place}`;
        });
        const theirs = outside(
          permalink(row),
          `<code>${escapeHtml(row.symbol)}</code>`,
        );
        const line = row.line === undefined ? '' : placeOf(row).replace(`${file}:`, '');
        return [
          `<tr><td>${theirs}</td><td>${line}</td><td>${links.join('<br>')}</td></tr>`,
        ];
      });
    if (rows.length === 0) return '';
    const id = file.replace(/[^a-z0-9]+/g, '-');
    return (
      `<h2 id="${id}">${escapeHtml(file)}</h2>\n<table class="pw-map">\n` +
      `<thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>\n`
    );
  });
  return `<div v-pre>\n${parts.join('')}</div>\n`;
}
