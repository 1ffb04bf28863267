/** Exercises that are answered by choosing and by putting in order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAssembled } from '../../exercises/kit/formats/answer-text.ts';
import { puzzle } from '../../exercises/11-select-parsons/lines.ts';
import { blanks, order as solved } from '../../exercises/11-select-parsons/solution.ts';
import { items } from '../../exercises/13-predict/items.ts';
import { puzzle as leave } from '../../exercises/24-teardown-order/lines.ts';
import { order as leaves } from '../../exercises/24-teardown-order/solution.ts';
import type { Page } from 'playwright-core';
import { overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import {
  addressOf,
  asked,
  chosen,
  kept,
  ordered,
  sentence,
  state,
} from './exercise-site.ts';

describe.skipIf('missing' in findChromium())('choices', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  it('judges each question, says why, and shows neither ids nor TypeScript', async () => {
    const { page, faults } = await site.open(addressOf(asked));
    await state(page, 'idle');
    expect(await sentence(page)).toBe(`${items.length} questions have no answer yet.`);
    const questions = page.locator('.pw-ex-items fieldset');
    await questions.first().locator('input:enabled').first().focus();
    await page.keyboard.press('Space'); // by the keyboard alone
    await page.getByRole('button', { name: 'Run the tests' }).focus();
    await page.keyboard.press('Enter');
    await state(page, 'failed');
    expect(await page.locator('.pw-ex-items fieldset[data-state=open]').count()).toBe(
      items.length - 1,
    );
    const said = (await page.textContent('.pw-ex-pane')) ?? '';
    for (const { id } of items) expect(said, 'a blank answer').not.toContain(id);
    expect(await page.getByRole('tab', { name: 'Compare' }).count()).toBe(0);

    for (let i = 0; i < items.length; i += 1) {
      await questions.nth(i).locator('input').first().check();
    }
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await page.waitForFunction(
      () =>
        document.querySelectorAll('.pw-ex-items fieldset[data-state=open]').length ===
        0,
    );
    const wrong = page.locator('.pw-ex-items fieldset[data-state=wrong]');
    const count = await wrong.count();
    expect(count).toBeGreaterThan(1);
    expect(await page.locator('.pw-ex-tests details[open]').count()).toBe(count);
    // Right or wrong, the question says why; a wrong one on demand.
    const whys = await page.locator('.pw-ex-items fieldset').allTextContents();
    items.forEach(({ why }, index) => {
      expect(whys[index]).toContain(why.replaceAll('`', ''));
    });
    // Under each question is its run, whether it was answered right or wrong.
    for (const wanted of ['right', 'wrong']) {
      const see = page.locator(`.pw-ex-items fieldset[data-state=${wanted}] button`);
      await see.first().click();
      await page.locator('.pw-ex-see .pw-trace').waitFor();
      await page.getByRole('button', { name: 'Back to the task' }).click();
    }
    expect(await page.locator('.pw-ex-items fieldset button').count()).toBe(
      items.length,
    );
    // Who answers one anew keeps what is said of the others.
    await wrong.first().locator('input').nth(1).check();
    expect(await wrong.count()).toBe(count - 1);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('puts lines in order by clicks, by dragging and by the keyboard', async () => {
    const { page, faults } = await site.open(addressOf(ordered));
    await state(page, 'idle');
    const pool = page.locator('.pw-ex-pool [role=button]');
    const order = async (): Promise<readonly string[]> =>
      readAssembled(puzzle, (await kept(page, ordered))?.draft ?? '').order;
    const [first, second, third] = puzzle.lines.map(({ id }) => id);
    const heard = page.locator('.pw-ex-hidden[role=status]', { hasText: 'Now line' });
    await pool.first().click();
    expect(await heard.textContent()).toBe('Now line 1.');
    await pool.first().focus();
    await page.keyboard.press('Enter');
    expect(await heard.textContent()).toBe('Now line 2.');
    expect(await order()).toEqual([first, second]);
    await page
      .locator('.pw-ex-pool li')
      .first()
      .dragTo(page.locator('.pw-ex-order li').first(), {
        targetPosition: { x: 20, y: 2 },
      });
    expect(await order()).toEqual([third, first, second]);
    await page.locator('.pw-ex-order li').first().locator('button').nth(1).focus();
    await page.keyboard.press('ArrowDown');
    expect(await order()).toEqual([first, third, second]);
    expect(await page.locator('.pw-ex-order .pw-tok .k').count()).toBeGreaterThan(0);
    expect(await page.textContent('.pw-ex-pool')).toMatch(/Click a line.*or drag it/);
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'failed');
    await pool.first().click();
    await state(page, 'stale');
    expect(await sentence(page)).toBe('Your order has changed since.');
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.getByText('Your order goes. Reset?').waitFor();
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('lights the lines at which a task stands, in the run that is looked at', async () => {
    const { page } = await site.open(addressOf(ordered));
    await state(page, 'idle');
    const pool = page.locator('.pw-ex-pool [role=button]');
    const left = puzzle.lines.map(({ id }) => id);
    for (const id of solved) {
      await pool.nth(left.indexOf(id)).click();
      left.splice(left.indexOf(id), 1);
    }
    const choices = page.locator('.pw-ex-order select');
    for (const choice of Object.values(blanks).filter((one) => one !== undefined)) {
      const own = choices.filter({ has: page.locator(`option[value="${choice}"]`) });
      await own.first().selectOption(choice);
    }
    // What is chosen is not cut by the box that it was chosen in.
    const cut = await choices.evaluateAll((all) =>
      all.map((one) => {
        const { width } = one.getBoundingClientRect();
        one.style.maxWidth = 'none';
        const whole = one.getBoundingClientRect().width;
        one.style.maxWidth = '';
        return Math.round(whole - width);
      }),
    );
    expect(cut.length).toBeGreaterThan(1);
    expect(cut).toEqual(cut.map(() => 0));
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'passed');
    await page.getByRole('button', { name: 'See it' }).first().click();
    await page.locator('.pw-ex-see .pw-trace-sentence').waitFor();
    const lit = page.locator('.pw-ex-order li.pw-ex-lit');
    const forth = page.getByRole('button', { name: 'One step forward', exact: true });
    for (let step = 0; step < 40 && (await lit.count()) === 0; step += 1)
      await forth.click();
    expect(await lit.first().textContent()).toContain('startProtocols');
    // Its list comes to it, wherever in the list it stands.
    const outside = (): Promise<number> =>
      page.evaluate(() => {
        const [row, box] = ['.pw-ex-lit', '.pw-ex-order'].map((part) =>
          document.querySelector(part)?.getBoundingClientRect(),
        );
        if (row === undefined || box === undefined) return 0;
        return Math.max(box.top - row.top, row.bottom - box.bottom);
      });
    const seen = new Set<string | null>();
    const slider = page.locator('.pw-ex-see').getByRole('slider');
    const steps = Number(await slider.getAttribute('max'));
    for (let step = 0; step < steps; step += 1) {
      await slider.press('ArrowRight');
      if ((await lit.count()) === 0) continue;
      seen.add(await lit.first().textContent());
      await expect.poll(outside).toBeLessThanOrEqual(0);
    }
    expect(seen.size, 'lines that were lit').toBeGreaterThan(2);
    await site.done(page);
  });

  it('has a stop of the Tab key in each list, and arrows from line to line', async () => {
    const { page } = await site.open(addressOf(ordered));
    await state(page, 'idle');
    const pool = page.locator('.pw-ex-pool [role=button]');
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const names = await pool.evaluateAll((lines) =>
      lines.map((line) => line.getAttribute('aria-label') ?? ''),
    );
    await pool.first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe(names[1]);
    await page.keyboard.press('End');
    expect(await focused()).toBe(names.at(-1));
    await page.keyboard.press('Tab');
    expect(await focused(), 'past the list').toBe('');
    await page.keyboard.press('Shift+Tab');
    expect(await focused(), 'where it was left').toBe(names.at(-1));
    await page.keyboard.press('Home');
    while ((await pool.count()) > 0) await page.keyboard.press('Enter');

    const last = page.locator('.pw-ex-order .pw-ex-line').last();
    await last.focus();
    expect(await focused()).toMatch(new RegExp(`^Line ${names.length}: `));
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^Line 1: /);
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/^Line 2: /);
    // Along the line to its buttons, which do what they did.
    await page.keyboard.press('ArrowRight');
    if ((await focused()).startsWith('What stands'))
      await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Move line 2 up');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('Move line 1 up');
    await page.keyboard.press('ArrowLeft');
    if ((await focused()).startsWith('What stands'))
      await page.keyboard.press('ArrowLeft');
    expect(await focused()).toMatch(/^Line 1: /);
    // A blank is come to in the same way, and left.
    const select = page.locator('.pw-ex-order li:has(select)').first();
    await select.locator('.pw-ex-line').focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^What stands at … in /);
    await page.keyboard.press('ArrowDown');
    expect(await select.locator('select').first().inputValue()).not.toBe('');
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toMatch(/^Line \d+: /);

    await page.keyboard.press('Control+Enter');
    await state(page, 'failed');
    await last.focus();
    const isAtSee = (): Promise<boolean> =>
      page.evaluate(() => document.activeElement?.textContent.trim() === 'See it');
    let tabs = 0;
    for (; tabs < 60 && !(await isAtSee()); tabs += 1) await page.keyboard.press('Tab');
    expect(tabs, 'from the last line to See it').toBeLessThan(12);
    await site.done(page);
  });

  /** Places lines of the puzzle of E24 by clicks, in this order. */
  async function place(page: Page, ids: readonly string[]): Promise<void> {
    const order = await page.locator('.pw-ex-order li').count();
    for (const [at, id] of ids.entries()) {
      const { code = '' } = leave.lines.find((line) => line.id === id) ?? {};
      await page.getByRole('button', { name: `Place: ${code}`, exact: true }).click();
      await page
        .locator('.pw-ex-order li')
        .nth(order + at)
        .waitFor();
    }
  }

  /** Names in the lines of a puzzle that begin in one row and end in another. */
  const brokenNames = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const found: string[] = [];
      for (const code of document.querySelectorAll('.pw-ex-parsons code')) {
        const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const { currentNode: node } = walker;
          for (const { index, 0: name } of (node.nodeValue ?? '').matchAll(/[\w$]+/g)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + name.length);
            const rows = Array.from(range.getClientRects(), ({ top }) => top);
            if (new Set(rows).size > 1) found.push(name);
          }
        }
      }
      return found;
    });

  it('says how many of the lines are placed, until a whole answer is judged', async () => {
    const { page, faults } = await site.open(addressOf(chosen));
    await state(page, 'idle');
    expect(await sentence(page)).toBe('0 of 6 lines are placed.');
    await place(page, leaves.slice(0, 2));
    await expect.poll(() => sentence(page)).toBe('2 of 6 lines are placed.');
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'failed');
    expect(await sentence(page)).toBe('2 of 6 lines are placed.');
    expect(await page.locator('.pw-ex-tests details[open]').innerText()).toContain(
      '2 of 6 lines are placed; a test passes once all of them are',
    );
    expect(await page.locator('.pw-ex-counted[data-verdict=passed]').count()).toBe(0);
    await place(page, leaves.slice(2));
    await state(page, 'stale');
    expect(await sentence(page)).toBe('Your order has changed since.');
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'passed');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('breaks no name of a line, and leaves no column to the last ones', async () => {
    const { page } = await site.open(addressOf(chosen));
    await state(page, 'idle');
    const widths = (): Promise<number[]> =>
      page.evaluate(() =>
        ['.pw-ex-order', '.pw-ex-parsons'].map(
          (part) => document.querySelector(part)!.getBoundingClientRect().width,
        ),
      );
    const [half = 0, all = 0] = await widths();
    expect(half / all).toBeLessThan(0.7);
    for (const viewport of [sizes.phone, { width: 1024, height: 768 }]) {
      await page.setViewportSize(viewport);
      expect(await brokenNames(page)).toEqual([]);
    }
    await place(page, leaves);
    const [own = 0, whole = 0] = await widths();
    expect(own / whole).toBeGreaterThan(0.95);
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'passed');
    await page.getByRole('button', { name: 'See it' }).first().click();
    await page.locator('.pw-ex-see .pw-trace-sentence').waitFor();
    expect(await brokenNames(page)).toEqual([]); // beside the open player, too
    await page.setViewportSize(sizes.phone);
    expect(await brokenNames(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);

    // There the puzzle is out of sight: the line is said, whole, and without a number.
    const lit = page.locator('.pw-ex-see-line[data-lit=true]');
    const said = new Set<string>();
    const forth = page.getByRole('button', { name: 'One step forward', exact: true });
    while ((await forth.isEnabled()) && said.size < leaves.length) {
      await forth.click();
      if ((await lit.count()) === 0) continue;
      const words = (await lit.innerText()).replaceAll(/\s+/g, ' ');
      // Other tasks act while the line waits: it is said to be where that one stands.
      if (words.startsWith('meanwhile ')) expect(said).toContain(words.slice(10));
      else said.add(words);
      const hidden = await lit
        .locator('code')
        .evaluate((code) => code.scrollWidth - code.clientWidth);
      expect(hidden).toBeLessThanOrEqual(0);
    }
    const places = ['1st', '2nd', '3rd', '4th', '5th', '6th'];
    expect([...said]).toEqual(
      leaves.map((id, at) => {
        const code = leave.lines.find((line) => line.id === id)?.code ?? '';
        return `your ${places[at]} line ${code}`;
      }),
    );
    await site.done(page);
  });

  it('keeps the keyboard’s place while lines come and go, and runs by its key', async () => {
    const { page } = await site.open(addressOf(ordered));
    await state(page, 'idle');
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const pool = page.locator('.pw-ex-pool [role=button]');
    const [, second, third] = await pool.evaluateAll((lines) =>
      lines.map((line) => line.getAttribute('aria-label') ?? ''),
    );
    await pool.nth(1).focus();
    await page.keyboard.press('Enter');
    expect(await focused(), 'the line after the one that was placed').toBe(third);
    while ((await pool.count()) > 0) await page.keyboard.press('Enter');
    expect(await focused()).toMatch(/^Move line \d+ up$/);
    expect(second).not.toBe(third);

    const takeOut = page.getByRole('button', { name: 'Take line 2 out' });
    await takeOut.focus();
    await page.keyboard.press('Enter');
    expect(await focused(), 'the line in its place').toBe('Take line 2 out');

    // A long choice does not push the lines out of their box; the key works from it too.
    const order = page.locator('.pw-ex-order');
    expect(await order.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await page.locator('.pw-ex-order select').first().focus();
    await page.keyboard.press('Control+Enter');
    await state(page, 'failed');
    const keys = (await page.textContent('#pw-ex-keys')) ?? '';
    expect(keys).toContain('Enter runs the tests');
    expect(keys, 'there is no editor').not.toContain('Tab indents');

    await page.getByRole('button', { name: 'See it' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Back to the task' }).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent.trim()))
      .toBe('See it');
    await site.done(page);
  });
});
