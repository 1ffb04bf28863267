import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readTrace,
  TraceFormatError,
  traceKinds,
  writeTrace,
  type Trace,
} from '../../impl/csp/trace.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { simulate } from '../../impl/sim/simulate.ts';

const head = {
  peerwalkTrace: 1,
  code: 'abc',
  scenario: 'teardown',
  seed: '1',
  schedule: '0102',
};
const event = { i: 0, t: 0, n: 'A', k: 'readLoop', e: 'read', b: 1 };
const table = { bytes: ['', '00ff'] };

/** The lines of a trace, with one replaced. */
function lines(...values: readonly unknown[]): string {
  return values
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)) + '\n')
    .join('');
}

describe('writeTrace', () => {
  it('writes a head, one event a line, and the byte table', () => {
    const trace = readTrace(lines(head, event, table));
    expect(writeTrace(trace)).toBe(lines(head, event, table));
  });

  it('keeps what a head says of a reader’s own run, and leaves out what it does not know', () => {
    const own = {
      ...head,
      at: 0,
      about: 'what came of it',
      sources: { 'exercises/14-handle/exercise.ts': 'export {};' },
      leftOut: { before: 3, after: 0 },
    };
    const trace = readTrace(lines({ ...own, later: true }, event, table));
    expect(trace.head).toEqual(own);
    expect(writeTrace(trace)).toBe(lines(own, event, table));
  });

  it.each([
    [{ at: -1 }, 'at is not a number from 0'],
    [{ about: 3 }, 'about is not a text'],
    [{ sources: [] }, 'sources is not an object'],
    [{ sources: { a: 1 } }, 'a is not a text'],
    [{ sources: { a: 'x'.repeat(300_000) } }, 'the text of a is too long'],
    [
      { sources: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [i, ''])) },
      'sources has more than 8 files',
    ],
    [{ leftOut: { before: 1 } }, 'leftOut.after is not a number from 0'],
  ])('refuses a head with %j', (part, why) => {
    expect(() => readTrace(lines({ ...head, ...part }, event, table))).toThrow(why);
  });

  it('writes what readTrace reads back, whatever the trace', () => {
    const optional = fc.option(fc.string(), { nil: undefined });
    const task = fc.record({ node: fc.string(), task: fc.string() });
    const absent = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
      fc.option(of, { nil: undefined });
    const fields = {
      chan: absent(
        fc.record({
          name: fc.string(),
          id: fc.nat(),
          op: absent(fc.constantFrom('send', 'recv', 'close')),
          nth: absent(fc.nat()),
          case: optional,
        }),
      ),
      waits: absent(
        fc.array(
          fc.record({
            name: fc.string(),
            id: absent(fc.nat()),
            op: absent(fc.constantFrom('send', 'recv', 'end')),
          }),
        ),
      ),
      msg: absent(
        fc.record({
          dir: absent(fc.constantFrom('in', 'out')),
          code: absent(fc.nat()),
          name: optional,
          size: fc.nat(),
        }),
      ),
      go: absent(task),
      by: absent(task),
    };
    const arbitrary = fc
      .record({
        head: fc.record({
          peerwalkTrace: fc.constant(1 as const),
          code: fc.string(),
          scenario: fc.string(),
          seed: fc.string(),
          schedule: fc.string(),
        }),
        events: fc.array(
          fc.record({
            t: fc.double({ min: 0, noDefaultInfinity: true, noNaN: true }),
            n: fc.string(),
            k: fc.string(),
            e: fc.constantFrom(...traceKinds),
            ch: optional,
            on: optional,
            v: optional,
            b: fc.option(fc.nat(3), { nil: undefined }),
            src: optional,
            ...fields,
          }),
        ),
        bytes: fc.array(fc.uint8Array(), { minLength: 4, maxLength: 6 }),
      })
      .map(({ head, events, bytes }) => ({
        head,
        events: events.map((entry, i) => ({ i, ...entry })),
        bytes: bytes.map((entry) => Buffer.from(entry).toString('hex')),
      }));
    fc.assert(
      fc.property(arbitrary, (trace) => {
        // In JSON, a member that is undefined is not there.
        const plain = JSON.parse(JSON.stringify(trace)) as Trace;
        expect(readTrace(writeTrace(plain))).toEqual(plain);
      }),
    );
  });

  it('writes what a simulation records', async () => {
    const { trace } = await simulate({ record: true, seed: '7' }, async () => {
      const [a, b] = pipe();
      await a.write(Uint8Array.of(1, 2));
      await b.readFull(2);
      await sleep(0.1234567);
    });
    if (trace === undefined) throw new Error('no trace');
    expect(trace.events.length).toBeGreaterThan(5);
    expect(readTrace(writeTrace(trace))).toEqual(trace);
  });
});

