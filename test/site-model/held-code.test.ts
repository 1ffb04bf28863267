/** What an exercise has the reader write is held back wherever a page shows it. */
import { describe, expect, it } from 'vitest';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { plugName } from '#kit/formats/schema-exercise.ts';
import { readText } from '../../.vitepress/weave/repo.ts';
import { regionsOf, siteIndex, type Shown } from '../../.vitepress/weave/site-index.ts';
import { symbolsOf } from '../../.vitepress/weave/symbols.ts';

const listings = siteIndex().shown.filter(({ file }) => file.startsWith('impl/'));

/** The exercise behind whose `<TryFirst>` a listing stands. */
function heldBy({ page, line }: Shown): string | undefined {
  const above = readText(page.path)
    .split('\n')
    .slice(0, line - 1);
  const open = above.findLastIndex((text) => text.startsWith('<TryFirst '));
  const closed = above.findLastIndex((text) => text === '</TryFirst>');
  if (open <= closed) return undefined;
  return /exercise="(\w+)"/.exec(above[open] ?? '')?.[1];
}

function nameOf({ file, region }: Shown): string {
  return `${file}#${region}`;
}

/** Open all the same, and why. */
const open: Readonly<Record<string, string>> = {
  E06: 'chapter 3 tells the order of its checks; what it encodes and decodes is held back',
};

/** Whether the listing has the declaration of this symbol in it. */
function declares({ file, region }: Shown, symbol: string): boolean {
  const place = regionsOf(file).find(({ name }) => name === region);
  const line = symbolsOf(file).symbols.find(({ name }) => name === symbol)?.line;
  if (place === undefined || line === undefined) return false;
  return place.startLine < line && line < place.endLine;
}

const seen = (some: readonly Shown[]): string[] =>
  some
    .filter((listing) => heldBy(listing) === undefined)
    .map(({ page, line, region }) => `${page.path}:${line}: ${region}`);

describe('a listing', () => {
  const held = new Set(listings.filter((one) => heldBy(one)).map(nameOf));

  it('that one page holds back is open on none', () => {
    expect(seen(listings.filter((one) => held.has(nameOf(one))))).toEqual([]);
  });

  const written = readCatalog(repository).flatMap(({ facts: { id, plug } }) =>
    plug === undefined || id in open ? [] : [[plugName(plug), id] as const],
  );

  it.each(written)('of %s, which %s has the reader write, is held back', (plug) => {
    const [file = '', symbol = ''] = plug.split('#');
    const answers = listings.filter(
      (one) => one.file === file && declares(one, symbol),
    );
    expect(answers).not.toEqual([]);
    expect(seen(answers)).toEqual([]);
  });
});
