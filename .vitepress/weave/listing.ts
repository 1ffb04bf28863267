/** The HTML of a listing: a region in a chapter, or a whole file on its source page. */

import {
  CodeHtml,
  escapeHtml,
  inlineHtml,
  outside,
  type CodePlace,
} from './code-html.ts';
import { findGeth, permalink, placeOf } from './geth.ts';
import { href, listingId, sourceUrl } from './links.ts';
import { listFile, listRegion, type Listing, type Region } from './regions.ts';
import { readText } from './repo.ts';
import { pagesShowing, regionsOf, siteIndex } from './site-index.ts';
import { stringsFor } from './strings.ts';
import { symbolsOf, type GethTag } from './symbols.ts';

/** A listing of a region, with its caption. */
export function regionHtml(
  file: string,
  region: Region,
  place: CodePlace,
  id: string | undefined,
): string {
  const listing = listRegion(readText(file), region);
  const words = stringsFor(place.locale);
  const isOurs = file.startsWith('impl/');
  const name = escapeHtml(file);
  const source = href(place.site, sourceUrl(file, listing.firstLine));
  const caption = [
    isOurs
      ? `<a class="pw-listing-file" href="${escapeHtml(source)}">${name}</a>`
      : `<span class="pw-listing-file">${name}</span>`,
    `<span class="pw-listing-lines">${words.lines(listing.firstLine, listing.lastLine)}</span>`,
    ...(isOurs ? tagsIn(file, listing).map((tag) => gethLink(tag, place.locale)) : []),
  ];
  return figure(
    {
      file,
      listing,
      place,
      id,
      label: words.listing(file, region.name),
      marks: new Map(),
    },
    `<figcaption>${caption.filter(Boolean).join(' ')}</figcaption>`,
  );
}

/** The whole file, with a mark in the margin wherever something points at it. */
export function fileHtml(file: string, place: CodePlace): string {
  const listing = listFile(readText(file));
  return figure({
    file,
    listing,
    place,
    id: undefined,
    label: file,
    marks: marksOf(file, place),
  });
}

interface Figure {
  readonly file: string;
  readonly listing: Listing;
  readonly place: CodePlace;
  readonly id: string | undefined;
  readonly label: string;
  /** HTML in the margin, by line. */
  readonly marks: ReadonlyMap<number, readonly string[]>;
}

function figure(
  { file, listing, place, id, label, marks }: Figure,
  caption = '',
): string {
  const { site } = place;
  const isOurs = file.startsWith('impl/');
  const isWhole = caption === '';
  const code = new CodeHtml(file, place);
  const rows: string[] = [];
  // A note beside the code may be as tall as the lines down to the next one.
  const tall = spans(listing, marks);

  for (const { line, notes, subgoal } of listing.rows) {
    if (subgoal !== undefined) {
      rows.push(`<span class="wv-goal"><span>${inlineHtml(subgoal)}</span></span>`);
    }
    const number = isOurs
      ? `<a class="wv-n" href="${escapeHtml(isWhole ? `#L${line}` : href(site, sourceUrl(file, line)))}"` +
        ` data-n="${line}" tabindex="-1" aria-hidden="true"></a>`
      : `<span class="wv-n" data-n="${line}"></span>`;
    const anchor = isWhole ? ` id="L${line}"` : '';
    rows.push(
      `<span class="wv-l"${anchor}>${number}<span class="wv-t">${code.line(line, listing.indent)}</span></span>`,
    );
    const beside = [
      ...notes.map((note) => `<span class="wv-say">${inlineHtml(note)}</span>`),
      ...(marks.get(line) ?? []),
    ];
    if (beside.length > 0) {
      const kind = notes.length > 0 ? 'wv-note' : 'wv-mark';
      const height = tall.get(line) ?? 1;
      rows.push(
        `<small class="${kind}" style="--rows:${height}">${beside.join(' ')}</small>`,
      );
    }
  }

  const hovers = isOurs ? ` data-hovers="${site.base}hover/${file}.json"` : '';
  const shape = [
    'pw-listing pw-wide',
    ...(isWhole ? ['wv-whole'] : []),
    ...(tall.size > 0 ? ['wv-noted'] : []),
  ].join(' ');
  const lines = rows.filter((row) => !row.startsWith('<small')).length;
  // Only attributes that Vue takes for static, `role` is none: then the page's script
  // leaves the listing out and the browser gets it once.
  return (
    `<figure class="${shape}"${id === undefined ? '' : ` id="${id}"`}${hovers}` +
    ` aria-label="${escapeHtml(label)}" style="--lines:${lines}" v-pre>${caption}` +
    `<pre class="wv-scroll" tabindex="0"><code>` +
    `${rows.join('\n')}</code></pre></figure>\n`
  );
}

