import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Prng } from '#impl/sim/prng.ts';
import { Blocked, runTasks } from '#kit/run-tasks.ts';
import { moment } from '#kit/steps.ts';
import { cookAll, type Dish } from './exercise.ts';

/** What the test sees of a dish. */
class Pot implements Dish {
  readonly name: string;
  readonly ms: number;
  readonly begunAt: number[] = [];
  readyAt: number | undefined;

  constructor(name: string, ms: number) {
    this.name = name;
    this.ms = ms;
  }

  async cook(): Promise<void> {
    moment(`${this.name} on the stove`);
    this.begunAt.push(runtime().now());
    await sleep(this.ms);
    this.readyAt = runtime().now();
    moment(`${this.name} ready`);
  }
}

const meal = (): Pot[] => [
  new Pot('soup', 30),
  new Pot('rice', 20),
  new Pot('fish', 10),
];

function inWords(dishes: readonly Pot[]): string {
  return dishes.map(({ name, ms }) => `${name} (${ms})`).join(', ');
}

describe('cookAll', () => {
  it('gives the names in the order in which dishes are ready', async () => {
    const { value } = await runTasks(() => cookAll(meal()));
    expect(value, 'soup takes 30 minutes, rice 20, fish 10; ready were').toEqual([
      'fish',
      'rice',
      'soup',
    ]);
  });

  it('takes as long as the slowest dish', async () => {
    const { duration } = await runTasks(() => cookAll(meal()));
    expect(duration, 'soup takes 30 minutes, rice 20, fish 10; the meal took').toBe(30);
  });

  it('begins all dishes at once, each one once', async () => {
    const { value } = await runTasks(async () => {
      const dishes = meal();
      await cookAll(dishes);
      return dishes.map(
        ({ name, begunAt }) => `${name} at ${begunAt.join(' and at ') || 'no time'}`,
      );
    });
    expect(value, 'the dishes were begun').toEqual([
      'soup at 0',
      'rice at 0',
      'fish at 0',
    ]);
  });

  it('is over when every dish is ready, not before', async () => {
    const { value } = await runTasks(async () => {
      const dishes = meal();
      await cookAll(dishes);
      return dishes.filter(({ readyAt }) => readyAt === undefined);
    });
    const raw = value.map(({ name }) => name);
    expect(raw, 'the meal was served; dishes that were not ready').toEqual([]);
  });

  it('cooks whatever is asked for', async () => {
    const random = new Prng('W5');
    for (let round = 0; round < 20; round++) {
      const dishes = Array.from(
        { length: random.below(6) },
        (_, index) => new Pot(`dish ${index}`, 1 + 6 * random.below(50) + index),
      );
      const { value } = await runTasks(() => cookAll(dishes));
      const byTime = [...dishes].sort((a, b) => a.ms - b.ms).map(({ name }) => name);
      expect(value, `asked for ${inWords(dishes)}; ready were`).toEqual(byTime);
    }
  });

  it('cooks a dish twice that is asked for twice', async () => {
    const dishes = [new Pot('soup', 30), new Pot('rice', 20), new Pot('soup', 10)];
    const { value } = await runTasks(() => cookAll(dishes));
    expect(value, `asked for ${inWords(dishes)}; ready were`).toEqual([
      'soup',
      'rice',
      'soup',
    ]);
  });

  it('cooks two meals at the same time', async () => {
    const { value } = await runTasks(async () => {
      const [lunch, tea] = [meal(), [new Pot('tea', 5), new Pot('cake', 25)]];
      const lists: string[] = [];
      const cooks = new WaitGroup();
      for (const dishes of [lunch, tea]) {
        cooks.go('a meal', async () => {
          lists.push((await cookAll(dishes)).join(', '));
        });
      }
      await cooks.wait();
      return lists;
    });
    expect(
      value,
      'tea and cake in one kitchen, fish, rice and soup in another; ready were',
    ).toEqual(['tea, cake', 'fish, rice, soup']);
  });

  it('with nothing to cook is over at once', async () => {
    const { value, duration } = await runTasks(() => cookAll([]));
    expect(value, 'no dish was asked for; ready were').toEqual([]);
    expect(duration, 'the meal took').toBe(0);
  });

  it('cooks dishes that need each other', async () => {
    const { value } = await runTasks(async () => {
      const stock = new Chan<string>('stock');
      const sauce: Dish = {
        name: 'sauce',
        cook: async () => {
          await stock.recv();
        },
      };
      const soup: Dish = {
        name: 'soup',
        cook: async () => {
          await sleep(10);
          await stock.send('a cup of stock');
          await sleep(10);
        },
      };
      return cookAll([sauce, soup]);
    });
    expect(value, 'the sauce waits for stock from the soup pot; ready were').toEqual([
      'sauce',
      'soup',
    ]);
  });

  it('starts tasks under the names of their dishes', async () => {
    const names = ['soup', 'rice'];
    const alive: string[] = [];
    try {
      await runTasks(() => {
        const never = new Done('never');
        return cookAll(names.map((name) => ({ name, cook: () => never.wait() })));
      });
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      alive.push(
        ...error.tasks.map(({ task }) => task).filter((task) => task !== 'main'),
      );
    }
    for (const name of names) {
      expect(
        alive.includes(name) ? name : alive.join(', '),
        `soup and rice never became ready; the task that still cooks ${name} is called`,
      ).toBe(name);
    }
  });

  it('leaves no task behind', async () => {
    const { left } = await runTasks(() => cookAll(meal()));
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'the meal was served; tasks that are left').toEqual([]);
  });
});
