/** The workspace of an exercise: what is where, at first paint and after a run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, axeInColours, everywhere } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import {
  addressOf,
  byId,
  catalog,
  isInSight,
  kept,
  long,
  openCode,
  openPassed,
  ordered,
  asked,
  run,
  sentence,
  short,
  state,
  write,
} from './exercise-site.ts';

/** Its first failure comes after ten tests that pass. */
const late = long.wrong.find(({ caughtBy }) => caughtBy.includes('capital letters'));

/** Adds up how far things have moved that no reader has moved. */
async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Reflect.set(window, 'shifts', shifts);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const value: unknown = Reflect.get(entry, 'value');
        if (Reflect.get(entry, 'hadRecentInput') !== true)
          shifts.sum += typeof value === 'number' ? value : 0;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

function shifted(page: Page): Promise<number> {
  return page.evaluate(() => (Reflect.get(window, 'shifts') as { sum: number }).sum);
}

/** Where the parts of the bench are. */
function places(page: Page): Promise<unknown> {
  return page.evaluate(() =>
    ['.pw-ex-editor', '.pw-ex-bar', '.pw-ex-pane'].map((part) =>
      document.querySelector(part)?.getBoundingClientRect().toJSON(),
    ),
  );
}

describe.skipIf('missing' in findChromium())('the bench', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  it('has the starter coloured and numbered in its HTML, the imports folded', () => {
    const html = readFileSync(join(site.dir, addressOf(long)), 'utf8');
    expect(html).toContain('data-line="1"');
    expect(html).toMatch(/data-line="\d+"[^>]*><i class="k">export<\/i>/);
    expect(html).toMatch(/<details[^>]*><summary[^>]*>.*?import … \(\d lines\)/);
  });

  it.each([
    [1366, 768],
    [1440, 900],
  ])('is one screen at %i×%i, and a run moves nothing of it', async (width, height) => {
    const { page, faults } = await openCode(
      site,
      long,
      { viewport: { width, height } },
      watchShifts,
    );
    await state(page, 'idle');
    const before = await places(page);
    for (const part of ['.pw-ex-bar .pw-button-main', '.pw-ex-bar', '.pw-ex-editor']) {
      expect(await isInSight(page, part), part).toBe(true);
    }
    await write(page, late?.code ?? '');
    await run(page, 'failed');
    expect(await places(page), 'after a run').toEqual(before);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);

    // Failures first, one of them open; what passed is a count.
    const verdict = page.locator('.pw-ex-verdict');
    expect(await verdict.locator('li[data-verdict]').first().isVisible()).toBe(true);
    expect(await verdict.locator('li').first().getAttribute('data-verdict')).not.toBe(
      'passed',
    );
    expect(await verdict.locator('.pw-ex-tests details[open]').count()).toBe(1);
    expect(await isInSight(page, '.pw-ex-said')).toBe(true);
    const passes = verdict.locator('.pw-ex-counted[data-verdict=passed] > summary');
    expect((await passes.textContent())?.trim()).toMatch(/^\d\d tests pass$/);
    expect(await verdict.locator('li[data-verdict=passed]').first().isVisible()).toBe(
      false,
    );
    const heads = await verdict.locator('.pw-ex-group h3').allTextContents();
    expect(heads, 'each common beginning stands once in its list').not.toHaveLength(0);
    expect(heads.join()).not.toContain(' > ');

    // Typing goes on where it was; the verdict says that it is old.
    await page.keyboard.type('// mine');
    await state(page, 'stale');
    expect(await sentence(page)).toBe('Your code has changed since.');
    expect(await verdict.getAttribute('data-stale')).toBe('true');

    await page.evaluate(() => {
      window.scrollTo({
        top: document.documentElement.scrollHeight,
        behavior: 'instant',
      });
    });
    expect(await isInSight(page, '.pw-ex-bar .pw-button-main'), 'at the end').toBe(
      true,
    );
    expect(await shifted(page)).toBeLessThanOrEqual(0.02);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it.each([
    ['E11', 1366, 768], // three rows of buttons under two of text
    ['E09', 1366, 768],
    ['E04', 1366, 768],
    ['E11', 1440, 900],
  ])('has the whole card of %s in sight at %i×%i', async (id, width, height) => {
    const viewport = { width, height };
    const { page } = await openPassed(site, byId(id), { viewport });
    expect(await isInSight(page, '.pw-ex-pass')).toBe(true);
    if (id === 'E04') {
      await page.waitForSelector('.cm-scroller');
      const lines = await page.evaluate(() => {
        const [box, line] = ['.cm-scroller', '.cm-line'].map(
          (part) => document.querySelector(part)?.clientHeight ?? 0,
        );
        return (box ?? 0) / (line ?? 1);
      });
      expect(lines, 'lines of code beside it').toBeGreaterThanOrEqual(14);
    }
    // Beside the open player, where the card is narrower, it is in sight as well.
    await page.locator('.pw-ex-pass').getByRole('button').first().click();
    await page.waitForSelector('.pw-ex-see .pw-trace');
    expect(await isInSight(page, '.pw-ex-pass'), 'beside the run').toBe(true);
    await site.done(page);
  });

  it('gives the pane the room while hints are read, until one writes or runs', async () => {
    const { page } = await openCode(site, short, {
      viewport: { width: 1366, height: 768 },
    });
    const before = await places(page);
    const heights = (): Promise<number[]> =>
      page.evaluate(() =>
        ['.pw-ex-editor', '.pw-ex-pane'].map(
          (part) => document.querySelector(part)?.getBoundingClientRect().height ?? 0,
        ),
      );
    const read = async (): Promise<void> => {
      await page.getByRole('tab', { name: 'Hints' }).click();
      const [editor = 0, pane = 0] = await heights();
      expect(pane).toBeGreaterThan(400);
      expect(editor).toBeGreaterThanOrEqual(9 * 16);
    };
    await read();
    await page.locator('.cm-content').click({ position: { x: 200, y: 60 } });
    expect(await places(page), 'who writes has the editor').toEqual(before);
    await read(); // the same tab again
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'failed');
    expect(await places(page), 'after a run').toEqual(before);
    await read();
    await page.getByRole('tab', { name: 'Verdict' }).click();
    expect(await places(page), 'with the verdict').toEqual(before);
    await site.done(page);
  });

  it('puts the editor where its picture was, the caret at the first TODO', async () => {
    let open: () => void = () => undefined;
    const asks = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { page } = await site.open(
      addressOf(long),
      { viewport: { width: 1366, height: 768 } },
      (fresh) =>
        fresh.route(/editor[^/]*\.js$/, async (route) => {
          await asks;
          await route.continue();
        }),
    );
    /** Where lines of code are, by their texts. */
    const lines = (selector: string): Promise<unknown> =>
      page.evaluate(
        (wanted) =>
          Array.from(document.querySelectorAll<HTMLElement>(wanted))
            .filter((line) => line.checkVisibility())
            .map((line): [string, number] => [
              line.textContent,
              Math.round(line.getBoundingClientRect().top),
            ])
            .filter(([text]) => /^(?:\/\*\*|export|  \/\/ TODO)/.test(text))
            .slice(0, 3),
        selector,
      );
    await page.waitForSelector('.pw-ex-bar');
    await page.locator('.pw-ex-still').focus();
    const before = await lines('.pw-shown-line');
    expect(before).toHaveLength(3);
    open();
    await page.waitForSelector('.cm-content:focus');
    expect(await lines('.cm-line')).toEqual(before);
    expect(await page.locator('.cm-content .pw-ex-folded').count()).toBe(1);
    await page.keyboard.type(' HERE');
    const todo = await page.locator('.cm-line', { hasText: 'HERE' }).textContent();
    expect(todo).toMatch(/TODO.* HERE$/);
    const sideways = await page.evaluate(() => {
      const scroller = document.querySelector('.cm-scroller');
      return scroller === null ? 1 : scroller.scrollWidth - scroller.clientWidth;
    });
    expect(sideways, 'nothing to scroll sideways').toBe(0);
    await site.done(page);
  });

  it.each(['E14', 'E27'])(
    'has the caret of %s in sight for who comes by Tab, and leaves it where one clicks',
    async (id) => {
      const exercise = catalog.find(({ facts }) => facts.id === id) ?? long;
      const { page } = await openCode(site, exercise, {
        viewport: { width: 1366, height: 768 },
      });
      const scroller = page.locator('.cm-scroller');
      const at = (): Promise<number> => scroller.evaluate(({ scrollTop }) => scrollTop);
      await scroller.evaluate((element) => (element.scrollTop = 0));
      await scroller.focus();
      await page.keyboard.press('Tab');
      const caret = page.locator('.cm-cursor-primary');
      await caret.waitFor();
      await expect.poll(() => isInSight(page, '.cm-activeLine')).toBe(true);
      expect(await page.locator('.cm-activeLine').textContent()).toContain('TODO');

      // By mouse nothing moves, wherever the caret was before.
      await page.locator('.pw-ex-bar').click();
      await scroller.evaluate((element) => (element.scrollTop = 40));
      await page.locator('.cm-content').click({ position: { x: 200, y: 90 } });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
      expect(await at()).toBe(40);
      expect(await page.evaluate(() => scrollY)).toBe(0);
      await site.done(page);
    },
  );

  it('runs the tests by Ctrl+Enter from anywhere, once, and not from a dialog', async () => {
    const { page } = await openCode(site, short);
    await state(page, 'idle');
    const runs = async (): Promise<number | undefined> =>
      (await kept(page, short))?.attempts;
    await page.keyboard.press('Control+k');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Escape');
    await state(page, 'idle');
    await page.locator('.pw-ex-task h1').click();
    await run(page, 'failed');
    await expect.poll(runs, { message: 'from the task' }).toBe(1);
    await page.locator('.cm-content').focus();
    await page.keyboard.type(' ');
    await run(page, 'failed');
    await expect.poll(runs, { message: 'from the editor' }).toBe(2);
    await site.done(page);
  });

  it('on a phone has Run in sight wherever the reader is, and nothing too wide', async () => {
    const { page } = await openCode(site, long, {
      viewport: { width: 390, height: 844 },
    });
    await write(page, late?.code ?? '');
    await run(page, 'failed');
    for (const place of [0, 0.5, 1]) {
      await page.evaluate((part) => {
        const { scrollHeight } = document.documentElement;
        window.scrollTo({ top: part * scrollHeight, behavior: 'instant' });
      }, place);
      for (const part of ['.pw-ex-bar .pw-button-main', '.pw-ex-sentence']) {
        expect(await isInSight(page, part), `${part} at ${place}`).toBe(true);
      }
    }
    await page.evaluate(() => {
      window.scrollTo({ top: 0, behavior: 'instant' });
    });
    const jump = await page.locator('.pw-ex-jump').boundingBox();
    expect(jump?.height, 'high enough for a finger').toBeGreaterThanOrEqual(44);
    await page.locator('.pw-ex-jump').click();
    await expect.poll(() => isInSight(page, '.pw-ex-said')).toBe(true);
    expect(await axeFindings(page, { exclude: ['iframe'] })).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await site.done(page);
  });

  it.runIf(everywhere)(
    'has nothing for axe to find, in light and in dark',
    async () => {
      for (const exercise of [short, ordered, asked]) {
        const { page } = await site.open(addressOf(exercise));
        await page.waitForSelector('.pw-ex-bar');
        if (exercise === short) {
          await page.waitForSelector('.cm-content');
          await write(page, exercise.solution);
          await run(page, 'passed');
        } else {
          await page.getByRole('button', { name: 'Run the tests' }).click();
          await state(page, 'failed');
        }
        const findings = await axeInColours(page, { exclude: ['iframe'] });
        expect(findings, exercise.folder).toEqual([]);
        await site.done(page);
      }
    },
  );

  it('without JavaScript has the task, the code, the hints and the way in a terminal', async () => {
    const { page } = await site.open(addressOf(short), { javaScriptEnabled: false });
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain(short.starter.trim().split('\n').at(-2)?.trim());
    expect(text).toContain(`npm run learn -- ${short.facts.id}`);
    await page.locator('.pw-ex-hint summary').first().click();
    expect(await page.locator('.pw-ex-hint[open]').count()).toBe(1);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    // It is said before what does not answer, in words that fit it.
    for (const [exercise, said] of [
      [short, 'The editor on this page needs JavaScript.'],
      [asked, 'What you answer with on this page needs JavaScript.'],
    ] as const) {
      await page.goto(site.url(addressOf(exercise)));
      expect(await page.textContent('.pw-ex-noscript p')).toContain(said);
      const tops = await page.evaluate(() =>
        ['.pw-ex-noscript', '.pw-ex-editor'].map(
          (part) => document.querySelector(part)?.getBoundingClientRect().top ?? 0,
        ),
      );
      expect(tops).toEqual([...tops].sort((a, b) => a - b));
    }
    await site.done(page);
  });

  it('prints every line that the reader has written', async () => {
    const { page } = await openCode(site, short);
    const many = Array.from({ length: 300 }, (_, index) => `// line ${index}`);
    await write(page, many.join('\n'));
    await page.emulateMedia({ media: 'print' });
    const printed = page.locator('.pw-ex-paper');
    expect(await printed.isVisible()).toBe(true);
    expect((await printed.textContent())?.trim().split('\n')).toEqual(many);
    expect(await page.locator('.cm-editor').isVisible()).toBe(false);
    await site.done(page);
  });

  it.each([true, false])(
    'prints no fold that is shut, and what the reader has opened (script: %s)',
    async (javaScript) => {
      const { page } = await site.open('exercises/21-slow-handler.html', {
        javaScriptEnabled: javaScript,
      });
      await page.emulateMedia({ media: 'print' });
      const texts = page.locator('.pw-ex-answer > p');
      const inSight = (): Promise<boolean[]> =>
        texts.evaluateAll((all) =>
          // What a fold keeps back has a box all the same.
          all.map((text) => text.checkVisibility({ contentVisibilityAuto: true })),
        );
      // What they hold gives the answer away, above the question.
      await expect.poll(inSight).toEqual([false, false, false]);
      const shut = page.locator('details:not([open]) > summary:visible');
      expect(await shut.allTextContents()).toEqual([]);
      await page.emulateMedia({ media: 'screen' });
      await page.locator('.pw-ex-answer summary').first().click();
      await page.emulateMedia({ media: 'print' });
      await expect.poll(inSight).toEqual([true, false, false]);
      // An empty sheet would come of it, where the text ends low on the one before.
      const foot = await page
        .locator('main')
        .evaluate((main) => getComputedStyle(main).paddingBottom);
      expect(foot).toBe('0px');
      await site.done(page);
    },
  );
});
