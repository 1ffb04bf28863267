/** Every page of the built site, in light, dark and on a phone. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  axeFindings,
  axeInColours,
  everywhere,
  overflow,
  setDark,
  sizes,
} from './axe.ts';
import { awake, findChromium, openSite, type OpenPage, type Site } from './browser.ts';

const found = findChromium();

/**
 * Source pages are all made by one template, so one in twelve of them is opened. axe is
 * slow: it looks at the longest page of each folder, and at one element of each combination
 * of colours; with `PEERWALK_AXE=all`, as in `.ci/run`, at everything.
 */
const openEvery = everywhere ? 1 : 12;
const atOnce = 2;

/** The pages that axe looks at. */
function forAxe({ dir, pages }: Site): ReadonlySet<string> {
  if (everywhere) return new Set(pages);
  const longest = new Map<string, { path: string; length: number }>();
  for (const path of pages) {
    const folder = path.split('/')[0] ?? path; // of a page beside the folders, itself
    const { size: length } = statSync(join(dir, path));
    if (length > (longest.get(folder)?.length ?? 0))
      longest.set(folder, { path, length });
  }
  return new Set(Array.from(longest.values(), ({ path }) => path));
}

type Place = keyof typeof sizes;

/** A few browser pages walk the list together. */
async function eachPage(
  site: Site,
  paths: readonly string[],
  look: (path: string, opened: OpenPage) => Promise<void>,
): Promise<void> {
  const queue = [...paths];
  const walk = async (): Promise<void> => {
    const first = queue.shift();
    if (first === undefined) return;
    const opened = await site.open(first);
    for (
      let path: string | undefined = first;
      path !== undefined;
      path = queue.shift()
    ) {
      if (path !== first) {
        await opened.page.goto(site.url(path), { waitUntil: 'load' });
        await awake(opened.page);
      }
      await look(path, opened);
      opened.faults.length = 0; // they are this page's; the next has its own
    }
    await site.done(opened.page);
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
}

interface Findings {
  /** What went wrong while pages were loaded, and what is too wide. */
  readonly loading: string[];
  readonly axe: string[];
}

/**
 * Looks at all pages once: wide in light and in dark, and as on a phone. To lay a long
 * page out anew costs most, so a page is first seen at the size of the one before it.
 */
class Walk {
  readonly #findings: Findings;
  readonly #axed: ReadonlySet<string>;
  readonly #at = new WeakMap<Page, Place>();

  constructor(axed: ReadonlySet<string>, findings: Findings) {
    this.#axed = axed;
    this.#findings = findings;
  }

  readonly look = async (path: string, { page, faults }: OpenPage): Promise<void> => {
    const withAxe = this.#axed.has(path);
    if (withAxe) {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      // The player on it has begun to move by now.
      if (path === 'index.html') await page.reload({ waitUntil: 'load' });
    }
    const here = this.#at.get(page) ?? 'wide';
    for (const place of here === 'wide'
      ? (['wide', 'phone'] as const)
      : (['phone', 'wide'] as const)) {
      await page.setViewportSize(sizes[place]);
      this.#at.set(page, place);
      await setDark(page, place === 'phone');
      const extra = await overflow(page);
      if (extra > 0) {
        this.#findings.loading.push(`${path} (${place}): ${extra} px too wide`);
      }
      if (withAxe) await this.#axe(path, page, place);
    }
    this.#findings.loading.push(...faults.map((fault) => `${path}: ${fault}`));
    if (withAxe) await page.emulateMedia({ reducedMotion: 'no-preference' });
  };

  /** Colours are looked at where there is room; a phone changes everything but them. */
  async #axe(path: string, page: Page, place: Place): Promise<void> {
    const found =
      place === 'wide'
        ? await axeInColours(page)
        : await axeFindings(page, { rules: 'rest' });
    this.#findings.axe.push(...found.map((one) => `${path} (${place}) ${one}`));
  }
}

describe.skipIf('missing' in found)('every page', () => {
  let site: Site;
  const findings: Findings = { loading: [], axe: [] };

  beforeAll(async () => {
    site = await openSite();
    const sources = site.pages.filter((path) => path.startsWith('source/'));
    const axed = forAxe(site);
    const opened = site.pages.filter((path) => {
      const at = sources.indexOf(path);
      return at === -1 || at % openEvery === 0 || axed.has(path);
    });
    await eachPage(site, opened, new Walk(axed, findings).look);
  }, 1_800_000);
  afterAll(() => site?.close());

  it('loads without an error, a refused or a foreign request, and never scrolls sideways', () => {
    expect(findings.loading).toEqual([]);
  });

  it('has nothing for axe to find, in light, in dark and on a phone', () => {
    expect(findings.axe).toEqual([]);
  });

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
    await site.done(page);
  }, 60_000);
});
