import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { pingMsg, pongMsg } from '#impl/p2p/base-protocol.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { Prng } from '#impl/sim/prng.ts';
import { isMistake } from '#kit/mistake.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { moment } from '#kit/steps.ts';
import { pingLoop } from './exercise.ts';

/** The line, as far as `pingLoop` sees it: it takes messages, and notes when. */
class Line {
  /** `Ping 15 s`: when it was written. */
  readonly written: string[] = [];
  /** Messages that were given while another was being written. */
  overlaps = 0;
  /** How long each write takes. */
  slowMs = 0;
  /** What each write throws. */
  broken: { readonly by: unknown } | undefined;
  #writing = false;

  async writeMsg(msg: Msg): Promise<void> {
    if (this.#writing) this.overlaps++;
    this.#writing = true;
    if (this.slowMs > 0) await sleep(this.slowMs);
    else await runtime().ready(undefined);
    this.#writing = false;
    if (this.broken !== undefined) throw this.broken.by;
    moment(`a ${nameOf(msg)} is written`);
    this.written.push(`${nameOf(msg)} ${inSeconds(runtime().now())}`);
  }
}

function nameOf({ code }: Msg): string {
  if (code === pingMsg) return 'Ping';
  return code === pongMsg ? 'Pong' : `code ${code}`;
}

function inSeconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** Counts the clocks that run, in this run. */
function watchTimers(): { readonly running: number } {
  const rt = runtime();
  const running = new Set<object>();
  const start = rt.startTimer.bind(rt);
  rt.startTimer = (ms, fire) => {
    const key = {};
    running.add(key);
    const timer = start(ms, () => {
      running.delete(key);
      fire();
    });
    return {
      stop: () => {
        running.delete(key);
        timer.stop();
      },
    };
  };
  return {
    get running() {
      return running.size;
    },
  };
}

/** A peer, as much of it as `pingLoop` needs, and the task that runs it. */
class TestPeer {
  readonly writer = new Line();
  readonly pingRecv = new Chan<undefined>('pingRecv', 16);
  readonly closed = new Done('closed');
  readonly protoErr = new Chan<Error>('protoErr', 4);
  readonly timers = watchTimers();
  /** How and when the task ended. */
  end: string | undefined;
  readonly #tasks = new WaitGroup();

  start(): this {
    this.#tasks.go('pingLoop', async () => {
      try {
        await pingLoop(this);
        this.end = `returned at ${inSeconds(runtime().now())}`;
      } catch (error) {
        this.end = `threw ${error instanceof Error ? error.message : String(error)}`;
        if (isMistake(error)) throw error;
      }
    });
    return this;
  }

  /** `readLoop` has read so many Pings. */
  pinged(times = 1): void {
    for (let i = 0; i < times; i++) this.pingRecv.trySend(undefined);
  }

  get reported(): string[] {
    const errors: string[] = [];
    for (;;) {
      const found = this.protoErr.tryRecv();
      if (found === undefined) return errors;
      const reported: unknown = found.value; // what the reader's code has put there
      // Its own `catch` is around all of it, and reports what it has not written right.
      if (isMistake(reported)) throw reported;
      errors.push(inWords(reported, this.writer.broken));
    }
  }
}

/** What was reported. The class of an error decides what the remote hears. */
function inWords(reported: unknown, broken: Line['broken']): string {
  if (!(reported instanceof Error)) return `${typeof reported}, no Error`;
  if (broken === undefined || reported === broken.by) return reported.message;
  return broken.by instanceof Error
    ? `another error, “${reported.message}”`
    : 'an Error';
}

/** What happens when, in seconds; then the run goes on until `untilS`. */
type Plan = readonly (readonly [atS: number, act: (peer: TestPeer) => void])[];

interface Seen {
  readonly written: readonly string[];
  readonly overlaps: number;
  readonly reported: readonly string[];
  readonly end: string;
  /** Clocks that run on. */
  readonly timers: number;
  readonly left: readonly string[];
}

async function play(
  untilS: number,
  plan: Plan = [],
  begin: (peer: TestPeer) => void = () => undefined,
  schedule = '',
): Promise<Seen> {
  const main = async (): Promise<Omit<Seen, 'left'>> => {
    const peer = new TestPeer();
    begin(peer);
    peer.start();
    for (const [atS, act] of plan) {
      await sleep(atS * 1000 - runtime().now());
      act(peer);
    }
    await sleep(untilS * 1000 - runtime().now());
    moment('the test looks at what was written');
    const { overlaps, written } = peer.writer;
    const timers = peer.timers.running;
    const end = peer.end ?? 'it still runs';
    return { written, overlaps, reported: peer.reported, end, timers };
  };
  const { value, left } = await runTasks(main, { schedule });
  const tasks = left.map(({ task, on }) => `${task} waits for ${on}`);
  return { ...value, left: tasks };
}

