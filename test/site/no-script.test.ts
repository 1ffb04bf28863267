/** Every page of the built site without JavaScript, as on a phone. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

describe.skipIf('missing' in findChromium())('every page without scripts', () => {
  let site: Site;
  const empty: string[] = [];
  const wide: string[] = [];

  async function look(path: string, page: Page): Promise<void> {
    const main = page.locator('main:visible');
    if ((await main.count()) !== 1) empty.push(`${path}: not one main`);
    else if ((await main.innerText()).trim().length < 40) empty.push(path);
    const extra = await overflow(page);
    if (extra > 0) wide.push(`${path}: ${extra} px too wide`);
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
});
