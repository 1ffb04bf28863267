/** Every word that the weaver itself puts on a page, by language. */

export interface WeaveStrings {
  lines(first: number, last: number): string;
  listing(file: string, region: string): string;
  note: string;
  geth(symbol: string | undefined, place: string): string;
  region: string;
  shownIn: string;
  notShown: string;
  plugs: string;
  tests(count: number): string;
  sourceTitle(file: string): string;
  sourceDescription(file: string): string;
  indexTitle: string;
  indexDescription: string;
  indexIntro: string;
  linesOf(count: number): string;
  coverage(shown: number, total: number): string;
  upToIndex: string;
  mapHeads: readonly [theirs: string, line: string, ours: string];
}

const en: WeaveStrings = {
  lines: (first, last) => (first === last ? `line ${first}` : `lines ${first}–${last}`),
  listing: (file, region) => `${file}, ${region}`,
  note: 'Note',
  geth: (symbol, place) =>
    symbol === undefined ? `geth: ${place}` : `geth: ${symbol}, ${place}`,
  region: 'region',
  shownIn: 'explained in',
  notShown: 'on no page yet',
  plugs: 'you write it in',
  tests: (count) => (count === 1 ? 'test' : 'tests'),
  sourceTitle: (file) => file,
  sourceDescription: (file) =>
    `${file}, every line of it, with links to where it is explained`,
  indexTitle: 'Source',
  indexDescription: 'The map of the code: every file of impl/, and what it is for',
  indexIntro:
    'This is the code that runs, in the terminal and on these pages. A folder imports ' +
    'only from folders above it in this list.',
  linesOf: (count) => (count === 1 ? '1 line' : `${count} lines`),
  coverage: (shown, total) =>
    `${shown} of ${total} lines of the connection flow (impl/csp, impl/p2p, impl/eth) are shown on a page of this site. The chapters that are not written yet will show the rest.`,
  upToIndex: 'All files',
  mapHeads: ['geth', 'line', 'here'],
};

const languages: Readonly<Record<string, WeaveStrings>> = { en };

export function stringsFor(locale: string): WeaveStrings {
  return languages[locale === '' ? 'en' : locale] ?? en;
}
