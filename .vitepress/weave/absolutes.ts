/**
 * The ledger of what this project says with always, never, only and seldom:
 * docs/reference/absolutes/*.json. Such a word is a claim: each sentence with one stands
 * there word for word, with the tests that would fail if it were not so.
 */

import { existsSync } from 'node:fs';
import { escapeHtml } from './code-html.ts';
import { gethLedgers } from './geth-claims.ts';
import {
  knowing,
  ledgersHtml,
  ledgersIn,
  problemsOf,
  type Ledger,
  type Rules,
} from './ledger.ts';
import type { SiteOptions } from './links.ts';
import { absolute, readText } from './repo.ts';
import { codeSentences, markdownSentences, type Topic } from './sentences.ts';

export interface HeldBy {
  /** A file of tests. */
  readonly file: string;
  /** The title of a test in it, as it stands there. */
  readonly test: string;
}

export interface Held {
  readonly by: readonly HeldBy[];
}

const absolutes: Topic = {
  words: /\b(?:always|never|seldom|rarely|only)\b/i,
  isContext: false,
};

export function absoluteLedgers(): Ledger<Held>[] {
  return ledgersIn('docs/reference/absolutes');
}

/** A title of a test speaks of its own test. */
const isTest = /\.test\.ts$/;

function rules(isElsewhere: (file: string, sentence: string) => boolean): Rules<Held> {
  return {
    isElsewhere,
    sentencesIn(path, text) {
      if (isTest.test(path)) return [];
      return path.endsWith('.ts')
        ? codeSentences(path, text, path.startsWith('exercises/'), absolutes)
        : markdownSentences(text, absolutes);
    },
    unbacked({ by }) {
      if (by.length === 0) return 'no test';
      const gone = by.find(({ file, test }) => !hasTest(file, test));
      return gone && `${gone.file} has no test named “${gone.test}”`;
    },
  };
}

const quotes = ["'", '"', '`'];

function hasTest(file: string, test: string): boolean {
  if (!isTest.test(file) || !existsSync(absolute(file))) return false;
  const text = readText(file);
  return quotes.some((quote) => text.includes(`${quote}${test}${quote}`));
}

export function absoluteProblems(
  books: readonly Ledger<Held>[],
  files: ReadonlyMap<string, string>,
): string[] {
  // What is claimed of geth was looked up there. A mention of it says nothing of ours.
  const claimed = gethLedgers().map(({ page, claims }) => ({ page, claims }));
  return problemsOf(books, files, rules(knowing(claimed)));
}

/** The ledger as docs/reference/claims.md shows it. */
export function absolutesHtml(site: SiteOptions): string {
  const heads = ['what is said', 'the test that holds it'];
  return ledgersHtml(site, absoluteLedgers(), heads, ({ by }) => [
    by
      .map(({ file, test }) => `<code>${pathHtml(file)}</code> ${escapeHtml(test)}`)
      .join('<br>'),
  ]);
}

/** It may go on below after a slash: on a phone the sentence needs the room. */
function pathHtml(path: string): string {
  return escapeHtml(path).replaceAll('/', '/<wbr>');
}
