/**
 * What a second engine could do otherwise: the policy of the pages, the frame without an
 * origin and the worker in it, the editor, the keyboard. Not part of `npm test`, which
 * has its five minutes: `PEERWALK_FIREFOX=1 npx vitest run --project firefox`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { items } from '../../exercises/13-predict/items.ts';
import { addressOf, asked, catalog, ordered, short } from '../site/exercise-site.ts';
import { findFirefox, openFirefox, type FirefoxSite } from './firefox.ts';

const found = findFirefox();
const [waits = short] = catalog.filter(({ facts }) => facts.id === 'E14');
const [oven = short] = catalog.filter(({ facts }) => facts.id === 'W4');
if ('missing' in found) console.warn(`test/firefox is skipped: ${found.missing}`);

describe.skipIf('missing' in found)('Firefox', { timeout: 60_000 }, () => {
  let site: FirefoxSite;
  beforeAll(async () => {
    if ('path' in found) site = await openFirefox(found.path);
  }, 600_000);
  afterAll(() => site.close());

  it('shows the front page without an error and without a refused request', async () => {
    const { page, faults } = await site.open('');
    await page.waitForSelector('.pw-trace-controls, .pw-trace-buttons');
    expect(await page.$eval('h1', (title) => title.textContent)).toMatch(
      /Ethereum node/,
    );
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(wide).toBeLessThanOrEqual(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('runs code in the sandbox to a failure and to a pass', async () => {
    const opened = await site.open(addressOf(short));
    const { page } = opened;
    await opened.state('idle');
    await (await opened.button('Run the tests')).click();
    await opened.state('failed');
    expect(await opened.text('.pw-ex-pane')).toContain('discReasonForError');

    await opened.write(short.solution);
    await opened.withControl('Enter');
    await opened.state('passed');
    expect(await opened.text('.pw-ex-sentence')).toMatch(/^\s*All \d+ tests pass/);

    await (await opened.button('In a live connection')).click();
    await page.waitForSelector('.pw-ex-see .pw-trace');
    expect(await opened.text('.pw-ex-see')).toContain('it gives back 8.');
    expect(opened.faults).toEqual([]);
    await page.close();
  });

  // It notes a promise that fails alone even where its event was taken.
  it('notes no error of the page for a promise that an answer leaves alone', async () => {
    const wrong = oven.wrong.find(({ name }) => name === 'return-without-await');
    const opened = await site.open(addressOf(oven));
    await opened.state('idle');
    await opened.write(wrong?.code ?? '');
    await opened.withControl('Enter');
    await opened.state('failed');
    expect(opened.faults).toEqual([]);
    await opened.page.close();
  });

  it('has types after the first keystroke, and underlines what is wrong', async () => {
    const opened = await site.open(addressOf(short));
    const { page } = opened;
    await page.waitForSelector('.pw-ex-types[data-state=idle]');
    await opened.write('const text: string = 1;\n');
    await page.waitForSelector('.pw-ex-types[data-state=ready]');
    await page.waitForSelector('.pw-ex-by-types');
    expect(await opened.text('.pw-ex-types')).toContain('1 error');
    expect(opened.faults).toEqual([]);
    await page.close();
  });

  it('judges a quiz that is answered by the keyboard', async () => {
    const opened = await site.open(addressOf(asked));
    const { page } = opened;
    await opened.state('idle');
    const [first] = items;
    await page.focus(`input[name="pw-item-${first?.id ?? ''}"]:enabled`);
    await page.keyboard.press(' ');
    await opened.withControl('Enter');
    await opened.state('failed');
    const open = await page.$$('.pw-ex-items fieldset[data-state=open]');
    expect(open).toHaveLength(items.length - 1);
    expect(opened.faults).toEqual([]);
    await page.close();
  });

  it('puts lines in order by the keyboard, and judges them', async () => {
    const opened = await site.open(addressOf(ordered));
    const { page } = opened;
    await opened.state('idle');
    await page.focus('.pw-ex-pool [role=button]');
    const count = (await page.$$('.pw-ex-pool [role=button]')).length;
    for (let i = 0; i < count; i += 1) await page.keyboard.press('Enter');
    expect(await page.$$('.pw-ex-order ol > li')).toHaveLength(count);
    expect(await opened.focused()).toMatch(/^Move line \d+ up$/);
    await opened.withControl('Enter');
    await opened.state('failed');
    expect(opened.faults).toEqual([]);
    await page.close();
  });

  it('plays the run of a test that failed, and gives the focus back', async () => {
    const wrong = waits.wrong.find(({ name }) => name === 'no-way-out');
    const opened = await site.open(addressOf(waits));
    const { page } = opened;
    await opened.state('idle');
    await opened.write(wrong?.code ?? '');
    await opened.withControl('Enter');
    await opened.state('failed');
    await (await opened.button('See it')).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.pw-ex-see .pw-trace');
    await page.waitForSelector('.pw-ex-see .pw-lanes .now');
    expect(await opened.text('.pw-ex-see')).toContain("got 'handle still waits'");
    await (await opened.button('Back to the task')).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.pw-ex-see', { hidden: true });
    expect(await opened.focused()).toBe('See it');
    expect(opened.faults).toEqual([]);
    await page.close();
  });
});
