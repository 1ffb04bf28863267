/** TypeScript in the editor: when it comes, what it weighs, and what it does there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, overflow, setDark, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import {
  addressOf,
  catalog,
  editorText,
  openCode,
  run,
  short,
  write,
} from './exercise-site.ts';

const [reading = short] = catalog.filter(({ facts }) => facts.id === 'E19');
const script = /types\/worker\.js/;

function line(page: Page, state: string): Promise<unknown> {
  return page.waitForSelector(`.pw-ex-types[data-state=${state}]`);
}

/** Writes down the paths of what a page asks for from here on. */
function watchRequests(page: Page, asked: string[] = []): string[] {
  page.on('request', (request: Request) => {
    const { protocol, pathname } = new URL(request.url());
    if (protocol.startsWith('http')) asked.push(pathname); // not a Blob's
  });
  return asked;
}

/** The starter, `code` before what it throws, and the caret behind it. */
async function begin(page: Page, code: string): Promise<void> {
  const { starter } = reading;
  const at = starter.indexOf('throw new Unsolved');
  await write(page, `${starter.slice(0, at)}\n  ${starter.slice(at)}`);
  const back = starter.slice(at).split('\n').length;
  for (let i = 0; i < back; i += 1) await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  await page.keyboard.insertText(code);
}

/** Keeps what the editor says to a screen reader: it stands there for a moment. */
async function hearAnnounced(page: Page): Promise<void> {
  await page.evaluate(() => {
    const said = document.querySelector('.cm-announced');
    if (said === null) throw new Error('nothing announces anything');
    new MutationObserver(() => {
      const before: unknown = Reflect.get(window, 'heard') ?? '';
      Reflect.set(window, 'heard', `${String(before)}\n${said.textContent}`);
    }).observe(said, { childList: true, subtree: true, characterData: true });
  });
}

/** The middle of a piece of the line that the caret is in. */
function placeOf(page: Page, words: string): Promise<{ x: number; y: number }> {
  return page.evaluate((wanted) => {
    const line = document.querySelector('.cm-activeLine') ?? document.body;
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const at = node.nodeValue?.indexOf(wanted) ?? -1;
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      return { x: (left + right) / 2, y: (top + bottom) / 2 };
    }
    throw new Error(`${wanted} is not there`);
  }, words);
}

/** How a mark is drawn, but for its colour: the underline, and the border below. */
function formOf(page: Page, mark: string): Promise<string[]> {
  return page.locator(mark).evaluate((element) => {
    const { textDecorationStyle, borderBottomStyle } = getComputedStyle(element);
    return [textDecorationStyle, borderBottomStyle];
  });
}

/** An error is underlined, its message is a key away, and a run takes no notice. */
async function underlines(page: Page): Promise<void> {
  await begin(page, "const n: string = proto.offset; throw new Error('no');");
  await page.waitForSelector('.pw-ex-by-types');
  await hearAnnounced(page);
  await page.keyboard.press('F8');
  await page.waitForSelector('.pw-ex-told-error');
  const message = "Type 'number' is not assignable to type 'string'.";
  expect(await page.textContent('.pw-ex-told-error')).toBe(message);
  expect(await page.textContent('.pw-ex-told pre')).toBe('const n: string');
  const heard = await page.evaluate(() => Reflect.get(window, 'heard') as string);
  expect(heard).toContain(`${message}. const n: string`);
  await run(page, 'failed');
  expect(await page.locator('.pw-ex-by-types').count(), 'after a run').toBe(1);
  // Where the run has failed is marked in another form.
  expect(await formOf(page, '.pw-ex-by-types')).toEqual(['wavy', 'none']);
  expect(await page.textContent('.pw-ex-by-run')).toContain("new Error('no')");
  expect(await formOf(page, '.pw-ex-by-run')).toEqual(['solid', 'solid']);
  expect((await page.textContent('.pw-ex-types button'))?.trim()).toBe('1 error');
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Control+Delete']) {
    await page.keyboard.press(key);
  }
  await page.keyboard.insertText('number');
  expect(await editorText(page)).toContain('  const n: number = proto.offset;');
  await page.waitForSelector('.pw-ex-by-types', { state: 'detached' });
  await page.waitForSelector('.pw-ex-types button', { state: 'detached' });
}

/** The list comes with what is told of a name beside it, and a key takes the name. */
async function completes(page: Page): Promise<void> {
  await begin(page, 'const way = proto.');
  await page.keyboard.press('Control+Space');
  await page.waitForSelector('.cm-completionInfo');
  expect(await page.locator('.cm-tooltip-autocomplete li').allTextContents()).toEqual([
    expect.stringContaining('closed'),
    expect.stringContaining('in'),
    expect.stringContaining('offset'),
  ]);
  expect(await page.textContent('.cm-completionInfo')).toContain('closed: Done');
  for (const dark of [false, true]) {
    await setDark(page, dark);
    expect(await axeFindings(page, { include: ['.pw-ex-code'] }), `${dark}`).toEqual(
      [],
    );
  }
  // A key that comes too soon after the list is not taken for an answer to it.
  const accepted = async (): Promise<string> => {
    await page.keyboard.press('Tab');
    return editorText(page);
  };
  await expect.poll(accepted).toContain('const way = proto.closed');
}

