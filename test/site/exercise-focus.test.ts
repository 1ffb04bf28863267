/** Where the focus, the caret and the page stay: what a trial in two browsers missed. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import {
  addressOf,
  asked,
  bytes,
  catalog,
  editorText,
  openCode,
  run,
  short,
  state,
  write,
} from './exercise-site.ts';

/** Its tests run tasks, so that there is something to see. */
const [waits = short] = catalog.filter(({ facts }) => facts.id === 'E14');

function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
}

describe.skipIf('missing' in findChromium())('the focus', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  /** Runs an answer that does not come back. */
  async function runEndless(page: Page): Promise<void> {
    const at = short.solution.lastIndexOf('{') + 1;
    const loop = `${short.solution.slice(0, at)} for (;;); ${short.solution.slice(at)}`;
    await write(page, loop);
    await page.keyboard.press('Control+Enter');
    await state(page, 'running');
  }

  it('goes to Run when Stop goes, and to Reset when its question does', async () => {
    const { page } = await openCode(site, short);
    await runEndless(page);
    await page.getByRole('button', { name: 'Stop' }).click();
    await state(page, 'failed');
    expect(await focused(page)).toBe('Run the tests');
    expect(await page.textContent('.pw-ex-pane')).toContain('you have stopped it');

    const reset = page.getByRole('button', { name: 'Reset', exact: true });
    for (const answer of ['Keep mine', 'Reset']) {
      await reset.click();
      await expect.poll(() => focused(page)).toBe('Keep mine'); // the question has it
      await page.locator('.pw-ex-ask').getByRole('button', { name: answer }).click();
      expect(await focused(page), answer).toBe('Reset');
    }
    await reset.click();
    await expect.poll(() => focused(page)).toBe('Keep mine');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.pw-ex-ask', { state: 'detached' });
    expect(await focused(page), 'by Escape').toBe('Reset');
    await page.close();
  });

  it('is not lost when a run ends by itself, or takes away what had it', async () => {
    const { page } = await openCode(site, short);
    await runEndless(page);
    await page.getByRole('button', { name: 'Stop' }).focus();
    await state(page, 'failed');
    expect(await focused(page)).toBe('Run the tests');

    await write(page, short.solution);
    await state(page, 'stale');
    await page.locator('.pw-ex-tests summary').first().focus();
    await run(page, 'passed');
    await expect.poll(() => focused(page)).toBe('Verdict');
    // As with what is in a pane that the run puts out of sight.
    await page.getByRole('tab', { name: 'Wrong turns' }).click();
    await page.locator('.pw-ex-turns summary').first().focus();
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => focused(page)).toBe('Verdict');
    await page.close();
  });

  it('stays in the bytes when there is nothing more to undo', async () => {
    const { page } = await site.open(addressOf(bytes));
    const cell = page.locator('.pw-edit-grid [data-at]').first();
    await cell.click();
    await page.keyboard.type('0');
    await page.keyboard.type('7');
    await page.getByRole('button', { name: 'Undo' }).first().click();
    const inGrid = page.evaluate(
      () => document.activeElement?.closest('.pw-edit-grid') !== null,
    );
    expect(await inGrid).toBe(true);
    await page.close();
  });

  it('has what was typed before the editor was there', async () => {
    let arrives = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      arrives = resolve;
    });
    const { page } = await site.open(addressOf(short), {}, async (fresh) => {
      await fresh.route(/assets\/chunks\/editor\.[\w-]+\.js$/, async (route) => {
        await held;
        await route.continue();
      });
    });
    await page.locator('.pw-ex-still .pw-shown-line').last().click();
    await page.keyboard.type('// a/bx');
    await page.keyboard.press('Backspace');
    expect(await page.locator('[role=dialog]').count(), 'no search').toBe(0);
    arrives();
    await page.waitForSelector('.pw-ex-code[data-state=live]');
    await expect.poll(() => editorText(page)).toContain('// a/b');
    expect(await editorText(page)).not.toContain('// a/bx');
    await page.close();
  });

  it('leaves the imports folded as they are, after Reset and after its undoing', async () => {
    const { page } = await openCode(site, waits);
    const fold = page.locator('.cm-content .pw-ex-folded');
    const first = await fold.textContent();
    const { starter } = waits;
    await write(page, starter.slice(starter.indexOf('\n') + 1));
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.locator('.pw-ex-ask button').first().click();
    await expect.poll(() => fold.textContent()).toBe(first);
    const gutter = page.locator('.cm-lineNumbers .cm-gutterElement');
    const beside = async (): Promise<(string | null)[]> =>
      (await gutter.allTextContents()).slice(1, 3);
    const [, next] = await beside();
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await beside())[1]).toBe(String(Number(next) - 1));
    const shown = /\((\d+) lines\)/.exec(first ?? '')?.[1] ?? '';
    await expect.poll(() => fold.textContent()).toContain(`${Number(shown) - 1} lines`);
  });

  it('of the player is in sight, and the way back leads to the same place', async () => {
    const { page } = await openCode(site, waits, {
      viewport: { width: 1366, height: 768 },
    });
    await write(page, waits.wrong[0]?.code ?? '');
    await run(page, 'failed');
    await page.evaluate(() => {
      window.scrollTo({ top: document.body.scrollHeight, behavior: 'instant' });
    });
    const before = await page.evaluate(() => window.scrollY);
    await page.getByRole('button', { name: 'See it' }).first().click();
    await page.waitForSelector('.pw-ex-see .pw-trace');
    const top = (): Promise<number> =>
      page.evaluate(
        () =>
          document.querySelector('#pw-ex-see-title')?.getBoundingClientRect().top ?? -1,
      );
    await expect.poll(top).toBeGreaterThanOrEqual(0);
    await page.getByRole('button', { name: 'Back to the task' }).click();
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(before);
    await page.close();
  });

  it('needs no scrolling inside the verdict on a phone', async () => {
    const { page } = await site.open(addressOf(asked), { viewport: sizes.phone });
    await page.locator('.pw-ex-items input:enabled').first().check();
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await state(page, 'failed');
    const hidden = await page.evaluate(() => {
      const panel = document.querySelector('.pw-ex-pane [role=tabpanel]:not([hidden])');
      return (panel?.scrollHeight ?? 0) - (panel?.clientHeight ?? 0);
    });
    expect(hidden).toBeLessThanOrEqual(1);
    await page.close();
  });
});
