import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import {
  discAlreadyConnected,
  DiscError,
  discTooManyPeers,
  type DiscReason,
} from '#impl/p2p/peer-error.ts';
import { ServerStopped } from '#impl/p2p/server-stopped.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { checkpoint } from './exercise.ts';

type Verdict = Error | undefined;

/** A connection, as much of it as a checkpoint needs. */
class Caller {
  readonly name: string;
  readonly cont = new Chan<Verdict>('cont');

  constructor(name: string) {
    this.name = name;
  }
}

const passes = 'it passes';
const stops = 'a ServerStopped';
/** Longer than anybody would wait who has a limit of his own. */
const anHour = 3_600_000;

/** A server whose run loop is the test. */
class Gate {
  readonly stage = new Chan<Caller>('posthandshake');
  readonly quit = new Done('quit');
  /** What each call came to, in the order in which they came back. */
  readonly ends: string[] = [];
  readonly errors: unknown[] = [];
  readonly #tasks = new WaitGroup();

  /** A connection asks, in a task of its own. */
  ask(caller: Caller): void {
    this.#tasks.go('setupConn', async () => {
      const said = (end: string): void => {
        this.ends.push(`${caller.name}: ${end}, at ${runtime().now()} ms`);
        moment(`${caller.name} has come back`);
      };
      try {
        await checkpoint(caller, this.stage, this.quit);
      } catch (error) {
        this.errors.push(error);
        if (!isExpected(error)) throw error;
        said(inWords(error));
        return;
      }
      said(passes);
    });
  }

  /** Something that happens beside the callers. */
  at(ms: number, what: () => unknown): void {
    this.#tasks.go('run', async () => {
      await sleep(ms);
      await what();
    });
  }

  async over(): Promise<void> {
    await this.#tasks.wait();
  }
}

/** Errors that a checkpoint may end with; others are faults of the code under test. */
function isExpected(error: unknown): error is Error {
  return error instanceof DiscError || error instanceof ServerStopped || error === odd;
}

function inWords(error: Error): string {
  if (error instanceof DiscError) return `it is refused with ${error.reason}`;
  return error === odd ? 'an error of another kind' : stops;
}

const odd = new Error('a refusal that is no reason');

/** Runs `scene`, and says what is left waiting when all should be over. */
async function play(
  scene: (gate: Gate) => void | Promise<void>,
): Promise<{ gate: Gate; left: string[]; took: number }> {
  const { value, left, duration } = await runTasks(async () => {
    const gate = new Gate();
    await scene(gate);
    await gate.over();
    return gate;
  });
  const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
  return { gate: value, left: waiting, took: duration };
}

const refusal = (reason: DiscReason): DiscError => new DiscError(reason);

