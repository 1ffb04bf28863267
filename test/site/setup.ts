/**
 * Once for all browser tests: the build, its server and one Chromium. `PEERWALK_DIST`
 * names a finished build instead (its base is read from it).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { ensureBuilt } from './build.ts';
import { browserArgs, findChromium } from './chromium.ts';
import { serve } from './server.ts';
import './shared.ts';

function baseOf(dir: string): string {
  const html = readFileSync(join(dir, 'index.html'), 'utf8');
  return /href="(\/(?:[^"]*\/)?)assets\//.exec(html)?.[1] ?? '/';
}

export default async function setup(
  project: TestProject,
): Promise<(() => Promise<void>) | undefined> {
  const found = findChromium();
  if ('missing' in found) {
    console.warn(`test/site is skipped: ${found.missing}`);
    return undefined;
  }
  const given = process.env['PEERWALK_DIST'];
  const dir =
    given === undefined || given === ''
      ? await ensureBuilt(project.name === 'visit' ? 'visit' : 'whole')
      : given;
  const base = baseOf(dir);
  const server = await serve(dir, base);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const browser = await chromium.launchServer({
    executablePath: found.path,
    args: [...browserArgs],
  });
  project.provide('site', {
    dir,
    base,
    origin: `http://127.0.0.1:${address.port}`,
    browser: browser.wsEndpoint(),
  });
  return async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}
