/** The exercise pages of the built site: by keyboard, without script, with bad storage. */

import { text as textOf } from 'node:stream/consumers';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalog, type Exercise } from '../../exercises/kit/catalog/catalog.ts';
import { parseProgress } from '../../exercises/kit/formats/schema-progress.ts';
import { repository } from '../../exercises/kit/catalog/sources.ts';
import { axeFindings, axeInColours, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
const catalog = readCatalog(repository);

function ofType(...types: string[]): Exercise | undefined {
  return catalog.find(({ facts }) => types.includes(facts.type));
}

const written = ofType('fill', 'write');
const ordered = ofType('parsons');
const predicted = ofType('predict', 'quiz');

async function savedText(download: Download): Promise<string> {
  return textOf(await download.createReadStream());
}

const skipped = 'missing' in found || written === undefined;
describe.skipIf(skipped)('the exercise page', { timeout: 180_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  const addressOf = (exercise: Exercise | undefined): string =>
    `exercises/${exercise?.folder ?? ''}.html`;

  async function openWritten(): Promise<{ page: Page; faults: string[] }> {
    const opened = await site.open(addressOf(written));
    await opened.page.waitForSelector('.pw-ex-field');
    return opened;
  }

  /** Puts `code` into the editor as typing does, by the keyboard alone. */
  async function write(page: Page, code: string): Promise<void> {
    await page.locator('.pw-ex-field, .cm-content').first().focus();
    await page.waitForSelector('.cm-content');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(code);
  }

  /** All of it, and nothing lies over it. */
  function isInSight(page: Page, selector: string): Promise<boolean> {
    return page.evaluate((wanted) => {
      const found = document.querySelector(wanted);
      if (found === null) return false;
      const { top, bottom, left } = found.getBoundingClientRect();
      const isOnTop = (y: number): boolean =>
        found.contains(document.elementFromPoint(left + 4, y));
      const whole = top >= 0 && bottom <= window.innerHeight;
      return whole && isOnTop(top + 4) && isOnTop(bottom - 4);
    }, selector);
  }

  async function verdict(page: Page, state: 'passed' | 'failed'): Promise<void> {
    await page.waitForSelector(`.pw-ex-verdict[data-state=${state}]`);
  }

  it('passes an exercise by the keyboard alone, without a fault', async () => {
    const { page, faults } = await openWritten();
    await page.keyboard.press('Tab');
    for (let i = 0; i < 60; i += 1) {
      const inEditor = await page.evaluate(
        () => document.activeElement?.matches('.pw-ex-field, .cm-content') ?? false,
      );
      if (inEditor) break;
      await page.keyboard.press('Tab');
    }
    await page.waitForSelector('.cm-content');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(written?.solution ?? '');
    await page.keyboard.press('Control+Enter');
    await verdict(page, 'passed');
    // Escape, then Tab leaves the editor.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(() => document.activeElement?.matches('.cm-content')),
    ).toBe(false);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('asks for nothing of the editor and the runner before they are used', async () => {
    const context = await site.browser.newContext();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(site.url(addressOf(written)), { waitUntil: 'networkidle' });
    expect(asked.filter((url) => /runner\/|editor/.test(url))).toEqual([]);
    await page.locator('.pw-ex-field').focus();
    await page.waitForSelector('.cm-content');
    expect(asked.some((url) => url.includes('runner/worker.js'))).toBe(true);
    await context.close();
  });

  it('shows the place of a syntax error and leads to it', async () => {
    const { page } = await openWritten();
    await write(page, 'const a = 1;\nexport function f( {\n');
    await page.keyboard.press('Control+Enter');
    await verdict(page, 'failed');
    const sentence = await page.textContent('.pw-ex-sentence');
    expect(sentence).toBe('The code cannot be read: line 3, column 1');
    await page.getByRole('button', { name: 'to line 3' }).click();
    await page.keyboard.insertText('here');
    await page.waitForFunction(() =>
      document.querySelector('.cm-content')?.textContent?.includes('here'),
    );
    await site.done(page);
  });

  it.each([
    ['a laptop', 1280, 720],
    ['a phone', 390, 844],
  ])(
    'brings the verdict and what the first failure says into sight on %s',
    async (_, width, height) => {
      // Its first failure comes after ten tests that pass.
      const matching = catalog.find(({ facts }) => facts.id === 'E07');
      const late = matching?.wrong.find(({ name }) => name === 'dictionary-order');
      const { page } = await site.open(addressOf(matching), {
        viewport: { width, height },
      });
      await page.waitForSelector('.pw-ex-field');
      await write(page, late?.code ?? '');
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('Control+Enter');
      await verdict(page, 'failed');
      expect(await page.locator('.pw-ex-tests > li[data-verdict=passed]').count()).toBe(
        17,
      );
      for (const part of ['.pw-ex-sentence', '.pw-ex-said']) {
        await expect.poll(() => isInSight(page, part), { message: part }).toBe(true);
      }
      // Typing goes on where it was.
      await page.keyboard.type('// mine');
      expect(await page.textContent('.cm-content')).toMatch(/^\/\/ mine/);
      await site.done(page);
    },
  );

  it('keeps the verdict in sight on a phone, wherever the reader is', async () => {
    const { page } = await site.open(addressOf(written), {
      viewport: { width: 390, height: 844 },
    });
    await page.waitForSelector('.pw-ex-field');
    for (const place of [0, 0.5, 1]) {
      await page.evaluate((part) => {
        const { scrollHeight } = document.documentElement;
        window.scrollTo({ top: part * scrollHeight, behavior: 'instant' });
      }, place);
      expect(await isInSight(page, '.pw-ex-sentence'), `at ${place}`).toBe(true);
    }
    await site.done(page);
  });

  it.runIf(predicted !== undefined)('opens every wrong answer', async () => {
    const { page } = await site.open(addressOf(predicted));
    const questions = page.locator('.pw-ex-items fieldset');
    for (let i = 0; i < (await questions.count()); i += 1) {
      await questions.nth(i).locator('input:enabled').first().check();
    }
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await verdict(page, 'failed');
    const wrong = await page.locator('.pw-ex-items fieldset[data-state=wrong]').count();
    expect(wrong).toBeGreaterThan(1);
    expect(await page.locator('.pw-ex-tests details[open]').count()).toBe(wrong);
    await site.done(page);
  });

  it('opens the first failure of written code, and no other', async () => {
    const { page } = await openWritten();
    const [wrong] = written?.wrong ?? [];
    await write(page, wrong?.code ?? '');
    await page.keyboard.press('Control+Enter');
    await verdict(page, 'failed');
    expect(await page.locator('.pw-ex-tests details').count()).toBeGreaterThan(1);
    expect(await page.locator('.pw-ex-tests details[open]').count()).toBe(1);
    await site.done(page);
  });

  it('ends an endless loop and stays alive', async () => {
    const { page } = await openWritten();
    await write(page, 'while (true) {}\n');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Compare with the starter' }).click();
    await page.waitForSelector('.pw-ex-diff', { timeout: 2000 });
    await verdict(page, 'failed');
    await write(page, written?.solution ?? '');
    await page.keyboard.press('Control+Enter');
    await verdict(page, 'passed');
    await site.done(page);
  });

  it('names the test that does not end', async () => {
    const { page } = await openWritten();
    const endless = (written?.solution ?? '').replace(
      /\): [^{]*\{/,
      '$&while (true) {}',
    );
    await write(page, endless);
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^Running: \w+ > /).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await verdict(page, 'failed');
    await site.done(page);
  });

  it('keeps the draft over a reload, and brings the starter back', async () => {
    const { page } = await openWritten();
    await write(page, '// mine\n');
    await page.reload();
    await page.waitForSelector('.pw-ex-field');
    expect(await page.inputValue('.pw-ex-field')).toBe('// mine\n');
    await page.getByRole('button', { name: 'Reset to the starter' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.reload();
    await page.waitForSelector('.pw-ex-field');
    expect(await page.inputValue('.pw-ex-field')).toBe(written?.starter);
    await site.done(page);
  });

  it('shows the solution after one sentence, and marks it as seen', async () => {
    const { page } = await openWritten();
    await page.getByRole('button', { name: 'Show the solution' }).click();
    await page.keyboard.type('no');
    await page.locator('.pw-ex-why button[type=submit]').click();
    await page.waitForSelector('.pw-ex-short');
    await page.keyboard.type(' idea which rule decides here');
    await page.locator('.pw-ex-why button[type=submit]').click();
    await page.waitForSelector('.pw-ex-solution');
    expect(await page.textContent('.pw-ex-solution pre')).toBe(written?.solution);
    const stored = await page.evaluate(() => localStorage.getItem('peerwalk-progress'));
    const entry = parseProgress(stored ?? '').exercises[written?.facts.id ?? ''];
    expect(entry).toMatchObject({
      state: 'revealed',
      why: 'no idea which rule decides here',
    });
    await site.done(page);
  });

  it('remembers how many hints were opened', async () => {
    const { page } = await openWritten();
    await page.locator('.pw-ex-hint summary').nth(1).click();
    await page.waitForFunction(() =>
      localStorage.getItem('peerwalk-progress')?.includes('"hints": 2'),
    );
    await site.done(page);
  });

  it.each([
    ['half of it', '{"version":1,"exer'],
    ['another shape', '[1,2,3]'],
    ['too much', 'x'.repeat(4_500_000)],
  ])('W-08 sets stored progress aside and says so: %s', async (_, text) => {
    const { page } = await openWritten();
    await page.evaluate((value) => {
      localStorage.setItem('peerwalk-progress', value);
    }, text);
    await page.reload();
    await page.waitForSelector('.pw-ex-notice');
    expect(await page.textContent('.pw-ex-notice')).toContain('It was not deleted');
    const aside = await page.evaluate(() => {
      const key = Object.keys(localStorage).find((name) => name.includes('set-aside'));
      return key === undefined ? undefined : localStorage.getItem(key);
    });
    expect(aside).toBe(text);
    await page.locator('.pw-ex-field').focus();
    await page.waitForSelector('.cm-content');
    await site.done(page);
  });

  it('W-08 keeps unreadable progress where no other place can be had', async () => {
    const { page } = await site.openAlone(addressOf(written));
    await page.waitForSelector('.pw-ex-field');
    await page.addInitScript(() => {
      const setItem = Storage.prototype.setItem;
      Storage.prototype.setItem = function (name: string, text: string) {
        if (name.includes('set-aside')) throw new DOMException('full');
        setItem.call(this, name, text);
      };
    });
    const text = '{"version":1,"exer';
    const stored = (): Promise<string | null> =>
      page.evaluate(() => localStorage.getItem('peerwalk-progress'));
    await page.evaluate((value) => {
      localStorage.setItem('peerwalk-progress', value);
    }, text);
    await page.reload();
    await page.waitForSelector('.pw-ex-notice');
    await write(page, '// typed meanwhile');
    expect(await stored(), 'before the reader has a copy').toBe(text);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export what could not be read' }).click();
    expect(await savedText(await download)).toBe(text);
    const saved = parseProgress((await stored()) ?? '');
    expect(saved.exercises[written?.facts.id ?? '']?.draft).toBe('// typed meanwhile');
    await site.done(page);
  });

  it('W-08 lets no __proto__ of stored progress reach an object', async () => {
    const { page, faults } = await openWritten();
    await page.evaluate(() => {
      const text =
        '{"version":1,"exercises":{"__proto__":{"state":"passed"}},"__proto__":{"x":1}}';
      localStorage.setItem('peerwalk-progress', text);
    });
    await page.reload();
    await page.waitForSelector('.pw-ex-field');
    expect(await page.evaluate(() => Reflect.get({}, 'x') as unknown)).toBeUndefined();
    expect(await page.textContent('.pw-ex-state')).toContain('not tried yet');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('follows a draft that another tab writes', async () => {
    const { page } = await openWritten();
    const other = await page.context().newPage();
    await other.goto(site.url(addressOf(written)));
    await other.waitForSelector('.pw-ex-field');
    await write(page, '// from the first tab\n');
    await other.waitForFunction(
      () =>
        document.querySelector<HTMLTextAreaElement>('.pw-ex-field')?.value ===
        '// from the first tab\n',
    );
    await other.close();
    await site.done(page);
  });

  it('exports a file and takes it back in another browser', async () => {
    const { page } = await openWritten();
    await write(page, written?.solution ?? '');
    await page.keyboard.press('Control+Enter');
    await verdict(page, 'passed');
    await page.goto(site.url('exercises/index.html'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export to a file' }).click(),
    ]);
    const text = await savedText(download);
    expect(parseProgress(text).exercises[written?.facts.id ?? '']?.state).toBe(
      'passed',
    );

    const { page: fresh } = await site.open('exercises/index.html');
    const file = {
      name: 'p.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    };
    await fresh.locator('input[type=file]').setInputFiles(file);
    await fresh.waitForFunction(() =>
      localStorage.getItem('peerwalk-progress')?.includes('"passed"'),
    );
    const bad = { ...file, buffer: Buffer.from('{"version":7}') };
    await fresh.locator('input[type=file]').setInputFiles(bad);
    await fresh.getByText('That file was not taken').waitFor();
    await site.done(fresh);
    await site.done(page);
  });

  it.runIf(written?.facts.plug !== undefined)(
    'runs a passed answer in a live connection',
    async () => {
      const { page, faults } = await openWritten();
      await write(page, written?.solution ?? '');
      await page.keyboard.press('Control+Enter');
      await verdict(page, 'passed');
      await page.getByRole('button', { name: /live connection/ }).click();
      await page.getByText(/Node A ends with block/).waitFor();
      expect(faults).toEqual([]);
      await site.done(page);
    },
  );

  it.runIf(ordered !== undefined)('assembles lines by the keyboard alone', async () => {
    const { page, faults } = await site.open(addressOf(ordered));
    const pool = page.locator('.pw-ex-pool button:enabled');
    await pool.first().focus();
    await page.keyboard.press('Enter');
    await pool.first().focus();
    await page.keyboard.press('Enter');
    const lines = page.locator('.pw-ex-parsons ol > li');
    const before = await lines.allTextContents();
    await lines.nth(0).locator('button').nth(1).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => lines.allTextContents()).toEqual([...before].reverse());
    await page.getByRole('button', { name: 'Run the tests' }).focus();
    await page.keyboard.press('Enter');
    await verdict(page, 'failed');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it.runIf(predicted !== undefined)(
    'answers questions by the keyboard alone',
    async () => {
      const { page, faults } = await site.open(addressOf(predicted));
      await page.locator('.pw-ex-items input:enabled').first().focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Run the tests' }).focus();
      await page.keyboard.press('Enter');
      await verdict(page, 'failed');
      const states = page.locator('.pw-ex-items fieldset:not([data-state=open])');
      expect(await states.count()).toBe(1);
      expect(faults).toEqual([]);
      await site.done(page);
    },
  );

  it.each(
    [written, ordered, predicted].flatMap((one) =>
      one === undefined ? [] : [[one.folder, one] as const],
    ),
  )(
    'has nothing for axe to find in %s, in light, in dark and on a phone',
    async (_, exercise) => {
      const { page } = await site.open(addressOf(exercise));
      const field = page.locator('.pw-ex-field');
      if ((await field.count()) > 0) {
        await field.focus();
        await page.waitForSelector('.cm-content');
      }
      await page.getByRole('button', { name: 'Run the tests' }).click();
      await verdict(page, 'failed');
      const parts = { exclude: ['iframe'] };
      expect(await axeInColours(page, parts)).toEqual([]);
      expect(await overflow(page), 'wide').toBeLessThanOrEqual(0);
      await page.setViewportSize(sizes.phone);
      expect(await overflow(page), 'on a phone').toBeLessThanOrEqual(0);
      expect(await axeFindings(page, { ...parts, rules: 'rest' })).toEqual([]);
      await site.done(page);
    },
  );

  it('shows task, starter and the way in a terminal without JavaScript', async () => {
    const { page } = await site.open(addressOf(written), { javaScriptEnabled: false });
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain(written?.starter.trim().split('\n').at(-1));
    expect(text).toContain(`npm run learn -- ${written?.facts.id ?? ''}`);
    await page.locator('.pw-ex-hint summary').first().click();
    expect(await page.locator('.pw-ex-hint[open]').count()).toBe(1);
    await site.done(page);
  });
});
