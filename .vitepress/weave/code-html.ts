/** Lines of TypeScript as HTML: colours, hover types, links to where names are explained. */

import { findGeth, permalink } from './geth.ts';
import { tokensOf, type Token } from './highlight.ts';
import { explainedAt, findSymbol, href, type SiteOptions } from './links.ts';
import { readText } from './repo.ts';
import { gethTagRE, parse } from './symbols.ts';
import { typesOf, type NameAt } from './types.ts';

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Plain text of a note, with `code` spans. */
export function inlineHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

export interface CodePlace {
  readonly site: SiteOptions;
  readonly locale: string;
  /** Url of the page that the code stands on; a link to the listing itself is left out. */
  readonly here: string;
}

/** Renders lines of one file; tokens and names are worked out once. */
export class CodeHtml {
  readonly #file: string;
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  readonly #tokens: readonly Token[];
  readonly #names: ReadonlyMap<number, NameAt>;
  readonly #place: CodePlace;
  /** Targets that already have a link in this listing: one stop of the Tab key each. */
  readonly #linked = new Set<string>();

  constructor(file: string, place: CodePlace) {
    const source = parse(file);
    this.#file = file;
    this.#text = readText(file);
    this.#lineStarts = source.getLineStarts();
    this.#tokens = tokensOf(source);
    const names =
      file.startsWith('impl/') && place.site.isPart !== true ? typesOf(file).names : [];
    this.#names = new Map(names.map((name) => [name[0], name]));
    this.#place = place;
  }

  /** @param indent columns to leave out on the left */
  line(line: number, indent: number): string {
    const from = (this.#lineStarts[line - 1] ?? 0) + indent;
    const next = this.#lineStarts[line] ?? this.#text.length + 1;
    const to = Math.max(from, next - 1);
    let html = '';
    let at = from;
    for (const token of this.#tokens) {
      if (token.end <= from) continue;
      if (token.start >= to) break;
      const start = Math.max(token.start, from);
      const end = Math.min(token.end, to);
      html += escapeHtml(this.#text.slice(at, start)) + this.#token(token, start, end);
      at = end;
    }
    return html + escapeHtml(this.#text.slice(at, to)).replace(/\s+$/, '');
  }

  #token(token: Token, start: number, end: number): string {
    const text = this.#text.slice(start, end);
    if (token.kind === 'c') return `<i class="c">${this.#comment(text)}</i>`;
    const name = this.#names.get(token.start);
    const kind = token.kind === undefined ? '' : ` class="${token.kind}"`;
    if (name === undefined) {
      return kind === '' ? escapeHtml(text) : `<i${kind}>${escapeHtml(text)}</i>`;
    }
    const [, , hover, target] = name;
    const url = target === undefined ? undefined : this.#linkTo(target, token.start);
    if (target === undefined || url === undefined) {
      return `<i${kind} data-h="${hover}">${escapeHtml(text)}</i>`;
    }
    const tab = this.#linked.has(target) ? ' tabindex="-1"' : '';
    this.#linked.add(target);
    // `nofollow`: the text of such a link (`go`, `read`) tells a search engine nothing.
    const address = escapeHtml(href(this.#place.site, url));
    return `<a${kind} href="${address}" rel="nofollow" data-h="${hover}"${tab}>${escapeHtml(text)}</a>`;
  }

  /** No link from a listing to itself, from a definition to its own line, to a property. */
  #linkTo(target: string, at: number): string | undefined {
    const symbol = findSymbol(target);
    if (symbol === undefined || symbol.property) return undefined;
    const { here, locale } = this.#place;
    const url = explainedAt(target, locale);
    if (url === here) return undefined;
    const isDefinition =
      target.startsWith(`${this.#file}#`) &&
      at >= (this.#lineStarts[symbol.line - 1] ?? 0) &&
      at < (this.#lineStarts[symbol.line] ?? Infinity);
    return isDefinition && url?.startsWith('/source/') === true ? undefined : url;
  }

  #comment(text: string): string {
    return escapeHtml(text).replace(gethTagRE, (tag, file: string, symbol = '') => {
      const row = findGeth(file, symbol as string);
      return row === undefined ? tag : outside(permalink(row), tag);
    });
  }
}

/** A link that leaves the site. */
export function outside(url: string, html: string, className?: string): string {
  const kind = className === undefined ? '' : ` class="${className}"`;
  return `<a${kind} href="${escapeHtml(url)}" target="_blank" rel="noreferrer">${html}</a>`;
}
