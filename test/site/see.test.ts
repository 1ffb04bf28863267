/** The reader's own run in the player, beside their code; and a trace file that they open. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalog, type Exercise } from '../../exercises/kit/catalog/catalog.ts';
import { repository } from '../../exercises/kit/catalog/sources.ts';
import { axeFindings, overflow, sizes } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';

const catalog = readCatalog(repository);

function exerciseOf(id: string): Exercise {
  const found = catalog.find(({ facts }) => facts.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

describe.skipIf('missing' in findChromium())('See it', { timeout: 240_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  async function write(page: Page, code: string): Promise<void> {
    await page.locator('.pw-ex-still, .cm-content').first().focus();
    await page.waitForSelector('.cm-content');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(code);
  }

  async function run(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Run the tests' }).click();
    await page.locator('.pw-ex-bar[data-state=running]').waitFor({ state: 'detached' });
    await page.locator('.pw-ex-verdict[data-stale=false]').waitFor();
  }

  /** The pane with its player, once the run is there. */
  async function seen(page: Page): Promise<{ pane: Locator; sentence: Locator }> {
    const pane = page.locator('.pw-ex-see');
    const sentence = pane.locator('.pw-trace-sentence');
    await sentence.waitFor();
    return { pane, sentence };
  }

  const litLines = (page: Page): Promise<string[]> =>
    page.locator('.pw-ex-lit').allTextContents();

  /** Cards of messages that are cut somewhere, over all steps of the run in sight. */
  const cutCards = (page: Page): Promise<string[]> =>
    page.evaluate(async () => {
      const slider = document.querySelector<HTMLInputElement>(
        '.pw-ex-see [type=range]',
      );
      const found: string[] = [];
      for (let step = 0; step <= Number(slider?.max ?? -1); step++) {
        slider!.value = String(step);
        slider!.dispatchEvent(new Event('input'));
        await new Promise((done) => requestAnimationFrame(done));
        const [lanes, names] = ['.pw-lanes', '.pw-lanes .names rect'].map((part) =>
          document.querySelector(`.pw-ex-see ${part}`)!.getBoundingClientRect(),
        );
        for (const card of document.querySelectorAll('.pw-ex-see .pw-lanes .card')) {
          const { top, bottom, left, right } = card.getBoundingClientRect();
          if (top < names!.bottom || bottom > lanes!.bottom)
            found.push(`step ${step}: from ${top} to ${bottom}`);
          if (left < lanes!.left || right > lanes!.right)
            found.push(`step ${step}: from ${left} to ${right}`);
        }
      }
      return found;
    });

  it('opens a test that failed at what it did not like, and lights the line that waits', async () => {
    const { page, faults } = await site.open(
      `exercises/${exerciseOf('E14').folder}.html`,
      { viewport: { width: 1366, height: 768 } },
    );
    const wrong = exerciseOf('E14').wrong.find(({ name }) => name === 'no-way-out');
    await write(page, wrong?.code ?? '');
    await run(page);
    await page.locator('.pw-ex-places').getByRole('button', { name: 'See it' }).click();
    const { pane, sentence } = await seen(page);
    expect(await sentence.textContent()).toContain(
      "the peer was over at 700 ms: wanted 'EndOfStream at 700 ms', got 'handle still waits'",
    );
    // Where the reader is put, the keys of the player work.
    const where = pane.locator('.pw-trace-where').first();
    const [, at = ''] = /Step (\d+)/.exec((await where.textContent()) ?? '') ?? [];
    expect(await pane.locator('h1:focus').count()).toBe(1);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => where.textContent()).toContain(`Step ${Number(at) - 1} of`);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => where.textContent()).toContain(`Step ${at} of`);
    const player = pane.getByRole('link', { name: 'Play a trace file' });
    expect(await player.getAttribute('href')).toMatch(/\/lab\/trace\.html$/);
    // All of it in one window, beside the editor.
    const { bottom } = await pane
      .locator('.pw-trace')
      .evaluate((player) => player.getBoundingClientRect());
    expect(bottom).toBeLessThanOrEqual(768);
    await expect
      .poll(() => litLines(page))
      .toEqual([expect.stringContaining('.in.send(msg)')]);
    // Ours is code, too: at its last step the test stands in its own text.
    await pane.getByRole('button', { name: 'Source' }).click();
    expect(await pane.locator('.pw-trace-line.on').textContent()).toMatch(/\w/);

    // The code is another one now: no line of it is said to be where a task stands.
    const stale = pane.getByText('a run from before your last change');
    expect(await stale.count()).toBe(0);
    await page.locator('.cm-content').focus();
    await page.keyboard.insertText(' ');
    await stale.waitFor();
    await expect.poll(() => litLines(page)).toEqual([]);
    await pane.locator('.pw-trace-controls button').nth(1).click();
    await expect.poll(() => litLines(page)).toEqual([]);
    // It stays so when the new code has been run.
    await run(page);
    expect(await stale.isVisible()).toBe(true);
    const parts = { exclude: ['iframe'] };
    expect(await axeFindings(page, parts)).toEqual([]);

    // On a phone the run comes to the reader, and nothing is wider than the window.
    await pane.getByRole('button', { name: 'Back to the task' }).click();
    await page.setViewportSize(sizes.phone);
    await run(page);
    await page.locator('.pw-ex-places').getByRole('button', { name: 'See it' }).click();
    const again = await seen(page);
    const { top } = await again.pane.evaluate((box) => box.getBoundingClientRect());
    expect(top).toBeGreaterThanOrEqual(-4);
    expect(top).toBeLessThan(sizes.phone.height / 2);
    // Its controls stand above the bar of the exercise.
    const edges = await page.evaluate(() => ({
      controls: document
        .querySelector('.pw-ex-see .pw-trace-buttons')
        ?.getBoundingClientRect().bottom,
      bar: document.querySelector('.pw-ex-bar')?.getBoundingClientRect().top,
    }));
    expect(edges.controls).toBeLessThanOrEqual(edges.bar ?? 0);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    // The editor is below: the line that is lit there is said under the sentence.
    const lit = again.pane.locator('.pw-ex-see-line');
    expect(await lit.innerText()).toMatch(/line \d+\s+await .*\.in\.send\(msg\)/);
    expect(await axeFindings(page, parts)).toEqual([]);
    // The way back leads to what was pressed, which may be far below the task.
    await again.pane.getByRole('button', { name: 'Back', exact: true }).click();
    const pressed = page.locator('.pw-ex-places button:focus');
    await expect.poll(() => pressed.count()).toBe(1);
    expect(await pressed.innerText()).toBe('See it');
    const { top: place } = await pressed.evaluate((box) => box.getBoundingClientRect());
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThan(sizes.phone.height);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('has no stops and views for messages in a run without any, and a way to the code', async () => {
    const exercise = exerciseOf('E14');
    const { page, faults } = await site.open(`exercises/${exercise.folder}.html`, {
      viewport: { width: 683, height: 384 }, // a window of 1366 by 768, at 200 %
    });
    const wrong = exercise.wrong.find(({ name }) => name === 'ping-is-dropped');
    await write(page, wrong?.code ?? '');
    await run(page);
    await page.locator('.pw-ex-places').getByRole('button', { name: 'See it' }).click();
    const { pane, sentence } = await seen(page);
    // The step and what moves it are in sight, above the bar of the exercise.
    const edges = (): Promise<(number | undefined)[]> =>
      page.evaluate(() =>
        ['.pw-trace-sentence', '.pw-trace-buttons', '.pw-ex-bar'].map((part) => {
          const box = document.querySelector(part)?.getBoundingClientRect();
          return part === '.pw-trace-buttons' ? box?.bottom : box?.top;
        }),
      );
    await expect
      .poll(async () => {
        const [said = -1, buttons = 999, bar = 0] = await edges();
        return said >= 0 && buttons <= bar;
      })
      .toBe(true);
    // The names of the tasks leave room for what they do, and the focus is in the window.
    const room = await pane.evaluate((box) => {
      const [names, lanes] = ['.pw-lanes .names rect', '.pw-lanes'].map((part) =>
        box.querySelector(part)!.getBoundingClientRect(),
      );
      const { bottom = -1 } = document.activeElement?.getBoundingClientRect() ?? {};
      return { lanes: lanes!.bottom - Math.max(0, names!.bottom), focus: bottom };
    });
    expect(room.lanes).toBeGreaterThan(150);
    expect(room.focus).toBeGreaterThan(0);
    const views = await pane.locator('.pw-trace-tabs button').allTextContents();
    expect(views.map((name) => name.trim())).toEqual(['Lanes', 'Source']);
    expect(await pane.locator('.pw-trace-bytes').count()).toBe(0);
    expect(await pane.getByText('messages only').count()).toBe(0);

    const own = pane.getByRole('button', { name: 'your code' });
    await own.click();
    await expect
      .poll(() => sentence.textContent())
      .toContain('puts the word that a Ping came into pingRecv. Now 16 lie there.');
    await own.click();
    await expect.poll(() => sentence.textContent()).toContain('Now 15 lie there.');
    await pane.getByRole('button', { name: 'To the last step' }).click();
    await expect.poll(() => sentence.textContent()).toContain('the test is over.');
    await pane.getByRole('button', { name: 'To the first step' }).click();
    await expect.poll(() => sentence.textContent()).toContain('the test begins.');

    // What is read about the picture is what is there.
    const legend = pane.locator('.pw-trace-legend');
    // It stands right of the tabs, and the Tab key comes to it after them.
    const tabs = pane.locator('.pw-trace-tabs button');
    await tabs.last().focus();
    await page.keyboard.press('Tab');
    expect(await legend.locator('summary:focus').count()).toBe(1);
    await legend.locator('summary').click();
    const words = await legend.innerText();
    expect(words).not.toMatch(/left,|node|message/);
    expect(words).toContain('Left and right arrows');
    const fills = await page.evaluate(() =>
      ['.pw-trace-legend .dot', '.pw-lanes .dot.start'].map(
        (dot) => getComputedStyle(document.querySelector(dot)!).fill,
      ),
    );
    expect(fills[0]).toBe(fills[1]);
    const covered = await legend.evaluate((box) => {
      const { bottom } = box
        .querySelector('.pw-trace-legend-body')!
        .getBoundingClientRect();
      return bottom - document.querySelector('.pw-ex-bar')!.getBoundingClientRect().top;
    });
    expect(covered).toBeLessThanOrEqual(0);

    // The ring around the heading is 2 px wide, and 2 px away.
    const edge = await pane.evaluate((box) => {
      const { left, top } = box.getBoundingClientRect();
      const heading = box.querySelector('h1')!.getBoundingClientRect();
      return Math.min(heading.left - left, heading.top - top);
    });
    expect(edge).toBeGreaterThanOrEqual(4);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('teaches no keys where there are none', async () => {
    for (const isMobile of [true, false]) {
      const options = { viewport: sizes.phone, hasTouch: isMobile, isMobile };
      const { page } = await site.open('index.html', options);
      await page.locator('.pw-trace-legend summary').first().click();
      const keys = page.locator('.pw-trace-keys').first();
      await expect.poll(() => keys.isVisible()).toBe(!isMobile);
      await site.done(page);
    }
  });

  it('opens a deadlock at its last step, and a pass at its first; a file of it can be played', async () => {
    const exercise = exerciseOf('E27');
    const { page, faults } = await site.open(`exercises/${exercise.folder}.html`);
    const wrong = exercise.wrong.find(({ name }) => name === 'reads-then-sends');
    await write(page, wrong?.code ?? '');
    await run(page);
    const see = page.locator('.pw-ex-places').getByRole('button', { name: 'See it' });
    await see.first().click();
    const { pane, sentence } = await seen(page);
    expect(await sentence.textContent()).toContain('waits for the first of these');
    expect(await pane.textContent()).toContain(
      'remote waits for recv pipe A→B | pipe closing; eth/63 waits for recv pipe B→A | pipe closing',
    );
    // Ours is at work, and the line of theirs that has called it is lit.
    await expect
      .poll(() => litLines(page))
      .toEqual([expect.stringContaining('peer.rw.readMsg()')]);
    const download = page.waitForEvent('download');
    await pane.getByRole('button', { name: 'Save this run' }).click();
    const file = await textOf(await (await download).createReadStream());
    await pane.getByRole('button', { name: 'Back to the task' }).click();

    await write(page, exercise.solution);
    await run(page);
    await page.locator('.pw-ex-pass').getByRole('button', { name: 'See it' }).click();
    const passed = await seen(page);
    const named = exercise.facts.see?.replace(' > ', ' › ');
    expect(await passed.pane.textContent()).toContain(named);
    expect(await passed.pane.locator('.pw-trace-where').first().textContent()).toMatch(
      /^Step 1 of/,
    );
    expect(faults).toEqual([]);
    await site.done(page);

    const other = await site.open('lab/trace.html');
    await other.page.locator('.pw-trace-drop input').setInputFiles({
      name: 'mine.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(file),
    });
    await other.page.locator('.pw-trace-sentence').waitFor();
    const played = await other.page.locator('.pw-trace-file').textContent();
    expect(played).toContain('eth/63 waits for recv pipe B→A');
    expect(other.faults).toEqual([]);
    await site.done(other.page);
  });

  it.each([
    ['nothing at all', '', /Line 1: a head and a byte table are needed/],
    ['a picture', '\u0089PNG\r\n\u001a\n', /is no trace of peerwalk. Line 1: /],
    ['another JSON Lines', '{"a":1}\n{"b":2}\n', /Line 1: peerwalkTrace is not 1/],
    [
      'a trace that was cut off',
      '{"peerwalkTrace":1,"code":"","scenario":"","seed":"","schedule":""}\n{"i":0,"t":0',
      /Line 2: /,
    ],
  ])('says of %s that it is no trace, and where', async (_, text, said) => {
    const { page, faults } = await site.open('lab/trace.html');
    const file = join(tmpdir(), `peerwalk-no-trace-${process.pid}.jsonl`);
    writeFileSync(file, text);
    await page.locator('.pw-trace-drop input').setInputFiles(file);
    expect(await page.locator('.pw-trace-refused').textContent()).toMatch(said);
    expect(await page.locator('.pw-trace-file .pw-trace').count()).toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('shows in a live connection who drops whom after a wrong answer that passed', async () => {
    const exercise = exerciseOf('E14');
    const { page, faults } = await site.open(`exercises/${exercise.folder}.html`, {
      viewport: { width: 1366, height: 768 },
    });
    await write(page, passesAndBreaks(exercise));
    await run(page);
    let release = (): void => undefined;
    const isReleased = new Promise<void>((done) => (release = done));
    await page.route(/chunks\/server\./, async (route) => {
      await isReleased;
      await route.continue();
    });
    await page.getByRole('button', { name: 'In a live connection' }).click();
    const { pane, sentence } = await seen(page);
    expect(await pane.textContent()).toContain(
      'At 125 ms your handle runs for the first time, in readLoop of node B',
    );
    expect(await pane.locator('.pw-ex-outcome').textContent()).toMatch(
      /Node [AB] .*, reason \d+, “[a-z ]+”.*It is not so with our code/,
    );
    expect(await sentence.textContent()).toMatch(/^B?\s*readLoop /);
    await expect.poll(() => litLines(page)).toEqual([expect.stringMatching(/\w\(/)]);
    await pane.getByRole('slider').press('End');
    await expect.poll(() => sentence.textContent()).toContain('The scenario is over.');
    await pane.locator('.pw-ex-see-moments button').first().click();
    // It comes in sight: today's text lay below the window's edge.
    const { top, bottom } = await pane
      .locator('.pw-trace')
      .evaluate((player) => player.getBoundingClientRect());
    expect(top).toBeGreaterThan(0);
    expect(bottom).toBeLessThanOrEqual(768);
    const before = await sentence.textContent();
    await pane.locator('.pw-ex-see-moments button').last().click();
    await expect.poll(() => sentence.textContent()).not.toBe(before);
    // Our code comes later than the run, and takes nobody back to where it began.
    const gone = await sentence.textContent();
    release();
    await pane.getByRole('button', { name: 'Source' }).click();
    await pane.locator('.pw-trace-line.on').waitFor();
    expect(await sentence.textContent()).toBe(gone);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('shows an answer that does better beside the node’s own code, with every line in sight', async () => {
    const exercise = exerciseOf('E21');
    const { page, faults } = await site.open(`exercises/${exercise.folder}.html`, {
      viewport: { width: 1366, height: 768 },
    });
    await write(page, exercise.solution);
    await run(page);
    await page.getByRole('button', { name: 'In a live connection' }).click();
    const { pane } = await seen(page);
    const outcome = pane.locator('.pw-ex-outcome');
    const lines = await outcome.locator('li').allTextContents();
    expect(lines.slice(0, 3)).toEqual(exercise.better);
    expect(lines.slice(-4)).toEqual([
      'That is what was wanted.',
      'With the node’s own code:',
      'Node A hears after 1.400 s that B leaves',
      'Node A lets B go after 2.100 s: it left, reason 4, “too many peers”',
    ]);
    expect(await outcome.locator('[data-differs=true]').count()).toBe(0);
    for (const viewport of [{ width: 1366, height: 768 }, sizes.phone]) {
      await page.setViewportSize(viewport);
      const hidden = (): Promise<number> =>
        outcome.evaluate((box) => box.scrollHeight - box.clientHeight);
      await expect.poll(hidden, { message: `at ${viewport.width}` }).toBe(0);
    }

    // What was wanted stands apart from what came of an answer that is no better.
    await page.setViewportSize({ width: 1366, height: 768 });
    await pane.getByRole('button', { name: 'Back to the task' }).click();
    await write(page, exercise.starter);
    await page.getByRole('button', { name: 'In a live connection' }).click();
    const slow = (await seen(page)).pane.locator('.pw-ex-outcome');
    expect(await slow.locator('[data-role=lead]').allTextContents()).toEqual([
      'What was wanted:',
    ]);
    expect(await slow.locator('[data-differs=true]').count()).toBe(2);
    await expect
      .poll(() => slow.evaluate((box) => box.scrollHeight - box.clientHeight))
      .toBe(0);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('stays on the page at a double click, though the card moves under the pointer', async () => {
    const exercise = exerciseOf('E07');
    const path = `exercises/${exercise.folder}.html`;
    const { page, faults } = await site.open(path, {
      viewport: { width: 1366, height: 768 },
    });
    await write(page, exercise.solution);
    await run(page);
    const live = page.getByRole('button', { name: 'In a live connection' });
    const { x, y, width, height } = (await live.boundingBox())!;
    const at = { x: x + width / 2, y: y + height / 2 };
    await page.mouse.click(at.x, at.y);
    const next = page.locator('.pw-ex-pass a', { hasText: 'Next: E08' });
    await seen(page);
    // Wherever the first click has brought it.
    const link = (await next.boundingBox())!;
    await page.mouse.move(link.x + link.width / 2, link.y + link.height / 2);
    await page.mouse.down({ clickCount: 2 });
    await page.mouse.up({ clickCount: 2 });
    await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
    expect(page.url()).toBe(site.url(path));
    await next.click();
    await page.waitForURL(/08-/);
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('gives the picture of a live connection the room that there is, and names what has ended', async () => {
    const exercise = exerciseOf('E15');
    const { page, faults } = await site.open(`exercises/${exercise.folder}.html`, {
      viewport: { width: 1366, height: 768 },
      reducedMotion: 'reduce',
    });
    await write(page, exercise.solution);
    await run(page);
    await page.getByRole('button', { name: 'In a live connection' }).click();
    const { pane } = await seen(page);
    const heights = await pane.evaluate((box) =>
      ['.pw-lanes', '.pw-trace', '.pw-trace-bar'].map(
        (part) => box.querySelector(part)!.getBoundingClientRect().height,
      ),
    );
    const [lanes = 0, player = 0, bar = 0] = heights;
    expect(lanes).toBeGreaterThan(250);
    expect(bar).toBeLessThan(150);
    expect(lanes / player).toBeGreaterThan(0.5);
    const { bottom } = await pane.evaluate((box) => box.getBoundingClientRect());
    expect(bottom).toBeLessThanOrEqual(768);
    expect(await cutCards(page)).toEqual([]);

    // At the last step, where the tasks have ended.
    const name = pane.locator('.pw-lanes .names .over text').first();
    await name.hover();
    expect(await pane.locator('.pw-lanes-under').innerText()).toMatch(
      /^\w+, on [AB]: ended at [\d.]+ m?s$/,
    );
    // The reader's whole text stands in the player too, and makes it no higher.
    await pane.getByRole('button', { name: 'Source' }).click();
    for (const viewport of [
      { width: 1920, height: 1000 },
      { width: 800, height: 1000 },
    ]) {
      await page.setViewportSize(viewport);
      const heightOf = (): Promise<number> =>
        pane.evaluate((box) => box.getBoundingClientRect().height);
      const message = `at ${viewport.width}`;
      await expect.poll(heightOf, { message }).toBeLessThanOrEqual(viewport.height);
    }
    await page.setViewportSize(sizes.phone);
    await pane.getByRole('button', { name: 'Lanes' }).click();
    expect(await cutCards(page)).toEqual([]);
    expect(faults).toEqual([]);
    await site.done(page);
  });
});

/** Right with the peer of the tests, and wrong with a whole one, which has a `wg`. */
function passesAndBreaks({ solution }: Exercise): string {
  const code = solution.replace(
    'proto.in, msg',
    "proto.in, 'wg' in peer ? { ...msg } : msg",
  );
  if (code === solution) throw new Error('the solution is another one');
  return code;
}
