/** Running an exercise in its page: verdicts, what a pass leads to, help. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyOf } from '../../exercises/kit/catalog/why.ts';
import { inOrder, isWarmUp } from '../../exercises/kit/formats/ids.ts';
import { whyHtml } from '../../.vitepress/build/why-html.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import {
  addressOf,
  byId,
  catalog,
  isInSight,
  kept,
  openCode,
  openPassed,
  run,
  sentence,
  short,
  state,
  write,
} from './exercise-site.ts';

/** Puts `code` into the editor as a whole: nobody types 70,000 characters. */
async function paste(page: Page, code: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+a');
  await page.locator('.cm-content').evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    const kind = { clipboardData, bubbles: true, cancelable: true };
    content.dispatchEvent(new ClipboardEvent('paste', kind));
  }, code);
}

describe.skipIf('missing' in findChromium())('a run', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  it('passes by the keyboard alone, and the card leads on', async () => {
    const asks: string[] = [];
    const { page, faults } = await openCode(site, short, {}, (fresh) => {
      fresh.on('request', (request) => asks.push(request.url()));
      return Promise.resolve();
    });
    expect(asks.filter((url) => url.includes('runner/'))).toEqual([]); // nor before it is near
    const isInEditor = (): Promise<boolean> =>
      page.evaluate(() => document.activeElement?.matches('.cm-content') ?? false);
    for (let i = 0; i < 60 && !(await isInEditor()); i += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(short.solution);
    await run(page, 'passed');
    const pieces = asks.flatMap((url) => /runner\/(.*\.js)\?/.exec(url)?.[1] ?? []);
    expect(pieces, 'of no other exercise').toEqual([
      'worker.js',
      `small/${short.facts.id}.js`,
    ]);
    expect(await isInEditor(), 'the focus stays').toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await isInEditor()).toBe(false);

    const card = page.locator('.pw-ex-pass');
    expect(await isInSight(page, '.pw-ex-pass')).toBe(true);
    const text = (await card.textContent()) ?? '';
    expect(text).toContain('Passed: 15 points');
    expect(text).toContain(short.facts.know?.replaceAll('`', ''));
    const links = await card
      .locator('a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    expect(links).toHaveLength(2);
    expect(links[0]).toMatch(/exercises\/\d\d-[\w-]+\.html$/);
    expect(links[1]).toMatch(/guide\/06-peer-run\.html$/);

    // Who has not come from the chapter finds it before the pass, too.
    const chapter = page.locator('.pw-ex-facts a');
    expect(await chapter.getAttribute('href')).toMatch(/guide\/06-peer-run\.html$/);

    await card.getByRole('button', { name: 'In a live connection' }).click();
    await page
      .locator('.pw-ex-see')
      .getByText(/virtual clock/)
      .waitFor();
    expect(await page.textContent('.pw-ex-see')).not.toContain('The run threw');
    await page.getByRole('button', { name: 'Back to the task' }).click();

    // The known wrong answers, each with its belief, its test and its difference.
    await card.getByRole('button', { name: 'Wrong turns' }).click();
    await page.waitForSelector('.pw-ex-turns details');
    const turns = page.locator('.pw-ex-turns > details');
    expect(await turns.count()).toBe(short.wrong.length);
    await turns.first().locator('summary').click();
    const turn = (await turns.first().textContent()) ?? '';
    expect(turn).toContain(short.wrong[0]?.misconception.replaceAll('`', ''));
    expect(turn).toContain('caught by');
    const changed = await turns
      .first()
      .locator('.pw-ex-diff-line:not([data-kind=same])')
      .count();
    expect(changed).toBeGreaterThan(0);

    await page.getByRole('tab', { name: 'Solution' }).click();
    const why = 'section:has(> h3:text-is("Why ours looks as it does")) > p';
    await page.waitForSelector(why);
    const said = await page.locator(why).allTextContents();
    expect(said).toEqual(whyOf(short).map((text) => text.replaceAll('`', '')));
    expect(said.length).toBeGreaterThan(0);

    // What differs comes first, not the imports; and a pass leads on after a reload, too.
    await page.getByRole('tab', { name: 'Compare' }).click();
    const compared = page.locator('.pw-ex-diff-line');
    expect((await compared.first().textContent())?.trim()).toBe('…');
    await page.reload();
    await state(page, 'idle');
    const next = card.locator('a').first();
    expect((await next.textContent())?.trim()).toMatch(/^Next: /);

    // With the fifth tab, too, a phone has Reset beside them; they are always on the rule.
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      const row = await page.locator('.pw-ex-tabs').boundingBox();
      const tab = await page.getByRole('tab', { selected: true }).boundingBox();
      if (row === null || tab === null) throw new Error('no tabs');
      const under = row.y + row.height - (tab.y + tab.height);
      expect(under, `${width} px: from a tab to the end of its row`).toBeLessThan(2.5);
      if (width === 390) expect(row.height, 'one row').toBeLessThan(1.5 * tab.height);
    }
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('shows the place of a syntax error and leads to it; Stop ends an endless loop', async () => {
    const { page } = await openCode(site, short);
    await write(page, 'const a = 1;\nexport function f( {\n');
    await run(page, 'failed');
    const early = 'the text ends, and a } is missing for the { here';
    expect(await sentence(page)).toBe(`Line 2: ${early}`);
    expect(await page.textContent('.pw-ex-message p')).toBe(early);
    expect(await page.locator('.pw-ex-by-run').textContent()).toBe('{');
    await page.getByRole('button', { name: 'to line 2' }).click();
    await page.keyboard.insertText('here');
    await page.locator('.cm-line', { hasText: 'here' }).waitFor();

    // What is read and lacks its export is not called unreadable.
    await write(page, 'export const a = 1;\n');
    await run(page, 'failed');
    const missing =
      'discReasonForError is not exported; the tests ask for it by this name';
    expect(await sentence(page)).toBe(missing);
    expect(await page.textContent('.pw-ex-message p')).toBe(missing);

    // It is marked in the text, to the end of its line, until a run finds no fault.
    await write(page, 'const a = 1;\nconst b = “2”;\nconst c = 3;\n');
    await run(page, 'failed');
    // In pieces, once the types have marks of their own in the same place.
    const marked = await page.locator('.pw-ex-by-run').evaluateAll((all) => ({
      text: all.map((piece) => piece.textContent).join(''),
      lines: new Set(all.map((piece) => piece.closest('.cm-line')?.textContent)).size,
    }));
    expect(marked).toEqual({ text: '“2”;', lines: 1 });

    // The test that does not end is named, and can be stopped.
    await write(page, short.solution.replace(/\): [^{]*\{/, '$&while (true) {}'));
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^Running: \w+ > /).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click(); // the page is alive
    await state(page, 'failed');
    expect(await sentence(page)).toMatch(/^Ended in test 1 of \d\d, \d\d not run\.$/);
    const word = page.locator('.pw-ex-tests > li .pw-ex-word').first();
    expect(await word.textContent()).toBe('stopped');
    await write(page, short.solution);
    await run(page, 'passed');
    expect(await page.locator('.pw-ex-by-run').count()).toBe(0);
    await site.done(page);
  });

  it('says that output was cut, and that an answer is too long, which it keeps', async () => {
    const { page } = await openCode(site, short);
    const prints = 'for (let i = 0; i < 600; i += 1) console.log(i);\n';
    await write(page, `${short.solution}\n${prints}`);
    await run(page, 'passed');
    const output = page.locator('.pw-ex-output');
    await output.locator('summary').click();
    const told = output.getByText('The rest is cut: 64 KiB and 500 lines are shown.');
    expect(await told.isVisible()).toBe(true);

    const long = `${short.solution}\n${'// as long as this\n'.repeat(4000)}`;
    expect(long.length).toBeGreaterThan(64 * 1024);
    await paste(page, long);
    await run(page, 'failed');
    expect(await page.textContent('.pw-ex-message')).toContain(
      'the code is longer than 32768 characters',
    );
    expect((await kept(page, short))?.draft).toBe(long);
    await site.done(page);
  });

  it('counts the hints, and shows the solution after one sentence', async () => {
    const { page } = await openCode(site, short);
    await page.getByRole('tab', { name: 'Hints' }).click();
    const hints = page.locator('.pw-ex-bench .pw-ex-hint summary');
    expect(await hints.count()).toBe(3);
    await hints.nth(2).click();
    await page.getByRole('tab', { name: 'Hints 1/3' }).waitFor();
    await hints.nth(0).click();
    await page.getByRole('tab', { name: 'Hints 2/3' }).waitFor();
    expect(await kept(page, short)).toMatchObject({ hints: 2, opened: [1, 3] });

    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Hints' }).focus();
    const chosen = (): Promise<string | null> =>
      page.locator('[role=tab]:focus').getAttribute('id');
    await page.keyboard.press('End');
    await expect.poll(chosen).toBe('pw-ex-tab-solution');
    await page.keyboard.press('Home');
    await expect.poll(chosen).toBe('pw-ex-tab-verdict');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight'); // by Compare to Solution
    await page.locator('.pw-ex-why textarea').focus();
    await page.keyboard.type('no');
    await page.locator('.pw-ex-why button[type=submit]').click();
    await page.waitForSelector('.pw-ex-short');
    await page.locator('.pw-ex-why textarea').focus();
    await page.keyboard.press('End');
    await page.keyboard.type(' idea which rule decides here');
    await page.locator('.pw-ex-why button[type=submit]').click();
    await page.waitForSelector('.pw-ex-solution');
    const shown = await page
      .locator('.pw-ex-solution .pw-shown-line:not(summary)')
      .allTextContents();
    expect(shown.join('\n')).toBe(short.solution);
    expect(await kept(page, short)).toMatchObject({
      state: 'revealed',
      why: 'no idea which rule decides here',
    });
    await page.getByRole('tab', { name: 'Wrong turns' }).waitFor();
    await site.done(page);
  });

  it('says why ours is as it is with its links, and they lead somewhere', async () => {
    const linked = byId('E26');
    const { page } = await openPassed(site, linked);
    await page.getByRole('tab', { name: 'Solution' }).click();
    const reasons = page.locator('.pw-ex-reasons');
    await reasons.waitFor();
    const said = await reasons.innerText();
    expect(said).toContain('no table at all: discReasonText looks');
    expect(said).not.toMatch(/\]\(|<sup/);
    expect(await reasons.locator('sup').first().textContent()).toBe('63');
    const gap = await reasons.evaluate((box) => {
      const [first, second] = Array.from(box.querySelectorAll('p'), (text) =>
        text.getBoundingClientRect(),
      );
      return (second?.top ?? 0) - (first?.bottom ?? 0);
    });
    expect(gap, 'between paragraphs').toBeGreaterThan(4);
    await reasons.locator('a').first().click();
    await page.waitForURL('**/guide/06-peer-run.html#from-an-error-to-a-number');
    await site.done(page);

    const hrefs = catalog
      .flatMap((one) => whyOf(one).map((text) => whyHtml(text, '/')))
      .flatMap((html) => Array.from(html.matchAll(/href="([^"]*)"/g), ([, to]) => to));
    expect(hrefs.length).toBeGreaterThan(2);
    for (const href of hrefs) {
      const [path = '', anchor] = (href ?? '').split('#');
      const html = readFileSync(join(site.dir, path), 'utf8');
      if (anchor !== undefined) expect(html, href).toContain(`id="${anchor}"`);
    }
  });

  it('is offered by a list in the order of the chapters, with a place to begin', async () => {
    const { page } = await site.open('exercises/index.html');
    const ids = await page.locator('.pw-exrows-id').allTextContents();
    expect([...ids].sort(inOrder)).toEqual(catalog.map(({ facts }) => facts.id));
    const warmUps = ids.filter(isWarmUp);
    expect(ids.slice(0, warmUps.length)).toEqual(warmUps);
    const chapters = ids
      .slice(warmUps.length)
      .map((id) => catalog.find(({ facts }) => facts.id === id)?.facts.chapter)
      .map((chapter = '') => Number(chapter.slice(1)));
    expect(chapters, 'C10 behind C9').toEqual([...chapters].sort((a, b) => a - b));
    const first = page.locator('.pw-exrows li').first();
    expect(await first.textContent()).toContain('Start here');
    // A finger anywhere in the row opens it; the import shows that it has the focus.
    const row = await first.boundingBox();
    expect(row?.height).toBeGreaterThanOrEqual(44);
    const touched = await page.evaluate(
      ({ x, y }) => document.elementFromPoint(x, y)?.getAttribute('href'),
      { x: (row?.x ?? 0) + 4, y: (row?.y ?? 0) + (row?.height ?? 0) - 4 },
    );
    expect(touched).toBe(await first.locator('a').getAttribute('href'));
    await page.getByRole('button', { name: 'Export to a file' }).focus();
    await page.keyboard.press('Tab');
    const ring = await page
      .locator('.pw-ex-file')
      .evaluate((label) => getComputedStyle(label).outlineStyle);
    expect(ring).toBe('solid');
    expect(await page.textContent('main')).toContain(
      'In a terminal, npm run learn watches the exercise',
    );
    const points = catalog.reduce((sum, { facts }) => sum + facts.points, 0);
    const total = (await page.textContent('.pw-exlist-total')) ?? '';
    expect(total).toContain(`${points} points`);
    const [, hours = '', half = ''] = /about (\d+)(½?) hours in all/.exec(total) ?? [];
    const minutes = catalog.reduce((sum, { facts }) => sum + facts.minutes, 0);
    const told = 60 * Number(hours) + (half === '' ? 0 : 30);
    expect(Math.abs(told - minutes), `${minutes} minutes`).toBeLessThanOrEqual(15);
    const rows = await page.locator('.pw-exrows li small').allTextContents();
    const each = ids.map((id) => catalog.find(({ facts }) => facts.id === id)?.facts);
    expect(rows.map((row) => row.split(' · ').at(-1))).toEqual(
      each.map((facts) => `${facts?.minutes} min`),
    );
    await site.done(page);

    const chapter = await site.open('guide/06-peer-run.html');
    const own = await chapter.page.locator('.pw-chapter-write a').allTextContents();
    const wanted = catalog.filter(({ facts }) => facts.chapter === 'C6');
    expect([...own].sort()).toEqual(wanted.map(({ facts }) => facts.title).sort());
    await site.done(chapter.page);
  });

  it('is found by id and by name, a page whose title is meant before all else', async () => {
    const { page } = await site.open('index.html');
    const first = page.locator('.pw-found-title').first();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.pw-search input').fill('w3');
    await expect.poll(() => first.textContent()).toMatch(/^W3 Closing time/);
    for (const query of ['e12', 'reason for error']) {
      await page.locator('.pw-search input').fill(query);
      await expect.poll(() => first.textContent()).toBe(`E12 ${short.facts.title}`);
    }
    await page.locator('.pw-search input').fill('glossary');
    await expect.poll(() => first.textContent()).toMatch(/^Glossary/);
    await page.locator('.pw-search input').fill('e12');
    await expect.poll(() => first.textContent()).toBe(`E12 ${short.facts.title}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/${addressOf(short)}`);
    await site.done(page);
  });
});
