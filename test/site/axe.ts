/**
 * axe in a page: read in once, asked as often as a test likes, and for violations only
 * (to describe all that is in order takes longer than to look).
 */
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/**
 * Asks for every element, instead of one of each combination, on every page, and of every
 * part in each of its states, as `.ci/run` does: axe takes a second for each look.
 */
export const everywhere = process.env['PEERWALK_AXE'] === 'all';

const { source } = createRequire(import.meta.url)('axe-core') as { source: string };

/**
 * `rest`: every rule but that of contrast; `contrast`: that one, asked of one element of
 * each combination of colours and sizes; `every contrast`: of every element.
 */
export type AxeRules = 'everything' | 'rest' | 'contrast' | 'every contrast';

export interface AxeQuestion {
  readonly rules?: AxeRules;
  /** Selectors of the parts to look at; without them, the whole page. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Findings, a line each; of one rule the first three elements. */
export async function axeFindings(
  page: Page,
  question: AxeQuestion = {},
): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in window);
  if (!isThere) await page.evaluate(`${source};0`);
  return page.evaluate(ask, question);
}

/** Wide enough for everything, and as narrow as it gets. */
export const sizes = {
  wide: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

/** Switches an open page; colours may follow a moment later. */
export async function setDark(page: Page, dark: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await page.waitForFunction(
    (want) => document.documentElement.classList.contains('dark') === want,
    dark,
  );
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** The contrast in light and in dark, and every other rule once: colours do not move it. */
export async function axeInColours(
  page: Page,
  question: AxeQuestion = {},
): Promise<string[]> {
  const contrast = everywhere ? 'every contrast' : 'contrast';
  await page.emulateMedia({ reducedMotion: 'reduce' }); // colours change at once
  const found = await axeFindings(page, { ...question, rules: 'rest' });
  for (const dark of [false, true]) {
    await setDark(page, dark);
    const colours = await axeFindings(page, { ...question, rules: contrast });
    found.push(...colours.map((one) => `${dark ? 'dark' : 'light'}: ${one}`));
  }
  return found;
}

interface Axe {
  run(
    context: object,
    options: object,
  ): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  }>;
}

/** Runs in the page. */
async function ask({
  rules = 'everything',
  include,
  exclude = [],
}: AxeQuestion): Promise<string[]> {
  /**
   * One element for each combination that the contrast can depend on: colours, sizes,
   * shades and layers of an element with text, and of all that it stands in. Pages
   * repeat a few hundred of them thousands of times.
   */
  function distinct(): Element[] {
    const keys = new Map<Element | null, string>([[null, '']]);
    const chainOf = (element: Element): string => {
      const known = keys.get(element);
      if (known !== undefined) return known;
      const style = getComputedStyle(element);
      const own = [
        style.color,
        style.backgroundColor,
        style.backgroundImage,
        style.fontSize,
        style.fontWeight,
        style.opacity,
        style.visibility,
        style.display,
        style.position,
        style.textShadow,
        // Contrast is not asked of these, so they cannot stand for others.
        element.matches(':disabled, [aria-disabled=true], [aria-hidden=true], [inert]'),
      ].join(';');
      const above =
        element.parentElement === null ? '' : chainOf(element.parentElement);
      // What is as its parent adds nothing.
      const key = above.endsWith(`|${own}`) ? above : `${above}|${own}`;
      keys.set(element, key);
      return key;
    };
    const found = new Map<string, Element>();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const element = node.parentElement;
      if (element === null || (node.nodeValue ?? '').trim() === '') continue;
      if (element.getClientRects().length === 0) continue;
      const key = chainOf(element);
      if (!found.has(key)) found.set(key, element);
    }
    return [...found.values()];
  }

  const { axe } = window as unknown as { axe: Axe };
  const contrast = 'color-contrast';
  const options = {
    resultTypes: ['violations'],
    iframes: false,
    ...(rules.endsWith('contrast')
      ? { runOnly: { type: 'rule', values: [contrast] } }
      : {}),
    ...(rules === 'rest' ? { rules: { [contrast]: { enabled: false } } } : {}),
  };
  const parts = rules === 'contrast' ? distinct() : (include ?? [document]);
  const { violations } = await axe.run({ include: parts, exclude }, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`),
  );
}
