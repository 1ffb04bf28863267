/**
 * The ledger of what this project says of geth: docs/reference/geth-claims/*.json. Each
 * sentence that names geth stands there word for word, with the places in geth's source
 * at which a checker, who did not write the sentence, saw that it holds, and the day. A
 * sentence that changes is no longer in the ledger, and has to be looked up anew.
 */

import { findGeth, permalink } from './geth.ts';
import { escapeHtml, inlineHtml, outside } from './code-html.ts';
import {
  collapse,
  codeSentences,
  markdownSentences,
  type Sentence,
} from './geth-sentences.ts';
import { href, type SiteOptions } from './links.ts';
import { listFiles, readText } from './repo.ts';
import { frontMatter } from './site-index.ts';

export interface Seen {
  /** A tag of go-ethereum, or `from..to` of those between which it is so. */
  readonly tag: string;
  readonly file: string;
  readonly symbol?: string;
}

export interface Claim {
  readonly says: string;
  /** The file, where the ledger's `page` is a folder. */
  readonly in?: string;
  readonly geth?: readonly Seen[];
  /** Of what no source can tell: the run in which it was seen. */
  readonly run?: string;
  /** yyyy-mm-dd */
  readonly checked: string;
}

/** A sentence that names geth and says nothing of it that could be wrong. */
export interface Mention {
  readonly says: string;
  readonly in?: string;
  readonly why: string;
}

export interface Ledger {
  /** A page, or a folder of `exercises/` or `impl/`. */
  readonly page: string;
  readonly claims: readonly Claim[];
  readonly mentions?: readonly Mention[];
}

const folder = 'docs/reference/geth-claims';

export function ledgers(): Ledger[] {
  return listFiles(folder, '.json').map(
    // Checked by problemsOf below, in the repository's own tests.
    (path) => JSON.parse(readText(path)) as Ledger,
  );
}

/** The files whose sentences the ledger answers for. */
export function filesThatSpeak(): string[] {
  return [
    ...listFiles('docs', '.md').filter((path) => !path.startsWith('docs/source/')),
    ...listFiles('exercises', '.md', '.ts', '.diff').filter(
      (path) => !/^exercises\/(?:kit|node_modules)\//.test(path),
    ),
    ...listFiles('impl', '.ts'),
  ];
}

export function sentencesIn(path: string, text: string): Sentence[] {
  if (path.endsWith('.ts'))
    return codeSentences(path, text, path.startsWith('exercises/'));
  return markdownSentences(text);
}

/** A ledger's text covers a sentence that it contains, or of which it is the larger part. */
function covers(says: string, sentence: string): boolean {
  if (says.includes(sentence)) return true;
  return sentence.includes(says) && says.length * 2 >= sentence.length;
}

export function problemsOf(
  books: readonly Ledger[],
  files: ReadonlyMap<string, string>,
): string[] {
  const found: string[] = [];
  const said = new Map<string, string[]>();
  const spoken = new Map(
    [...files].map(([file, text]) => [file, spokenText(file, text)] as const),
  );
  for (const book of books) {
    for (const entry of [...book.claims, ...(book.mentions ?? [])]) {
      const file = entry.in ?? book.page;
      const text = spoken.get(file);
      if (text === undefined) found.push(`${book.page}: there is no ${file}`);
      else if (!text.includes(collapse(entry.says))) {
        found.push(`${file} no longer says: ${entry.says}`);
      }
      said.set(file, [...(said.get(file) ?? []), collapse(entry.says)]);
    }
    for (const claim of book.claims) {
      const problem = unbacked(claim);
      if (problem !== undefined) found.push(`${book.page}: ${problem}: ${claim.says}`);
    }
  }
  for (const [file, text] of files) {
    for (const { line, text: sentence } of sentencesIn(file, text)) {
      const isKnown = said.get(file)?.some((says) => covers(says, sentence)) ?? false;
      if (!isKnown) found.push(`${file}:${line}: nobody has checked: ${sentence}`);
    }
  }
  return found;
}

/** As the ledger quotes it: of code, without the marks of its comments. */
function spokenText(file: string, text: string): string {
  if (!file.endsWith('.ts')) return collapse(text);
  return collapse(text.replace(/^[ \t]*(?:\/\/:?|\*(?!\/)|\/\*\*?)[ \t]?/gm, ' '));
}

function unbacked(claim: Claim): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(claim.checked)) return 'no day';
  const seen = claim.geth ?? [];
  if (seen.length === 0 && (claim.run ?? '') === '') return 'neither source nor run';
  const bad = seen.find(
    ({ tag, file }) => !/^v\d/.test(tag) || !/^[\w./-]+$/.test(file),
  );
  return bad === undefined ? undefined : `${bad.tag} ${bad.file} is no place`;
}

// -- the page -------------------------------------------------------------------------

/** The ledger as docs/reference/claims.md shows it. */
export function gethClaimsHtml(site: SiteOptions): string {
  const parts = ledgers()
    .filter(({ claims }) => claims.length > 0)
    .sort((a, b) => rank(a.page) - rank(b.page))
    .map(({ page, claims }) => {
      const rows = claims.map(
        (claim) =>
          `<tr><td>${inlineHtml(plain(claim.says))}</td>` +
          `<td>${backing(claim)}</td><td class="pw-claims-day">${claim.checked}</td></tr>`,
      );
      return (
        `<details class="pw-claims"><summary>${escapeHtml(nameOf(page))} · ${claims.length}` +
        `</summary>\n${pageLink(page, site)}<table>\n<thead><tr><th scope="col">what is ` +
        `said</th><th scope="col">where it was seen</th><th scope="col">on</th></tr>` +
        `</thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>\n</details>`
      );
    });
  return `<div v-pre>\n${parts.join('\n')}\n</div>\n`;
}

function backing({ geth = [], run }: Claim): string {
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

/** The walk first, then what belongs to it, then the code. */
function rank(page: string): number {
  const order = ['docs/guide/', 'exercises/', 'docs/', 'impl/'];
  return order.findIndex((start) => page.startsWith(start));
}

/** A page and an exercise have titles; a folder of the code has its path. */
function nameOf(page: string): string {
  if (page.startsWith('impl/')) return page;
  const file = page.endsWith('.md') ? page : `${page}/README.md`;
  const title = frontMatter(readText(file), 'title')?.replace(/^["']|["']$/g, '');
  return title ?? page;
}

/** To the page, below its name: nothing that is clicked stands in a summary. */
function pageLink(page: string, site: SiteOptions): string {
  if (!page.startsWith('docs/')) return '';
  const url = page.replace(/^docs/, '').replace(/(?:index)?\.md$/, '');
  return `<p><a href="${escapeHtml(href(site, url))}">The page</a></p>\n`;
}

/** Links keep their words. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\*\*|\\(?=\|)/g, '');
}

/** What the gate reads. */
export function spokenFiles(): Map<string, string> {
  return new Map(filesThatSpeak().map((path) => [path, readText(path)]));
}
