import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { about, moment } from '#kit/steps.ts';
import { addUp } from './exercise.ts';

/** A waiter, a cashier and guests, and the two channels between them. */
class Room {
  readonly amounts = new Chan<number>('amounts');
  readonly bill = new Chan<number>('bill');
  /** What guests have taken, in order. */
  readonly bills: number[] = [];
  /** When the cashier was done with a guest. */
  readonly doneAt: number[] = [];
  readonly #tasks = new WaitGroup();

  /** Calls out amounts, one after the other. */
  waiter(amounts: readonly number[], everyMs = 0): void {
    this.#tasks.go('waiter', async () => {
      for (const amount of amounts) {
        await sleep(everyMs);
        await this.amounts.send(amount);
      }
    });
  }

  /** The reader's function, for so many guests. */
  cashier(guests = 1): void {
    this.#tasks.go('cashier', async () => {
      for (let i = 0; i < guests; i++) {
        await addUp(this.amounts, this.bill);
        this.doneAt.push(runtime().now());
      }
    });
  }

  /** Comes after `ms`, and takes every bill that there is. */
  guest(ms = 0): void {
    this.#tasks.go('guest', async () => {
      await sleep(ms);
      if (ms > 0) moment('the guest comes');
      for (;;) this.bills.push(await this.bill.recv());
    });
  }
}

/** What guests were given after `amounts` were called out. */
async function billsFor(amounts: readonly number[], guests = 1): Promise<string> {
  const { value } = await runTasks(async () => {
    const room = new Room();
    room.guest();
    room.cashier(guests);
    room.waiter(amounts);
    await sleep(1);
    return room.bills;
  });
  return value.map((sum) => `a bill of ${sum}`).join(', ') || 'no bill';
}

describe('addUp', () => {
  it.each([
    ['two amounts', [3, 4, 0], 7],
    ['one amount', [5, 0], 5],
    ['many amounts', [1, 2, 3, 4, 5, 6, 0], 21],
    ['nothing at all', [0], 0],
    ['amounts of which one is taken off', [9, -2, 3, 0], 10],
  ])('sends the sum of %s', async (_, amounts, sum) => {
    const called = amounts.join(', ');
    expect(await billsFor(amounts), `${called} were called out; the guest got`).toBe(
      `a bill of ${sum}`,
    );
  });

  it('sends the sum of whatever is called out', async () => {
    const random = new Prng('W1');
    for (let round = 0; round < 20; round++) {
      const amounts = Array.from(
        { length: random.below(9) },
        () => 1 + random.below(9),
      );
      const sum = amounts.reduce((all, amount) => all + amount, 0);
      const called = [...amounts, 0];
      expect(
        await billsFor(called),
        `${called.join(', ')} were called out; the guest got`,
      ).toBe(`a bill of ${sum}`);
    }
  });

  it('waits for amounts that come late', async () => {
    const { value } = await runTasks(async () => {
      const room = new Room();
      room.guest();
      room.cashier();
      room.waiter([3, 4, 0], 700);
      await sleep(2_099);
      const early = room.bills.length;
      await sleep(2);
      return { early, bills: room.bills };
    });
    expect(value.early, 'bills that were sent before the 0 came').toBe(0);
    expect(value.bills, '3, 4 and 0 came at 700, 1400 and 2100 ms; the bills').toEqual([
      7,
    ]);
  });

  it('waits until the guest takes the bill', async () => {
    const { value } = await runTasks(async () => {
      const room = new Room();
      room.cashier();
      room.waiter([3, 4, 0]);
      room.guest(700.5);
      await sleep(699);
      const early = room.doneAt.length;
      await sleep(2);
      return { early, bills: room.bills, doneAt: room.doneAt[0] };
    });
    expect(
      value.early,
      about('the guest comes', 'times that `addUp` was over before the guest came'),
    ).toBe(0);
    expect(value.bills, 'the guest came at 700.5 ms; the bills that it got').toEqual([
      7,
    ]);
    expect(
      value.doneAt,
      'the guest took the bill at 700.5 ms; `addUp` was over at',
    ).toBe(700.5);
  });

  it('leaves what comes after the 0 to the next guest', async () => {
    const amounts = [3, 4, 0, 10, 20, 0];
    expect(
      await billsFor(amounts),
      `${amounts.join(', ')} were called out, \`addUp\` ran once; the guests got`,
    ).toBe('a bill of 7');
    expect(
      await billsFor(amounts, 2),
      `${amounts.join(', ')} were called out, \`addUp\` ran twice; the guests got`,
    ).toBe('a bill of 7, a bill of 30');
    const { value } = await runTasks(async () => {
      const room = new Room();
      room.guest();
      room.cashier();
      room.waiter(amounts);
      await sleep(1);
      return room.amounts.tryRecv()?.value;
    });
    expect(value, '`addUp` was over after the 0; the next amount that waits').toBe(10);
  });

  it('takes nothing more while it waits for the guest', async () => {
    const { value } = await runTasks(async () => {
      const room = new Room();
      room.cashier();
      room.waiter([3, 4, 0, 5]);
      await sleep(1);
      return room.amounts.tryRecv()?.value;
    });
    expect(value, 'nobody has taken the bill yet; the next amount that waits').toBe(5);
  });

  it('adds up two bills at the same time', async () => {
    const { value } = await runTasks(async () => {
      const rooms = [new Room(), new Room()];
      for (const room of rooms) {
        room.guest();
        room.cashier();
      }
      rooms[0]?.waiter([3, 4, 0], 100);
      rooms[1]?.waiter([10, 20, 0], 100);
      await sleep(1_000);
      return rooms.map(({ bills }) => bills.join(', '));
    });
    expect(
      value,
      'two cashiers, one hears 3, 4, 0 and the other 10, 20, 0; their bills',
    ).toEqual(['7', '30']);
  });

  it('leaves no task behind', async () => {
    const { left } = await runTasks(async () => {
      const room = new Room();
      new WaitGroup().go('guest', async () => {
        await room.bill.recv();
      });
      room.cashier();
      room.waiter([3, 4, 0]);
      await sleep(1);
    });
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left when the bill is paid').toEqual([]);
  });
});
