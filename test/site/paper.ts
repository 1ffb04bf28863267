/** A page as it is printed: what reaches over an edge, or would be torn. */
import type { Page } from 'playwright-core';

/** A4 within the margins of `print.css`. */
export const paper = { width: 680, height: 986 } as const;

/** Elements that reach past the right edge and cannot be scrolled to. Runs in the page. */
export function cutAtTheRight(): string[] {
  const edge = document.documentElement.clientWidth + 1;
  const scrolls = (element: Element | null): boolean => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { overflowX } = getComputedStyle(at);
      if (overflowX === 'auto' || overflowX === 'scroll') return true;
    }
    return false;
  };
  return [...document.querySelectorAll('main *')]
    .filter((element) => {
      if (element.closest('.pw-hidden') !== null) return false;
      const { right, width, height } = element.getBoundingClientRect();
      return width > 0 && height > 0 && right > edge && !scrolls(element);
    })
    .map((element) => `${element.tagName} ${element.className}`)
    .slice(0, 5);
}

/** What the page would lose on paper. It is left as it is printed. */
export async function lostOnPaper(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize(paper);
  // Nothing can be scrolled there.
  const hidden = await page
    .locator('.pw-prose :is(pre, table, .wv-scroll, .pw-scroll)')
    .evaluateAll((all) =>
      all
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        .map((one) => `${one.tagName} ${one.className}`),
    );
  return [...(await page.evaluate(cutAtTheRight)), ...hidden];
}
