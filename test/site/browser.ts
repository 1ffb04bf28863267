/**
 * What the browser tests share: a build of the site under `/codelab/`, a static server
 * that sends a content type and nothing else, and Chromium.
 *
 * The build goes to `.vitepress/cache/test-site` and is used again while its inputs are
 * the same. `PEERWALK_DIST` names a finished build instead (its base is read from it);
 * `PEERWALK_CHROMIUM` names the browser.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';

export const repoDir = fileURLToPath(new URL('../../', import.meta.url));
const cacheDir = join(repoDir, '.vitepress', 'cache');
const builtDir = join(cacheDir, 'test-site');
const testBase = '/codelab/';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium, or why the browser tests are skipped. */
export function findChromium(): { path: string } | { missing: string } {
  const named = process.env['PEERWALK_CHROMIUM'];
  if (named !== undefined && named !== '') {
    return existsSync(named)
      ? { path: named }
      : { missing: `PEERWALK_CHROMIUM: no file ${named}` };
  }
  const found = places.find((place) => existsSync(place));
  return found === undefined
    ? { missing: 'no Chromium was found; name one in PEERWALK_CHROMIUM' }
    : { path: found };
}

const args = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/* ---------- the build ---------- */

const inputs = ['.vitepress', 'docs', 'impl', 'exercises', 'test', 'package-lock.json'];
const notInputs =
  /(?:^|[\\/])(?:cache|dist|\.temp|source|node_modules)(?:[\\/]|$)|worker\.js$/;

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((entry) => !notInputs.test(entry))
    .map((entry) => join(path, entry))
    .filter((entry) => statSync(entry, { throwIfNoEntry: false })?.isFile() === true);
}

function inputsHash(): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of filesUnder(join(repoDir, input)).sort()) {
      const { mtimeMs, size } = statSync(file);
      hash.update(`${file} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest('hex');
}

async function runBuild(outDir: string): Promise<void> {
  const script = join(repoDir, '.vitepress', 'build', 'test-site.mjs');
  const child = spawn(process.execPath, [script, outDir, testBase], {
    cwd: repoDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  if (code !== 0) throw new Error(`the site did not build:\n${output.slice(-4000)}`);
}

/** Builds once, whichever test file asks first; the others wait. */
async function ensureBuilt(): Promise<string> {
  const stamp = join(builtDir, '.inputs');
  const lock = `${builtDir}.lock`;
  await mkdir(cacheDir, { recursive: true });
  for (let waited = 0; ; waited += 250) {
    const hash = inputsHash();
    if (
      existsSync(stamp) &&
      readFileSync(stamp, 'utf8') === hash &&
      !existsSync(lock)
    ) {
      return builtDir;
    }
    try {
      await mkdir(lock);
    } catch {
      // Another file builds. A lock that old was left behind by a run that died.
      const age =
        Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 180_000) await rm(lock, { recursive: true, force: true });
      if (waited > 240_000)
        throw new Error('waited too long for the build of the site');
      await sleep(250);
      continue;
    }
    try {
      await rm(builtDir, { recursive: true, force: true });
      await runBuild(builtDir);
      await writeFile(stamp, hash);
      return builtDir;
    } finally {
      await rm(lock, { recursive: true, force: true });
    }
  }
}

/* ---------- the server ---------- */

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

async function serve(dir: string, base: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const inside = path.startsWith(base) ? path.slice(base.length) : undefined;
    const wanted =
      inside === undefined ? undefined : normalize(inside === '' ? '.' : inside);
    const answer = async (): Promise<void> => {
      if (wanted !== undefined && !wanted.startsWith('..')) {
        const file = join(
          dir,
          path.endsWith('/') ? join(wanted, 'index.html') : wanted,
        );
        if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) {
          const type = types[extname(file)] ?? 'application/octet-stream';
          response.writeHead(200, { 'content-type': type }).end(await readFile(file));
          return;
        }
      }
      const missing = await readFile(join(dir, '404.html'));
      response
        .writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
        .end(missing);
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

/* ---------- both, for a test file ---------- */

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
  open(path: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

function pagesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((entry) => entry.replaceAll('\\', '/'))
    .filter((entry) => entry.endsWith('.html') && !entry.startsWith('runner/'))
    .sort();
}

function baseOf(dir: string): string {
  const html = readFileSync(join(dir, 'index.html'), 'utf8');
  return /href="(\/(?:[^"]*\/)?)assets\//.exec(html)?.[1] ?? '/';
}

export async function openSite(): Promise<Site> {
  const found = findChromium();
  if ('missing' in found) throw new Error(found.missing);
  const given = process.env['PEERWALK_DIST'];
  const dir = given === undefined || given === '' ? await ensureBuilt() : given;
  const base = baseOf(dir);
  const server = await serve(dir, base);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const origin = `http://127.0.0.1:${address.port}`;
  const browser = await chromium.launch({ executablePath: found.path, args });
  const url = (path: string): string => `${origin}${base}${path.replace(/^\//, '')}`;

  return {
    browser,
    base,
    dir,
    pages: pagesOf(dir),
    url,
    async open(path, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
          faults.push(`console: ${message.text()}`);
        }
      });
      page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
      page.on('requestfailed', (request) => {
        const why = request.failure()?.errorText ?? '';
        if (why !== 'net::ERR_ABORTED') faults.push(`request: ${request.url()} ${why}`);
      });
      page.on('request', (request) => {
        const { protocol, origin: asked } = new URL(request.url());
        if (protocol.startsWith('http') && asked !== origin) {
          faults.push(`foreign request: ${request.url()}`);
        }
      });
      await page.goto(url(path), { waitUntil: 'load' });
      return { page, faults };
    },
    async close() {
      await browser.close();
      await new Promise((done) => server.close(done));
    },
  };
}
