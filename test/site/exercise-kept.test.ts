/** Nothing of the reader's is lost: drafts, other tabs, other pages, bad storage. */
import { text as textOf } from 'node:stream/consumers';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProgress } from '../../exercises/kit/formats/schema-progress.ts';
import { awake, findChromium, openSite, reload, type Site } from './browser.ts';
import {
  addressOf,
  editorText,
  kept,
  long,
  openCode,
  ordered,
  run,
  short,
  write,
} from './exercise-site.ts';

async function savedText(download: Download): Promise<string> {
  return textOf(await download.createReadStream());
}

function stored(page: Page): Promise<string | null> {
  return page.evaluate(() => localStorage.getItem('peerwalk-progress'));
}

function store(page: Page, text: string): Promise<void> {
  return page.evaluate((value) => {
    localStorage.setItem('peerwalk-progress', value);
  }, text);
}

describe.skipIf('missing' in findChromium())(
  'what a reader has written',
  { timeout: 120_000 },
  () => {
    let site: Site;
    beforeAll(async () => {
      site = await openSite();
    }, 600_000);
    afterAll(() => site.close());

    it('outlives a reload, goes to other tabs, and so does a reset', async () => {
      const { page } = await openCode(site, short);
      await write(page, '// mine\n');
      await reload(page);
      await page.waitForSelector('.cm-content');
      expect(await editorText(page)).toBe('// mine\n');

      const other = await page.context().newPage();
      await other.goto(site.url(addressOf(short)));
      await other.waitForSelector('.cm-content');
      await write(page, '// from the first tab\n');
      await expect.poll(() => editorText(other)).toBe('// from the first tab\n');
      await page.getByRole('button', { name: 'Reset' }).click();
      await page.locator('.pw-ex-ask .pw-button-bad').click();
      await expect.poll(() => editorText(other)).toContain('TODO');
      await expect.poll(() => editorText(page)).toContain('TODO');
      await other.close();
      await reload(page);
      await page.waitForSelector('.cm-content');
      expect(await editorText(page)).toContain('TODO');
      await site.done(page);
    });

    it('can be brought back after a reset, until the next change or run', async () => {
      const { page } = await openCode(site, short);
      const reset = async (): Promise<void> => {
        await page.getByRole('button', { name: 'Reset', exact: true }).click();
        await page.locator('.pw-ex-ask .pw-button-bad').click();
      };
      const back = page.getByRole('button', { name: 'Bring back what was there' });
      await write(page, '// mine\n');
      await reset();
      await expect.poll(() => editorText(page)).toContain('TODO');
      await back.click();
      await expect.poll(() => editorText(page)).toBe('// mine\n');
      expect((await kept(page, short))?.draft).toBe('// mine\n');
      expect(await back.count()).toBe(0);
      await reset();
      await back.waitFor();
      await page.locator('.cm-content').focus();
      await page.keyboard.type('x');
      await back.waitFor({ state: 'detached' });
      await reset();
      await back.waitFor();
      await run(page, 'failed');
      expect(await back.count(), 'after a run').toBe(0);
      await site.done(page);

      // An order has no Ctrl+Z of its own.
      const { page: other } = await site.open(addressOf(ordered));
      const placed = other.locator('.pw-ex-order li');
      for (const count of [1, 2]) {
        await other.locator('.pw-ex-pool [role=button]').first().click();
        await placed.nth(count - 1).waitFor();
      }
      const before = await placed.allTextContents();
      await other.getByRole('button', { name: 'Reset', exact: true }).click();
      await other.locator('.pw-ex-ask .pw-button-bad').click();
      await expect.poll(() => placed.count()).toBe(0);
      await other.getByRole('button', { name: 'Bring back what was there' }).click();
      await expect.poll(() => placed.allTextContents()).toEqual(before);
      await site.done(other);
    });

    it('is the newest, whatever the clock of a stored draft says', async () => {
      const { page } = await openCode(site, short);
      await write(page, '// first');
      const later = (await stored(page))?.replace(
        /"draftAt": \d+/,
        `"draftAt": ${Date.now() + 3_600_000}`,
      );
      await store(page, later ?? '');
      await page.keyboard.type(' second');
      expect((await kept(page, short))?.draft).toBe('// first second');
      expect(await editorText(page)).toBe('// first second');
      await site.done(page);
    });

    it('belongs to its exercise, wherever the reader goes in between', async () => {
      const { page } = await openCode(site, short);
      await write(page, '// of the short one');
      const base = new URL(site.url('')).pathname;
      const go = async (path: string): Promise<void> => {
        await page.evaluate((to) => {
          const link = document.createElement('a');
          link.href = to;
          document.querySelector('main')?.append(link);
          link.click(); // within the page, as a link in the text
        }, `${base}${path}`);
      };
      await go(addressOf(long));
      await page.waitForSelector(`h1:has-text("${long.facts.title.slice(0, 15)}")`);
      await page.waitForSelector('.cm-content');
      await write(page, '// of the long one');
      await go('exercises/index.html');
      await page.waitForSelector('.pw-exlist');
      await page.evaluate(() => {
        history.go(-2);
      });
      await page.waitForSelector(`h1:has-text("${short.facts.title.slice(0, 15)}")`);
      await expect.poll(() => editorText(page)).toBe('// of the short one');
      await page.goForward();
      await page.waitForSelector(`h1:has-text("${long.facts.title.slice(0, 15)}")`);
      await expect.poll(() => editorText(page)).toBe('// of the long one');
      expect((await kept(page, short))?.draft).toBe('// of the short one');
      expect((await kept(page, long))?.draft).toBe('// of the long one');
      await site.done(page);
    });

    it('keeps its caret while it is composed, whatever another tab writes', async () => {
      const { page } = await openCode(site, short);
      await write(page, '// ');
      const session = await page.context().newCDPSession(page);
      const compose = (text: string): Promise<unknown> =>
        session.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        });
      await compose('ni');
      // Another tab in the reader's hands would take the focus, and end the composing.
      await page.evaluate(() => {
        const key = 'peerwalk-progress';
        const theirs = (localStorage.getItem(key) ?? '')
          .replace(/"draft": "[^"]*"/, '"draft": "// of another tab, and longer"')
          .replace(
            /"draftAt": (\d+)/,
            (_, at: string) => `"draftAt": ${Number(at) + 5}`,
          );
        localStorage.setItem(key, theirs);
        window.dispatchEvent(new StorageEvent('storage', { key }));
      });
      await compose('nih');
      await session.send('Input.insertText', { text: '你' });
      await page.keyboard.insertText('!');
      await expect.poll(() => editorText(page)).toBe('// 你!');
      await expect.poll(async () => (await kept(page, short))?.draft).toBe('// 你!');
      await site.done(page);
    });

    it.each([
      ['half of it', '{"version":1,"exer'],
      ['too much', 'x'.repeat(4_500_000)],
    ])('W-08 is set aside when it cannot be read: %s', async (_, text) => {
      const { page } = await openCode(site, short);
      await store(page, text);
      await reload(page);
      await page.waitForSelector('.pw-ex-notice');
      expect(await page.textContent('.pw-ex-notice')).toContain('It was not deleted');
      const aside = await page.evaluate(() => {
        const key = Object.keys(localStorage).find((name) =>
          name.includes('set-aside'),
        );
        return key === undefined ? undefined : localStorage.getItem(key);
      });
      expect(aside).toBe(text);
      await page.waitForSelector('.cm-content');
      await site.done(page);
    });

    it('W-08 stays where no other place can be had, until the reader has a copy', async () => {
      const { page } = await site.openAlone(addressOf(short));
      await page.waitForSelector('.cm-content');
      await page.addInitScript(() => {
        const setItem = Storage.prototype.setItem;
        Storage.prototype.setItem = function (name: string, text: string) {
          if (name.includes('set-aside')) throw new DOMException('full');
          setItem.call(this, name, text);
        };
      });
      const text = '{"version":1,"exer';
      await store(page, text);
      await reload(page);
      await page.waitForSelector('.pw-ex-notice');
      await page.waitForSelector('.cm-content');
      await write(page, '// typed meanwhile');
      expect(await stored(page), 'before the reader has a copy').toBe(text);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export what could not be read' }).click();
      expect(await savedText(await download)).toBe(text);
      expect((await kept(page, short))?.draft).toBe('// typed meanwhile');

      // And no __proto__ of it reaches an object.
      await store(
        page,
        '{"version":1,"exercises":{"__proto__":{"state":"passed"}},"__proto__":{"x":1}}',
      );
      await reload(page);
      await page.waitForSelector('.pw-ex-state');
      expect(
        await page.evaluate(() => Reflect.get({}, 'x') as unknown),
      ).toBeUndefined();
      expect(await page.textContent('.pw-ex-state')).toContain('not tried yet');
      await site.done(page);
    });

    it('goes to a file and comes back in another browser', async () => {
      const { page } = await openCode(site, short);
      await write(page, short.solution);
      await run(page, 'passed');
      await page.goto(site.url('exercises/index.html'));
      await awake(page);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export to a file' }).click(),
      ]);
      const text = await savedText(download);
      expect(parseProgress(text).exercises[short.facts.id]?.state).toBe('passed');

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
  },
);
