/** Predictions in a page: keyboard, memory, what is held back, and life without scripts. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, everywhere, setDark } from './axe.ts';
import { findChromium, openSite, reload, type Site } from './browser.ts';

const found = findChromium();
const chapter = 'guide/06-peer-run.html';

describe.skipIf('missing' in found)('a prediction', { timeout: 60_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  async function awake(page: Page, id: string): Promise<Locator> {
    const prediction = page.locator(`#${id}`);
    await prediction.scrollIntoViewIfNeeded(); // a bank wakes when it comes near
    await page.locator(`#${id}[data-awake]`).waitFor({ state: 'attached' });
    return prediction;
  }
  const held = (prediction: Locator): Locator => prediction.locator('.pw-predict-held');

  it('holds its text back until it is answered, by keyboard alone', async () => {
    const { page, faults } = await site.open(chapter);
    const asked = await awake(page, 'c6-code-33');
    expect(await held(asked).isVisible()).toBe(false);
    expect(await asked.locator('.pw-predict-why:visible').count()).toBe(0);
    expect(
      await asked.getByRole('button', { name: 'That is my guess' }).isDisabled(),
    ).toBe(true);
    await asked.getByRole('radio').first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await held(asked).isVisible()).toBe(false); // to choose is not to answer
    await page.keyboard.press('Enter');
    await held(asked).waitFor({ state: 'visible' });
    expect(await asked.getAttribute('data-state')).toBe('wrong');
    // The chosen one and the right one get their reasons, the others do not.
    expect(await asked.locator('.pw-predict-why:visible').count()).toBe(2);
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('class')).toContain('pw-predict-verdict');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('is remembered, asked again on wish, and forgotten', async () => {
    const { page, faults } = await site.open(chapter);
    const asked = await awake(page, 'c6-echo');
    await asked.getByRole('radio').last().check();
    await asked.getByRole('button', { name: 'That is my guess' }).click();
    expect(await asked.getAttribute('data-state')).toBe('right');

    await reload(page);
    const again = await awake(page, 'c6-echo');
    await page.waitForFunction(
      () => document.querySelector('#c6-echo')?.getAttribute('data-state') === 'right',
    );
    expect(await again.getByRole('radio').last().isChecked()).toBe(true);
    expect(faults).toEqual([]); // it woke as the server wrote it, then took on its answer
    await again.getByRole('button', { name: 'Ask me again' }).click();
    expect(await again.getAttribute('data-state')).toBe('open');
    expect(await again.getByRole('radio').last().isChecked()).toBe(false);

    await again.getByRole('button', { name: 'Show me' }).click();
    expect(await again.getAttribute('data-state')).toBe('skipped');
    const kept = await page.evaluate(() =>
      localStorage.getItem('peerwalk-predictions'),
    );
    expect(JSON.parse(kept ?? '')).toEqual({
      version: 1,
      answers: { 'c6-echo': 'skipped' },
    });
    await page.getByRole('button', { name: 'Forget my progress' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    expect(await again.getAttribute('data-state')).toBe('open');
    await site.done(page);
  });

  it('lives with a memory that somebody has damaged', async () => {
    const { page } = await site.open(chapter);
    await page.evaluate(() => {
      const answers = { 'c6-echo': 99, 'c6-stuck': 'x', 'c6-2018': 1 };
      localStorage.setItem(
        'peerwalk-predictions',
        JSON.stringify({ version: 1, answers }),
      );
    });
    await reload(page);
    await awake(page, 'c6-2018');
    await page.waitForFunction(
      () => document.querySelector('#c6-2018')?.getAttribute('data-state') === 'right',
    );
    for (const id of ['c6-echo', 'c6-stuck']) {
      expect(await page.locator(`#${id}`).getAttribute('data-state')).toBe('open');
    }
    await site.done(page);
  });

  it('opens for a link to a step of the trace that it holds', async () => {
    const { page } = await site.open(`${chapter}#t=166`);
    await page.waitForFunction(
      () =>
        document.querySelector('#c6-second-status')?.getAttribute('data-state') ===
        'skipped',
    );
    await page.locator('#c6-second-status .pw-trace').waitFor({ state: 'visible' });
    await site.done(page);
  });

  it('comes one at a time in a bank, which then shows its table', async () => {
    const { page } = await site.open(chapter);
    await awake(page, 'c6-bank-closes');
    const bank = page.locator('.pw-bank');
    const visible = bank.locator('.pw-predict:visible');
    const table = page.locator('.pw-outcomes');
    expect(await table.isVisible()).toBe(false);
    const count = await bank.locator('.pw-predict').count();
    for (let index = 0; index < count; index++) {
      expect(await visible.count()).toBe(1);
      await visible.getByRole('button', { name: 'Show me' }).click();
      if (index + 1 < count) {
        await bank.getByRole('button', { name: 'Next question' }).click();
      }
    }
    await table.waitFor({ state: 'visible' });
    await site.done(page);
  });

  it('is all there as text without scripts', async () => {
    const { page } = await site.open(chapter, { javaScriptEnabled: false });
    const asked = page.locator('#c6-code-33');
    expect(await held(asked).isVisible()).toBe(true);
    expect(await asked.locator('.pw-predict-why:visible').count()).toBe(1);
    expect(await page.locator('.pw-predict-actions:visible').count()).toBe(0);
    expect(await page.locator('#c6-bank-13 .pw-predict-held').isVisible()).toBe(true);
    expect(await page.locator('.pw-outcomes').isVisible()).toBe(true);
    await site.done(page);
  });

  it.runIf(everywhere)(
    'has no fault that axe finds, open and answered',
    { timeout: 120_000 },
    async () => {
      const parts = {
        include: ['.pw-predict', '.pw-bank'],
        exclude: ['.pw-trace'], // has tests of its own
      };
      const { page } = await site.open(chapter, { reducedMotion: 'reduce' });
      await awake(page, 'c6-second-status');
      expect(await axeFindings(page, parts), 'open').toEqual([]);
      const skips = page.locator(
        '.pw-prose > div > .pw-predict .pw-predict-actions .pw-link',
      );
      while ((await skips.count()) > 0) await skips.first().click();
      await awake(page, 'c6-bank-closes');
      await page.getByRole('button', { name: /^Show what comes/ }).click();
      await setDark(page, true);
      expect(await axeFindings(page, parts), 'answered').toEqual([]);
      await site.done(page);
    },
  );

  describe('code that the reader can write first', () => {
    const walk = 'guide/01-the-whole-connection.html';
    const listing = '#code-p2p-peer-peer-handle';

    it('is held back until it is asked for, and stays open then', async () => {
      const { page, faults } = await site.open(walk);
      const part = page.locator('.pw-try', { has: page.locator(listing) });
      await part.scrollIntoViewIfNeeded();
      expect(await part.locator(listing).isVisible()).toBe(false);
      // Its time has not come here: the chapter that has it written is named first.
      const links = part.locator('.pw-try-line').getByRole('link');
      expect(await links.first().getAttribute('href')).toContain('07-read-loop');
      expect(await links.nth(1).getAttribute('href')).toContain(
        'exercises/14-handle-dispatch',
      );
      await part.getByRole('button', { name: 'Show me' }).press('Enter');
      await part.locator(listing).waitFor({ state: 'visible' });
      expect(await page.evaluate(() => document.activeElement?.className)).toContain(
        'wv-scroll',
      );
      await reload(page);
      await part.locator(listing).waitFor({ state: 'visible' });
      expect(faults).toEqual([]);
      await site.done(page);
    });

    it('shows once the exercise is passed, and for a link into it', async () => {
      const { page } = await site.open(walk);
      await page.evaluate(() => {
        const entry = { hash: 'x', state: 'passed', attempts: 1, hints: 0 };
        localStorage.setItem(
          'peerwalk-progress',
          JSON.stringify({ version: 1, exercises: { E14: entry }, predictions: {} }),
        );
      });
      await reload(page);
      await page.locator(listing).waitFor({ state: 'visible' });
      const other = '#code-p2p-proto-rw-read-msg';
      expect(await page.locator(other).isVisible()).toBe(false);
      await page.evaluate((hash) => {
        location.hash = hash;
      }, other);
      await page.locator(other).waitFor({ state: 'visible' });
      await site.done(page);
    });

    it('is plain text without scripts', async () => {
      const { page } = await site.open(walk, { javaScriptEnabled: false });
      expect(await page.locator(listing).isVisible()).toBe(true);
      expect(await page.locator('.pw-try button:visible').count()).toBe(0);
      await site.done(page);
    });
  });
});
