import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeInColours, everywhere } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const chromium = findChromium();
const page = 'source/impl/csp/select.html';

describe.skipIf('missing' in chromium)(
  'a listing in the page',
  { timeout: 120_000 },
  () => {
    let site: Site;

    beforeAll(async () => {
      site = await openSite();
    }, 300_000);
    afterAll(() => site?.close());

    it('shows the type of a name on hover, and hides it on Escape', async () => {
      const { page: tab, faults } = await site.open(page);
      const name = tab.locator('.wv-t [data-h]', { hasText: /^suspend$/ }).first();
      await name.hover();
      const popup = tab.locator('#pw-hover');
      await popup.waitFor({ state: 'visible' });
      expect(await popup.textContent()).toContain('Runtime.suspend');
      await tab.keyboard.press('Escape');
      await popup.waitFor({ state: 'hidden' });
      expect(faults).toEqual([]);
      await site.done(tab);
    });

    it('shows it to the keyboard, named as the description of the link', async () => {
      const { page: tab } = await site.open(page);
      await tab.locator('.wv-scroll').focus();
      await tab.keyboard.press('Tab');
      const popup = tab.locator('#pw-hover');
      await popup.waitFor({ state: 'visible' });
      const focused = tab.locator(':focus');
      expect(await focused.getAttribute('aria-describedby')).toBe('pw-hover');
      expect(await popup.textContent()).toContain((await focused.textContent()) ?? '?');
      await site.done(tab);
    });

    it('shows it on the first touch and follows the link in it', async () => {
      const { page: tab } = await site.open(page, {
        hasTouch: true,
        isMobile: true,
        viewport: { width: 390, height: 800 },
      });
      const before = tab.url();
      await tab
        .locator('.wv-t a[data-h]', { hasText: /^runtime$/ })
        .first()
        .tap();
      const link = tab.locator('#pw-hover a');
      await link.waitFor({ state: 'visible' });
      expect(tab.url()).toBe(before);
      await link.tap();
      await tab.waitForURL((url) => url.href !== before);
      await site.done(tab);
    });

    it('has its lines and links without JavaScript', async () => {
      const { page: tab } = await site.open(`${page}#L3`, { javaScriptEnabled: false });
      expect(await tab.locator('#L3 .wv-t').isVisible()).toBe(true);
      expect(await tab.locator('.wv-t a').count()).toBeGreaterThan(0);
      await site.done(tab);
    });

    it.runIf(everywhere)('passes axe in light and in dark', async () => {
      const { page: tab } = await site.open(page);
      expect(await axeInColours(tab)).toEqual([]);
      await site.done(tab);
    });
  },
);