const pinged =
  (times?: number) =>
  (peer: TestPeer): void => {
    peer.pinged(times);
  };
const close = (peer: TestPeer): void => {
  peer.closed.close();
};
const breaksBy =
  (by: unknown) =>
  (peer: TestPeer): void => {
    peer.writer.broken = { by };
  };
const breaks = breaksBy(new Error('broken pipe'));

describe('pingLoop, its Pings', () => {
  it('sends none before 15 s have passed', async () => {
    const { written } = await play(14.999);
    expect(written, 'written in the first 14.999 s').toEqual([]);
  });

  it('sends one every 15 s on a quiet line', async () => {
    const { written } = await play(61);
    // `setInterval` looks right and never strikes here.
    const none = 'a `Timer` runs on the clock of the tests, `setInterval` does not; ';
    const clock = written.length === 0 ? none : '';
    expect(written, `${clock}written in 61 s`).toEqual([
      'Ping 15 s',
      'Ping 30 s',
      'Ping 45 s',
      'Ping 60 s',
    ]);
  });

  it('counts the 15 s from when the last one was written', async () => {
    const { written } = await play(60, [], (peer) => {
      peer.writer.slowMs = 4_000;
    });
    expect(written, 'each write takes 4 s; written in 60 s').toEqual([
      'Ping 19 s',
      'Ping 38 s',
      'Ping 57 s',
    ]);
  });

  it('sends them at the same times if Pongs are sent in between', async () => {
    const { written } = await play(46, [
      [7, pinged()],
      [14, pinged()],
      [29, pinged()],
      [44, pinged()],
    ]);
    const pings = written.filter((words) => words.startsWith('Ping'));
    expect(pings, 'Pings came at 7, 14, 29 and 44 s; ours were written at').toEqual([
      'Ping 15 s',
      'Ping 30 s',
      'Ping 45 s',
    ]);
  });
});

describe('pingLoop, its Pongs', () => {
  it('answers each Ping at once', async () => {
    const { written } = await play(12, [
      [3.1415, pinged()],
      [8, pinged(2)],
    ]);
    expect(written, 'Pings came at 3.1415 s, and two at 8 s; written').toEqual([
      'Pong 3.1415 s',
      'Pong 8 s',
      'Pong 8 s',
    ]);
  });

  it('answers sixteen that came together, one after the other', async () => {
    const { written, overlaps } = await play(30, [[2, pinged(16)]], (peer) => {
      peer.writer.slowMs = 500;
    });
    const pongs = written.filter((words) => words.startsWith('Pong'));
    expect(overlaps, 'messages given while another was being written').toBe(0);
    expect(pongs.length, 'sixteen Pings came; Pongs written').toBe(16);
    expect(pongs.at(-1), 'each write takes half a second; the last one').toBe(
      'Pong 10 s',
    );
  });

  it('lets a Pong wait while a Ping is being written', async () => {
    const { written, overlaps } = await play(25, [[16, pinged()]], (peer) => {
      peer.writer.slowMs = 4_000;
    });
    expect(overlaps, 'messages given while another was being written').toBe(0);
    expect(written, 'each write takes 4 s; a Ping came at 16 s; written').toEqual([
      'Ping 19 s',
      'Pong 23 s',
    ]);
  });

  it('answers every Ping, whenever it comes', async () => {
    const random = new Prng('E16');
    const times = Array.from({ length: 40 }, () => 1 + random.below(100));
    times.sort((a, b) => a - b);
    const { written } = await play(
      110,
      times.map((atS) => [atS, pinged()]),
    );
    const pongs = written.filter((words) => words.startsWith('Pong'));
    expect(pongs, '40 Pings came; Pongs were written at').toEqual(
      times.map((atS) => `Pong ${atS} s`),
    );
  });
});

