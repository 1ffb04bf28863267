/** The leak detector of chapter 11: by keyboard, in both colours, and without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faults } from '../../impl/sim/leaks.ts';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/11-teardown.html';

describe.skipIf('missing' in found)('the leak detector', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  async function benchIn(page: Page): Promise<Locator> {
    const bench = page.locator('.pw-leaks');
    await bench.scrollIntoViewIfNeeded();
    await bench.locator('input:enabled').first().waitFor();
    return bench;
  }
  const verdict = (bench: Locator): Promise<string> =>
    bench.locator('.pw-leaks-verdict').innerText();

  it('takes a guess and shows the orders, by keyboard alone', async () => {
    const { page, faults: problems } = await site.open(chapter);
    const bench = await benchIn(page);
    const run = bench.getByRole('button', { name: 'Run them' });
    expect(await run.isDisabled()).toBe(true);
    await bench.getByRole('radio', { name: 'ours, as it is' }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown'); // one place too few
    await page.keyboard.press('Tab');
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown'); // at most two
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space'); // in none
    await page.keyboard.press('Enter');
    await bench.locator('.pw-leaks-verdict').waitFor();
    expect(await verdict(bench)).toBe(
      'Not so. In 6 of the 976 orders, somebody is left.',
    );
    const isFocused = (): Promise<boolean> =>
      bench
        .locator('.pw-leaks-verdict')
        .evaluate((node) => node === document.activeElement);
    await expect.poll(isFocused).toBe(true);
    expect(await bench.locator('.pw-leaks-run li').allInnerTexts()).toEqual([
      'a task that has to report, at protoErr (in 6 orders)',
    ]);
    await bench.getByRole('radio', { name: 'readErr without room' }).check();
    expect(await bench.locator('.pw-leaks-run').count()).toBe(0);
    await bench.getByRole('radio', { name: 'in none' }).check();
    await run.click();
    await expect
      .poll(() => verdict(bench))
      .toBe('You saw it coming. In none of the 988 orders anybody is left.');
    expect(problems).toEqual([]);
    await site.done(page);
  });

  /** The run with the most to say. */
  const fullest = async (): Promise<Page> => {
    const { page } = await site.open(chapter, {
      reducedMotion: 'reduce',
      viewport: sizes.phone,
    });
    const bench = await benchIn(page);
    await bench.getByRole('radio', { name: 'waits for the answer alone' }).check();
    await bench.getByRole('radio', { name: 'that are drawn' }).check();
    await bench.getByRole('radio', { name: 'in some' }).check();
    await bench.getByRole('button', { name: 'Run them' }).click();
    await bench.locator('.pw-leaks-verdict').waitFor();
    return page;
  };

  it('fits a phone at its fullest', async () => {
    const page = await fullest();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await site.done(page);
  });

  it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
    const page = await fullest();
    expect(await axeInColours(page, { include: ['.pw-leaks'] })).toEqual([]);
    await site.done(page);
  });

  it('is a table of all runs without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const bench = page.locator('.pw-leaks');
    expect(await bench.locator('.pw-leaks-ask').isVisible()).toBe(false);
    expect(await bench.locator('tbody tr').count()).toBe(faults.length);
    await site.done(page);
  });
});
