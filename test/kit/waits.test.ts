/** When a run is made a second time, to learn where the reader's code stands. */
import { describe, expect, it } from 'vitest';
import type { RunReport, TestResult } from '#kit/formats/schema-report.ts';
import { withPlaces } from '#kit/run/waits.ts';

const report = (ms: number, ...tests: readonly TestResult[]): RunReport => ({
  ...{ verdict: 'failed', message: '', ms, tests, output: [], outputCut: false },
});
const stuck: TestResult = { name: 'a', verdict: 'blocked', message: '' };

describe('withPlaces', () => {
  /** What comes of it, and how often the run was made again. */
  async function placed(
    first: RunReport,
    second: RunReport,
  ): Promise<[tests: readonly TestResult[], again: number]> {
    let again = 0;
    const found = await withPlaces(first, () => {
      again++;
      return Promise.resolve(second);
    });
    return [found.tests, again];
  }

  it('adds the line of what stands still', async () => {
    const lined: TestResult = { ...stuck, line: 7, column: 3 };
    const passed: TestResult = { name: 'b', verdict: 'passed', message: '' };
    const [tests, again] = await placed(
      report(20, passed, stuck),
      report(30, { ...passed, line: 1 }, lined),
    );
    expect(tests).toEqual([passed, lined]);
    expect(again).toBe(1);
  });

  it.each<readonly [string, number, TestResult]>([
    ['all goes on', 20, { ...stuck, verdict: 'passed' }],
    ['a test failed', 20, { ...stuck, verdict: 'failed' }],
    ['the line is known', 20, { ...stuck, line: 4 }],
    ['the run was long', 1_001, stuck],
  ])('makes no second run if %s', async (_, ms, test) => {
    const first = report(ms, test);
    expect(await placed(first, report(20, { ...test, line: 9 }))).toEqual([[test], 0]);
  });

  it('keeps what was said first if the second run ends otherwise', async () => {
    const other: TestResult = { ...stuck, verdict: 'failed', line: 7 };
    expect(await placed(report(20, stuck), report(20, other))).toEqual([[stuck], 1]);
    expect(await placed(report(20, stuck), report(20))).toEqual([[stuck], 1]);
  });
});
