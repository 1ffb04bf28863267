/**
 * The sandbox in Chromium, under the policies of the built pages: what a learner's code
 * may try against the page, W-01 to W-12 (there are no W-05 and W-06 yet: no shared links
 * and no visualiser of peers' strings).
 */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalog } from '../../exercises/kit/catalog/catalog.ts';
import type { RunReport } from '../../exercises/kit/formats/schema-report.ts';
import { hostAsks } from '../kit/host-asks.ts';
import { findChromium } from './chromium.ts';
import { fixtures, openLab, type Lab } from './exercise-lab.ts';

const [first] = readCatalog(fixtures);
const solution = first?.solution ?? '';

/** A right answer that does `before` first. */
function echo(before: string): string {
  return `export async function echo(text: string): Promise<string> {
  ${before}
  return text.toUpperCase();
}`;
}

interface LabWindow {
  readonly lab: {
    readonly sandbox: {
      test(
        id: string,
        code: string,
        onAnswer?: (answer: { readonly type: string }) => void,
      ): Promise<RunReport>;
      warm(): Promise<void>;
      stop(): void;
    };
    onGo: () => unknown;
    /** A test of the run has begun. */
    begun: boolean;
    result: unknown;
    readonly violations: string[];
  };
}

describe.skipIf('missing' in findChromium())('the sandbox in Chromium', () => {
  let lab: Lab;
  let page: Page;

  beforeAll(async () => {
    lab = await openLab();
    page = await lab.newPage();
    await page.evaluate(() => (window as unknown as LabWindow).lab.sandbox.warm());
  }, 60_000);
  afterAll(() => lab.close());

  /** Runs by a click, as a reader does: a driver's evaluate passes by the policies. */
  async function run(code: string, on = page): Promise<RunReport> {
    await on.evaluate((given) => {
      const { lab: own } = window as unknown as LabWindow;
      own.begun = false;
      own.onGo = () =>
        own.sandbox.test('E01', given, ({ type }) => {
          if (type === 'started') own.begun = true;
        });
    }, code);
    await on.click('#go');
    await on.waitForFunction(() => document.querySelector('#out')?.textContent !== '');
    return on.evaluate(() => (window as unknown as LabWindow).lab.result as RunReport);
  }

  /** What the reader's code finds when it evaluates an expression. */
  async function probe(expression: string): Promise<string> {
    const { output, message } = await run(
      echo(`if (text === 'ping') {
    try { console.log('got', await (${expression})); }
    catch (error) { console.log('refused', String(error)); }
  }`),
    );
    return output[0] ?? message;
  }

  it('gives the same verdict each time it is asked, and prints how soon', async () => {
    const times: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      await page.evaluate(() => (window as unknown as LabWindow).lab.sandbox.warm());
      const { verdict, ms } = await page.evaluate(async (code) => {
        const begun = performance.now();
        const report = await (window as unknown as LabWindow).lab.sandbox.test(
          'E01',
          code,
        );
        return { verdict: report.verdict, ms: performance.now() - begun };
      }, solution);
      expect(verdict).toBe('passed');
      times.push(ms);
    }
    times.sort((a, b) => a - b);
    // The aim is 100 ms on a machine that has nothing else to do.
    console.log(`run to verdict, ms: ${times.map((ms) => ms.toFixed(0)).join(' ')}`);
  });

  it('W-01 ends an endless loop, and the page answers meanwhile', async () => {
    const code = echo("console.log('begun'); while (true) {}");
    const running = page.evaluate(async (given) => {
      const { lab: own } = window as unknown as LabWindow;
      own.begun = false;
      const clicks = (): number =>
        Number(document.querySelector('#count')?.textContent ?? 0);
      const before = clicks();
      const begun = performance.now();
      const report = await own.sandbox.test('E01', given, ({ type }) => {
        if (type === 'printed') own.begun = true;
      });
      const waited = performance.now() - begun;
      return { ...report, waited, clicked: clicks() - before };
    }, code);
    await page.waitForFunction(() => (window as unknown as LabWindow).lab.begun);
    await page.click('#count');
    await page.click('#count');
    const ended = await running;
    expect(ended).toMatchObject({ verdict: 'timeout', output: ['begun'] });
    expect(ended.clicked, 'clicks that the page took before the end').toBe(2);
    console.log(
      `from run to the end of an endless loop: ${ended.waited.toFixed(0)} ms`,
    );
    expect((await run(solution)).verdict, 'the next run').toBe('passed');
    // The limit is 3 s and the frame's grace 1.5 s. A page that forgets both never ends, and
    // with the limit of a trace it ends after 15 s.
  }, 14_000);

  it.each([
    ['fetch of the site', `fetch('ORIGIN/codelab/secret.json').then((r) => r.text())`],
    ['fetch of another site', `fetch('https://example.com/')`],
    [
      'XMLHttpRequest',
      `new Promise((yes, no) => { const x = new XMLHttpRequest(); x.open('GET', 'ORIGIN/codelab/secret.json'); x.onload = () => yes(x.responseText); x.onerror = () => no(new Error('blocked')); x.send(); })`,
    ],
    [
      'WebSocket',
      `new Promise((yes, no) => { const s = new WebSocket('ORIGIN/'.replace('http', 'ws')); s.onopen = yes; s.onerror = () => no(new Error('blocked')); })`,
    ],
    [
      'EventSource',
      `new Promise((yes, no) => { const s = new EventSource('ORIGIN/'); s.onopen = yes; s.onerror = () => no(new Error('blocked')); })`,
    ],
    ['importScripts', `(globalThis as any).importScripts('ORIGIN/codelab/lab.js')`],
    ['import()', `import('ORIGIN/codelab/lab.js')`],
    ['a nested worker', `new Worker(URL.createObjectURL(new Blob([''])))`],
    [
      'indexedDB',
      `new Promise((yes, no) => { const r = indexedDB.open('x'); r.onsuccess = yes; r.onerror = () => no(r.error); })`,
    ],
    ['caches', `caches.open('x')`],
    ['localStorage', `(localStorage as any).length`],
    ['the page', `(globalThis as any).parent.document`],
    ['the frame', `(globalThis as any).top.location = 'https://example.com/'`],
    ['posting to the frame', `(globalThis as any).postMessage({ type: 'report' })`],
  ])('W-02, W-03 refuses %s', async (_, expression) => {
    const asked = lab.requests.length;
    const origin = lab.address.replace(/\/codelab\/$/, '');
    const found = await probe(expression.replaceAll('ORIGIN', origin));
    expect(found).toMatch(/^refused/);
    expect(lab.requests.slice(asked), 'requests that reached the server').toEqual([]);
  });

  it('has nothing of a browser, and says so in the words of the terminal', async () => {
    const said = [];
    for (const [ask] of hostAsks) {
      const { tests } = await run(echo(`await (${ask});`));
      said.push([ask, tests[0]?.message]);
    }
    expect(said).toEqual(hostAsks);
  });

  it('W-04 ignores forged messages, from the page’s own window and from the frame', async () => {
    await page.evaluate(async (code) => {
      const { lab: own } = window as unknown as LabWindow;
      const forged = {
        type: 'answer',
        run: '1-2-3-4',
        answer: { type: 'report', report: { verdict: 'passed', tests: [] } },
      };
      own.onGo = async () => {
        const result = own.sandbox.test('E01', code);
        for (let i = 0; i < 5; i += 1) {
          window.postMessage(forged, '*');
          window.frames[0]?.postMessage(forged, '*', [new MessageChannel().port1]);
        }
        return result;
      };
    }, echo("return 'wrong';"));
    await page.click('#go');
    await page.waitForFunction(
      () => document.querySelector('#out')?.textContent !== '',
    );
    const result = await page.evaluate(
      () => (window as unknown as LabWindow).lab.result as RunReport,
    );
    expect(result.verdict).toBe('failed');
    expect(result.tests.length).toBe(7);
  });

  it('W-07 cuts 10 MB of output', async () => {
    const report = await run(echo("console.log('x'.repeat(10_000_000));"));
    expect(report.outputCut).toBe(true);
    expect(report.output.join('').length).toBeLessThanOrEqual(64 * 1024);
  });

  it('W-09 blocks eval in the page, and normal use violates no policy', async () => {
    const other = await lab.newPage();
    await other.evaluate(() => (window as unknown as LabWindow).lab.sandbox.warm());
    expect((await run(solution, other)).verdict).toBe('passed');
    const before = await other.evaluate(
      () => (window as unknown as LabWindow).lab.violations,
    );
    expect(before).toEqual([]);
    await other.evaluate(() => {
      (window as unknown as LabWindow).lab.onGo = () => (0, eval)('1 + 1') as unknown;
    });
    await other.click('#go');
    await other.waitForFunction(
      () => document.querySelector('#out')?.textContent !== '',
    );
    expect(await other.textContent('#out')).toBe('threw');
    await other.context().close();
  });

  it('W-10 ends promise bombs and a million timers with their worker', async () => {
    const timers = await run(
      echo('for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e7 + i);'),
    );
    expect(timers.verdict).toMatch(/^(passed|timeout)$/);
    const bomb = await run(
      echo('const more = (): unknown => Promise.resolve().then(more); more(); more();'),
    );
    expect(bomb.verdict).toBe('timeout');
    expect((await run(solution)).verdict, 'the next run').toBe('passed');
  });

  it.each(['Array.prototype.every = () => true', "JSON.stringify = () => 'x'"])(
    'W-11 does not let a wrong answer pass with %s',
    async (change) => {
      const report = await run(echo(`${change}; return 'wrong';`));
      expect(report.verdict).toBe('tampered');
      expect(report.tests[0]?.message).toMatch(/^your code replaced/);
    },
  );

  it('W-12 shows escapes of a terminal as text', async () => {
    const { output } = await run(echo("console.log('\\u001b[2J\\u202eabc');"));
    expect(output[0]).toBe('\\x1b[2J\\u202eabc');
  });

  it('shows the line and the column of a syntax error', async () => {
    const report = await run('const a = 1;\nexport function echo( {\n');
    expect(report).toMatchObject({ verdict: 'syntax', line: 2, column: 23 });
  });

  it('can be stopped, and runs again', async () => {
    const running = run(echo('while (true) {}'));
    await page.waitForFunction(() => (window as unknown as LabWindow).lab.begun);
    await page.evaluate(() => {
      (window as unknown as LabWindow).lab.sandbox.stop();
    });
    expect((await running).verdict).toBe('threw');
    expect((await run(solution)).verdict).toBe('passed');
  });
});
