/** The token bench of chapter 10: by keyboard, in both colours, and without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goalNames } from '../../.vitepress/theme/components/token-bench.ts';
import { axeInColours, everywhere, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/10-write-token.html';

describe.skipIf('missing' in found)('the token bench', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  async function benchIn(page: Page): Promise<Locator> {
    const bench = page.locator('.pw-token');
    await bench.scrollIntoViewIfNeeded();
    await bench.locator('input:enabled').first().waitFor();
    return bench;
  }
  const stands = (bench: Locator, actor: string): Promise<string> =>
    bench.locator(`li[data-actor="${actor}"] > span`).innerText();
  const verdict = (bench: Locator): Promise<string> =>
    bench.locator('.pw-token-verdict').innerText();
  const letGo = async (bench: Locator, ...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await bench.getByRole('button', { name: `Let ${name} go on` }).press('Enter');
    }
  };

  it('takes a guess, lets one task after the other go on, and sees the goal reached', async () => {
    const { page, faults } = await site.open(chapter);
    const bench = await benchIn(page);
    const begin = bench.getByRole('button', { name: 'Let me try' });
    expect(await begin.isDisabled()).toBe(true);
    expect(await bench.locator('li').count()).toBe(0);

    await bench.getByRole('radio', { name: 'The Pong reaches B' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space'); // there is one
    await page.keyboard.press('Enter');
    await bench.locator('.pw-token-board').waitFor();
    expect(await bench.locator('li').count()).toBe(5);

    await letGo(bench, 'chat', 'eth');
    expect(await bench.locator('.pw-token-place').innerText()).toContain(
      'chat has the token.',
    );
    expect(await stands(bench, 'eth')).toBe('waits for the token');
    expect(await bench.locator('.pw-token-last').innerText()).toBe(
      'eth went on, and waits for the token.',
    );
    await letGo(bench, 'eth'); // it waits: nothing comes of it
    await letGo(bench, 'the line', 'chat');
    expect(await bench.locator('.pw-token-place').innerText()).toContain(
      'The token is on its way',
    );
    await letGo(bench, 'pingLoop');
    expect(await verdict(bench)).toBe('');
    await letGo(bench, 'the line');
    expect(await verdict(bench)).toBe('There it is, after 6 steps. You saw it coming.');
    expect(await bench.locator('.pw-token-wire').innerText()).toBe(
      'B has got: chat’s first, the Pong',
    );
    await bench.getByRole('button', { name: 'One step back' }).click();
    expect(await verdict(bench)).toBe('');

    await bench.getByRole('radio', { name: 'chat and eth are both past' }).check();
    expect(await bench.locator('.pw-token-board').count()).toBe(0);
    await bench.getByRole('radio', { name: 'There is one' }).check();
    await bench.getByRole('button', { name: 'Show me' }).click();
    expect(await verdict(bench)).toMatch(
      /^It does not happen, in any of the \d+ moments .* You thought otherwise\.$/,
    );
    expect(faults).toEqual([]);
    await site.done(page);
  });

  /** The moment with the most in it. */
  const fullest = async (): Promise<Page> => {
    const { page } = await site.open(chapter, {
      reducedMotion: 'reduce',
      viewport: sizes.phone,
    });
    const bench = await benchIn(page);
    await bench.getByRole('radio', { name: 'run has decided to end' }).check();
    await bench.getByRole('radio', { name: 'There is one' }).check();
    await bench.getByRole('button', { name: 'Let me try' }).click();
    await letGo(bench, 'chat', 'eth', 'the server', 'run', 'eth', 'the line');
    expect(await bench.locator('.pw-token-board').innerText()).toContain(
      'eth’s write heard ShuttingDown.',
    );
    return page;
  };

  it('fits a phone at its fullest', async () => {
    const page = await fullest();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await site.done(page);
  });

  it.runIf(everywhere)('has no fault that axe finds at its fullest', async () => {
    const page = await fullest();
    expect(await axeInColours(page, { include: ['.pw-token'] })).toEqual([]);
    await site.done(page);
  });

  it('is a table of what can come without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const bench = page.locator('.pw-token');
    expect(await bench.locator('.pw-token-ask').isVisible()).toBe(false);
    expect(await bench.locator('.pw-token-without').isVisible()).toBe(true);
    expect(await bench.locator('tbody tr').count()).toBe(goalNames.length);
    await site.done(page);
  });
});
