/** The way of somebody new: from home to the first warm-up, from the last one to the walk. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWarmUp } from '../../exercises/kit/formats/ids.ts';
import { axeInColours } from './axe.ts';
import { findChromium, openSite, type Site } from './browser.ts';
import { addressOf, catalog, openCode, run, write } from './exercise-site.ts';

const warmUps = catalog.filter(({ facts }) => isWarmUp(facts.id));
const [first] = warmUps;
const last = warmUps.at(-1);

describe.skipIf('missing' in findChromium())('warm-ups', { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 600_000);
  afterAll(() => site.close());

  it('are what home offers to somebody new, and where the list begins', async () => {
    if (first === undefined) throw new Error('there are no warm-ups');
    const { page, faults } = await site.open('index.html');
    const link = page.locator('.pw-home .pw-actions a').nth(1);
    expect(await link.textContent()).toBe('Warm up: five times two minutes');
    expect(await link.getAttribute('href')).toContain(addressOf(first));

    await page.goto(new URL('exercises/', page.url()).href);
    const part = page.locator('.pw-exlist section').first();
    expect(await part.locator('h2').textContent()).toMatch(
      /^\s*Warm-ups\s*5 exercises, about 10 min\s*$/,
    );
    const rows = await part.locator('.pw-exrows-id').allTextContents();
    expect(rows).toEqual(['W1', 'W2', 'W3', 'W4', 'W5']);
    const marked = page.locator('li', { has: page.locator('.pw-exrows-next') });
    expect(await marked.locator('.pw-exrows-id').allTextContents()).toEqual(['W1']);
    expect(await marked.locator('.pw-exrows-next').textContent()).toBe('Start here');
    expect(faults).toEqual([]);
    await site.done(page);
  });

  it('lead from one to the next, and from the last one into the walk', async () => {
    if (first === undefined || last === undefined) throw new Error('none are there');
    for (const [exercise, next] of [
      [first, addressOf(warmUps[1] ?? first)],
      [last, 'guide/01-the-whole-connection.html'],
    ] as const) {
      const { page, faults } = await openCode(site, exercise);
      await write(page, exercise.solution);
      await run(page, 'passed');
      const links = await page
        .locator('.pw-ex-pass a')
        .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(links).toHaveLength(2);
      expect(links[0]).toContain(next);
      expect(links[1], 'back: a warm-up has no chapter').toMatch(/exercises\/$/);
      expect(await axeInColours(page, { exclude: ['iframe'] })).toEqual([]);
      expect(faults).toEqual([]);
      await site.done(page);
    }
  });
});
