/** The trace player in a page: keyboard, address, views, the edge of the window, paper. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, everywhere } from './axe.ts';
import { findChromium, openSite, type OpenPage, type Site } from './browser.ts';

const found = findChromium();
const still = { reducedMotion: 'reduce' } as const;
const laptop = { width: 1366, height: 768 };
const phone = { width: 390, height: 844 };
const meet = 'guide/01-the-whole-connection.html';
const secondStatus = 'guide/06-peer-run.html';

async function stepOf(page: Page): Promise<number> {
  return Number(await page.locator('.pw-trace').first().getAttribute('data-step'));
}
async function goTo(page: Page, step: number): Promise<void> {
  const slider = page.locator('.pw-trace input[type=range]').first();
  await slider.evaluate((element, to) => {
    if (!(element instanceof HTMLInputElement)) return;
    element.value = String(to);
    element.dispatchEvent(new Event('input'));
  }, step);
  await page.locator(`.pw-trace[data-step="${step}"]`).first().waitFor();
}

/** Waits until the player has woken up: before that, keys do nothing. */
async function awake(page: Page): Promise<void> {
  const show = page.locator('.pw-predict', { has: page.locator('.pw-trace-box') });
  if ((await show.count()) > 0) await show.getByText('Show me').click();
  await page.mouse.move(2, 2); // it wakes for somebody who is there
  // The box stays where the still picture in it makes way for the player.
  await page.locator('.pw-trace-box').first().scrollIntoViewIfNeeded();
  await page.locator('.pw-trace[data-awake=true]').first().waitFor();
  await page.locator('.pw-trace input[type=range]').first().focus();
}

/** `.ci/run` looks at every step of a run, `npm test` at one in three. */
const every = process.env['PEERWALK_ALL'] === undefined ? 3 : 1;

interface Faults {
  readonly faults: string[];
  readonly fields: number;
  readonly steps: number;
}

/**
 * Runs in the page: goes from step to step, and says where something leaves its panel,
 * where bytes are not in sight, and where the line at work is not.
 */
