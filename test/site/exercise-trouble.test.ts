/** A runner that cannot start says so, and Stop always works. */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openSite, reload, type Site } from './browser.ts';
import { run, openCode, sentence, short, state, write } from './exercise-site.ts';

const script = /runner\/worker\.js/;
const frame = /runner\/frame\.html/;
const document = /exercises\/[^/]*\.html/;

function answer(body: string, contentType: string) {
  return (route: Route): Promise<void> => route.fulfill({ body, contentType });
}

describe.skipIf('missing' in findChromium())('a runner', { timeout: 120_000 }, () => {
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    site = await openSite();
    ({ page } = await openCode(site, short));
    await write(page, short.solution);
  }, 600_000);
  afterAll(() => site.close());

  const portal = '<!doctype html><title>Log in</title><p>Welcome to the hotel.';
  const html = 'text/html';
  const js = 'text/javascript';

  it.each<[string, RegExp, (route: Route) => Promise<void>, RegExp]>([
    ['is out of reach', script, (route) => route.abort(), /could not be loaded/],
    ['is another page', script, answer(portal, html), /Another page came/],
    ['breaks at birth', script, answer('throw new Error("old")', js), /broke before/],
    ['has no script in it', script, answer('((', js), /broke before/],
    [
      'is refused its worker',
      frame,
      async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace(
          'worker-src blob:',
          "worker-src 'none'",
        );
        await route.fulfill({ body, contentType: html });
      },
      /refused to start the worker/,
    ],
    [
      'is refused its frame by the policy of a host',
      document,
      async (route) => {
        const response = await route.fetch();
        const policy = { 'content-security-policy': "frame-src 'none'" };
        await route.fulfill({
          response,
          headers: { ...response.headers(), ...policy },
        });
      },
      /refused the frame/,
    ],
  ])('that %s says so, and runs when it can', async (_, what, how, said) => {
    await page.route(what, how);
    await reload(page);
    await page.waitForSelector('.cm-content');
    await page.locator('.cm-content').focus();
    await run(page, 'failed');
    expect(await sentence(page)).toMatch(said);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    if (what === document) await reload(page); // its policy stays with it
    await page.waitForSelector('.cm-content');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.pw-ex-verdict');
  });

  it('whose frame is another page says so in the end; Stop ends the wait before', async () => {
    await page.route(frame, answer(portal, html));
    await page.clock.install();
    await reload(page);
    await page.clock.runFor(3000); // the editor comes when the page is at rest
    await page.waitForSelector('.cm-content');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+Enter');
    await state(page, 'running');
    await page.getByRole('button', { name: 'Stop' }).click();
    await state(page, 'failed');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+Enter');
    await state(page, 'running');
    await page.clock.runFor(20_000);
    await state(page, 'failed');
    expect(await sentence(page)).toMatch(/refused the frame/);
    await site.done(page);
  });
});
