/**
 * A list of sentences, word for word, with what stands behind each. It and the texts hold
 * each other: a sentence that changes is no longer in the list, and has to be looked at
 * anew.
 */

import { escapeHtml, inlineHtml } from './code-html.ts';
import { href, type SiteOptions } from './links.ts';
import { listFiles, readText } from './repo.ts';
import { collapse, type Sentence } from './sentences.ts';
import { frontMatter } from './site-index.ts';

/** A sentence, as its file has it. */
interface Said {
  readonly says: string;
  /** The file, where the ledger's `page` is a folder. */
  readonly in?: string;
}

/** A sentence with the words that says nothing which could be wrong. */
export interface Mention extends Said {
  readonly why: string;
}

export interface Ledger<Backing> {
  /** A page, or a folder of `exercises/` or `impl/`. */
  readonly page: string;
  readonly claims: readonly (Said & Backing)[];
  readonly mentions?: readonly Mention[];
}

export interface Rules<Backing> {
  sentencesIn(file: string, text: string): Sentence[];
  /** What a claim lacks. */
  unbacked(backing: Backing): string | undefined;
  /** A sentence that another ledger answers for. */
  isElsewhere?(file: string, sentence: string): boolean;
}

export function ledgersIn<Backing>(folder: string): Ledger<Backing>[] {
  return listFiles(folder, '.json').map(
    // Checked by problemsOf below, in the repository's own tests.
    (path) => JSON.parse(readText(path)) as Ledger<Backing>,
  );
}

/** The files whose sentences a ledger answers for. */
function filesThatSpeak(): string[] {
  return [
    ...listFiles('docs', '.md').filter((path) => !path.startsWith('docs/source/')),
    ...listFiles('exercises', '.md', '.ts', '.diff').filter(
      (path) => !/^exercises\/(?:kit|node_modules)\//.test(path),
    ),
    ...listFiles('impl', '.ts'),
  ];
}

/** What the gate reads. */
export function spokenFiles(): Map<string, string> {
  return new Map(filesThatSpeak().map((path) => [path, readText(path)]));
}

/** A ledger's text covers a sentence that it contains, or of which it is the larger part. */
function covers(says: string, sentence: string): boolean {
  if (says.includes(sentence)) return true;
  return sentence.includes(says) && says.length * 2 >= sentence.length;
}

/** The ledgers' texts, for each file. */
function textsByFile(books: readonly Ledger<unknown>[]): Map<string, string[]> {
  const said = new Map<string, string[]>();
  for (const book of books) {
    for (const entry of [...book.claims, ...(book.mentions ?? [])]) {
      const file = entry.in ?? book.page;
      said.set(file, [...(said.get(file) ?? []), collapse(entry.says)]);
    }
  }
  return said;
}

/** Whether a sentence of a file stands in the ledgers. */
export function knowing(
  books: readonly Ledger<unknown>[],
): (file: string, sentence: string) => boolean {
  const said = textsByFile(books);
  return (file, sentence) =>
    said.get(file)?.some((says) => covers(says, sentence)) ?? false;
}

export function problemsOf<Backing>(
  books: readonly Ledger<Backing>[],
  files: ReadonlyMap<string, string>,
  { sentencesIn, unbacked, isElsewhere }: Rules<Backing>,
): string[] {
  const found: string[] = [];
  const spoken = new Map(
    [...files].map(([file, text]) => [file, spokenText(file, text)] as const),
  );
  for (const [file, said] of textsByFile(books)) {
    const text = spoken.get(file);
    if (text === undefined) {
      found.push(`there is no ${file}`);
      continue;
    }
    for (const says of said) {
      if (!text.includes(says)) found.push(`${file} no longer says: ${says}`);
    }
  }
  for (const book of books) {
    for (const claim of book.claims) {
      const problem = unbacked(claim);
      if (problem !== undefined) found.push(`${book.page}: ${problem}: ${claim.says}`);
    }
  }
  const isKnown = knowing(books);
  for (const [file, text] of files) {
    for (const { line, text: sentence } of sentencesIn(file, text)) {
      if (isKnown(file, sentence) || isElsewhere?.(file, sentence) === true) continue;
      found.push(`${file}:${line}: nobody has checked: ${sentence}`);
    }
  }
  return found;
}

/** As the ledger quotes it: of code, without the marks of its comments. */
function spokenText(file: string, text: string): string {
  if (!file.endsWith('.ts')) return collapse(text);
  return collapse(text.replace(/^[ \t]*(?:\/\/:?|\*(?!\/)|\/\*\*?)[ \t]?/gm, ' '));
}

// -- the page -------------------------------------------------------------------------

/** The ledgers as a page shows them: a table for each, folded. */
export function ledgersHtml<B>(
  site: SiteOptions,
  books: readonly Ledger<B>[],
  heads: readonly string[],
  cellsOf: (claim: Said & B) => readonly string[],
): string {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  const parts = inOrder(books).map(({ page, claims }) => {
    const rows = claims.map((claim) => {
      const cells = [inlineHtml(plain(claim.says)), ...cellsOf(claim)];
      return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    });
    return (
      `<details class="pw-claims"><summary>${escapeHtml(nameOf(page))} · ${claims.length}` +
      `</summary>\n${pageLink(page, site)}<table>\n<thead><tr>${head}</tr></thead>\n` +
      `<tbody>\n${rows.join('\n')}\n</tbody>\n</table>\n</details>`
    );
  });
  return `<div v-pre>\n${parts.join('\n')}\n</div>\n`;
}

/** The walk first, then what belongs to it, then the code. */
function inOrder<B>(books: readonly Ledger<B>[]): Ledger<B>[] {
  const order = ['docs/guide/', 'exercises/', 'docs/', 'impl/'];
  const rank = (page: string): number =>
    order.findIndex((start) => page.startsWith(start));
  return books
    .filter(({ claims }) => claims.length > 0)
    .sort((a, b) => rank(a.page) - rank(b.page));
}

/** A page and an exercise have titles; a folder of the code has its path. */
function nameOf(page: string): string {
  if (page.startsWith('impl/')) return page;
  const file = page.endsWith('.md') ? page : `${page}/README.md`;
  const title = frontMatter(readText(file), 'title')?.replace(/^["']|["']$/g, '');
  return title ?? page;
}

/** Links keep their words. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\*\*|\\(?=\|)/g, '');
}

/** To the page, below its name: nothing that is clicked stands in a summary. */
function pageLink(page: string, site: SiteOptions): string {
  if (!page.startsWith('docs/')) return '';
  const url = page.replace(/^docs/, '').replace(/(?:index)?\.md$/, '');
  return `<p><a href="${escapeHtml(href(site, url))}">The page</a></p>\n`;
}
