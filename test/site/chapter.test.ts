/** A chapter as a place: its sections, what is folded, tables, paper, and no scripts. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openSite, type OpenPage, type Site } from './browser.ts';
import { cutAtTheRight, lostOnPaper } from './paper.ts';

const found = findChromium();
const still = { reducedMotion: 'reduce' } as const;
const chapter = 'guide/06-peer-run.html';

describe.skipIf('missing' in found)('a chapter', { timeout: 120_000 }, () => {
  let site: Site;
  let opened: OpenPage;
  let page: Page;
  beforeAll(async () => {
    site = await openSite();
    opened = await site.open(chapter, {
      ...still,
      viewport: { width: 1366, height: 768 },
    });
    page = opened.page;
  }, 300_000);
  afterAll(async () => {
    await site?.done(page);
    await site?.close();
  });

  const sections = (): Promise<string[]> =>
    page.locator('.pw-prose h2').evaluateAll((heads) => heads.map((head) => head.id));

  it('lists its sections beside the text, or at the top where there is no room', async () => {
    const ids = await sections();
    expect(ids.length).toBeGreaterThan(3);
    const bar = page.locator('.pw-where');
    expect(await bar.isVisible()).toBe(true);
    await bar.locator('summary').click();
    const links = await bar
      .locator('a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links).toEqual(ids.map((id) => `#${id}`));
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1600, height: 900 });
    expect(await bar.isVisible()).toBe(false);
    expect(await page.locator('.pw-rail-sections a').count()).toBe(ids.length);
    expect(await page.locator('.pw-rail-sections').isVisible()).toBe(true);
    await page.setViewportSize({ width: 1366, height: 768 });
  });

  it('says where the reader is while the text scrolls', async () => {
    const [, second = ''] = await sections();
    const head = page.locator(`[id="${second}"]`);
    await head.evaluate((element) => {
      element.scrollIntoView({ block: 'start' });
    });
    const title = (await head.innerText()).replace(/[\s\u200b]+$/, '');
    await expect.poll(() => page.locator('.pw-where-title').innerText()).toBe(title);
    // The bar is in sight, and does not lie over what was jumped to.
    const bar = await page.locator('.pw-where').boundingBox();
    const at = await head.boundingBox();
    expect(bar?.y).toBeGreaterThanOrEqual(0);
    expect(at?.y).toBeGreaterThanOrEqual((bar?.y ?? 0) + (bar?.height ?? 0) - 1);
    const here = page.locator('.pw-rail-sections a[aria-current]');
    expect(await here.getAttribute('href')).toBe(`#${second}`);
  });

  it('comes to rest without moving what the reader looks at', async () => {
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              const { value, hadRecentInput } = entry as PerformanceEntry & {
                readonly value: number;
                readonly hadRecentInput: boolean;
              };
              if (!hadRecentInput) sum += value;
            }
          }).observe({ type: 'layout-shift', buffered: true });
          requestAnimationFrame(() => setTimeout(() => done(sum)));
        }),
    );
    expect(shift).toBeLessThanOrEqual(0.02);
  });

  it('gives code in a fold the measure of code outside', async () => {
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
    });
    const widths = await page.locator('.pw-listing').evaluateAll((listings) => {
      const shown = listings.filter(
        (one) =>
          one.getBoundingClientRect().width > 0 && one.closest('.pw-predict') === null,
      );
      const width = (one: Element): number =>
        Math.round(one.getBoundingClientRect().width);
      const inFold = (one: Element): boolean => one.closest('details') !== null;
      return {
        folded: [...new Set(shown.filter(inFold).map(width))],
        outside: [...new Set(shown.filter((one) => !inFold(one)).map(width))],
      };
    });
    expect(widths.folded.length).toBeGreaterThan(0);
    expect(widths.folded).toEqual(widths.outside);
  });

  it('breaks no word in a table on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const broken = await page.locator('.pw-prose :is(th, td)').evaluateAll((cells) => {
      const walker = (cell: Element): string[] => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        while (texts.nextNode()) {
          const node = texts.currentNode;
          for (const match of (node.textContent ?? '').matchAll(
            /[\p{L}\p{N}_]{3,}/gu,
          )) {
            const range = document.createRange();
            range.setStart(node, match.index);
            range.setEnd(node, match.index + match[0].length);
            const lines = new Set(
              [...range.getClientRects()].map(({ top }) => Math.round(top)),
            );
            if (lines.size > 1) found.push(match[0]);
          }
        }
        return found;
      };
      return { cells: cells.length, words: cells.flatMap(walker).slice(0, 5) };
    });
    expect(broken.cells).toBeGreaterThan(20);
    expect(broken.words).toEqual([]);
    expect(opened.faults).toEqual([]);
    await page.setViewportSize({ width: 1366, height: 768 });
  });

  it('has scrollbars that fit the page in Firefox', async () => {
    const colour = await page
      .locator('.pw-listing .wv-scroll')
      .first()
      .evaluate((element) => getComputedStyle(element).scrollbarColor);
    expect(colour).not.toBe('auto');
  });

  it('lies whole on paper: nothing to scroll, nothing cut', async () => {
    expect(await lostOnPaper(page)).toEqual([]);
    await page.emulateMedia({ media: 'screen' });
  });

  it.each([390, 1366])('is cut nowhere without scripts, at %i px', async (width) => {
    const bare = await site.open(chapter, {
      javaScriptEnabled: false,
      viewport: { width, height: 844 },
    });
    // `evaluate` works in a page whose own scripts are off.
    expect(await bare.page.evaluate(cutAtTheRight)).toEqual([]);
    await site.done(bare.page);
  });
});
