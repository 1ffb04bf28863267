/** What a reader is told about lines in a wrong order. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAssembled } from '#kit/formats/answer-text.ts';
import { compileParsons, type Assembled, type Puzzle } from '#kit/parsons.ts';
import type { RunReport } from '#kit/formats/schema-report.ts';
import { joinPieces } from '#kit/formats/pieces.ts';
import { buildPieces } from '#kit/script/script.ts';
import { Threads } from '#kit/script/thread.ts';
import { puzzle as peerRun } from '../../exercises/11-select-parsons/lines.ts';
import * as solved from '../../exercises/11-select-parsons/solution.ts';
import { puzzle as leave } from '../../exercises/24-teardown-order/lines.ts';
import { course } from './sources.ts';

const puzzle: Puzzle = {
  lines: [
    { id: 'loop', code: 'for (;;) {' },
    { id: 'switch', code: 'switch (from) {' },
    { id: 'call', code: 'from.call();' },
    { id: 'case', code: "case 1:\n  return { of: '{{what}}' };" },
    { id: 'end-switch', code: '} // of the switch' },
    { id: 'end-loop', code: '} // of the for' },
  ],
  blanks: { what: { choices: ['one'] } },
  before: 'function f(from) {',
  after: '}',
  declares: 'f',
  scope: {},
};
const blanks = { what: 'one' };

describe('compileParsons', () => {
  it.each([
    ['loop switch case end-switch', '“for (;;) {” is never closed'],
    ['switch case end-switch end-loop', '“} // of the for” closes nothing that'],
    ['loop switch end-switch case end-loop', '“case 1:” stands in no switch'],
    ['case', '“case 1:” stands in no switch'],
    [
      'switch call case end-switch',
      '“from.call();” stands in a switch, before its cases',
    ],
  ])('says what is wrong with the order %s', (order, said) => {
    expect(() => compileParsons(puzzle, { order: order.split(' '), blanks })).toThrow(
      `the lines are no program in this order: ${said}`,
    );
  });

  it('says what is not placed or chosen yet', () => {
    expect(() => compileParsons(puzzle, { order: [], blanks })).toThrow(
      /^no line is placed yet$/,
    );
    const order = 'loop switch case end-switch end-loop'.split(' ');
    expect(() => compileParsons(puzzle, { order, blanks: {} })).toThrow(
      "nothing is chosen yet for the blank in “return { of: '…' };”",
    );
  });

  it('compiles lines whose braces fit', () => {
    const order = 'loop switch case end-switch end-loop'.split(' ');
    const f = compileParsons(puzzle, { order, blanks });
    expect((f as (from: number) => unknown)(1)).toEqual({ of: 'one' });
  });
});

describe('Peer.run: four ways to die', () => {
  let threads: Threads;
  beforeAll(async () => {
    const { base, own } = await buildPieces(course, 'small');
    threads = new Threads(joinPieces(base, [own.get('E11') ?? '']));
  }, 60_000);
  afterAll(() => threads.close());

  async function told(change: Partial<Assembled>): Promise<string | undefined> {
    const answer = { order: solved.order, blanks: solved.blanks, ...change };
    const report: RunReport = await threads.test(
      'E11',
      writeAssembled(peerRun, answer),
    );
    return report.tests.find(({ verdict }) => verdict !== 'passed')?.message;
  }

  /** The solution, with `id` taken out and put before `next`. */
  function moved(id: string, next: string): Partial<Assembled> {
    const others = solved.order.filter((one) => one !== id);
    const at = others.indexOf(next);
    return { order: [...others.slice(0, at), id, ...others.slice(at)] };
  }

  it('passes as it is solved', async () => {
    expect(await told({})).toBeUndefined();
  });

  it.each<[string, Partial<Assembled>, string]>([
    [
      'reports a write that nobody made',
      { blanks: { ...solved.blanks, written: 'peer.writeErr.trySend(undefined)' } },
      '`run` has taken 100 reports from `writeErr`, and goes on.',
    ],
    [
      'keeps the token',
      { blanks: { ...solved.blanks, written: 'continue' } },
      'after 5 s no token was in `writeStart`, and nobody was writing',
    ],
    [
      'starts a task that writes',
      moved('writer', 'token'),
      '`writeLoop` was started, and no peer has one.',
    ],
    [
      'starts the tasks in each round',
      moved('tasks', 'wait'),
      '`readLoop` was started again',
    ],
    [
      'closes before there is a cause',
      moved('close', 'loop'),
      '`closed` was closed, and `run` still waits for a cause',
    ],
    [
      'says farewell in the loop',
      moved('tell', 'end-loop'),
      '`run` uses `end` where it has no value yet.',
    ],
    ['asks itself', moved('ask', 'close'), 'After 12 s `run` still waits (send disc'],
    [
      'never closes `closed`',
      { order: solved.order.filter((id) => id !== 'close') },
      'After 12 s `run` still waits for the end of pingLoop, eth/1. Others that wait: ',
    ],
    [
      'starts no task before it waits',
      moved('tasks', 'close'),
      'No other task is there',
    ],
  ])('says what is wrong with a `run` that %s', async (_, change, said) => {
    expect(await told(change)).toContain(said);
  });
});

describe('leave: the last six lines', () => {
  let threads: Threads;
  beforeAll(async () => {
    const { base, own } = await buildPieces(course, 'small');
    threads = new Threads(joinPieces(base, [own.get('E24') ?? '']));
  }, 60_000);
  afterAll(() => threads.close());

  async function reportOf(order: string): Promise<RunReport> {
    const answer = { order: order.split(' '), blanks: {} };
    return threads.test('E24', writeAssembled(leave, answer));
  }

  it.each([
    ['stop tell', 2],
    ['stop tell gone news', 4],
    ['stop tell wait gone news', 5],
    ['stop tell cut wait gone', 5],
  ])(
    'passes no test with %s, and says that lines are missing',
    async (order, count) => {
      const { tests } = await reportOf(order);
      expect(tests.filter(({ verdict }) => verdict === 'passed')).toEqual([]);
      expect(tests[0]).toMatchObject({
        verdict: 'unsolved',
        message: `${count} of 6 lines are placed; a test passes once all of them are`,
      });
    },
  );

  it.each(['stop tell', 'stop tell gone news', 'stop tell cut gone news'])(
    'finds tasks that are left behind by %s',
    async (order) => {
      const { tests } = await reportOf(order);
      const ends = ['leaves no task behind', 'does so in every order'];
      for (const end of ends) {
        const test = tests.find(({ name }) => name.includes(end));
        expect(test).toMatchObject({ verdict: 'failed' });
        expect(test?.message).toMatch(
          /tasks that are left when `leave` is over.*(reader|worker)/,
        );
      }
    },
  );
});
