/** Addresses: of pages, of lines, and of the place where a symbol is explained. */

import { implFiles } from './repo.ts';
import { pagesShowing, regionsOf } from './site-index.ts';
import { symbolsOf, type CodeSymbol } from './symbols.ts';

export interface SiteOptions {
  /** Begins and ends with a slash. */
  readonly base: string;
  readonly cleanUrls: boolean;
  /** Of the project's repository, for links to files that have no source page. */
  readonly repoUrl?: string | undefined;
  /**
   * The pages of the sources are not built, links to them not judged, and names in
   * listings neither explained nor linked: to look them all up takes a quarter of a build.
   */
  readonly isPart?: boolean;
}

/** @param url `/guide/06-peer-run` or `/guide/`, with a fragment or without */
export function href(site: SiteOptions, url: string): string {
  const [path = '', fragment] = url.split('#');
  const page = path.endsWith('/') || site.cleanUrls ? path : `${path}.html`;
  return site.base + page.slice(1) + (fragment === undefined ? '' : `#${fragment}`);
}

export function sourceUrl(file: string, line?: number): string {
  return `/source/${file.replace(/\.ts$/, '')}${line === undefined ? '' : `#L${line}`}`;
}

/** Id of a listing on its page. */
export function listingId(file: string, region: string): string {
  const path = file.replace(/^impl\//, '').replace(/\.ts$/, '');
  return `code-${path}-${region}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** Looks up `impl/p2p/peer.ts#Peer.handle`. */
export function findSymbol(target: string): CodeSymbol | undefined {
  const [file = '', name = ''] = target.split('#', 2);
  if (!implFiles().includes(file)) return undefined;
  return symbolsOf(file).symbols.find((symbol) => symbol.name === name);
}

/**
 * Where a symbol is explained: the page that shows the smallest region around its
 * definition; if there is none, its line on the source page.
 */
export function explainedAt(target: string, locale = ''): string | undefined {
  const symbol = findSymbol(target);
  const file = target.split('#')[0] ?? '';
  if (symbol === undefined) return undefined;
  const around = regionsOf(file)
    .filter(
      ({ startLine, endLine }) => startLine < symbol.line && symbol.line < endLine,
    )
    .reverse(); // inner ones first
  for (const { name } of around) {
    const page = pagesShowing(file, name, locale)[0];
    if (page !== undefined) return `${page.url}#${listingId(file, name)}`;
  }
  return sourceUrl(file, symbol.line);
}
