import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { carry } from './exercise.ts';

/** A kitchen, guests, and a runner between them. */
class House {
  readonly kitchen: Chan<string>;
  readonly guests: Chan<string>;
  readonly closed = new Done('closing time');
  /** What guests have taken. */
  readonly eaten: string[] = [];
  /** What the runner has taken from the kitchen. */
  readonly cooked: string[] = [];
  #home: number | undefined;
  readonly #tasks = new WaitGroup();

  /** @param room for dishes, in the kitchen and with the guests */
  constructor(room = 0) {
    this.kitchen = new Chan('kitchen', room);
    this.guests = new Chan('guests', room);
  }

  /** The reader's function. */
  runner(): void {
    this.#tasks.go('runner', async () => {
      await carry(this.kitchen, this.guests, this.closed);
      this.#home = runtime().now();
    });
  }

  /** Offers dishes, one after the other. */
  cook(...dishes: readonly string[]): void {
    this.#tasks.go('cook', async () => {
      for (const dish of dishes) {
        await this.kitchen.send(dish);
        this.cooked.push(dish);
      }
    });
  }

  /** Comes after `ms`, and takes so many dishes. */
  guest(ms: number, count: number): void {
    this.#tasks.go('guest', async () => {
      await sleep(ms);
      for (let i = 0; i < count; i++) this.eaten.push(await this.guests.recv());
    });
  }

  get runnerWord(): string {
    return this.#home === undefined ? 'still at work' : `home at ${this.#home} ms`;
  }
}

/** A house that closes after `closesMs`, looked at one millisecond later. */
function open(
  closesMs: number,
  happens: (house: House) => void,
  schedule = '',
): Promise<{ value: House; left: readonly { task: string; on: string }[] }> {
  return runTasks(
    async () => {
      const house = new House();
      house.runner();
      happens(house);
      await sleep(closesMs);
      moment('closing time');
      house.closed.close();
      await sleep(1);
      return house;
    },
    { schedule },
  );
}

/** Ways to draw among what is ready at once. */
const schedules = Array.from({ length: 8 }, (_, index) => {
  const random = new Prng(`W3 ${index}`);
  return Array.from({ length: 600 }, () => random.below(2)).join('');
});

describe('carry, while the house is open', () => {
  it('carries each dish to a guest, in order', async () => {
    const { value } = await open(700, (house) => {
      house.cook('soup', 'fish', 'tea');
      house.guest(0, 9);
    });
    expect(value.eaten, 'the kitchen gave soup, fish, tea; the guests got').toEqual([
      'soup',
      'fish',
      'tea',
    ]);
  });

  it('holds a dish out until a guest comes', async () => {
    const { value } = await open(900, (house) => {
      house.cook('soup', 'fish');
      house.guest(700, 9);
    });
    expect(value.eaten, 'a guest came at 700 ms, and got').toEqual(['soup', 'fish']);
  });

  it('has one dish in its hands, not two', async () => {
    const { value } = await runTasks(async () => {
      const house = new House();
      house.runner();
      house.cook('soup', 'fish', 'tea');
      await sleep(1);
      return house.cooked;
    });
    expect(value, 'no guest was there; taken from the kitchen were').toEqual(['soup']);
  });
});

describe('carry, at closing time', () => {
  it('goes home from the kitchen, where no dish comes', async () => {
    const { value } = await open(700.5, () => undefined);
    expect(
      value.runnerWord,
      about('closing time', 'it closed at 700.5 ms; the runner is'),
    ).toBe('home at 700.5 ms');
  });

  it('goes home from the guests, where nobody takes the dish', async () => {
    const { value } = await open(700.5, (house) => house.cook('soup'));
    expect(
      value.runnerWord,
      about(
        'closing time',
        'it closed at 700.5 ms, when the runner held out a dish; the runner is',
      ),
    ).toBe('home at 700.5 ms');
  });

  it('goes home when it has closed already', async () => {
    const { value } = await open(0, (house) => house.closed.close());
    expect(
      value.runnerWord,
      about('closing time', 'it was closed from the beginning; the runner is'),
    ).toBe('home at 0 ms');
  });

  it('goes home after work, too', async () => {
    const { value } = await open(700, (house) => {
      house.cook('soup', 'fish');
      house.guest(0, 2);
    });
    expect(
      value.runnerWord,
      about('closing time', 'it closed at 700 ms; the runner is'),
    ).toBe('home at 700 ms');
  });

  it('takes nothing more from the kitchen', async () => {
    for (const schedule of ['', ...schedules]) {
      const { value } = await open(
        700,
        (house) => house.cook('soup', 'fish', 'tea'),
        schedule,
      );
      expect(
        value.cooked,
        about(
          'closing time',
          'it closed while the soup was held out; taken from the kitchen were',
        ),
      ).toEqual(['soup']);
    }
  });

  it('takes nothing that comes with the signal', async () => {
    const { value } = await runTasks(async () => {
      const house = new House(1); // a dish can lie there before the runner wakes
      house.runner();
      await sleep(700);
      moment('closing time');
      house.closed.close();
      house.kitchen.trySend('soup');
      await sleep(1);
      return house.kitchen.tryRecv()?.value;
    });
    expect(
      value ?? 'nothing',
      about(
        'closing time',
        'the runner stood at the kitchen; it closed, and then a soup came; in the kitchen lies',
      ),
    ).toBe('soup');
  });

  it('offers the dish in its hands no longer', async () => {
    const { value } = await open(700, (house) => house.cook('soup'));
    const offered = value.guests.tryRecv();
    expect(
      offered?.value ?? 'nothing',
      about('closing time', 'a guest who comes after closing time gets'),
    ).toBe('nothing');
  });

  it('does not stand at the kitchen any more', async () => {
    const { value } = await open(700, () => undefined);
    expect(
      value.kitchen.trySend('soup') ? 'a dish was taken' : 'no dish was taken',
      'the cook offers a dish after closing time',
    ).toBe('no dish was taken');
  });

  it('goes home though there is always more to carry', async () => {
    const dishes = Array.from({ length: 60 }, (_, index) => `dish ${index}`);
    for (const schedule of schedules) {
      const { value } = await runTasks(
        async () => {
          const house = new House(dishes.length); // so no wait is needed on either side
          for (const dish of dishes) house.kitchen.trySend(dish);
          house.closed.close();
          house.runner();
          await sleep(1);
          return house;
        },
        { schedule },
      );
      expect(
        value.runnerWord,
        'it is closed, and 60 dishes are there; the runner is',
      ).toBe('home at 0 ms');
      expect(
        value.kitchen.length,
        'it is closed, 60 dishes were there; what the runner left in the kitchen',
      ).toBeGreaterThan(0);
    }
  });

  it('leaves no task behind', async () => {
    const { left } = await open(700, (house) => {
      house.cook('soup', 'fish');
      house.guest(0, 2);
    });
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left after closing time').toEqual([]);
  });
});
