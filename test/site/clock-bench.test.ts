/** The clock bench of chapter 8: by keyboard, in both colours, and without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchCases } from '../../.vitepress/theme/components/clock-bench.ts';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/08-ping-loop.html';

describe.skipIf('missing' in found)('the clock bench', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  async function benchIn(page: Page): Promise<Locator> {
    const bench = page.locator('.pw-bench');
    await bench.scrollIntoViewIfNeeded();
    await bench.locator('input:enabled').first().waitFor();
    return bench;
  }
  const verdict = (bench: Locator): Promise<string> =>
    bench.locator('.pw-bench-verdict').innerText();

  it('takes a guess and shows the run, by keyboard alone', async () => {
    const { page, faults } = await site.open(chapter);
    const bench = await benchIn(page);
    const guessed = bench.getByRole('button', { name: 'That is my guess' });
    expect(await guessed.isDisabled()).toBe(true);
    expect(await bench.locator('.pw-bench-lanes').count()).toBe(0);

    await bench.getByRole('radio', { name: 'Its cable is pulled' }).first().focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown'); // that of Status
    await page.keyboard.press('ArrowDown'); // that of reading
    await page.keyboard.press('Enter');
    await bench.locator('.pw-bench-verdict').waitFor();
    expect(await verdict(bench)).toBe(
      'You saw it coming. The clock “read” strikes at 30 s. B hears nothing.',
    );
    const isFocused = (): Promise<boolean> =>
      bench
        .locator('.pw-bench-verdict')
        .evaluate((node) => node === document.activeElement);
    await expect.poll(isFocused).toBe(true);
    expect(await bench.locator('.pw-bench-bar.last:not(p *)').count()).toBe(1);
    expect(await bench.locator('details li').allTextContents()).toEqual([
      '0 s B sends a message',
      '0 s A sends a message',
      '15 s the clock “ping” strikes',
      '15 s A sends a Ping',
      '20 s B sends a byte',
      '30 s the clock “read” strikes',
    ]);

    await bench.getByRole('radio', { name: 'Stops reading, and sends' }).check();
    expect(await bench.locator('.pw-bench-lanes').count()).toBe(0);
    await bench.getByRole('radio', { name: 'that of writing' }).check();
    await guessed.click();
    await expect
      .poll(() => verdict(bench))
      .toBe('Not so. No clock ends it. After 100 s, B is still a peer.');
    await bench
      .getByRole('radio', { name: 'Says nothing from the handshakes' })
      .check();
    await bench.getByRole('button', { name: 'Show me' }).click();
    await expect
      .poll(() => verdict(bench))
      .toBe('The clock “Status” strikes at 5 s. B hears Disconnect 11, read timeout.');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  /** The run with the most in it. */
  const fullest = async (): Promise<Page> => {
    const { page } = await site.open(chapter, {
      reducedMotion: 'reduce',
      viewport: sizes.phone,
    });
    const bench = await benchIn(page);
    await bench.getByRole('radio', { name: 'answers none of A’s' }).check();
    await bench.getByRole('radio', { name: 'none within' }).check();
    await bench.getByRole('button', { name: 'That is my guess' }).click();
    await bench.locator('summary').click();
    return page;
  };

  it('fits a phone at its fullest', async () => {
    const page = await fullest();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await site.done(page);
  });

  it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
    const page = await fullest();
    expect(await axeInColours(page, { include: ['.pw-bench'] })).toEqual([]);
    await site.done(page);
  });

  it('is a table of all runs without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const bench = page.locator('.pw-bench');
    expect(await bench.locator('.pw-bench-ask').isVisible()).toBe(false);
    expect(await bench.locator('.pw-bench-without').isVisible()).toBe(true);
    expect(await bench.locator('tbody tr').count()).toBe(benchCases.length);
    await site.done(page);
  });
});
