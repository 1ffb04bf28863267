/** What the tests of exercise pages share: which exercises, and how a reader acts. */
import type { Page } from 'playwright-core';
import { readCatalog, type Exercise } from '../../exercises/kit/catalog/catalog.ts';
import { repository } from '../../exercises/kit/catalog/sources.ts';
import {
  parseProgress,
  type ExerciseProgress,
} from '../../exercises/kit/formats/schema-progress.ts';
import { reload, type OpenPage, type Site } from './browser.ts';

export const catalog = readCatalog(repository);

export function byId(wanted: string): Exercise {
  const found = catalog.find(({ facts }) => facts.id === wanted);
  if (found === undefined) throw new Error(`there is no ${wanted}`);
  return found;
}

/** Code of a few lines, code of many tests, lines in order, questions. */
export const short = byId('E12');
export const long = byId('E07');
export const ordered = byId('E11');
export const asked = byId('E13');
/** Lines in order, of which some are left over. */
export const chosen = byId('E24');
/** Messages whose bytes are changed. */
export const bytes = byId('E05');

export function addressOf({ folder }: Exercise): string {
  return `exercises/${folder}.html`;
}

/** Opens the page and waits for the live editor, which comes when the reader does. */
export async function openCode(
  site: Site,
  exercise: Exercise,
  ...rest: Parameters<Site['open']> extends [string, ...infer Rest] ? Rest : never
): Promise<OpenPage> {
  const opened = await site.open(addressOf(exercise), ...rest);
  await comeToEditor(opened.page);
  return opened;
}

/** Opens the page of somebody who has written the solution and has run it. */
export async function openPassed(
  site: Site,
  exercise: Exercise,
  options: Parameters<Site['open']>[1] = {},
): Promise<OpenPage> {
  const opened = await site.open(addressOf(exercise), options);
  const { page } = opened;
  const { facts, solution: draft } = exercise;
  const own = { hash: '', state: 'new', attempts: 0, hints: 0, draft, draftAt: 1 };
  const progress = { version: 1, exercises: { [facts.id]: own }, predictions: {} };
  await page.evaluate((text) => {
    localStorage.setItem('peerwalk-progress', text);
  }, JSON.stringify(progress));
  await reload(page);
  await state(page, 'idle');
  await page.getByRole('button', { name: 'Run the tests' }).click();
  await state(page, 'passed');
  return opened;
}

/** On a phone the editor stands below the task. The page is left at its top. */
async function comeToEditor(page: Page): Promise<void> {
  const code = page.locator('.pw-ex-code');
  await code.evaluate((element) => element.scrollIntoView());
  await page.waitForSelector('.cm-content');
  await page.evaluate(() => scrollTo(0, 0));
}

/** Puts `code` into the editor by the keyboard. */
export async function write(page: Page, code: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(code);
}

type State = 'idle' | 'running' | 'passed' | 'failed' | 'stale';

export async function state(page: Page, wanted: State): Promise<void> {
  await page.waitForSelector(`.pw-ex-bar[data-state=${wanted}]`);
}

export async function run(page: Page, wanted: 'passed' | 'failed'): Promise<void> {
  await page.keyboard.press('Control+Enter');
  await state(page, wanted);
}

export async function sentence(page: Page): Promise<string> {
  return (await page.textContent('.pw-ex-sentence'))?.trim() ?? '';
}

/** What this browser keeps of one exercise. */
export async function kept(
  page: Page,
  { facts: { id } }: Exercise,
): Promise<ExerciseProgress | undefined> {
  const text = await page.evaluate(() => localStorage.getItem('peerwalk-progress'));
  return text === null ? undefined : parseProgress(text).exercises[id];
}

export async function editorText(page: Page): Promise<string> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll('.cm-line'), (line) => line.textContent).join(
      '\n',
    ),
  );
}

/** All of it, and nothing lies over it. */
export function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((wanted) => {
    const found = document.querySelector(wanted);
    if (found === null) return false;
    const { top, bottom, left, right } = found.getBoundingClientRect();
    const middle = (left + right) / 2;
    const isOnTop = (y: number): boolean =>
      found.contains(document.elementFromPoint(middle, y));
    const whole = top >= 0 && bottom <= window.innerHeight;
    return whole && isOnTop(top + 4) && isOnTop(bottom - 4);
  }, selector);
}
