/**
 * The built site in Chromium, for one test file. Both are shared by all files (setup.ts),
 * and a page that a test has done with is emptied and given to the next one: to open
 * another costs a second of a processor.
 */
import { readdirSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  type Page,
  type Request,
} from 'playwright-core';
import { inject } from 'vitest';
import './shared.ts';

export { findChromium } from './chromium.ts';

export interface OpenPage {
  readonly page: Page;
  /** Console errors, page errors, policy violations and failed requests so far. */
  readonly faults: string[];
}

export interface Site {
  readonly browser: Browser;
  readonly base: string;
  readonly dir: string;
  /** Every page of the build, as a path without base: `guide/index.html`. */
  readonly pages: readonly string[];
  url(path: string): string;
  /** @param before what is done to the page before it goes to `path` */
  open(
    path: string,
    options?: BrowserContextOptions,
    before?: (page: Page) => Promise<unknown>,
  ): Promise<OpenPage>;
  /** As `open`, in a context that no other test gets: for scripts that stay in it. */
  openAlone(path: string): Promise<OpenPage>;
  /** The test needs the page no longer. */
  done(page: Page): Promise<void>;
  close(): Promise<void>;
}

/** The part of the options that a page can take on after it was made. */
interface Look {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  readonly reducedMotion: 'reduce' | 'no-preference';
}

const plain: Look = {
  viewport: { width: 1440, height: 900 },
  colorScheme: 'light',
  reducedMotion: 'no-preference',
};

function pagesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((entry) => entry.replaceAll('\\', '/'))
    .filter((entry) => entry.endsWith('.html') && !entry.startsWith('runner/'))
    .sort();
}

/** Writes down what goes wrong in a page, until `stop`. */
function watch(page: Page, origin: string): { faults: string[]; stop: () => void } {
  const faults: string[] = [];
  const onConsole = (message: ConsoleMessage): void => {
    if (message.type() === 'error' || message.type() === 'warning') {
      faults.push(`console: ${message.text()}`);
    }
  };
  const onError = (error: Error): void => {
    faults.push(`error: ${error.message}`);
  };
  const onFailed = (request: Request): void => {
    const why = request.failure()?.errorText ?? '';
    if (why !== 'net::ERR_ABORTED') faults.push(`request: ${request.url()} ${why}`);
  };
  const onRequest = (request: Request): void => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol.startsWith('http') && asked !== origin) {
      faults.push(`foreign request: ${request.url()}`);
    }
  };
  page.on('console', onConsole).on('pageerror', onError);
  page.on('requestfailed', onFailed).on('request', onRequest);
  const stop = (): void => {
    page.off('console', onConsole).off('pageerror', onError);
    page.off('requestfailed', onFailed).off('request', onRequest);
  };
  return { faults, stop };
}

/** The scripts of a page begin after its first paint, which may come after its `load`. */
export async function awake(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const app = document.querySelector('#app');
    return app === null || '__vue_app__' in app;
  });
}

/** Loads the page anew, and waits for its scripts. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await awake(page);
}

/** Pages that are open, by the options that cannot be changed afterwards. */
class Pages {
  readonly #browser: Browser;
  readonly #origin: string;
  readonly #free = new Map<string, Page[]>(); // BOUNDED by the pages open at a time
  readonly #kinds = new WeakMap<Page, string>();

  constructor(browser: Browser, origin: string) {
    this.#browser = browser;
    this.#origin = origin;
  }

  async take(options: BrowserContextOptions): Promise<Page> {
    const { viewport, colorScheme, reducedMotion, ...fixed } = options;
    const kind = JSON.stringify(fixed);
    const page =
      this.#free.get(kind)?.pop() ??
      (await (await this.#browser.newContext(fixed)).newPage());
    this.#kinds.set(page, kind);
    await page.setViewportSize(viewport ?? plain.viewport);
    await page.emulateMedia({
      media: null,
      colorScheme: colorScheme ?? plain.colorScheme,
      reducedMotion: reducedMotion ?? plain.reducedMotion,
    });
    return page;
  }

  /** Leaves the page as a new one is: empty, and without a memory of the site. */
  async give(page: Page): Promise<void> {
    const kind = this.#kinds.get(page);
    if (kind === undefined) {
      await page.context().close();
      return;
    }
    this.#kinds.delete(page);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.goto('about:blank');
    const session = await page.context().newCDPSession(page);
    const wanted = { origin: this.#origin, storageTypes: 'all' };
    await session.send('Storage.clearDataForOrigin', wanted);
    await session.detach();
    this.#free.set(kind, [...(this.#free.get(kind) ?? []), page]);
  }
}

export async function openSite(): Promise<Site> {
  const { dir, base, origin, browser: address } = inject('site');
  const browser = await chromium.connect(address);
  const pages = new Pages(browser, origin);
  const watches = new Map<Page, () => void>(); // BOUNDED by the pages open at a time
  const url = (path: string): string => `${origin}${base}${path.replace(/^\//, '')}`;
  const start = async (
    page: Page,
    path: string,
    hasScripts = true,
  ): Promise<OpenPage> => {
    const { faults, stop } = watch(page, origin);
    watches.set(page, stop);
    await page.goto(url(path), { waitUntil: 'load' });
    if (hasScripts) await awake(page);
    return { page, faults };
  };

  return {
    browser,
    base,
    dir,
    pages: pagesOf(dir),
    url,
    async open(path, options = {}, before = () => Promise.resolve()) {
      const page = await pages.take(options);
      await before(page);
      return start(page, path, options.javaScriptEnabled);
    },
    async openAlone(path) {
      const context = await browser.newContext({ viewport: plain.viewport });
      return start(await context.newPage(), path);
    },
    async done(page) {
      watches.get(page)?.();
      watches.delete(page);
      await pages.give(page);
    },
    async close() {
      await browser.close(); // what this file has opened; the browser itself stays
    },
  };
}
