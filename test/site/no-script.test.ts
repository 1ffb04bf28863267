/** Every page of the built site without JavaScript, as on a phone. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

/**
 * Runs in the page: words and numbers in tables whose parts stand in two lines. A name
 * may go on in the next line behind a dot, a slash or a hyphen; a number never.
 */
function brokenInTables(): string[] {
  const broken: string[] = [];
  const range = document.createRange();
  const isBroken = (node: Node, from: number, to: number): boolean => {
    range.setStart(node, from);
    range.setEnd(node, to);
    return range.getClientRects().length > 1;
  };
  for (const table of document.querySelectorAll('table')) {
    const texts = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const text = node.textContent ?? '';
      if (!isBroken(node, 0, text.length)) continue;
      for (const { 0: word, index } of text.matchAll(/\d[\d.,]*\d|[\p{L}\p{N}_]+/gu)) {
        if (isBroken(node, index, index + word.length)) broken.push(word);
      }
    }
  }
  return broken;
}

describe.skipIf('missing' in findChromium())('every page without scripts', () => {
  let site: Site;
  const empty: string[] = [];
  const wide: string[] = [];
  const broken: string[] = [];

  async function look(path: string, page: Page): Promise<void> {
    const main = page.locator('main:visible');
    if ((await main.count()) !== 1) empty.push(`${path}: not one main`);
    else if ((await main.innerText()).trim().length < 40) empty.push(path);
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
    });
    const extra = await overflow(page);
    if (extra > 0) wide.push(`${path}: ${extra} px too wide`);
    const words = await page.evaluate(brokenInTables);
    if (words.length > 0)
      broken.push(`${path}: ${words.length}, ${words.slice(0, 3).join(' ')}`);
  }

  beforeAll(async () => {
    site = await openSite();
    const paths = site.pages.filter(
      (path) => !path.startsWith('source/') || path === 'source/index.html',
    );
    const options = { javaScriptEnabled: false, viewport: sizes.phone };
    const { page } = await site.open(paths[0] ?? '', options);
    for (const path of paths) {
      await page.goto(site.url(path), { waitUntil: 'load' });
      await look(path, page);
    }
    await site.done(page);
  }, 300_000);
  afterAll(() => site?.close());

  it('shows its text', () => {
    expect(empty).toEqual([]);
  });

  it('is no wider than a phone', () => {
    expect(wide).toEqual([]);
  });

  it('keeps words and numbers of its tables whole', () => {
    expect(broken).toEqual([]);
  });
});
