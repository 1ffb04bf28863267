/** Exercises in which the bytes of a message are changed. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitsOf, readEdits } from '../../exercises/kit/formats/edit-text.ts';
import { maxProgressLength } from '../../exercises/kit/formats/schema-progress.ts';
import { items } from '../../exercises/05-hello-bytes/items.ts';
import { axeInColours, overflow, sizes } from './axe.ts';
import { findChromium, openSite, reload, type OpenPage, type Site } from './browser.ts';
import { addressOf, bytes, kept, sentence, state } from './exercise-site.ts';

const solved = readEdits(items, bytes.solution);
const [first] = items;

describe.skipIf('missing' in findChromium())('bytes', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  async function openBytes(
    ...rest: Parameters<Site['open']> extends [string, ...infer Rest] ? Rest : never
  ): Promise<OpenPage> {
    const opened = await site.open(addressOf(bytes), ...rest);
    await isAwake(opened.page);
    return opened;
  }

  async function isAwake(page: Page): Promise<void> {
    await page.waitForSelector('.pw-edit-grid button:enabled');
    await page.waitForSelector('.pw-ex-bytes textarea:enabled', { state: 'attached' });
  }

  const message = (page: Page, index: number): Locator =>
    page.locator('.pw-ex-bytes fieldset').nth(index);

  const byte = (page: Page, index: number, at: number): Locator =>
    message(page, index).locator(`[data-at="${at}"]`);

  /** What is kept of a message, as hex digits. */
  async function digits(page: Page, index: number): Promise<string> {
    const draft = (await kept(page, bytes))?.draft ?? '';
    const item = items[index];
    return item === undefined ? '' : digitsOf(item, readEdits(items, draft));
  }

  /** As one pastes a whole message. */
  async function paste(page: Page, index: number, text: string): Promise<void> {
    const area = message(page, index).locator('textarea');
    if (!(await area.isVisible())) {
      await message(page, index).getByText('As text').click();
    }
    await area.fill(text);
  }

  it('says of a byte what it is now, and judges each message by its own run', async () => {
    const { page, faults } = await openBytes();
    expect(await sentence(page)).toBe('4 messages are as they were offered.');
    const told = message(page, 0).locator('.pw-edit-told');
    // By the keyboard alone: to the version of the capability, and another one.
    await byte(page, 0, 0).focus();
    for (const key of ['ArrowDown', '3', 'e']) await page.keyboard.press(key);
    await page.keyboard.press('ArrowLeft');
    expect(await told.textContent()).toMatch(/hello\.cap-version.*byte 16\s*62/);
    expect(await sentence(page)).toBe('3 messages are as they were offered.');
    // A length that is not true: what comes after it has no name any more.
    await byte(page, 2, 18).focus();
    for (const key of ['b', '9']) await page.keyboard.press(key);
    await byte(page, 2, 40).click();
    expect(await message(page, 2).locator('.pw-edit-told').textContent()).toMatch(
      /malformed.*From here on this is no RLP/,
    );
    await page.keyboard.press('Control+Enter');
    await state(page, 'failed');
    const states = (): Promise<(string | null)[]> =>
      page
        .locator('.pw-ex-bytes fieldset')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-state')));
    expect(await states()).toEqual(['wrong', 'open', 'right', 'open']);
    expect(await message(page, 0).textContent()).toContain(
      'A answers with: expected ' +
        "'a Status: B is a peer' to be 'reason 3, “useless peer”'",
    );
    expect(await message(page, 2).textContent()).toContain(
      (items[2]?.why ?? '?').replaceAll('`', ''),
    );
    expect(await axeInColours(page, { exclude: ['iframe'] })).toEqual([]);

    // Changed again: what was said of it is said of it no more.
    await byte(page, 0, 16).focus();
    for (const key of ['4', '0']) await page.keyboard.press(key);
    expect(await states()).toEqual(['open', 'open', 'right', 'open']);
    for (const [index, item] of items.entries()) {
      if (index % 2 === 1) await paste(page, index, digitsOf(item, solved));
    }
    await page.keyboard.press('Control+Enter'); // from the text, before it is left
    await state(page, 'passed');
    expect(await states()).toEqual(['right', 'right', 'right', 'right']);
    expect(await page.textContent('.pw-ex-pass')).toContain('Passed: 10 points');
    await page.getByRole('tab', { name: 'Solution' }).click();
    await page.waitForSelector('.pw-ex-solution .pw-shown');
    expect(await page.textContent('.pw-ex-solution')).toContain('hello.extra 1');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('opens the run where A reads the bytes', async () => {
    const { page, faults } = await openBytes();
    await byte(page, 1, 20).focus();
    for (const key of ['0', '0']) await page.keyboard.press(key);
    await page.keyboard.press('Control+Enter');
    await state(page, 'failed');
    await page.getByRole('button', { name: 'See it: message 2' }).click();
    const told = page.locator('.pw-ex-see .pw-trace-sentence');
    await told.waitFor();
    expect(await told.textContent()).toMatch(
      /setupConn hears Hello \(84 bytes\) from B/,
    );
    const shown = await page.locator('.pw-ex-see .pw-hex-byte').allTextContents();
    expect(shown.join('').slice(36, 48)).toBe('b8400004dbeb'); // the id, and what was changed
    await page.getByRole('button', { name: 'Back to the task' }).click();
    await expect
      .poll(() =>
        page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      )
      .toBe('See it: message 2');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it.each([
    ['letters', 'f8 52 0g', '“g” is no hex digit (at byte 2: …f8520g…)', 'f8520g'],
    ['half a byte', 'f8 5', 'two hex digits are a byte, and here are 3', 'f85'],
    ['nothing', '', 'no bytes are left; at least one is sent', ''],
    [
      'ten thousand digits',
      '05'.repeat(5_000),
      'the message has 5000 bytes; at most 512 are sent',
      '05'.repeat(5_000),
    ],
  ])('says why %s cannot be sent, and loses nothing', async (_, given, why, stays) => {
    const { page, faults } = await openBytes();
    await byte(page, 1, 4).focus();
    for (const key of ['a', 'a']) await page.keyboard.press(key);
    await paste(page, 0, given);
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'failed');
    await page.waitForSelector('.pw-ex-tests li');
    expect(await message(page, 0).textContent()).toContain(`This is not sent: ${why}`);
    expect(await page.textContent('.pw-ex-tests li')).toContain(why);
    await reload(page);
    await isAwake(page);
    expect(await digits(page, 0)).toBe(stays);
    expect(await message(page, 0).locator('textarea').inputValue()).toBe(stays);
    expect((await digits(page, 1)).slice(8, 10)).toBe('aa');
    // One way back, for this message alone.
    await message(page, 0).getByRole('button', { name: 'As it was' }).click();
    await expect.poll(() => digits(page, 0)).toBe(first?.bytes);
    expect((await digits(page, 1)).slice(8, 10)).toBe('aa');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('keeps what was changed as a draft: for other tabs, for a file, until a reset', async () => {
    const { page } = await openBytes();
    await byte(page, 0, 2).focus();
    for (const key of ['0', '6', 'Insert']) await page.keyboard.press(key);
    const other = await page.context().newPage();
    await other.goto(site.url(addressOf(bytes)));
    await isAwake(other);
    const shown = (at: number): Promise<string | null> =>
      byte(other, 0, at).textContent();
    expect([await shown(2), await shown(3), await shown(4)]).toEqual([
      '06',
      '00',
      '86',
    ]);
    await byte(page, 0, 3).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => shown(3)).toBe('86');
    const stored = await page.evaluate(() => localStorage.getItem('peerwalk-progress'));
    expect(stored?.length).toBeLessThan(maxProgressLength / 100);
    expect((await kept(page, bytes))?.draft).toMatch(
      /^ {4}06 +\/\/ {3}2 hello\.version 6$/m,
    );

    await page.getByRole('button', { name: 'Reset' }).click();
    await page.locator('.pw-ex-ask .pw-button-bad').click();
    await expect.poll(() => shown(2)).toBe('05');
    expect((await kept(page, bytes))?.draft).toBeUndefined();
    await other.close();
    await site.done(page);
  });

  it('is done with a finger, on a phone', async () => {
    const { page, faults } = await openBytes({ viewport: sizes.phone, hasTouch: true });
    expect(await overflow(page)).toBe(0);
    await byte(page, 0, 16).tap();
    await message(page, 0).locator('.pw-edit-actions input').fill('40');
    await page.getByRole('button', { name: 'Run the tests' }).tap();
    await state(page, 'failed');
    expect(await message(page, 0).getAttribute('data-state')).toBe('right');
    const box = await byte(page, 0, 16).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
    expect(await overflow(page)).toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('stands still without scripts: each byte with its name, and the command', async () => {
    const { page } = await site.open(addressOf(bytes), { javaScriptEnabled: false });
    const still = page.locator('.pw-ex-annotated');
    expect(await still.count()).toBe(items.length);
    expect(await still.first().isVisible()).toBe(true);
    expect(await still.first().textContent()).toMatch(
      /^3f +\/\/ {2}16 hello\.cap-version 63$/m,
    );
    expect(await page.locator('.pw-edit').first().isVisible()).toBe(false);
    expect(await page.textContent('.pw-ex-noscript')).toContain('npm run learn -- E05');
    await site.done(page);
  });
});
