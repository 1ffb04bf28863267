/** The message sorter of chapter 7: by keyboard, in both colours, and without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/07-read-loop.html';

describe.skipIf('missing' in found)('the message sorter', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  /** Awake. */
  async function sorterIn(page: Page): Promise<Locator> {
    const sorter = page.locator('.pw-sorter');
    await sorter.scrollIntoViewIfNeeded();
    await sorter.locator('button:enabled').first().waitFor();
    return sorter;
  }
  const verdict = (sorter: Locator): Promise<string> =>
    sorter.locator('.pw-sorter-verdict').innerText();
  const tray = (sorter: Locator, name: string): Locator =>
    sorter.locator('li', {
      has: sorter.page().getByRole('button', { name, exact: true }),
    });

  it('sorts what a reader makes, by keyboard alone', async () => {
    const { page, faults } = await site.open(chapter);
    const sorter = await sorterIn(page);
    const code = sorter.getByRole('spinbutton', { name: 'Code on the wire' });
    await code.fill('33');
    await sorter.getByRole('button', { name: 'Handed over' }).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => verdict(sorter))
      .toBe(
        'No, it is another: The end, in silence. Reading has failed, and that counts as trouble on the line. A’s log says: msg code out of range: 33',
      );
    expect(await tray(sorter, 'The end, in silence').innerText()).toContain('code 33');

    await sorter.getByRole('checkbox', { name: /speak chat/ }).press('Space');
    await sorter.getByRole('button', { name: 'Handed over' }).press('Enter');
    await expect
      .poll(() => verdict(sorter))
      .toBe('Right: Handed over. eth/63 has taken it, as its own message 13.');
    expect(await sorter.locator('.pw-sorter-tally').innerText()).toContain('1 of 2');

    await code.fill('1');
    await sorter.getByRole('combobox', { name: 'Payload' }).selectOption('04');
    await sorter.getByRole('button', { name: 'The end, with a reason' }).press('Enter');
    await expect
      .poll(() => verdict(sorter))
      .toContain('Disconnect 4, “too many peers”');

    // The same message again moves no second card.
    await sorter.getByRole('button', { name: 'Ignored' }).press('Enter');
    await expect.poll(() => verdict(sorter)).toContain('No, it is another');
    expect(await sorter.locator('.pw-sorter-chip').count()).toBe(3);
    await sorter.getByRole('button', { name: 'Empty the trays' }).press('Enter');
    await expect.poll(() => sorter.locator('.pw-sorter-chip').count()).toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  const fullest = async (): Promise<Page> => {
    const { page } = await site.open(chapter, {
      ...{ reducedMotion: 'reduce', viewport: sizes.phone },
    });
    const sorter = await sorterIn(page);
    for (const box of await sorter.getByRole('checkbox').all()) await box.check();
    const large = await sorter.locator('option').last().getAttribute('value');
    for (const [at, code] of [0, 1, 2, 9, 16, 17, 20, 32, 36, 37, 38, 40].entries()) {
      await sorter.getByRole('spinbutton').fill(String(code));
      if (at % 3 === 2) await sorter.getByRole('combobox').selectOption(large);
      else await sorter.getByRole('combobox').selectOption({ index: at % 4 });
      await sorter.getByRole('button', { name: 'Ignored' }).click();
      await expect.poll(() => sorter.locator('.pw-sorter-chip').count()).toBe(at + 1);
    }
    return page;
  };

  it('fits a phone at its fullest', async () => {
    const page = await fullest();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await site.done(page);
  });

  it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
    const page = await fullest();
    expect(await axeInColours(page, { include: ['.pw-sorter'] })).toEqual([]);
    await site.done(page);
  });

  it('is a list of the trays without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const sorter = page.locator('.pw-sorter');
    expect(await sorter.locator('button:enabled').count()).toBe(0);
    expect(await sorter.locator('fieldset').isVisible()).toBe(false);
    expect(await sorter.locator('.pw-sorter-without').isVisible()).toBe(true);
    expect(await sorter.locator('li').count()).toBe(6);
    await site.done(page);
  });
});
