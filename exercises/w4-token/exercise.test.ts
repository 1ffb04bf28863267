import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { outcome, type Outcome } from '#kit/outcome.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { withOven } from './exercise.ts';

class Burnt extends Error {}

let kitchens = 0;
const itsToken = 'the value that was received';

/** One oven, its token, and what happened in it. */
class Kitchen {
  readonly token = new Chan<string>('token', 1);
  /** Who went in and out, and when. */
  readonly door: string[] = [];
  /** How many were in at the same time, at most. */
  most = 0;
  #inside = 0;
  readonly #tasks = new WaitGroup();
  /** Of each kitchen another one: who has not received it cannot send it. */
  readonly #key = `key ${(kitchens += 1)}`;
  /**
   * Whoever leaves a baking alone is told by the tests. Here its end is waited for, since
   * Firefox notes each promise that fails alone as an error of the page.
   */
  readonly #ends: Promise<Outcome<string>>[] = []; // BOUNDED by the bakings of a test

  constructor(isFree = true) {
    if (isFree) this.putToken();
  }

  putToken(): void {
    this.token.trySend(this.#key);
  }

  /** The reader's function, around `ms` of baking. */
  bake(cook: string, ms: number, bakes: () => string = () => 'bread'): Promise<string> {
    return withOven(this.token, () => {
      const baking = this.#useOven(cook, ms, bakes);
      this.#ends.push(outcome(baking));
      return baking;
    });
  }

  async #useOven(cook: string, ms: number, bakes: () => string): Promise<string> {
    this.#say(`${cook} in`);
    this.most = Math.max(this.most, ++this.#inside);
    try {
      await sleep(ms);
      return bakes();
    } finally {
      this.#inside--;
      this.#say(`${cook} out`);
    }
  }

  /** A cook who bakes so many times, `ms` each. */
  cook(name: string, ms: number, times = 1): void {
    this.#tasks.go(name, async () => {
      for (let i = 0; i < times; i++) await this.bake(name, ms);
    });
  }

  /** Waits until every cook is done. */
  wait(): Promise<void> {
    return this.#tasks.wait();
  }

  #say(what: string): void {
    moment(what);
    this.door.push(`${what} at ${runtime().now()} ms`);
  }

  /** What lies in the token's channel, in words. */
  get lies(): string {
    const value = this.token.tryRecv()?.value;
    if (value === undefined) return 'nothing';
    return value === this.#key ? itsToken : `another value, “${value}”`;
  }
}

const burns = (): string => {
  throw new Burnt('the bread is burnt');
};

describe('withOven', () => {
  it('gives what bake gives', async () => {
    const { value } = await runTasks(() => new Kitchen().bake('Ann', 10));
    expect(value, '`bake` gave bread; `withOven` gave').toBe('bread');
  });

  it('gives nothing if bake gives nothing', async () => {
    const { value } = await runTasks(() =>
      outcome(withOven(new Kitchen().token, () => sleep(10))),
    );
    expect(value.status, '`bake` gave nothing, and no error; `withOven`').toBe(
      'fulfilled',
    );
  });

  it('lets one bake after the other', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen();
      kitchen.cook('Ann', 10);
      kitchen.cook('Bob', 10);
      kitchen.cook('Eve', 10);
      await kitchen.wait();
      return kitchen;
    });
    expect(value.most, about('Bob in', 'cooks at the oven at the same time')).toBe(1);
    expect(value.door, 'three cooks, 10 ms of baking each; at the door').toEqual([
      'Ann in at 0 ms',
      'Ann out at 10 ms',
      'Bob in at 10 ms',
      'Bob out at 20 ms',
      'Eve in at 20 ms',
      'Eve out at 30 ms',
    ]);
  });

  it('waits for the token before it bakes', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen(false);
      kitchen.cook('Ann', 10);
      await sleep(700.5);
      const early = [...kitchen.door];
      kitchen.putToken();
      await kitchen.wait();
      return { early, door: kitchen.door };
    });
    expect(value.early, 'there was no token until 700.5 ms; at the door').toEqual([]);
    expect(value.door, 'the token came at 700.5 ms; at the door').toEqual([
      'Ann in at 700.5 ms',
      'Ann out at 710.5 ms',
    ]);
  });

  it('has the token while it bakes', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen();
      kitchen.cook('Ann', 10);
      await sleep(5);
      return kitchen.lies;
    });
    expect(value, 'while bread is in the oven, in the channel lies').toBe('nothing');
  });

  it('puts back the token that it took', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen();
      await kitchen.bake('Ann', 10);
      await kitchen.bake('Bob', 10);
      return kitchen.lies;
    });
    expect(value, 'after two bakings, in the channel lies').toBe(itsToken);
  });

  it('puts the token back when bake throws, and lets the error pass', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen();
      const end = await outcome(kitchen.bake('Ann', 10, burns));
      return { end, lies: kitchen.lies };
    });
    const { end, lies } = value;
    expect(
      end.status === 'rejected' ? String(end.reason) : 'no error',
      'the bread burnt; `withOven` threw',
    ).toBe('Error: the bread is burnt');
    const isTheirs = end.status === 'rejected' && end.reason instanceof Burnt;
    expect(
      isTheirs ? 'the one that `bake` threw' : 'another one with the same words',
      'the error that `withOven` threw is',
    ).toBe('the one that `bake` threw');
    expect(lies, 'the bread burnt; in the channel lies').toBe(itsToken);
  });

  it('puts the token back when bake throws before its first wait', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen();
      const end = await outcome(
        withOven(kitchen.token, () => {
          throw new Burnt('the match broke');
        }),
      );
      return { status: end.status, lies: kitchen.lies };
    });
    expect(value.status, '`bake` threw at once; `withOven`').toBe('rejected');
    expect(value.lies, '`bake` threw at once; in the channel lies').toBe(itsToken);
  });

  it('lets the next cook in after an error', async () => {
    const { value } = await runTasks(async () => {
      const kitchen = new Kitchen();
      new WaitGroup().go('Ann', async () => {
        await outcome(kitchen.bake('Ann', 10, burns));
      });
      kitchen.cook('Bob', 10);
      await kitchen.wait();
      return kitchen.door;
    });
    expect(value, 'Ann’s bread burnt; at the door').toEqual([
      'Ann in at 0 ms',
      'Ann out at 10 ms',
      'Bob in at 10 ms',
      'Bob out at 20 ms',
    ]);
  });

  it('lets two ovens be used at the same time, each with its token', async () => {
    const { value } = await runTasks(async () => {
      const [one, another] = [new Kitchen(), new Kitchen()];
      one.cook('Ann', 20);
      another.cook('Bob', 10);
      await one.wait();
      await another.wait();
      return { door: another.door, lies: [one.lies, another.lies] };
    });
    expect(value.door, 'Ann was at another oven; at the door').toEqual([
      'Bob in at 0 ms',
      'Bob out at 10 ms',
    ]);
    expect(value.lies, 'after a baking in each oven, in their channels lie').toEqual([
      itsToken,
      itsToken,
    ]);
  });

  it('leaves one token and no task behind', async () => {
    const { value, left } = await runTasks(async () => {
      const kitchen = new Kitchen();
      kitchen.cook('Ann', 10, 3);
      kitchen.cook('Bob', 7, 3);
      await kitchen.wait();
      await sleep(1);
      return [kitchen.lies, kitchen.lies];
    });
    expect(value, 'after six bakings, in the channel lie').toEqual([
      itsToken,
      'nothing',
    ]);
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left').toEqual([]);
  });
});
