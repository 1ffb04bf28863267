/**
 * The ledger of what this project says of geth: docs/reference/geth-claims/*.json. Each
 * sentence that names geth stands there word for word, with the places in geth's source
 * at which a checker, who did not write the sentence, saw that it holds, and the day.
 */

import { findGeth, permalink } from './geth.ts';
import { escapeHtml, inlineHtml, outside } from './code-html.ts';
import {
  ledgersHtml,
  ledgersIn,
  problemsOf,
  type Ledger,
  type Rules,
} from './ledger.ts';
import type { SiteOptions } from './links.ts';
import { codeSentences, markdownSentences } from './sentences.ts';

export interface Seen {
  /** A tag of go-ethereum, or `from..to` of those between which it is so. */
  readonly tag: string;
  readonly file: string;
  readonly symbol?: string;
}

export interface SeenInGeth {
  readonly geth?: readonly Seen[];
  /** Of what no source can tell: the run in which it was seen. */
  readonly run?: string;
  /** yyyy-mm-dd */
  readonly checked: string;
}

export function gethLedgers(): Ledger<SeenInGeth>[] {
  return ledgersIn('docs/reference/geth-claims');
}

const rules: Rules<SeenInGeth> = {
  sentencesIn: (path, text) =>
    path.endsWith('.ts')
      ? codeSentences(path, text, path.startsWith('exercises/'))
      : markdownSentences(text),
  unbacked({ geth = [], run = '', checked }) {
    if (!/^\d{4}-\d\d-\d\d$/.test(checked)) return 'no day';
    if (geth.length === 0 && run === '') return 'neither source nor run';
    const bad = geth.find(
      ({ tag, file }) => !/^v\d/.test(tag) || !/^[\w./-]+$/.test(file),
    );
    return bad === undefined ? undefined : `${bad.tag} ${bad.file} is no place`;
  },
};

export function gethProblems(
  books: readonly Ledger<SeenInGeth>[],
  files: ReadonlyMap<string, string>,
): string[] {
  return problemsOf(books, files, rules);
}

/** The ledger as docs/reference/claims.md shows it. */
export function gethClaimsHtml(site: SiteOptions): string {
  const heads = ['what is said', 'where it was seen', 'on'];
  return ledgersHtml(site, gethLedgers(), heads, (claim) => [
    backing(claim),
    `<span class="pw-claims-day">${claim.checked}</span>`,
  ]);
}

function backing({ geth = [], run }: SeenInGeth): string {
  const places = geth.map((seen) => {
    const label = `<code>${escapeHtml(seen.symbol ?? seen.file)}</code>`;
    return `${outside(gethUrl(seen), label)} ${escapeHtml(seen.tag)}`;
  });
  return [...places, ...(run === undefined ? [] : [inlineHtml(run)])].join('<br>');
}

function gethUrl({ tag, file, symbol }: Seen): string {
  const row = symbol === undefined ? undefined : findGeth(file, symbol);
  const first = tag.split('..')[0] ?? tag;
  if (row !== undefined && first === 'v1.8.12') return permalink(row);
  return `https://github.com/ethereum/go-ethereum/blob/${encodeURIComponent(first)}/${file}`;
}
