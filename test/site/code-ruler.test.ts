/** The code-space ruler of chapter 4: by keyboard, in both colours, and without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/04-match-protocols.html';

describe.skipIf('missing' in found)(
  'the code-space ruler',
  { timeout: 120_000 },
  () => {
    let site: Site;
    beforeAll(async () => {
      site = await openSite();
    }, 300_000);
    afterAll(() => site?.close());

    /** The one with switches, awake. */
    async function rulerIn(page: Page): Promise<Locator> {
      const ruler = page.locator('.pw-ruler', { has: page.locator('input') });
      await ruler.scrollIntoViewIfNeeded();
      await ruler.locator('input:enabled').first().waitFor();
      return ruler;
    }
    const strip = (ruler: Locator, side: 'A' | 'B'): Promise<string[]> =>
      ruler
        .locator(`.pw-ruler-strip[data-side="${side}"] .pw-ruler-range`)
        .evaluateAll((all) => all.map((one) => one.textContent ?? ''));

    it('computes both tables from what is switched on, by keyboard alone', async () => {
      const { page, faults } = await site.open(chapter);
      const ruler = await rulerIn(page);
      expect(await strip(ruler, 'A')).toEqual(['eth/6316–32', 'note/133–36']);
      await ruler.getByRole('checkbox', { name: 'B speaks chat/1' }).focus();
      await page.keyboard.press('Space');
      const withChat = ['chat/116–19', 'eth/6320–36', 'note/137–40'];
      await expect.poll(() => strip(ruler, 'B')).toEqual(withChat);
      expect(await strip(ruler, 'A')).toEqual(withChat);
      expect(await ruler.innerText()).toContain('The two tables are the same.');

      await ruler
        .getByRole('checkbox', { name: /still the same version/ })
        .press('Space');
      const verdict = ruler.locator('.pw-ruler-verdict[data-bad]');
      await verdict.waitFor();
      expect(await verdict.innerText()).toBe(
        'The tables differ. Code 20 is message 0 of eth/63 for A, and message 4 of chat/1 for B.',
      );

      for (const name of ['chat/1', 'eth/62', 'eth/63', 'note/1']) {
        await ruler.getByRole('checkbox', { name: `A speaks ${name}` }).uncheck();
      }
      expect(await verdict.innerText()).toContain('no peer');
      expect(await strip(ruler, 'B')).toEqual([]);
      await ruler.getByRole('button', { name: 'As it was' }).click();
      await expect
        .poll(() => strip(ruler, 'A'))
        .toEqual(['eth/6316–32', 'note/133–36']);
      expect(faults).toEqual([]);
      await site.done(page);
    });

    const fullest = async (): Promise<Page> => {
      const { page } = await site.open(chapter, {
        reducedMotion: 'reduce',
        viewport: sizes.phone,
      });
      const ruler = await rulerIn(page);
      for (const box of await ruler.getByRole('checkbox').all()) await box.check();
      return page;
    };

    it('fits a phone at its fullest', async () => {
      const page = await fullest();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await site.done(page);
    });

    it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
      const page = await fullest();
      expect(await axeInColours(page, { include: ['.pw-ruler'] })).toEqual([]);
      await site.done(page);
    });

    it('is a still picture and a table without scripts', async () => {
      const { page } = await site.open(chapter, { javaScriptEnabled: false });
      const ruler = page.locator('.pw-ruler', { has: page.locator('input') });
      expect(await strip(ruler, 'A')).toEqual(['eth/6316–32', 'note/133–36']);
      expect(await ruler.locator('input:enabled').count()).toBe(0);
      expect(await ruler.locator('.pw-ruler-actions').isVisible()).toBe(false);
      expect(await ruler.locator('.pw-ruler-without').isVisible()).toBe(true);
      expect(await ruler.locator('tbody tr').count()).toBe(5);
      await site.done(page);
    });
  },
);
