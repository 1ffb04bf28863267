/** The header, search, memory of the reading, and the page that is not there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPages } from '../../.vitepress/build/pages.ts';
import { chaptersOf, withGaps } from '../../.vitepress/theme/chapters.ts';
import { awake, findChromium, openSite, type Site } from './browser.ts';

const found = findChromium();

describe.skipIf('missing' in found)('the shell', { timeout: 60_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  const firstChapter = (): string | undefined =>
    site.pages.find((path) => /^guide\/(?!index)/.test(path));

  it('gives the first Tab to a link that skips to the text', async () => {
    const { page } = await site.open('guide/index.html');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => document.activeElement?.id);
    await expect.poll(focused).toBe('main');
    await site.done(page);
  });

  it('leads from the front page into the walk with one click', async () => {
    const { page, faults } = await site.open('index.html');
    await page.getByRole('link', { name: 'Start the walk' }).click();
    await page.waitForURL('**/guide/**');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('says which chapters are not written yet, and makes no link of them', async () => {
    const gaps = withGaps(chaptersOf(listPages())).flatMap((one) =>
      'gap' in one ? [`${one.gap} not written yet`] : [],
    );
    const { page } = await site.open('guide/index.html');
    const items = page.locator('.pw-chapters li');
    const shown = items.filter({ hasText: 'not written yet' });
    const texts = await shown.allInnerTexts();
    expect(texts.map((text) => text.replace(/\s+/g, ' '))).toEqual(gaps);
    expect(await shown.locator('a').count()).toBe(0);
    await site.done(page);
  });

  it('offers in its menus only what is there', async () => {
    const { page } = await site.open(firstChapter() ?? 'guide/index.html');
    const menu = await page.locator('.pw-nav a, .pw-rail a').allInnerTexts();
    expect(menu.join()).not.toMatch(/\bLab\b|not written/);
    const hrefs = await page
      .locator('.pw-nav a, .pw-rail > ol > li > a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    for (const href of hrefs) {
      const path = href.replace(site.base, '').replace(/(^|\/)$/, '$1index.html');
      expect(site.pages, href).toContain(path);
    }
    await site.done(page);
  });

  it('has room for its header at every width', async () => {
    const { page } = await site.open('guide/index.html');
    for (const width of [390, 600, 704, 768, 1024, 1366]) {
      await page.setViewportSize({ width, height: 800 });
      const cut = await page.locator('.pw-header').evaluate((header) => {
        const nav = header.querySelector('.pw-nav');
        const links = [...header.querySelectorAll('.pw-nav a, .pw-tools > *')];
        const tops = links
          .filter((link) => link.closest('.pw-nav') !== null)
          .map((link) => Math.round(link.getBoundingClientRect().top));
        return {
          hidden: (nav?.scrollWidth ?? 0) - (nav?.clientWidth ?? 0),
          over: links.filter((link) => link.getBoundingClientRect().right > innerWidth)
            .length,
          lines: new Set(tops).size,
        };
      });
      expect(cut, `${width} px`).toEqual({ hidden: 0, over: 0, lines: 1 });
    }
    await site.done(page);
  });

  it('leads from every npm run to the repository and the two commands', async () => {
    for (const path of ['exercises/index.html', 'reference/performance.html']) {
      const { page } = await site.open(path);
      const commands = page.locator('.pw-prose :not(pre) > code', {
        hasText: /^npm run/,
      });
      expect(await commands.count()).toBeGreaterThan(0);
      for (const code of await commands.all()) {
        const href = await code.evaluate((one) =>
          one.closest('a')?.getAttribute('href'),
        );
        expect(href).toBe(`${site.base}reference/run-it.html`);
      }
      await site.done(page);
    }
    const { page } = await site.open('reference/run-it.html');
    const text = await page.locator('main').innerText();
    expect(text).toContain('npm ci && npm start');
    expect(text).toContain('npm ci && npm test');
    await site.done(page);
  });

  it('says by each figure of the front page how to check it', async () => {
    const { page } = await site.open('index.html');
    const figures = page.locator('.pw-figures dd > *');
    expect(await figures.count()).toBe(3);
    for (const figure of await figures.all()) {
      expect(await figure.getAttribute('title')).toMatch(
        /npm run record|impl\/|test\//,
      );
    }
    await page.locator('.pw-figures a').nth(1).click();
    await page.waitForURL('**/source/**');
    await site.done(page);
  });

  it('finds a page from the keyboard alone', async () => {
    const { page, faults } = await site.open('index.html');
    await page.waitForSelector('.pw-tool-search:visible');
    await page.keyboard.press('/');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.type('comes later');
    await page.waitForSelector('[role=option]');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/lab/**');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('closes the search with Escape and gives the focus back', async () => {
    const { page } = await site.open('guide/index.html');
    const button = page.locator('.pw-tool-search');
    await button.click();
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(
      true,
    );
    await site.done(page);
  });

  it('keeps the choice of dark for the next page', async () => {
    const { page } = await site.open('guide/index.html', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Switch to the dark page' }).click();
    await page.goto(site.url('teach/'));
    expect(await page.evaluate(() => document.documentElement.className)).toContain(
      'dark',
    );
    await site.done(page);
  });

  it('offers to go on where the reader was, and forgets it when asked', async () => {
    const { page } = await site.open(firstChapter() ?? 'index.html');
    const key = 'peerwalk-reading';
    if (firstChapter() === undefined) {
      const kept = {
        version: 1,
        last: { path: '/lab/', title: 'Lab' },
        begun: [],
        read: [],
      };
      await page.evaluate(([name, text]) => localStorage.setItem(name, text), [
        key,
        JSON.stringify(kept),
      ] as const);
    }
    await page.waitForFunction((name) => localStorage.getItem(name) !== null, key);
    await page.goto(site.url('index.html'));
    await page.getByRole('link', { name: /^Continue: / }).waitFor();
    await page.getByRole('button', { name: 'Forget my progress' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page
      .getByRole('link', { name: /^Continue: / })
      .waitFor({ state: 'detached' });
    expect(await page.evaluate((name) => localStorage.getItem(name), key)).toBeNull();
    await site.done(page);
  });

  it('ignores a memory of the reading that is damaged', async () => {
    for (const bad of [
      '{',
      '[]',
      '{"version":1,"last":{"path":"javascript:alert(1)","title":1}}',
    ]) {
      const { page, faults } = await site.open('teach/');
      await page.evaluate(
        (text) => localStorage.setItem('peerwalk-reading', text),
        bad,
      );
      await page.goto(site.url('index.html'));
      await awake(page);
      await page.waitForSelector('.pw-tool-search:visible');
      expect(await page.getByRole('link', { name: /^Continue: / }).count(), bad).toBe(
        0,
      );
      expect(faults, bad).toEqual([]);
      await site.done(page);
    }
  });

  it('helps on an address that no page has, with scripts and without', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await site.open('guide/no-such-page.html', {
        javaScriptEnabled,
      });
      await page.getByRole('heading', { name: 'No page has this address' }).waitFor();
      await page.getByRole('link', { name: 'The walk' }).first().click();
      await page.waitForURL('**/guide/');
      await site.done(page);
    }
  });

  it('lists every page in llms.txt and the text of the reference in llms-full.txt', () => {
    const list = readFileSync(join(site.dir, 'llms.txt'), 'utf8');
    for (const path of ['guide/', 'exercises/', 'lab/', 'teach/', 'reference/']) {
      expect(list).toContain(`(${site.base}${path})`);
    }
    expect(readFileSync(join(site.dir, 'llms-full.txt'), 'utf8')).toContain('# ');
  });

  it('names everything that it ships with its licence', async () => {
    const { page } = await site.open('licences.html');
    for (const name of [
      'vue',
      'minisearch',
      '@fontsource-variable/inter',
      '@noble/curves',
      'typescript',
    ]) {
      await page.getByRole('heading', { name, exact: false }).first().waitFor();
    }
    expect(await page.locator('.pw-licence pre:empty').count()).toBe(0);
    await site.done(page);
  });
});