/** Rows of the grid that a note may cover, by the line it stands beside. */
function spans(
  listing: Listing,
  marks: ReadonlyMap<number, readonly string[]>,
): Map<number, number> {
  const tall = new Map<number, number>();
  let open: number | undefined;
  for (const { line, notes, subgoal } of listing.rows) {
    if (open !== undefined && subgoal !== undefined)
      tall.set(open, (tall.get(open) ?? 0) + 1);
    if (notes.length > 0 || marks.has(line)) open = line;
    if (open !== undefined) tall.set(open, (tall.get(open) ?? 0) + 1);
  }
  // The last one may reach into the row below the code, which grows with it.
  if (open !== undefined) tall.set(open, (tall.get(open) ?? 0) + 1);
  return tall;
}

/** `@geth` tags inside the listing, or in the docstring right above it. */
function tagsIn(file: string, listing: Listing): GethTag[] {
  const symbols = symbolsOf(file).symbols.filter(
    ({ line }) => line >= listing.firstLine && line <= listing.lastLine,
  );
  return symbols.flatMap((symbol) => symbol.geth);
}

export function gethLink(tag: GethTag, locale: string): string {
  const row = tag.symbol === undefined ? undefined : findGeth(tag.file, tag.symbol);
  if (row === undefined) return ''; // the gate over the repository says so
  const words = stringsFor(locale).geth(row.symbol, placeOf(row));
  return outside(permalink(row), escapeHtml(words), 'pw-listing-geth');
}

function marksOf(file: string, place: CodePlace): Map<number, string[]> {
  const words = stringsFor(place.locale);
  const marks = new Map<number, string[]>();
  const add = (line: number, html: string): void => {
    if (html !== '') marks.set(line, [...(marks.get(line) ?? []), html]);
  };
  const link = (url: string, text: string): string =>
    `<a href="${escapeHtml(href(place.site, url))}">${escapeHtml(text)}</a>`;

  for (const { name, startLine } of regionsOf(file)) {
    const pages = pagesShowing(file, name, place.locale).map((page) =>
      link(`${page.url}#${listingId(file, name)}`, page.title),
    );
    const shown =
      pages.length === 0 ? words.notShown : `${words.shownIn} ${pages.join(', ')}`;
    add(startLine, `<span class="wv-say">${shown}</span>`);
  }
  const { exercises, tests } = siteIndex();
  for (const symbol of symbolsOf(file).symbols) {
    const target = `${file}#${symbol.name}`;
    for (const tag of symbol.geth) {
      add(symbol.line, wrap(gethLink(tag, place.locale)));
    }
    for (const exercise of exercises.filter(({ plug }) => plug === target)) {
      add(symbol.line, wrap(`${words.plugs} ${link(exercise.url, exercise.title)}`));
    }
    const places = tests.get(target) ?? [];
    if (places.length > 0) {
      const files = places.map(({ file: test, line }) => testLink(test, line, place));
      add(symbol.line, wrap(`${words.tests(places.length)} ${files.join(', ')}`));
    }
  }
  return marks;
}

function wrap(html: string): string {
  return html === '' ? '' : `<span class="wv-say">${html}</span>`;
}

function testLink(file: string, line: number, { site }: CodePlace): string {
  const text = escapeHtml(`${file}:${line}`);
  if (site.repoUrl === undefined) return `<code>${text}</code>`;
  return outside(`${site.repoUrl}/blob/main/${file}#L${line}`, text);
}
