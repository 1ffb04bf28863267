/**
 * The built site in Firefox. Debian's is driven by puppeteer-core over BiDi, which needs
 * no patched browser. `PEERWALK_FIREFOX` asks for it: 1, or the path of another one.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { ensureBuilt } from '../site/build.ts';
import { serve } from '../site/server.ts';

const places = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** Path of a Firefox, or why these tests are skipped. */
export function findFirefox(): { path: string } | { missing: string } {
  const named = process.env['PEERWALK_FIREFOX'];
  if (named !== undefined && named !== '' && named !== '1') {
    return existsSync(named)
      ? { path: named }
      : { missing: `PEERWALK_FIREFOX: no file ${named}` };
  }
  const found = places.find((place) => existsSync(place));
  return found === undefined
    ? { missing: 'no Firefox was found; name one in PEERWALK_FIREFOX' }
    : { path: found };
}

export interface FirefoxSite {
  /** Opens a page and watches it. */
  open(path: string): Promise<Opened>;
  close(): Promise<void>;
}

export class Opened {
  readonly page: Page;
  /** What went wrong so far: console, page, requests. */
  readonly faults: readonly string[];

  constructor(page: Page, faults: readonly string[]) {
    this.page = page;
    this.faults = faults;
  }

  /** The first button with this text. */
  async button(text: string): Promise<ElementHandle> {
    const found = await this.page.waitForSelector(
      `::-p-xpath(//button[contains(., '${text}')])`,
    );
    if (found === null) throw new Error(`no button ${text}`);
    return found;
  }

  /** Waits for the bar of an exercise to say so. */
  async state(wanted: 'idle' | 'passed' | 'failed'): Promise<void> {
    await this.page.waitForSelector(`.pw-ex-bar[data-state=${wanted}]`);
  }

  async text(selector: string): Promise<string> {
    return await this.page.$eval(selector, (element) => element.textContent);
  }

  /** Replaces the text in the editor, as one who pastes it. */
  async write(code: string): Promise<void> {
    const { keyboard } = this.page;
    await this.page.waitForSelector('.cm-content');
    await this.page.focus('.cm-content');
    await this.withControl('a');
    await keyboard.press('Delete');
    // BiDi sends one key at a time, to which the editor would add brackets of its own.
    const isIn = await this.page.evaluate(
      (text) => document.execCommand('insertText', false, text),
      code,
    );
    if (!isIn) throw new Error('the editor took no text');
  }

  async withControl(key: 'a' | 'Enter'): Promise<void> {
    const { keyboard } = this.page;
    await keyboard.down('Control');
    await keyboard.press(key);
    await keyboard.up('Control');
  }

  /** What has the focus, as it is called. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const { activeElement: at } = document;
      return at?.getAttribute('aria-label') ?? at?.textContent.trim() ?? '';
    });
  }
}

function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    const type = message.type();
    if (type === 'error' || type === 'warn') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    faults.push(`error: ${error instanceof Error ? error.message : String(error)}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that is left, a worker that has done: nobody refused these.
    if (!/ABORT/.test(why)) faults.push(`request: ${request.url()} ${why}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400)
      faults.push(`${response.status()}: ${response.url()}`);
  });
  return faults;
}

function baseOf(dir: string): string {
  const html = readFileSync(join(dir, 'index.html'), 'utf8');
  return /href="(\/(?:[^"]*\/)?)assets\//.exec(html)?.[1] ?? '/';
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

/** The build is that of `test/site`. */
export async function openFirefox(executablePath: string): Promise<FirefoxSite> {
  const given = process.env['PEERWALK_DIST'];
  const dir = given === undefined || given === '' ? await ensureBuilt() : given;
  const base = baseOf(dir);
  const server = await serve(dir, base);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const origin = `http://127.0.0.1:${address.port}`;
  const browser: Browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
  });
  return {
    async open(path) {
      const page = await browser.newPage();
      await page.setViewport({ width: 1366, height: 768 });
      const faults = watch(page);
      await page.goto(`${origin}${base}${path}`);
      return new Opened(page, faults);
    },
    async close() {
      await browser.close();
      await closeServer(server);
    },
  };
}