/** Our comment, on hover and by a key. */
async function tells(page: Page): Promise<void> {
  await begin(page, 'const chosen = await select({ over: recv(proto.closed) });');
  const { x, y } = await placeOf(page, 'select');
  await page.mouse.move(x, y);
  await page.mouse.move(x + 1, y);
  const told = page.locator('.pw-ex-told');
  await told.waitFor();
  expect(await told.textContent()).toContain('Waits until one case can happen');
  await page.mouse.move(0, 0);
  await told.waitFor({ state: 'detached' });
  await page.keyboard.press('Home');
  for (let i = 0; i < 5; i += 1) await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Control+i');
  await told.waitFor();
  expect(await told.textContent()).toContain('Waits until one case can happen');
  await page.keyboard.press('Escape');
  await told.waitFor({ state: 'detached' });
  // Nothing of it lies over the code once the tests have run.
  await page.keyboard.press('Control+i');
  await told.waitFor();
  await run(page, 'failed');
  await told.waitFor({ state: 'detached' });
  await page.mouse.move(x, y);
  await page.mouse.move(x + 1, y);
  await told.waitFor();
  await run(page, 'failed');
  await told.waitFor({ state: 'detached' });
}

describe.skipIf('missing' in findChromium())('types', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  /** As it lies in the build, compressed as a host does. */
  function weight(path: string): number {
    const file = path.slice(new URL(site.url('')).pathname.length);
    return gzipSync(readFileSync(join(site.dir, file))).length;
  }

  it('come with the first key, in at most 2 MB, and are said to be there', async () => {
    const asked: string[] = [];
    const { page, faults } = await openCode(
      site,
      reading,
      { viewport: { width: 1366, height: 768 }, reducedMotion: 'reduce' },
      (fresh) => Promise.resolve(watchRequests(fresh, asked)),
    );
    await page.locator('.pw-ex-code').hover();
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ArrowDown');
    await line(page, 'idle');
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((path) => path.includes('types'))).toEqual([]);
    asked.length = 0;
    await page.keyboard.press('Enter');
    await line(page, 'ready');
    expect(await page.textContent('.pw-ex-types [role=status]')).toMatch(/are ready/);
    expect(asked.some((path) => script.test(path))).toBe(true);
    expect(asked.some((path) => path.endsWith('/types/texts.json'))).toBe(true);
    const bytes = asked.reduce((sum, path) => sum + weight(path), 0);
    console.log(`types, compressed: ${bytes} bytes in ${asked.length} files`);
    expect(bytes).toBeLessThanOrEqual(2_000_000);

    await underlines(page);
    await completes(page);
    await tells(page);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('wait on a phone until they are asked for', async () => {
    const { page, faults } = await openCode(site, reading, { viewport: sizes.phone });
    const asked = watchRequests(page);
    await begin(page, 'const n: string = ');
    // Typing brings the caret above the bar, wherever the reader has scrolled to.
    await page.evaluate(() => {
      const bottom = document
        .querySelector('.cm-cursor')
        ?.getBoundingClientRect().bottom;
      window.scrollBy({ top: (bottom ?? 0) - window.innerHeight, behavior: 'instant' });
    });
    await page.keyboard.insertText('proto.offset;');
    const above = (): Promise<number> =>
      page.evaluate(() => {
        const [caret, bar] = ['.cm-cursor', '.pw-ex-bar'].map((part) =>
          document.querySelector(part)?.getBoundingClientRect(),
        );
        return (bar?.top ?? 0) - (caret?.bottom ?? 0);
      });
    const message = 'from the caret to the bar';
    await expect.poll(above, { message }).toBeGreaterThan(0);
    await line(page, 'waits');
    expect(asked.filter((path) => path.includes('types'))).toEqual([]);
    const button = page.locator('.pw-ex-types button');
    expect((await button.textContent())?.trim()).toMatch(/^Load them \(1\.\d MB\)$/);
    await button.click();
    await line(page, 'ready');
    await page.waitForSelector('.pw-ex-by-types');
    // The button has gone; whoever asked for types wants to write.
    expect(await page.evaluate(() => document.activeElement?.className)).toContain(
      'cm-content',
    );
    // The button that counts the errors leads to them, where there is no F8.
    await button.click();
    await page.waitForSelector('.pw-ex-told-error');
    expect(await overflow(page)).toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('wait, where data is saved, until they are asked for', async () => {
    const { page } = await site.open(addressOf(reading), {}, async (fresh) => {
      const session = await fresh.context().newCDPSession(fresh);
      await session.send('Emulation.setDataSaverOverride', { dataSaverEnabled: true });
    });
    const asked = watchRequests(page);
    await line(page, 'waits');
    await page.locator('.pw-ex-code').hover(); // the editor waits for somebody, too
    await page.waitForSelector('.cm-content');
    await write(page, reading.solution);
    await run(page, 'passed');
    await line(page, 'waits');
    expect(asked.filter((path) => path.includes('types'))).toEqual([]);
    await page.context().close(); // it saves data for good
  });

  it('that cannot be had are said so, and harm nothing', async () => {
    const { page } = await openCode(site, reading, {}, (fresh) =>
      fresh.route(script, (route) => route.fulfill({ status: 404, body: 'gone' })),
    );
    await write(page, reading.solution);
    await line(page, 'failed');
    expect(await page.textContent('.pw-ex-types [role=status]')).toMatch(
      /not available/,
    );
    await run(page, 'passed');
    const again = page.waitForRequest(script);
    await page.getByRole('button', { name: 'Try again' }).click();
    await again;
    await line(page, 'failed');
    await site.done(page);
  });
});
