/** All chapters of the walk: the way from one to the next, paper, and what a page weighs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import { lostOnPaper, paper } from './paper.ts';

/** What a chapter may weigh, compressed, with all that it loads before it is scrolled. */
const mostKiB = 250;

/** What a reader works with in the text. */
const benches =
  '.pw-bench, .pw-blocked, .pw-ruler, .pw-hello, .pw-leaks, .pw-rooms, .pw-sorter, .pw-token';

interface Seen {
  readonly path: string;
  readonly bytes: number;
  readonly lost: readonly string[];
  readonly benches: number;
  readonly torn: readonly string[];
}

describe.skipIf('missing' in findChromium())('the walk', () => {
  let site: Site;
  let chapters: readonly string[];
  const seen: Seen[] = [];

  beforeAll(async () => {
    site = await openSite();
    chapters = site.pages.filter((path) => /^guide\/\d\d-/.test(path));
    const { page } = await site.open('guide/index.html');
    for (const path of chapters) seen.push(await look(page, path));
    await site.done(page);
  }, 600_000);
  afterAll(() => site?.close());

  const fileOf = (path: string): Buffer => readFileSync(join(site.dir, path));

  async function look(page: Page, path: string): Promise<Seen> {
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize(sizes.wide);
    await page.goto(site.url(path), { waitUntil: 'networkidle' });
    const asked = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname),
    );
    const files = new Set([path, ...asked.map((name) => name.slice(site.base.length))]);
    const weights = Array.from(files, (file) => gzipSync(fileOf(file)).length);
    const lost = await lostOnPaper(page);
    return {
      path,
      bytes: weights.reduce((sum, each) => sum + each),
      lost,
      benches: await page.locator(benches).count(),
      torn: await tornOnPaper(page),
    };
  }

  /** Of a bench that is longer than a sheet, its parts. */
  function tornOnPaper(page: Page): Promise<string[]> {
    return page.locator(benches).evaluateAll((all, sheet) => {
      const isLonger = (one: Element): boolean =>
        one.getBoundingClientRect().height > sheet;
      return all
        .flatMap((one) =>
          isLonger(one)
            ? [...one.querySelectorAll('figure, table, tr')].filter(
                (part) => !isLonger(part),
              )
            : [one],
        )
        .filter((one) => getComputedStyle(one).breakInside !== 'avoid')
        .map((one) => `${one.tagName} ${one.className}`);
    }, paper.height);
  }

  it('leads from each chapter to the one before and to the next', () => {
    expect(chapters).toHaveLength(11);
    const linked = (html: string, rel: string): string | undefined =>
      new RegExp(`<a href="([^"]*)" rel="${rel}"`).exec(html)?.[1];
    const at = (place: number): string | undefined => {
      const path = chapters[place];
      return path && `${site.base}${path}`;
    };
    chapters.forEach((path, index) => {
      const html = fileOf(path).toString();
      const ends = [linked(html, 'prev'), linked(html, 'next')];
      expect(ends, path).toEqual([at(index - 1), at(index + 1)]);
    });
  });

  it(`weighs at most ${mostKiB} KiB a chapter, compressed`, () => {
    const weights = seen.map(
      ({ path, bytes }) => `${path} ${Math.round(bytes / 1024)}`,
    );
    console.log(`KiB, compressed: ${weights.join(', ')}`);
    const heavy = seen.filter(({ bytes }) => bytes > mostKiB * 1024);
    expect(heavy.map(({ path }) => path)).toEqual([]);
  });

  it('lies whole on paper', () => {
    const lost = seen.flatMap((page) => page.lost.map((one) => `${page.path} ${one}`));
    expect(lost).toEqual([]);
  });

  it('has no bench that the end of a sheet tears', () => {
    expect(seen.reduce((sum, page) => sum + page.benches, 0)).toBeGreaterThan(8);
    const torn = seen.flatMap((page) => page.torn.map((one) => `${page.path} ${one}`));
    expect(torn).toEqual([]);
  });
});
