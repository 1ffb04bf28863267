/** The graph of waits of chapter 9: by keyboard, in both colours, and without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/09-proto-rw.html';

describe.skipIf('missing' in found)('the graph of waits', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  async function graphIn(page: Page): Promise<Locator> {
    const graph = page.locator('.pw-blocked');
    await graph.scrollIntoViewIfNeeded();
    await graph.locator('input:enabled').first().waitFor();
    return graph;
  }
  const verdict = (graph: Locator): Promise<string> =>
    graph.locator('.pw-blocked-verdict').innerText();
  const button = (graph: Locator, name: string): Locator =>
    graph.getByRole('button', { name });

  it('takes a guess, shows who waits for whom, and goes on, by keyboard alone', async () => {
    const { page, faults } = await site.open(chapter);
    const graph = await graphIn(page);
    expect(await graph.locator('svg').count()).toBe(0);
    for (const name of ['readLoop', 'chat/1', 'pingLoop']) {
      await graph.getByRole('checkbox', { name }).press('Space');
    }
    await button(graph, 'That is my guess').press('Enter');
    await expect
      .poll(() => verdict(graph))
      .toBe('You saw it. Held up: readLoop, chat/1 and pingLoop.');
    expect(await graph.locator('.arrow.held').count()).toBe(3);
    const isFocused = (part: string): Promise<boolean> =>
      graph.locator(part).evaluate((node) => node === document.activeElement);
    await expect.poll(() => isFocused('.pw-blocked-verdict')).toBe(true);
    expect(await graph.locator('li.held').allInnerTexts()).toEqual([
      'readLoop holds message 2 of eth/63, and waits for eth/63. It is held up, in the end by eth/63.',
      'chat/1 waits for readLoop to bring something. It is held up, in the end by eth/63.',
      'pingLoop waits for readLoop to bring something. It is held up, in the end by eth/63.',
    ]);
    expect(await graph.locator('li').last().innerText()).toBe(
      'The line has, the oldest first: message 1 of chat/1, a Ping.',
    );

    await button(graph, 'The next moment').press('Enter');
    await expect.poll(() => isFocused('.pw-blocked-when')).toBe(true);
    expect(await graph.locator('.pw-blocked-when').innerText()).toContain('2 of 4');
    expect(await graph.getByRole('checkbox', { checked: true }).count()).toBe(0);
    await button(graph, 'Nobody is').press('Enter');
    await expect
      .poll(() => verdict(graph))
      .toBe('Not so. Held up: readLoop, chat/1, pingLoop and runPeer.');

    await graph.getByRole('radio', { name: 'Forty messages' }).press('Space');
    expect(await graph.locator('svg').count()).toBe(0);
    await button(graph, 'Show me').press('Enter');
    await expect
      .poll(() => verdict(graph))
      .toBe('Held up: B, which sends and readLoop.');
    expect(await graph.locator('svg').textContent()).toContain('16 on the line');
    expect(await button(graph, 'The next moment').count()).toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  /** The moment with the most in it. */
  const fullest = async (): Promise<Page> => {
    const { page } = await site.open(chapter, {
      ...{ reducedMotion: 'reduce', viewport: sizes.phone },
    });
    const graph = await graphIn(page);
    await graph.getByRole('radio', { name: 'Three messages' }).check();
    await button(graph, 'Show me').click();
    await button(graph, 'The next moment').click();
    await graph.getByRole('checkbox', { name: 'runPeer' }).check();
    await button(graph, 'That is my guess').click();
    await graph.locator('svg').waitFor();
    return page;
  };

  it('fits a phone at its fullest', async () => {
    const page = await fullest();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await site.done(page);
  });

  it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
    const page = await fullest();
    expect(await axeInColours(page, { include: ['.pw-blocked'] })).toEqual([]);
    await site.done(page);
  });

  it('is a table of all runs without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const graph = page.locator('.pw-blocked');
    expect(await graph.locator('.pw-blocked-with').isVisible()).toBe(false);
    expect(await graph.locator('.pw-blocked-without').isVisible()).toBe(true);
    expect(await graph.locator('tbody tr').count()).toBeGreaterThan(15);
    await site.done(page);
  });
});
