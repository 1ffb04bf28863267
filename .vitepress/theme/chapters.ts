/** The chapters of the walk in order, and the numbers between them that have none yet. */
import type { PageInfo } from '../build/pages.ts';

export interface Gap {
  /** `C2`, or `C2–C5`. */
  readonly gap: string;
}

export function chaptersOf(pages: readonly PageInfo[]): PageInfo[] {
  return pages.filter((page) => page.section === 'guide' && page.path !== '/guide/');
}

/** A gap is closed by writing its chapters: nothing lists it. */
export function withGaps(chapters: readonly PageInfo[]): (PageInfo | Gap)[] {
  const found: (PageInfo | Gap)[] = [];
  let last: number | undefined;
  for (const chapter of chapters) {
    const number = /^C(\d+)$/.exec(chapter.chapter ?? '')?.[1];
    if (number !== undefined) {
      const [from, to] = [(last ?? Number(number)) + 1, Number(number) - 1];
      if (from <= to) found.push({ gap: from === to ? `C${to}` : `C${from}–C${to}` });
      last = Number(number);
    }
    found.push(chapter);
  }
  return found;
}
