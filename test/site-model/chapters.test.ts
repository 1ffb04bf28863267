/** The chapters of the walk, with the numbers between them that have no page. */
import { describe, expect, it } from 'vitest';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { inCourseOrder } from '#kit/formats/ids.ts';
import { listPages, type PageInfo } from '../../.vitepress/build/pages.ts';
import { chaptersOf, withGaps } from '../../.vitepress/theme/chapters.ts';

function page(path: string, chapter?: string): PageInfo {
  return {
    path,
    section: 'guide',
    title: path,
    description: '',
    order: 1,
    ...(chapter === undefined ? {} : { chapter }),
  };
}

/** As a reader sees it: ids of chapters, gaps in brackets. */
function shown(...chapters: (string | undefined)[]): string[] {
  return withGaps(chapters.map((id) => page(`/guide/${id ?? 'x'}`, id))).map((one) =>
    'gap' in one ? `[${one.gap}]` : (one.chapter ?? one.path),
  );
}

describe('withGaps', () => {
  it('names the numbers that are missing between two chapters', () => {
    expect(shown('C1', 'C6')).toEqual(['C1', '[C2–C5]', 'C6']);
  });

  it('names a single missing number once', () => {
    expect(shown('C1', 'C3', 'C4')).toEqual(['C1', '[C2]', 'C3', 'C4']);
  });

  it('says nothing where no number is missing', () => {
    expect(shown('C1', 'C2', 'C3')).toEqual(['C1', 'C2', 'C3']);
  });

  it('makes no claim about chapters before the first or after the last', () => {
    expect(shown('C4')).toEqual(['C4']);
  });

  it('leaves a page without a number where it is', () => {
    expect(shown('C1', undefined, 'C3')).toEqual(['C1', '/guide/x', '[C2]', 'C3']);
  });
});

describe('chaptersOf', () => {
  it('takes the pages of the walk, without its list', () => {
    const other: PageInfo = { ...page('/lab/'), section: 'lab' };
    const pages = [page('/guide/'), page('/guide/01', 'C1'), other];
    expect(chaptersOf(pages).map(({ path }) => path)).toEqual(['/guide/01']);
  });

  it('has the chapters of this site by number, C10 after C9', () => {
    const ids = chaptersOf(listPages()).map(({ chapter }) => Number(chapter?.slice(1)));
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });
});

describe('inCourseOrder', () => {
  const sorted = (...pairs: [chapter: string, id: string][]): string[] =>
    pairs
      .map(([chapter, id]) => ({ chapter, id }))
      .toSorted(inCourseOrder)
      .map(({ id }) => id);

  it('puts warm-ups first, then goes by chapter, then by number', () => {
    expect(
      sorted(['C10', 'E22'], ['C9', 'E20'], ['C4', 'E08'], ['W', 'W1'], ['C4', 'E07']),
    ).toEqual(['W1', 'E07', 'E08', 'E20', 'E22']);
    expect(sorted(['C10', 'E01'], ['C9', 'E02'], ['C1', 'E03'])).toEqual([
      'E03',
      'E02',
      'E01',
    ]);
  });

  it('is the order in which a terminal goes from one exercise to the next', () => {
    const facts = readCatalog(repository).map((one) => one.facts);
    expect(facts.map(({ id }) => id)).toEqual(
      facts.toSorted(inCourseOrder).map(({ id }) => id),
    );
  });
});
