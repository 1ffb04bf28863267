/** The trace player in a page: keyboard, address, table, still picture. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const still = { reducedMotion: 'reduce' } as const;
const chapter = 'guide/01-the-whole-connection.html';

async function stepOf(page: Page): Promise<number> {
  return Number(await page.locator('.pw-trace').first().getAttribute('data-step'));
}

/** Waits until the player has woken up: before that, keys do nothing. */
async function awake(page: Page): Promise<void> {
  // The box stays where the still picture in it makes way for the player.
  await page.locator('.pw-trace-box').first().scrollIntoViewIfNeeded();
  await page.locator('.pw-trace[data-awake=true]').first().waitFor();
  await page.locator('.pw-trace input[type=range]').first().focus();
}

describe.skipIf('missing' in found)('the trace player', { timeout: 60_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  const last = async (page: Page): Promise<number> =>
    Number(
      await page.locator('.pw-trace input[type=range]').first().getAttribute('max'),
    );

  it('moves with the arrow keys, to messages with Shift, to the ends with Home and End', async () => {
    const { page, faults } = await site.open('index.html#t=10', still);
    await awake(page);
    expect(await stepOf(page)).toBe(10);
    await page.keyboard.press('ArrowRight');
    expect(await stepOf(page)).toBe(11);
    await page.keyboard.press('ArrowLeft');
    expect(await stepOf(page)).toBe(10);
    await page.keyboard.press('Shift+ArrowRight');
    const stop = await stepOf(page);
    expect(stop).toBeGreaterThan(10);
    expect(await page.locator('.pw-trace-sentence').innerText()).toMatch(/sends|hears/);
    await page.keyboard.press('End');
    expect(await stepOf(page)).toBe(await last(page));
    await page.keyboard.press('Home');
    expect(await stepOf(page)).toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('plays with Space and stops with Space', async () => {
    const { page } = await site.open('index.html#t=10', still);
    await awake(page);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.waitForFunction(
      () => Number(document.querySelector('.pw-trace')?.getAttribute('data-step')) > 10,
    );
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await site.done(page);
  });

  it('writes the step into the address and takes it from there', async () => {
    const { page } = await site.open('index.html#t=10', still);
    await awake(page);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => location.hash === '#t=11');
    await page.evaluate(() => {
      location.hash = '#t=5';
    });
    await page.waitForFunction(
      () => document.querySelector('.pw-trace')?.getAttribute('data-step') === '5',
    );
    await site.done(page);
  });

  it('comes into sight for a link to a step that stands far below it', async () => {
    const { page } = await site.open(chapter, still);
    const link = page.locator('a.pw-step').last();
    await link.scrollIntoViewIfNeeded();
    const step = (await link.getAttribute('href'))?.replace('#t=', '');
    await link.click();
    await page.waitForFunction(
      (wanted) =>
        document.querySelector('.pw-trace')?.getAttribute('data-step') === wanted,
      step,
    );
    const top = await page
      .locator('.pw-trace')
      .first()
      .evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top < window.innerHeight && bottom > 0;
      });
    expect(top).toBe(true);
    await site.done(page);
  });

  it('copies a link to the step', async () => {
    const { page } = await site.open('index.html#t=10', {
      ...still,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await awake(page);
    await page.getByRole('button', { name: 'Copy a link to this step' }).click();
    await page.getByRole('button', { name: 'Link copied' }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toBe(site.url('index.html#t=10'));
    await site.done(page);
  });

  it('plays by itself once on the front page, and not for who asked for less motion', async () => {
    const { page } = await site.open('index.html');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await site.done(page);
    const quiet = await site.open('index.html', still);
    await awake(quiet.page);
    expect(await quiet.page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    await site.done(quiet.page);
  });

  it('is a table without scripts, and no control that would do nothing', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const table = page.locator('.pw-trace-table table');
    expect(await table.isVisible()).toBe(true);
    expect(await table.locator('tbody tr').count()).toBeGreaterThan(20);
    expect(await page.locator('.pw-trace input[type=range]').isVisible()).toBe(false);
    await site.done(page);
  });

  it('is a table on paper', async () => {
    const { page } = await site.open(chapter, still);
    await awake(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.pw-trace-table').first().isVisible()).toBe(true);
    expect(await page.locator('.pw-trace-controls').first().isVisible()).toBe(false);
    await site.done(page);
  });

  it('is a still picture of the messages on the front page without scripts', async () => {
    const { page } = await site.open('index.html', {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    });
    const picture = page.locator('.pw-still');
    const cards = await picture.locator('.pw-still-card').allInnerTexts();
    expect(cards).toEqual(expect.arrayContaining(['auth', 'Hello', 'Status']));
    const first = await picture.locator('li').first().innerText();
    expect(first).toMatch(/A sends to B:\s+auth\s+538 bytes/);
    const bounds = await picture.boundingBox();
    for (const card of await picture.locator('.pw-still-card').all()) {
      const box = await card.boundingBox();
      expect(box?.x).toBeGreaterThan(bounds?.x ?? 0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(390);
    }
    await page.getByRole('link', { name: 'All steps, as text' }).click();
    await page.locator('.pw-trace-table table').waitFor();
    await site.done(page);
  });

  it.each([390, 820, 1280, 1920])(
    'takes the place of the still picture without moving the page, at %i px',
    async (width) => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((done) => {
        release = done;
      });
      const look = { ...still, viewport: { width, height: 900 } };
      const { page } = await site.open('index.html', look, (opened) =>
        opened.route(/assets\/chunks\/(?:Player|meet)\./, async (route) => {
          await held;
          await route.continue();
        }),
      );
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      const place = page.locator('.pw-home .pw-trace-stage');
      await place.scrollIntoViewIfNeeded();
      await page.locator('.pw-still').waitFor();
      const before = await place.boundingBox();
      release();
      await page.locator('.pw-trace[data-awake=true]').waitFor();
      expect(await page.locator('.pw-still').count()).toBe(0);
      expect(await place.boundingBox()).toEqual(before);
      await site.done(page);
    },
  );

  it('shows no marker of a note in the code, and the line that is at work', async () => {
    const { page, faults } = await site.open(chapter, still);
    await awake(page);
    const code = page.locator('.pw-trace-code');
    const steps = Number(
      await page.locator('.pw-trace input').first().getAttribute('max'),
    );
    let notes = 0;
    for (let step = 5; step < steps; step += 12) {
      await page.evaluate((to) => {
        location.hash = `#t=${to}`;
      }, step);
      await page.waitForFunction(
        (to) =>
          document.querySelector('.pw-trace')?.getAttribute('data-step') === String(to),
        step,
      );
      notes += await code.locator('.pw-trace-note').count();
      if ((await code.locator('pre').count()) === 0) continue;
      expect(await code.innerText(), `step ${step}`).not.toMatch(
        /\/\/[:=]|#(end)?region/,
      );
      const inSight = await code.locator('pre').evaluate((pane) => {
        const line = pane.querySelector('.on')?.getBoundingClientRect();
        const { top, bottom } = pane.getBoundingClientRect();
        return line !== undefined && line.top >= top - 1 && line.bottom <= bottom + 1;
      });
      expect(inSight, `step ${step}`).toBe(true);
    }
    expect(notes).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('keeps the scrubber in sight on a phone, with one view at a time', async () => {
    const { page } = await site.open('index.html#t=10', {
      ...still,
      viewport: { width: 390, height: 844 },
    });
    await awake(page);
    const box = await page.locator('.pw-trace input[type=range]').first().boundingBox();
    expect(box?.width ?? 0).toBeGreaterThan(300);
    await site.done(page);
  });
});