describe('checkpoint', () => {
  it('hands over the very connection that asks', async () => {
    const { gate } = await play((gate) => {
      const caller = new Caller('B');
      gate.ask(caller);
      gate.at(0, async () => {
        const taken = await gate.stage.recv();
        expect(taken === caller, 'the run loop got the same object').toBe(true);
        await caller.cont.send(undefined);
      });
    });
    expect(gate.ends, 'how it ended').toEqual([`B: ${passes}, at 0 ms`]);
  });

  it('lets the connection pass when the verdict is undefined', async () => {
    const { gate } = await play((gate) => {
      gate.ask(new Caller('B'));
      gate.at(0, async () => (await gate.stage.recv()).cont.send(undefined));
    });
    expect(gate.ends, 'the run loop had nothing against it').toEqual([
      `B: ${passes}, at 0 ms`,
    ]);
  });

  it.each([
    ['4, too many peers', refusal(discTooManyPeers)],
    ['5, already connected', refusal(discAlreadyConnected)],
    ['no reason at all', odd],
  ])('throws the very refusal that came: %s', async (_, verdict) => {
    const { gate } = await play((gate) => {
      gate.ask(new Caller('B'));
      gate.at(0, async () => (await gate.stage.recv()).cont.send(verdict));
    });
    expect(gate.ends, 'what came of a refusal').toEqual([
      `B: ${inWords(verdict)}, at 0 ms`,
    ]);
    expect(
      gate.errors[0] === verdict,
      'it threw the error that the run loop gave',
    ).toBe(true);
  });

  it('waits until the run loop has time to take it', async () => {
    const { gate } = await play((gate) => {
      gate.ask(new Caller('B'));
      // It tries, so that who has left by then is told when, and not that nothing goes on.
      gate.at(anHour, () => gate.stage.tryRecv()?.value.cont.send(undefined));
    });
    expect(
      gate.ends,
      about('B has come back', 'the run loop was busy for an hour'),
    ).toEqual([`B: ${passes}, at ${anHour} ms`]);
  });

  it('waits for the verdict, however long the run loop thinks', async () => {
    const { gate } = await play((gate) => {
      gate.ask(new Caller('B'));
      gate.at(0, async () => {
        const { cont } = await gate.stage.recv();
        await sleep(anHour);
        cont.trySend(refusal(discTooManyPeers));
      });
    });
    expect(
      gate.ends,
      about('B has come back', 'the verdict was a 4, and came after an hour'),
    ).toEqual([`B: it is refused with 4, at ${anHour} ms`]);
  });

  it('asks once', async () => {
    const { gate } = await play((gate) => {
      gate.ask(new Caller('B'));
      gate.at(0, async () => {
        const { cont } = await gate.stage.recv();
        await sleep(1);
        moment('the run loop looks for a second question');
        expect(
          gate.stage.tryRecv() === undefined,
          about(
            'the run loop looks for a second question',
            'nothing was offered a second time while the run loop thought',
          ),
        ).toBe(true);
        await cont.send(undefined);
        await sleep(1);
        expect(
          gate.stage.tryRecv() === undefined,
          'nothing was offered again after the verdict',
        ).toBe(true);
      });
    });
    expect(gate.ends, 'how it ended').toEqual([`B: ${passes}, at 1 ms`]);
  });

  it('gives each of two connections its own verdict, in whatever order they come', async () => {
    const { gate } = await play((gate) => {
      gate.ask(new Caller('B'));
      gate.ask(new Caller('C'));
      gate.at(0, async () => {
        const [first, second] = [await gate.stage.recv(), await gate.stage.recv()];
        await sleep(1);
        await second.cont.send(refusal(discAlreadyConnected));
        await sleep(1);
        await first.cont.send(undefined);
      });
    });
    expect(
      gate.ends,
      'B asked first. C was answered first, with a 5; then B was let in',
    ).toEqual(['C: it is refused with 5, at 1 ms', `B: ${passes}, at 2 ms`]);
  });

  describe('when the server stops', () => {
    it('gives up before the run loop has taken the connection', async () => {
      const { gate, left } = await play((gate) => {
        gate.ask(new Caller('B'));
        gate.at(700, () => {
          gate.quit.close();
        });
      });
      expect(gate.ends, 'nobody took the connection; quit closed at 700 ms').toEqual([
        `B: ${stops}, at 700 ms`,
      ]);
      expect(left, 'tasks that are left').toEqual([]);
    });

    it('gives up after the run loop has taken it, without a verdict', async () => {
      const { gate, left } = await play((gate) => {
        gate.ask(new Caller('B'));
        gate.at(0, async () => {
          await gate.stage.recv();
          await sleep(700);
          gate.quit.close();
        });
      });
      expect(
        gate.ends,
        'the run loop took the connection and did not answer; quit closed at 700 ms',
      ).toEqual([`B: ${stops}, at 700 ms`]);
      expect(left, 'tasks that are left').toEqual([]);
    });

    it('gives up at once if it has stopped already', async () => {
      const { gate } = await play((gate) => {
        gate.quit.close();
        gate.ask(new Caller('B'));
      });
      expect(gate.ends, 'quit was closed before it asked').toEqual([
        `B: ${stops}, at 0 ms`,
      ]);
    });

    it('offers nothing any more once it has given up', async () => {
      await play(async (gate) => {
        gate.ask(new Caller('B'));
        await sleep(1);
        gate.quit.close();
        await gate.over();
        await sleep(1);
        expect(
          gate.stage.tryRecv() === undefined,
          'after it gave up, its connection could still be taken',
        ).toBe(true);
      });
    });

    it('takes no verdict any more once it has given up', async () => {
      await play(async (gate) => {
        const caller = new Caller('B');
        gate.ask(caller);
        await gate.stage.recv();
        gate.quit.close();
        await gate.over();
        await sleep(1);
        expect(
          caller.cont.trySend(undefined),
          'after it gave up, somebody still took a verdict',
        ).toBe(false);
      });
    });

    it.each([
      ['lets pass', undefined, passes],
      ['refuses', refusal(discTooManyPeers), 'it is refused with 4'],
    ])(
      'keeps a verdict that it has taken, though the server stops in that moment: it %s',
      async (_, verdict, end) => {
        const { gate } = await play((gate) => {
          gate.ask(new Caller('B'));
          gate.at(0, async () => {
            const { cont } = await gate.stage.recv();
            await sleep(700);
            expect(cont.trySend(verdict), 'it waits for the verdict').toBe(true);
            gate.quit.close();
          });
        });
        expect(
          gate.ends,
          'it took the verdict at 700 ms, and then the server stopped',
        ).toEqual([`B: ${end}, at 700 ms`]);
      },
    );

    it('lets go of every connection, and leaves no task behind', async () => {
      const { gate, left, took } = await play((gate) => {
        for (const name of ['B', 'C', 'D']) gate.ask(new Caller(name));
        gate.at(0, async () => {
          await gate.stage.recv();
          await sleep(700);
          gate.quit.close();
        });
      });
      expect(gate.ends.length, 'connections that came back, of three').toBe(3);
      expect(
        gate.ends.every((end) => end.endsWith(`${stops}, at 700 ms`)),
        `all three gave up at 700 ms: ${gate.ends.join('; ')}`,
      ).toBe(true);
      expect(left, 'tasks that are left').toEqual([]);
      expect(took, 'quit closed at 700 ms; the last was back at').toBe(700);
    });
  });
});
