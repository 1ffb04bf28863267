/** The Hello of chapter 3 that a reader changes: by keyboard, in both colours, without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/03-hello.html';

describe.skipIf('missing' in found)(
  'the Hello that can be changed',
  { timeout: 120_000 },
  () => {
    let site: Site;
    beforeAll(async () => {
      site = await openSite();
    }, 300_000);
    afterAll(() => site?.close());

    async function awake(page: Page): Promise<Locator> {
      const hello = page.locator('.pw-hello');
      await hello.scrollIntoViewIfNeeded();
      await hello.getByRole('button', { name: 'A sixth field' }).waitFor();
      await hello.locator('.pw-hello-picks button:enabled').first().waitFor();
      return hello;
    }
    const verdict = (hello: Locator): Promise<string> =>
      hello.locator('.pw-hello-verdict').innerText();
    const byte = (hello: Locator, at: number): Locator =>
      hello.locator(`[data-at="${at}"]`);
    const peer = 'B becomes a peer. They speak eth/63, and compress from here on.';

    it('answers to every byte, by keyboard alone', async () => {
      const { page, faults } = await site.open(chapter);
      const hello = await awake(page);
      expect(await verdict(hello)).toBe(peer);
      await byte(hello, 0).focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.type('04');
      await expect
        .poll(() => verdict(hello))
        .toBe('B becomes a peer. They speak eth/63, and do not compress.');
      // The next byte has the focus: the length of the name.
      await page.keyboard.press('Delete');
      await expect
        .poll(() => verdict(hello))
        .toBe('B hears nothing, and the connection closes.');
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
      await expect.poll(() => verdict(hello)).toBe(peer);
      // Behind the last byte is a place for one more.
      await page.keyboard.press('End');
      await page.keyboard.type('ff');
      await byte(hello, 95).waitFor();
      expect(await byte(hello, 94).innerText()).toBe('ff');
      expect(await verdict(hello)).toBe(peer);
      expect(faults).toEqual([]);
      await site.done(page);
    });

    it('answers to a pick, and to the field below the bytes', async () => {
      const { page } = await site.open(chapter);
      const hello = await awake(page);
      await hello.getByRole('button', { name: 'An id of zeros' }).click();
      expect(await verdict(hello)).toBe(
        'B hears Disconnect 7, “invalid node identity”, and the connection closes.',
      );
      expect(await hello.locator('li[data-state="failed"]').innerText()).toContain(
        'An id that is not zero?',
      );
      await hello.getByRole('button', { name: 'As it was' }).click();
      await byte(hello, 93).click();
      await hello.getByRole('textbox', { name: 'Byte 93 is' }).fill('ee');
      await expect.poll(() => verdict(hello)).toContain('Disconnect 9');
      await hello.getByRole('button', { name: 'A sixth field' }).click();
      expect(await verdict(hello)).toBe(peer);
      // The length of the list, and six bytes at the end.
      expect(await hello.locator('.changed').count()).toBe(7);
      await site.done(page);
    });

    const fullest = async (): Promise<Page> => {
      const { page } = await site.open(chapter, {
        reducedMotion: 'reduce',
        viewport: sizes.phone,
      });
      const hello = await awake(page);
      await hello.getByRole('button', { name: '2,049 bytes' }).click();
      await hello.locator('.pw-edit-more').waitFor();
      return page;
    };

    it('fits a phone at its fullest', async () => {
      const page = await fullest();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await site.done(page);
    });

    it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
      const page = await fullest();
      expect(await axeInColours(page, { include: ['.pw-hello'] })).toEqual([]);
      await site.done(page);
    });

    it('is the Hello of the run, and what A makes of it, without scripts', async () => {
      const { page } = await site.open(chapter, { javaScriptEnabled: false });
      const hello = page.locator('.pw-hello');
      expect(await hello.locator('.pw-edit-grid [data-field]').count()).toBe(94);
      expect(await hello.locator('button:enabled').count()).toBe(0);
      expect(await hello.locator('.pw-hello-picks').isVisible()).toBe(false);
      expect(await hello.locator('.pw-edit-actions').isVisible()).toBe(false);
      expect(await hello.locator('.pw-hello-without').isVisible()).toBe(true);
      expect(await verdict(hello)).toBe(peer);
      await site.done(page);
    });
  },
);
