import { describe, expect, it } from 'vitest';
import { Prng } from '../../impl/sim/prng.ts';
import { readTrace, writeTrace } from '../../impl/csp/trace.ts';
import { Recorder } from '../../impl/sim/recorder.ts';
import { Schedule, ScheduleError } from '../../impl/sim/schedule.ts';

describe('Schedule', () => {
  it('makes the choices that it is given, then the first each time', () => {
    const schedule = new Schedule('12');
    expect([3, 3, 3].map((count) => schedule.choose(count))).toEqual([1, 2, 0]);
    expect(schedule.toString()).toBe('12');
    expect(schedule.options).toEqual([3, 3, 3]);
  });

  it('does not count a choice that has one option', () => {
    const schedule = new Schedule('1');
    expect([1, 1, 2].map((count) => schedule.choose(count))).toEqual([0, 0, 1]);
    expect(schedule.toString()).toBe('1');
    expect(schedule.options).toEqual([2]);
  });

  it('takes the last option for one that does not exist here', () => {
    const schedule = new Schedule('z1');
    expect([3, 2].map((count) => schedule.choose(count))).toEqual([2, 1]);
    expect(schedule.toString()).toBe('21');
  });

  it('writes a choice as one digit, and offers no more options than there are', () => {
    const schedule = new Schedule('z');
    expect(schedule.choose(100)).toBe(35);
    expect(schedule.toString()).toBe('z');
    expect(schedule.options).toEqual([36]);
  });

  it('drops trailing zeros and keeps the others', () => {
    const schedule = new Schedule('0010');
    for (let i = 0; i < 6; i++) schedule.choose(2);
    expect(schedule.toString()).toBe('001');
  });

  it('draws by its seed after the given choices', () => {
    const draw = (seed: string, text = ''): number[] => {
      const schedule = new Schedule(text, seed);
      return Array.from({ length: 40 }, () => schedule.choose(5));
    };
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
    expect(new Set(draw('a'))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(draw('a', '444').slice(0, 3)).toEqual([4, 4, 4]);
  });

  it.each(['A', '-1', '0.', ' ', 'é'])('refuses %j', (text) => {
    expect(() => new Schedule(text)).toThrow(ScheduleError);
  });
});

describe('Prng', () => {
  it('gives the numbers that old links rely on', () => {
    // Seeds stand in links and in tests: this list changes never.
    const random = new Prng('peerwalk');
    const numbers = Array.from({ length: 4 }, () => random.uint32());
    expect(numbers).toEqual([2_680_667_775, 4_067_585_056, 165_023_172, 4_075_166_016]);
  });

  it('gives the same numbers for the same seed, and others for another', () => {
    const numbers = (seed: string): number[] => {
      const random = new Prng(seed);
      return Array.from({ length: 10 }, () => random.uint32());
    };
    expect(numbers('1')).toEqual(numbers('1'));
    const all = ['', '1', '2', '12', '21', 'é'].flatMap(numbers);
    expect(new Set(all).size).toBe(60);
  });

  it('spreads over the options and over the bytes', () => {
    const random = new Prng('spread');
    const counts = Array<number>(7).fill(0);
    for (let i = 0; i < 7_000; i++) {
      const n = random.below(7);
      counts[n] = (counts[n] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
    expect(new Set(random.bytes(5_000)).size).toBe(256);
    expect(random.bytes(3)).toHaveLength(3);
  });
});

describe('Recorder', () => {
  const event = { t: 0, n: '', k: 'main', e: 'write' } as const;
  const head = { code: '', scenario: '', seed: '', schedule: '' };

  it('numbers the events and keeps each byte string once', () => {
    const recorder = new Recorder();
    recorder.emit(event, Uint8Array.of(1));
    recorder.emit(event);
    recorder.emit(event, Uint8Array.of(2));
    recorder.emit(event, Uint8Array.of(1));
    const { events, bytes } = recorder.trace(head);
    expect(events.map(({ i, b }) => [i, b])).toEqual([
      [0, 0],
      [1, undefined],
      [2, 1],
      [3, 0],
    ]);
    expect(bytes).toEqual(['01', '02']);
  });

  it('keeps no more events than its limit, and says so at the end', () => {
    const recorder = new Recorder(2);
    for (let i = 0; i < 2; i++) recorder.emit({ ...event, t: i }, Uint8Array.of(i));
    expect(recorder.trace(head).events).toHaveLength(2);
    for (let i = 2; i < 5; i++) recorder.emit({ ...event, t: i }, Uint8Array.of(i));
    const trace = recorder.trace(head);
    expect(trace.bytes).toEqual(['00', '01']);
    expect(trace.events.map(({ t, k }) => [t, k])).toEqual([
      [0, 'main'],
      [1, 'main'],
      [4, 'recorder'],
    ]);
    const v = 'the trace is full: 3 more events were not kept';
    expect(trace.events.at(-1)).toMatchObject({ i: 2, n: '', e: 'event', v });
    expect(readTrace(writeTrace(trace))).toEqual(trace);
  });

  it('keeps no more bytes than its other limit, and no event behind a hole', () => {
    const recorder = new Recorder(100, 5);
    recorder.emit(event, Uint8Array.of(1, 2, 3));
    recorder.emit(event, Uint8Array.of(1, 2, 3)); // no new bytes
    recorder.emit(event, Uint8Array.of(4, 5));
    recorder.emit(event, Uint8Array.of(1, 2, 3));
    recorder.emit(event, Uint8Array.of(6));
    recorder.emit(event);
    const { events, bytes } = recorder.trace(head);
    expect(bytes).toEqual(['010203', '0405']);
    expect(events.map(({ b, v }) => b ?? v)).toEqual([
      0,
      0,
      1,
      0,
      'the trace is full: 2 more events were not kept',
    ]);
  });
});