describe('pingLoop, when the peer is over', () => {
  it('returns at once, and sends nothing more', async () => {
    const { end, written, reported } = await play(60, [[22, close]]);
    expect(end, 'the peer was over at 22 s; the task').toBe('returned at 22 s');
    expect(written, 'written in 60 s').toEqual(['Ping 15 s']);
    expect(reported, 'reported on protoErr').toEqual([]);
  });

  it('returns if it was over before the task began', async () => {
    const { end, written } = await play(20, [], close);
    expect(end, 'the task').toBe('returned at 0 s');
    expect(written, 'written in 20 s').toEqual([]);
  });

  it('returns though Ping comes after Ping', async () => {
    // Each Pong takes longer to write than a Ping to come: the queue is full all the time.
    const flood = Array.from({ length: 110 }, (_, i) => [5 + i / 2, pinged()] as const);
    const plan = [...flood, [30.25, close] as const].sort(([a], [b]) => a - b);
    // Of the cases that are ready, the first one would be taken each time.
    const random = new Prng('E16 choices');
    const choices = Array.from({ length: 1_000 }, () => random.below(3)).join('');
    const slow = (peer: TestPeer): void => {
      peer.writer.slowMs = 1_000;
    };
    const { written, end } = await play(60, plan, slow, choices);
    const late = written.filter((words) => Number(/[\d.]+/.exec(words)?.[0]) > 40);
    expect(
      late.length,
      'a Ping came every half second, and the peer was over at 30.25 s; messages that were written after 40 s',
    ).toBe(0);
    expect(end, 'the task').toMatch(/^returned/);
  });

  it('leaves nothing behind when that happens during a write', async () => {
    for (const untilS of [17, 30]) {
      const { end, timers, left } = await play(untilS, [[16, close]], (peer) => {
        peer.writer.slowMs = 4_000;
      });
      if (untilS === 17 && !end.startsWith('returned')) continue; // it waits for the write
      const when = `a write took from 15 to 19 s, the peer was over at 16 s; the task ${end}`;
      expect(timers, `${when}; clocks that run on at ${untilS} s`).toBe(0);
      expect(left, `${when}; tasks that are left at ${untilS} s`).toEqual([]);
    }
  });

  it('leaves no clock behind, and no task', async () => {
    const { timers, left } = await play(23, [
      [7, pinged(3)],
      [22, close],
    ]);
    expect(timers, 'the peer was over at 22 s; clocks that run on').toBe(0);
    expect(left, 'tasks that are left').toEqual([]);
  });
});

describe('pingLoop, for two peers', () => {
  it('serves each as if there were no other', async () => {
    const { value } = await runTasks(async () => {
      const one = new TestPeer().start();
      await sleep(5_000);
      const other = new TestPeer().start();
      one.writer.broken = { by: new Error('broken pipe') };
      one.pinged(2);
      await sleep(6_000);
      other.pinged();
      await sleep(25_000);
      return { other: other.writer.written, end: one.end };
    });
    expect(
      value.end ?? 'still runs',
      'the first line broke at 5 s; the task of the first peer',
    ).toBe('returned at 5 s');
    expect(value.other, 'a second peer began at 5 s; written to it').toEqual([
      'Pong 11 s',
      'Ping 20 s',
      'Ping 35 s',
    ]);
  });
});

describe('pingLoop, when a write fails', () => {
  it('reports a Ping that cannot be written, once, and returns', async () => {
    const { end, reported } = await play(100, [[10, breaks]]);
    expect(reported, 'the line broke at 10 s; reported on protoErr').toEqual([
      'broken pipe',
    ]);
    expect(end, 'the task').toBe('returned at 15 s');
  });

  it('reports a Pong that cannot be written, once, and returns', async () => {
    const { end, reported } = await play(100, [
      [10, breaks],
      [12, pinged(5)],
    ]);
    expect(reported, 'the line broke, five Pings came; reported on protoErr').toEqual([
      'broken pipe',
    ]);
    expect(end, 'the task').toBe('returned at 12 s');
  });

  it('reports an Error, whatever the write has thrown', async () => {
    const { reported } = await play(20, [[10, breaksBy(undefined)]]);
    expect(
      reported,
      'the write threw `undefined`; `asError` makes an Error of it; reported on protoErr',
    ).toEqual(['an Error']);
  });

  it('leaves no clock behind', async () => {
    const { timers, left } = await play(14, [
      [10, breaks],
      [12, pinged()],
    ]);
    expect(timers, 'a Pong failed at 12 s; clocks that run on at 14 s').toBe(0);
    expect(left, 'tasks that are left').toEqual([]);
  });
});
