/** The picture of one peer, and the widget of chapter 5 that gives its channels other room. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/05-new-peer.html';

describe.skipIf('missing' in found)('other room', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  async function roomsIn(page: Page): Promise<Locator> {
    const rooms = page.locator('.pw-rooms');
    await rooms.scrollIntoViewIfNeeded();
    await rooms.locator('input:enabled').first().waitFor();
    return rooms;
  }

  it('tells what came of each room of the channel that is chosen, by keyboard alone', async () => {
    const { page, faults } = await site.open(chapter);
    const rooms = await roomsIn(page);
    await rooms.getByRole('radio', { name: 'readErr' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await rooms.getByRole('radio', { name: 'protoErr' }).isChecked()).toBe(true);
    const lit = rooms.locator('.pw-peer .lit .name');
    expect(await lit.allTextContents()).toEqual(['protoErr']);
    await rooms.getByRole('button', { name: 'no room' }).first().press('Enter');
    const came = rooms.locator('.pw-rooms-came');
    expect(await came.first().innerText()).toContain('the report is lost');
    await rooms.getByRole('button', { name: '3 places, as it is' }).press('Enter');
    expect(await came.nth(1).innerText()).toContain('In all 40 orders the peer ends');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  const fullest = async (): Promise<Page> => {
    const { page } = await site.open(chapter, {
      reducedMotion: 'reduce',
      viewport: sizes.phone,
    });
    const rooms = await roomsIn(page);
    await rooms.getByRole('radio', { name: 'protoErr' }).check();
    await rooms.getByRole('button', { name: 'no room' }).last().click();
    await page.locator('figure.pw-peer summary').click();
    return page;
  };

  it('fits a phone at its fullest, and cuts no word of the picture', async () => {
    const page = await fullest();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const cut = await page.locator('.pw-peer text').evaluateAll((texts) =>
      texts
        .filter((text) => {
          const { left, right } = text.getBoundingClientRect();
          return left < 0 || right > document.documentElement.clientWidth;
        })
        .map((text) => text.textContent),
    );
    expect(cut).toEqual([]);
    await site.done(page);
  });

  it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
    const page = await fullest();
    expect(await axeInColours(page, { include: ['.pw-rooms'] })).toEqual([]);
    expect(await axeInColours(page, { include: ['figure.pw-peer'] })).toEqual([]);
    await site.done(page);
  });

  it('is a picture and a table of all runs without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const rooms = page.locator('.pw-rooms');
    expect(await rooms.locator('.pw-peer svg').first().isVisible()).toBe(true);
    expect(await rooms.locator('.pw-rooms-all').isVisible()).toBe(true);
    expect(await rooms.locator('.pw-rooms-all tbody tr').count()).toBe(25);
    expect(await rooms.locator('fieldset').isVisible()).toBe(false);
    expect(await page.locator('figure.pw-peer details table').first().count()).toBe(1);
    await site.done(page);
  });
});
