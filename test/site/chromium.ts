/**
 * Which Chromium the browser tests use; `PEERWALK_CHROMIUM` names another. The headless
 * shell has no windows, tabs and profiles: the tests take half as long in it.
 */
import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium-headless-shell',
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

export const browserArgs: readonly string[] = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
