/** The chapters of the walk, with the numbers between them that have no page. */
import { describe, expect, it } from 'vitest';
import type { PageInfo } from '../../.vitepress/build/pages.ts';
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
});
