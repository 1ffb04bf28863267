/** What the pages and comments say of geth, checked against one table. */

import {
  gethPlaces,
  gethSymbols,
  type GethSymbol,
} from '../../docs/reference/geth-table.ts';
import { url } from '../../impl/geth.ts';
import { implFiles } from './repo.ts';
import { symbolsOf, type CodeSymbol, type GethTag } from './symbols.ts';

export function findGeth(file: string, symbol: string): GethSymbol | undefined {
  return gethSymbols.find((row) => row.file === file && row.symbol === symbol);
}

/** `p2p/peer.go:273`, or the file alone where no line was measured. */
export function placeOf(row: GethSymbol): string {
  return row.line === undefined ? row.file : `${row.file}:${row.line}`;
}

export function permalink(row: GethSymbol): string {
  return url(row.file, row.line);
}

export interface Mirror {
  readonly path: string;
  readonly symbol: CodeSymbol;
  readonly tag: GethTag;
}

/** Every symbol of ours that says it mirrors one of geth's. */
export function mirrors(): Mirror[] {
  return implFiles().flatMap((path) =>
    symbolsOf(path).symbols.flatMap((symbol) =>
      symbol.geth.map((tag) => ({ path, symbol, tag })),
    ),
  );
}

export interface Citation {
  readonly file: string;
  readonly line: number;
  readonly at: number;
}

const citationRE = /\b((?:[a-z0-9_]+\/)+[a-z0-9_]+\.go):(\d+)/g;

/** Citations such as `p2p/peer.go:273` in a text. Of a range, the first line counts. */
export function citations(text: string): Citation[] {
  return [...text.matchAll(citationRE)].map((match) => ({
    file: match[1] ?? '',
    line: Number(match[2]),
    at: match.index,
  }));
}

export function isKnownPlace(file: string, line: number): boolean {
  return [...gethSymbols, ...gethPlaces].some(
    (row) => row.file === file && row.line === line,
  );
}