async function walkSteps(every: number): Promise<Faults> {
  const player = document.querySelector('.pw-trace');
  const slider = player?.querySelector<HTMLInputElement>('input[type=range]');
  const faults: string[] = [];
  let fields = 0;
  const box = (element: Element): DOMRect => element.getBoundingClientRect();
  const inside = (inner: DOMRect, outer: DOMRect): boolean =>
    inner.left >= outer.left - 1 &&
    inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 1 &&
    inner.bottom <= outer.bottom + 1;
  const range = document.createRange();
  /** A name goes on in the next line after a dot or a hyphen. */
  const hasBrokenWord = (field: Element): boolean => {
    const texts = document.createTreeWalker(field, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      for (const { 0: part, index } of (text.textContent ?? '').matchAll(/[^\s.-]+/g)) {
        range.setStart(text, index);
        range.setEnd(text, index + part.length);
        if (range.getClientRects().length > 1) return true;
      }
    }
    return false;
  };
  const last = Number(slider?.max);
  for (let step = 0; step <= last; step += every) {
    if (slider == null || player === null)
      return { faults: ['no player'], fields, steps: 0 };
    slider.value = String(step);
    slider.dispatchEvent(new Event('input'));
    await new Promise((done) => setTimeout(done)); // the views are drawn in a microtask
    const bytes = player.querySelector('.pw-trace-bytes');
    const bar = player.querySelector('.pw-trace-bar');
    if (bytes === null || bar === null) continue;
    const panel = box(bytes);
    if (panel.height > 0) {
      if (panel.bottom > box(bar).top + 1) faults.push(`${step}: bytes over the bar`);
      for (const part of bytes.querySelectorAll('.pw-told, .pw-fields, .pw-hex')) {
        if (!inside(box(part), panel))
          faults.push(`${step}: ${part.className} is outside`);
        const scrolls = getComputedStyle(part).overflowY !== 'visible';
        if (!scrolls && part.scrollHeight > part.clientHeight + 1)
          faults.push(`${step}: ${part.className} runs over`);
      }
      const list = bytes.querySelector('.pw-fields');
      for (const field of bytes.querySelectorAll('.pw-fields li')) {
        fields += 1;
        const [own, room] = [box(field), list === null ? panel : box(list)];
        if (own.right > room.right + 1 || own.left < room.left - 1)
          faults.push(`${step}: ${field.textContent} leaves its list`);
        if (hasBrokenWord(field))
          faults.push(`${step}: ${field.textContent} breaks in a word`);
      }
      const hex = bytes.querySelector('.pw-hex');
      const first = hex?.querySelector('.pw-hex-row');
      if (hex != null && first != null) {
        if (box(hex).height < 3 * box(first).height)
          faults.push(`${step}: no room for hex`);
        if (!inside(box(first), box(hex))) faults.push(`${step}: hex is cut`);
      }
    }
    const pane = player.querySelector('.pw-trace-code pre');
    if (pane !== null && box(pane).height > 0) {
      const line = pane.querySelector('.on');
      const view = box(pane);
      const at = line === null ? undefined : box(line);
      if (at === undefined || at.top < view.top - 1 || at.bottom > view.bottom + 1)
        faults.push(`${step}: the line at work is not in sight`);
      if (/\/\/[:=]|#(end)?region/.test(pane.textContent))
        faults.push(`${step}: a mark is shown`);
    }
  }
  return { faults: faults.slice(0, 10), fields, steps: last };
}

describe.skipIf('missing' in found)('the trace player', { timeout: 180_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 300_000);
  afterAll(() => site?.close());

  const last = async (page: Page): Promise<number> =>
    Number(
      await page.locator('.pw-trace input[type=range]').first().getAttribute('max'),
    );

  describe('on the front page', () => {
    let opened: OpenPage;
    let page: Page;
    beforeAll(async () => {
      opened = await site.open('index.html#t=10', {
        ...still,
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      page = opened.page;
      await awake(page);
    }, 120_000);
    afterAll(() => site.done(page));

    it('moves with the arrow keys, to messages with Shift, to the ends with Home and End', async () => {
      expect(await stepOf(page)).toBe(10);
      await page.keyboard.press('ArrowRight');
      expect(await stepOf(page)).toBe(11);
      await page.keyboard.press('ArrowLeft');
      expect(await stepOf(page)).toBe(10);
      await page.keyboard.press('Shift+ArrowRight');
      const stop = await stepOf(page);
      expect(stop).toBeGreaterThan(10);
      expect(await page.locator('.pw-trace-sentence').innerText()).toMatch(
        /sends|hears/,
      );
      await page.keyboard.press('End');
      expect(await stepOf(page)).toBe(await last(page));
      await page.keyboard.press('Home');
      expect(await stepOf(page)).toBe(0);
    });

    it('plays with Space and stops with Space', async () => {
      await goTo(page, 10);
      await page.locator('.pw-trace input[type=range]').focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await page.waitForFunction(
        () =>
          Number(document.querySelector('.pw-trace')?.getAttribute('data-step')) > 10,
      );
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Play' }).waitFor();
    });

    it('plays from message to message when asked, at the speed that was chosen', async () => {
      await goTo(page, 0);
      await page.getByRole('button', { name: 'messages only' }).click();
      await page.getByRole('combobox', { name: 'Speed' }).selectOption('4');
      await page.getByRole('button', { name: 'Play' }).click();
      const seen = new Set<string>();
      while (seen.size < 3) {
        const text = await page.locator('.pw-trace-sentence').innerText();
        if ((await stepOf(page)) > 0) seen.add(text);
        await page.waitForFunction(
          (old) =>
            document.querySelector<HTMLElement>('.pw-trace-sentence')?.innerText !==
            old,
          text,
        );
      }
      await page.getByRole('button', { name: 'Pause' }).click();
      for (const text of seen) expect(text).toMatch(/sends|hears/);
      await page.getByRole('button', { name: 'messages only' }).click();
    });

    it('shows the messages, those that have crossed and those to come, and goes to one', async () => {
      await page.locator('button.pw-still-card', { hasText: 'Status' }).first().click();
      expect(await page.locator('.pw-trace-sentence').innerText()).toContain(
        'sends Status',
      );
      const states = await page
        .locator('.pw-still li')
        .evaluateAll((items) => items.map((item) => item.getAttribute('data-state')));
      expect(states[0]).toBe('past');
      expect(states).toContain('on'); // more than one may be on its way
      expect(states.at(-1)).toBe('later');
      await page.getByRole('button', { name: 'Lanes' }).click();
      expect(await page.locator('.pw-lanes').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Messages', exact: true }).click();
    });

    it('writes the step into the address and takes it from there', async () => {
      await goTo(page, 10);
      await page.locator('.pw-trace input[type=range]').focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() => location.hash === '#t=11');
      await page.evaluate(() => {
        location.hash = '#t=5';
      });
      await page.locator('.pw-trace[data-step="5"]').waitFor();
    });

    it('copies a link to the step', async () => {
      await goTo(page, 10);
      await page.getByRole('button', { name: 'Copy a link to this step' }).click();
      await page.getByRole('button', { name: 'Link copied' }).waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      expect(text).toBe(site.url('index.html#t=10'));
      expect(opened.faults).toEqual([]);
    });
  });

  it('plays by itself once on the front page, and rests on the whole picture for who asked for less motion', async () => {
    const { page } = await site.open('index.html');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await site.done(page);
    const quiet = await site.open('index.html', still);
    await awake(quiet.page);
    expect(await quiet.page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    const later = quiet.page.locator('.pw-still li[data-state=later]');
    expect(await later.count()).toBe(0);
    await site.done(quiet.page);
  });

  describe.each([
    ['meet', meet],
    ['second-status', secondStatus],
  ])('on the run %s', (_, path) => {
    let opened: OpenPage;
    let page: Page;
    beforeAll(async () => {
      opened = await site.open(path, { ...still, viewport: laptop });
      page = opened.page;
      await awake(page);
    }, 120_000);
    afterAll(() => site.done(page));

    it('keeps every field of a step in its panel, hex and the line at work in sight', async () => {
      const { faults, fields, steps } = await page.evaluate(walkSteps, every);
      expect(faults).toEqual([]);
      expect(steps).toBeGreaterThan(200);
      expect(fields).toBeGreaterThan(40 / every);
      expect(opened.faults).toEqual([]);
    });

    it('does so on a phone', async () => {
      await page.setViewportSize(phone);
      await page.getByRole('button', { name: 'Bytes' }).click();
      // Its bar sticks to the window's edge, and there is room for both above it.
      await page.locator('.pw-trace-stage').evaluate((stage) => {
        stage.scrollIntoView({ block: 'start' });
      });
      const { faults, fields } = await page.evaluate(walkSteps, every);
      expect(faults).toEqual([]);
      expect(fields).toBeGreaterThan(40 / every);
      await page.setViewportSize(laptop);
    });
  });

  describe('in a chapter', () => {
    let page: Page;
    beforeAll(async () => {
      ({ page } = await site.open(meet, { ...still, viewport: laptop }));
      await awake(page);
      // The fullest step: a message of many fields.
      await page.locator('a.pw-step', { hasText: 'writes headers' }).click();
      await page.locator('.pw-dock').waitFor();
    }, 120_000);
    afterAll(() => site.done(page));

    it('comes to who clicks on a step far below it, and leaves the sentence in sight', async () => {
      const link = page.locator('a.pw-step', { hasText: 'writes headers' });
      const panel = await page.locator('.pw-dock').boundingBox();
      const at = await link.boundingBox();
      expect(panel?.y).toBeGreaterThan(0);
      expect((panel?.y ?? 0) + (panel?.height ?? 0)).toBeLessThanOrEqual(768);
      expect(at?.y).toBeGreaterThanOrEqual(0);
      const beside = (at?.x ?? 0) + (at?.width ?? 0) <= (panel?.x ?? 0);
      const above = (at?.y ?? 0) + (at?.height ?? 0) <= (panel?.y ?? 0);
      expect(beside || above).toBe(true);
      expect(await page.locator('.pw-dock .pw-trace-sentence').innerText()).toContain(
        'eth/63 sends BlockHeaders',
      );
    });

    it('shows another step on the next click, and the same one on the same', async () => {
      await page.locator('a.pw-step', { hasText: 'reads them' }).click();
      const says = page.locator('.pw-dock .pw-trace-sentence');
      await expect
        .poll(() => says.innerText())
        .toContain('readLoop hears BlockHeaders');
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      await page.locator('.pw-dock').waitFor({ state: 'detached' });
      await page.locator('a.pw-step', { hasText: 'reads them' }).click();
      await page.locator('.pw-dock').waitFor();
      expect(await axeFindings(page, { include: ['.pw-dock'] })).toEqual([]);
    });

    it('leaves with Escape, and leads to its place when asked', async () => {
      await page.keyboard.press('Escape');
      await page.locator('.pw-dock').waitFor({ state: 'detached' });
      await page.locator('a.pw-step', { hasText: 'writes headers' }).click();
      await page.getByRole('button', { name: 'To its place on the page' }).click();
      await page.locator('.pw-dock').waitFor({ state: 'detached' });
      const box = await page.locator('.pw-trace-stage').boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(768);
    });

    it('tells the value of a field under the pointer, and what it means', async () => {
      const told = page.locator('.pw-told');
      const number = page
        .locator('.pw-fields li', { hasText: 'header.number' })
        .first();
      await number.hover();
      expect(await told.innerText()).toMatch(
        /header\.number\s+byte \d+\s+8\s+Its place in the chain\./,
      );
      // A byte speaks for its field, and the field lights in both.
      await page.locator('.pw-hex-byte[data-of="0"]').first().hover();
      expect(await told.innerText()).toContain('RLP: a list begins');
      expect(await page.locator('.pw-fields li.on').count()).toBe(1);
    });

    it('goes from field to field by arrow keys within the bytes, and the run stays', async () => {
      const told = page.locator('.pw-told');
      await page.mouse.move(1, 1);
      expect(await told.innerText()).toContain('arrow keys go from field to field');
      expect(await told.getAttribute('aria-live')).toBe('polite');
      const before = await stepOf(page);
      const press = async (key: string): Promise<string> => {
        await page.keyboard.press(key);
        return await told.innerText();
      };
      await page.locator('.pw-hex').focus();
      const first = await press('ArrowRight');
      expect(first).toContain('RLP: a list begins');
      const second = await press('ArrowDown');
      expect(second).not.toBe(first);
      expect(await press('ArrowUp')).toBe(first);
      // The pointer lies where it lay, and says nothing to the keyboard.
      await page.locator('.pw-fields li').nth(3).hover();
      expect(await press('ArrowRight')).toBe(second);
      await page.locator('.pw-fields').focus();
      expect(await press('ArrowLeft')).toBe(first);
      expect(await page.locator('.pw-hex-byte.on').count()).toBeGreaterThan(0);
      expect(await stepOf(page)).toBe(before);
    });

    it('shows at a message what built it', async () => {
      expect(await page.locator('.pw-trace-line.on').innerText()).toContain(
        'peer.sendBlockHeaders(',
      );
    });

    it('takes the arrow keys after a click on the lanes', async () => {
      const box = await page.locator('.pw-lanes').boundingBox();
      await page.mouse.click((box?.x ?? 0) + 300, (box?.y ?? 0) + 200);
      const before = await stepOf(page);
      await page.keyboard.press('ArrowRight');
      expect(await stepOf(page)).toBe(before + 1);
    });

    it('names the lane under the pointer', async () => {
      const lane = await page.locator('.pw-lanes .lane.on').first().boundingBox();
      const now = await page.locator('.pw-lanes .now circle').boundingBox();
      await page.mouse.move((lane?.x ?? 0) + 1, (now?.y ?? 0) + 5);
      const under = await page.locator('.pw-lanes-under').innerText();
      expect(under).toMatch(/, on [AB]/);
      const says = await page.locator('.pw-trace-sentence').innerText();
      expect(says.replace(/\s+/g, ' ')).toContain(under.split('\n')[1] ?? '?');
    });

    it('goes to the message that is clicked in the map over it', async () => {
      const map = page.locator('.pw-mini-map');
      const box = await map.boundingBox();
      await map.click({ position: { x: (box?.width ?? 0) * 0.08, y: 10 } });
      expect(await page.locator('.pw-trace-sentence').innerText()).toContain(
        'sends auth',
      );
    });

    it('closes the legend on Escape and on a press outside of it', async () => {
      const legend = page.locator('.pw-trace-legend');
      const summary = legend.locator('summary');
      await summary.click();
      expect(await legend.getAttribute('open')).not.toBeNull();
      await page.keyboard.press('Escape');
      expect(await legend.getAttribute('open')).toBeNull();
      expect(await summary.evaluate((one) => one === document.activeElement)).toBe(
        true,
      );
      await summary.click();
      await page.locator('.pw-trace-sentence').click();
      expect(await legend.getAttribute('open')).toBeNull();
    });

    it.runIf(everywhere)(
      'has nothing for axe to find at its fullest step',
      async () => {
        expect(await axeFindings(page, { include: ['.pw-trace'] })).toEqual([]);
      },
    );

    it('has the step in sight at 200 % zoom', async () => {
      await page.setViewportSize({ width: 683, height: 384 });
      await page.locator('.pw-trace-bar').scrollIntoViewIfNeeded();
      await page.locator('.pw-trace-stage').evaluate((stage) => {
        stage.scrollIntoView({ block: 'end' });
      });
      for (const part of [
        '.pw-lanes .now circle',
        '.pw-trace-sentence',
        '.pw-trace-play',
      ]) {
        const box = await page.locator(part).boundingBox();
        expect(box?.y, part).toBeGreaterThanOrEqual(0);
        expect((box?.y ?? 0) + (box?.height ?? 0), part).toBeLessThanOrEqual(384);
      }
      await page.setViewportSize(laptop);
    });

    it('is a picture of its messages on paper, and every step a table at the end', async () => {
      await page.emulateMedia({ media: 'print' });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      expect(await page.locator('.pw-trace-paper').isVisible()).toBe(true);
      expect(await page.locator('.pw-trace-controls').isVisible()).toBe(false);
      await page.locator('.pw-trace-table table').waitFor();
      const isLast = await page.locator('.pw-trace-table').evaluate((table) => {
        const place = document.querySelector('.pw-trace-box');
        const text = document.querySelector('.pw-prose');
        const follows = text?.compareDocumentPosition(table) ?? 0;
        return place !== null && follows === Node.DOCUMENT_POSITION_FOLLOWING;
      });
      expect(isLast).toBe(true);
      await page.emulateMedia({ media: 'screen' });
    });
  });

  it('is its messages and a table without scripts, with no control that would do nothing', async () => {
    const { page } = await site.open(meet, {
      javaScriptEnabled: false,
      viewport: phone,
    });
    expect(await page.locator('.pw-trace-paper').isVisible()).toBe(true);
    expect(await page.locator('.pw-lanes').isVisible()).toBe(false);
    expect(await page.locator('.pw-trace input[type=range]').isVisible()).toBe(false);
    const table = page.locator('.pw-trace-table table');
    expect(await table.isVisible()).toBe(true);
    expect(await table.locator('tbody tr').count()).toBeGreaterThan(20);
    await site.done(page);
  });

  describe('in a chapter where nobody has come yet', () => {
    /** A phone shows the player at once; its code comes when it is let go. */
    async function sleeping(): Promise<
      OpenPage & { asked: string[]; wake: () => void }
    > {
      const asked: string[] = [];
      let wake: () => void = () => undefined;
      const held = new Promise<void>((done) => {
        wake = done;
      });
      const look = { ...still, viewport: phone };
      const opened = await site.open(meet, look, (page) =>
        page.route(/assets\/chunks\/(?:Player|meet)\./, async (route) => {
          asked.push(route.request().url());
          await held;
          await route.continue();
        }),
      );
      const idle = async (): Promise<void> => {
        await new Promise((done) => requestIdleCallback(done));
        await new Promise((done) => requestAnimationFrame(done));
      };
      for (let look = 0; look < 5; look++) await opened.page.evaluate(idle);
      return { ...opened, asked, wake };
    }

    it('sleeps, all of the picture in sight', async () => {
      const { page, asked, wake } = await sleeping();
      const top = (await page.locator('.pw-trace-box').boundingBox())?.y;
      expect(top).toBeLessThan(phone.height + 300);
      expect(asked).toEqual([]);
      const lanes = await page.locator('.pw-lanes').boundingBox();
      const picture = await page.locator('.pw-lanes svg').boundingBox();
      expect(picture?.width).toBeLessThanOrEqual((lanes?.width ?? 0) + 1);
      wake();
      await page.mouse.move(100, 100);
      await page.locator('.pw-trace[data-awake=true]').waitFor();
      await site.done(page);
    });

    it.each([
      [
        'button',
        (page: Page) => page.getByRole('button', { name: 'One step forward' }).click(),
      ],
      ['scrubber', (page: Page) => page.locator('.pw-trace input').press('ArrowRight')],
    ] as const)('does what the first press on its %s asked for', async (_, press) => {
      const { page, faults, wake } = await sleeping();
      const first = await stepOf(page);
      await press(page);
      await page.locator('.pw-trace[data-awake=false]').waitFor();
      wake();
      await page.locator('.pw-trace[data-awake=true]').waitFor();
      await page.locator(`.pw-trace[data-step="${first + 1}"]`).waitFor();
      expect(faults).toEqual([]);
      await site.done(page);
    });

    it('keeps a fold open that was opened meanwhile', async () => {
      const { page, wake } = await sleeping();
      const legend = page.locator('.pw-trace-legend');
      await legend.locator('summary').click();
      expect(await legend.getAttribute('open')).not.toBeNull();
      wake();
      await page.locator('.pw-trace[data-awake=true]').waitFor();
      expect(await legend.getAttribute('open')).not.toBeNull();
      await site.done(page);
    });
  });

  it('is a still picture of the messages on the front page without scripts', async () => {
    const { page } = await site.open('index.html', {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    });
    const picture = page.locator('.pw-still');
    const cards = await picture.locator('.pw-still-card').allInnerTexts();
    expect(cards).toEqual(expect.arrayContaining(['auth', 'Hello', 'Status']));
    const first = await picture.locator('li').first().innerText();
    expect(first).toMatch(/A sends to B:\s+auth\s+538 bytes/);
    const bounds = await picture.boundingBox();
    for (const card of await picture.locator('.pw-still-card').all()) {
      const box = await card.boundingBox();
      expect(box?.x).toBeGreaterThan(bounds?.x ?? 0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(390);
    }
    await page.getByRole('link', { name: 'All steps, as text' }).click();
    await page.locator('.pw-trace-table table').waitFor();
    await site.done(page);
  });

  it('leaves open how the still picture is read, when it takes its place', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      release = done;
    });
    const { page } = await site.open('index.html', still, (opened) =>
      opened.route(/assets\/chunks\/(?:Player|meet)\./, async (route) => {
        await held;
        await route.continue();
      }),
    );
    const legend = page.locator('.pw-home .pw-trace-legend');
    await legend.locator('summary').click();
    await page.locator('.pw-still').waitFor();
    release();
    await page.locator('.pw-home .pw-trace[data-awake=true]').waitFor();
    expect(await legend.getAttribute('open')).not.toBeNull();
    await site.done(page);
  });

  it.each([390, 820, 1280, 1920])(
    'takes the place of the still picture without moving the page, at %i px',
    async (width) => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((done) => {
        release = done;
      });
      const look = { ...still, viewport: { width, height: 900 } };
      const { page } = await site.open('index.html', look, (opened) =>
        opened.route(/assets\/chunks\/(?:Player|meet)\./, async (route) => {
          await held;
          await route.continue();
        }),
      );
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      const place = page.locator('.pw-home .pw-trace-stage');
      await place.scrollIntoViewIfNeeded();
      await page.locator('.pw-still').waitFor();
      const before = await place.boundingBox();
      const play = page.locator('.pw-trace-play');
      expect(await play.isVisible(), 'no empty room for what comes').toBe(true);
      release();
      await page.locator('.pw-trace[data-awake=true]').waitFor();
      expect(await page.locator('button.pw-still-card').count()).toBeGreaterThan(10);
      expect(await place.boundingBox()).toEqual(before);
      await site.done(page);
    },
  );
});
