/** Every page of the built site, in light, dark and on a phone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();
if ('missing' in found) console.warn(`test/site is skipped: ${found.missing}`);

/**
 * Source pages are all made by one template, and axe is slow on long listings: it looks
 * at some of them, or with `PEERWALK_AXE=all` at each.
 */
const axeEverySourcePage = process.env['PEERWALK_AXE'] === 'all' ? 1 : 32;
const atOnce = 3;

interface Visit {
  readonly path: string;
  readonly page: Page;
  /** Faults of this page; emptied before the next. */
  readonly faults: string[];
}

/** A few browser pages walk the list together, each with its own warm cache. */
async function eachPage(
  site: Site,
  paths: readonly string[],
  options: BrowserContextOptions,
  look: (visit: Visit) => Promise<void>,
): Promise<void> {
  const queue = [...paths];
  const walk = async (): Promise<void> => {
    const first = queue.shift();
    if (first === undefined) return;
    const { page, faults } = await site.open(first, options);
    for (
      let path: string | undefined = first;
      path !== undefined;
      path = queue.shift()
    ) {
      if (path !== first) await page.goto(site.url(path), { waitUntil: 'load' });
      await look({ path, page, faults });
      faults.length = 0;
    }
    await page.context().close();
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
}

async function setDark(page: Page, dark: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await page.waitForFunction(
    (want) => document.documentElement.classList.contains('dark') === want,
    dark,
  );
}

const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

type Look = 'light' | 'dark' | 'phone';

/** Dark changes colours and nothing else; a phone changes everything but colours. */
function axeFor(page: Page, look: Look): AxeBuilder {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  if (look === 'dark') return axe.withRules(['color-contrast']);
  return look === 'phone' ? axe.disableRules(['color-contrast']) : axe;
}

async function axeFindings(page: Page, look: Look): Promise<string[]> {
  const { violations } = await axeFor(page, look).analyze();
  return violations.flatMap((violation) =>
    violation.nodes
      .slice(0, 3)
      .map((node) => `${violation.id}: ${node.html.slice(0, 160)}`),
  );
}

describe.skipIf('missing' in found)('every page', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  it('loads without an error, a refused or a foreign request, and never scrolls sideways', async () => {
    const wrong: string[] = [];
    await eachPage(site, site.pages, {}, async ({ path, page, faults }) => {
      for (const [name, size] of Object.entries({ wide, phone })) {
        await page.setViewportSize(size);
        await setDark(page, size === phone);
        const extra = await overflow(page);
        if (extra > 0) wrong.push(`${path} (${name}): ${extra} px too wide`);
      }
      wrong.push(...faults.map((fault) => `${path}: ${fault}`));
      await page.setViewportSize(wide);
      await setDark(page, false);
    });
    expect(wrong).toEqual([]);
  }, 900_000);

  it('has nothing for axe to find, in light, in dark and on a phone', async () => {
    const wrong: string[] = [];
    const sources = site.pages.filter((path) => path.startsWith('source/'));
    const looked = site.pages.filter(
      (path) =>
        !sources.includes(path) || sources.indexOf(path) % axeEverySourcePage === 0,
    );
    await eachPage(
      site,
      looked,
      { reducedMotion: 'reduce' },
      async ({ path, page }) => {
        for (const where of ['light', 'dark', 'phone'] as const) {
          await page.setViewportSize(where === 'phone' ? phone : wide);
          await setDark(page, where === 'dark');
          const findings = await axeFindings(page, where);
          wrong.push(...findings.map((finding) => `${path} (${where}) ${finding}`));
        }
      },
    );
    expect(wrong).toEqual([]);
  }, 900_000);

  it('carries the policy, and the policy refuses a script that the build did not write', async () => {
    for (const path of site.pages) {
      const html = readFileSync(join(site.dir, path), 'utf8');
      expect(html, path).toContain(
        "content=\"default-src 'none'; script-src 'self' 'sha256-",
      );
      expect(html, path).not.toMatch(/\son\w+="/);
    }
    const { page, faults } = await site.open('index.html');
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.leak = 1';
      document.body.append(script);
    });
    expect(await page.evaluate(() => 'leak' in window)).toBe(false);
    expect(faults.join()).toContain('Content Security Policy');
    await page.context().close();
  }, 60_000);

  it('shows its text with scripts switched off', async () => {
    const empty: string[] = [];
    const paths = site.pages.filter(
      (path) => !path.startsWith('source/') || path === 'source/index.html',
    );
    await eachPage(
      site,
      paths,
      { javaScriptEnabled: false },
      async ({ path, page }) => {
        const main = page.locator('main:visible');
        if ((await main.count()) !== 1) empty.push(`${path}: not one main`);
        else if ((await main.innerText()).trim().length < 40) empty.push(path);
      },
    );
    expect(empty).toEqual([]);
  }, 120_000);
});
