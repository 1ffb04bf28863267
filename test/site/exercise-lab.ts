/**
 * A page with nothing but the sandbox, under the policy of the built pages and a server
 * that sends no header beyond the content type. `window.lab` is what the exercise page
 * uses; the tests of the sandbox drive it by clicks where a policy is in question.
 */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { buildPieces } from '../../exercises/kit/script/script.ts';
import './shared.ts';

export const root = join(import.meta.dirname, '../..');
export const fixtures = { root, exercises: 'test/kit/fixtures/exercises' };

/** The policy of the built pages, without hashes: this page has no inline script. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; " +
  "frame-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'";

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}"><title>Lab</title></head>
<body><button id="go">go</button><button id="count">0</button><output id="out"></output>
<script src="lab.js"></script></body></html>`;

/** Compiled into the page. `#go` carries out `lab.onGo`; `#count` counts its clicks. */
const labSource = `
import { Sandbox } from './.vitepress/theme/exercise/sandbox.ts';
const sandbox = new Sandbox({ frame: 'runner/frame.html', pieces: ['runner/worker.js', 'runner/own.js'] });
const lab = { sandbox, onGo: () => undefined, result: undefined, violations: [] };
addEventListener('securitypolicyviolation', (event) => {
  lab.violations.push(event.effectiveDirective + ' ' + event.blockedURI);
});
document.querySelector('#go').onclick = async () => {
  const out = document.querySelector('#out');
  out.textContent = '';
  try {
    lab.result = await lab.onGo();
    out.textContent = 'done';
  } catch (error) {
    lab.result = String(error);
    out.textContent = 'threw';
  }
};
const count = document.querySelector('#count');
count.onclick = () => { count.textContent = String(Number(count.textContent) + 1); };
window.lab = lab;
`;

export interface Lab {
  readonly browser: Browser;
  readonly address: string;
  /** Addresses that were asked for, in order. */
  readonly requests: string[];
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const [pieces, page] = await Promise.all([
    buildPieces(fixtures, 'small'),
    build({
      stdin: { contents: labSource, resolveDir: root, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      logLevel: 'silent',
    }),
  ]);
  const files: Readonly<Record<string, [type: string, text: string]>> = {
    '/codelab/': ['text/html', html],
    '/codelab/lab.js': ['text/javascript', page.outputFiles[0]?.text ?? ''],
    '/codelab/runner/worker.js': ['text/javascript', pieces.base],
    '/codelab/runner/own.js': ['text/javascript', [...pieces.own.values()].join()],
    '/codelab/runner/frame.html': [
      'text/html',
      readFileSync(join(root, 'docs/public/runner/frame.html'), 'utf8'),
    ],
    '/codelab/secret.json': ['application/json', '{"secret":1}'],
  };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const address = (request.url ?? '').split('?')[0] ?? '';
    requests.push(address);
    const file = files[address];
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': `${file[0]}; charset=utf-8` });
    response.end(file[1]);
  });
  const port = await listen(server);
  const browser = await chromium.connect(inject('site').browser);
  const address = `http://localhost:${port}/codelab/`;
  return {
    browser,
    address,
    requests,
    async newPage() {
      const context = await browser.newContext();
      const opened = await context.newPage();
      await opened.goto(address);
      return opened;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, 'localhost', () => {
      resolve((server.address() as AddressInfo).port); // listening on TCP
    });
  });
}