describe('readTrace', () => {
  it('reads a trace of no events, and one without its last line feed', () => {
    expect(readTrace(lines(head, table)).events).toEqual([]);
    expect(readTrace(lines(head, event, table).trimEnd()).events).toHaveLength(1);
  });

  it('drops what the schema does not know', () => {
    const text = lines(
      { ...head, future: 1 },
      { ...event, __proto__: null, future: [], go: { node: '', task: 'x', more: 1 } },
      table,
    );
    const known = { ...event, go: { node: '', task: 'x' } };
    expect(JSON.parse(writeTrace(readTrace(text)).split('\n')[1] ?? '')).toEqual(known);
  });

  // JSON leaves out a member that is undefined.
  const withoutKind = { ...event, e: undefined };
  const withoutNode = { ...event, n: undefined };
  const withoutSeed = { ...head, seed: undefined };
  const second = { ...event, i: 1 };

  it.each<[string, number, readonly unknown[]]>([
    ['nothing at all', 1, []],
    ['a head alone', 1, [head]],
    ['a head that is not JSON', 1, ['{', table]],
    ['a head of another format', 1, [{ ...head, peerwalkTrace: 2 }, table]],
    ['a head that is a list', 1, [[head], table]],
    ['a head that is null', 1, [null, table]],
    ['a head without a seed', 1, [withoutSeed, table]],
    ['a head with a number for a text', 1, [{ ...head, code: 5 }, table]],
    ['an event that is not JSON', 2, [head, '{"i":0', table]],
    ['an event that is a text', 2, [head, '"event"', table]],
    ['an empty line', 3, [head, event, '', second, table]],
    ['an event without a kind', 2, [head, withoutKind, table]],
    ['an event of an unknown kind', 2, [head, { ...event, e: 'fly' }, table]],
    ['an event without a node', 2, [head, withoutNode, table]],
    ['an event whose task is a number', 2, [head, { ...event, k: 1 }, table]],
    ['an event out of its place', 3, [head, event, event, table]],
    ['an event without an index', 2, [head, { ...event, i: undefined }, table]],
    ['a time that is a text', 2, [head, { ...event, t: '0' }, table]],
    ['a time before the run', 2, [head, { ...event, t: -1 }, table]],
    ['a time without end', 3, [head, event, '{"i":1,"t":1e999}', table]],
    ['a channel that is a number', 2, [head, { ...event, ch: 1 }, table]],
    ['a source line that is null', 2, [head, { ...event, src: null }, table]],
    ['a channel without an id', 2, [head, { ...event, chan: { name: 'c' } }, table]],
    ['a channel that is a text', 2, [head, { ...event, chan: 'c' }, table]],
    [
      'an act that no channel has',
      2,
      [head, { ...event, chan: { name: 'c', id: 1, op: 'eat' } }, table],
    ],
    ['waits that are no list', 2, [head, { ...event, waits: { name: 'c' } }, table]],
    ['a wait for nothing', 2, [head, { ...event, waits: [null] }, table]],
    ['a message of half a byte', 2, [head, { ...event, msg: { size: 0.5 } }, table]],
    [
      'a message without a size',
      2,
      [head, { ...event, msg: { dir: 'in', code: 1 } }, table],
    ],
    ['a starter without a task', 2, [head, { ...event, by: { node: 'A' } }, table]],
    ['bytes that are not in the table', 3, [head, event, { ...second, b: 2 }, table]],
    ['a negative index of bytes', 2, [head, { ...event, b: -1 }, table]],
    ['half an index of bytes', 2, [head, { ...event, b: 0.5 }, table]],
    ['an index of bytes that is a text', 2, [head, { ...event, b: '1' }, table]],
    ['no byte table', 3, [head, event, second]],
    ['a byte table that is a text', 3, [head, event, { bytes: '00' }]],
    ['bytes in upper case', 3, [head, event, { bytes: ['', 'FF'] }]],
    ['half a byte', 3, [head, event, { bytes: ['', '0ff'] }]],
    ['bytes that are a number', 3, [head, event, { bytes: ['', 255] }]],
    ['a line after the table', 3, [head, event, table, second]],
    ['two broken lines, by the first', 2, [head, '{', '{']],
  ])('refuses %s', (_what, line, values) => {
    let error: unknown;
    try {
      readTrace(lines(...values));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TraceFormatError);
    expect(error).toMatchObject({ line });
    expect(String(error)).toContain(`line ${line}:`);
  });

  it.each<[string, readonly unknown[]]>([
    ['a head and a byte table are needed', []],
    ['an object is needed', [[head], table]],
    ['peerwalkTrace is not 1', [{ ...head, peerwalkTrace: 2 }, table]],
    ['i is not 0', [head, { ...event, i: 5 }, table]],
    ['t is not a time', [head, { ...event, t: '0' }, table]],
    ['e is not a known kind', [head, { ...event, e: 'fly' }, table]],
    ['b is not an index', [head, { ...event, b: 0.5 }, table]],
    ['b is not in the byte table', [head, { ...event, b: 2 }, table]],
    ['the byte table is missing', [head, event, { ...event, i: 1 }]],
    ['a byte string is not lower-case hex', [head, event, { bytes: ['', 'FF'] }]],
    ['chan is not an object', [head, { ...event, chan: 'c' }, table]],
    [
      'chan.id is not a number from 0',
      [head, { ...event, chan: { name: 'c' } }, table],
    ],
    ['msg.size is not a number from 0', [head, { ...event, msg: { size: -1 } }, table]],
    ['waits is not a list', [head, { ...event, waits: 5 }, table]],
    [
      'chan.op is not known',
      [head, { ...event, chan: { name: 'c', id: 1, op: 'eat' } }, table],
    ],
  ])('says what it misses: %s', (why, values) => {
    expect(() => readTrace(lines(...values))).toThrow(why);
  });
});
