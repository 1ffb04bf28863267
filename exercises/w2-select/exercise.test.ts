import { describe, expect, it } from 'vitest';
import { Chan } from '#impl/csp/chan.ts';
import { runtime } from '#impl/csp/runtime.ts';
import { sleep } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Prng } from '#impl/sim/prng.ts';
import { runTasks } from '#kit/run-tasks.ts';
import { takeOrders } from './exercise.ts';

type Side = 'left' | 'right';
type Call = readonly [atMs: number, side: Side, order: string];

/** Two tables, and what the waiter has noted. */
class Room {
  readonly left = new Chan<string>('left');
  readonly right = new Chan<string>('right');
  /** Lists that the waiter gave, each with its time. */
  readonly lists: { readonly orders: readonly string[]; readonly atMs: number }[] = [];
  readonly #tasks = new WaitGroup();

  /** A guest calls out an order, and waits until the waiter has heard it. */
  call([atMs, side, order]: Call): void {
    this.#tasks.go(`${order} on the ${side}`, async () => {
      await sleep(atMs);
      await this[side].send(order);
    });
  }

  /** The reader's function. */
  waiter(count: number): void {
    this.#tasks.go('waiter', async () => {
      const orders: unknown = await takeOrders(this.left, this.right, count);
      if (!isList(orders)) {
        expect.fail('`takeOrders` gave back something else than a list of texts');
      }
      this.lists.push({ orders, atMs: runtime().now() });
    });
  }

  /** Orders that still wait at a table; takes them. */
  unheard(): string[] {
    const found: string[] = [];
    for (const side of ['left', 'right'] as const) {
      for (let next = this[side].tryRecv(); next; next = this[side].tryRecv())
        found.push(`${side}: ${next.value}`);
    }
    return found;
  }
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** What a waiter notes who is asked for `count` orders, and what still waits then. */
async function serve(
  count: number,
  calls: readonly Call[],
  schedule = '',
): Promise<{ room: Room; orders: readonly string[]; unheard: string[] }> {
  const { value } = await runTasks(
    async () => {
      const room = new Room();
      room.waiter(count);
      for (const call of calls) room.call(call);
      await sleep(10_000);
      return { room, unheard: room.unheard() };
    },
    { schedule },
  );
  const orders = value.room.lists[0]?.orders ?? ['the waiter still waits'];
  return { ...value, orders };
}

function inWords(calls: readonly Call[]): string {
  return calls
    .map(([atMs, side, order]) => `${order} (${side}, ${atMs} ms)`)
    .join(', ');
}

/** Ways to draw among what is ready at once. */
const schedules = Array.from({ length: 8 }, (_, index) => {
  const random = new Prng(`W2 ${index}`);
  return Array.from({ length: 300 }, () => random.below(2)).join('');
});

describe('takeOrders', () => {
  const both: readonly Call[] = [
    [100, 'left', 'soup'],
    [200, 'right', 'fish'],
    [300, 'left', 'tea'],
  ];
  it.each([
    ['one order from the left', [[100, 'left', 'soup']]],
    ['one order from the right', [[100, 'right', 'fish']]],
    ['orders from both tables', both],
    [
      'the same order twice, from the same table',
      [
        [100, 'left', 'tea'],
        [200, 'left', 'tea'],
        [300, 'right', 'fish'],
      ],
    ],
    [
      'three orders from the right, none from the left',
      [
        [100, 'right', 'fish'],
        [200, 'right', 'rice'],
        [300, 'right', 'plums'],
      ],
    ],
  ] as readonly (readonly [string, readonly Call[]])[])(
    'notes %s',
    async (_, calls) => {
      const { orders } = await serve(calls.length, calls);
      expect(orders, `called out were ${inWords(calls)}; the list is`).toEqual(
        calls.map(([, side, order]) => `${side}: ${order}`),
      );
    },
  );

  it('notes whatever is called out, as it comes', async () => {
    const random = new Prng('W2');
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 1 + random.below(6) }, (_, index): Call => [
        100 * (index + 1),
        random.below(2) === 0 ? 'left' : 'right',
        `dish ${index}`,
      ]);
      const { orders } = await serve(calls.length, calls);
      expect(orders, `called out were ${inWords(calls)}; the list is`).toEqual(
        calls.map(([, side, order]) => `${side}: ${order}`),
      );
    }
  });

  it('is done as soon as it has them', async () => {
    const { room } = await serve(3, [
      [100, 'right', 'fish'],
      [200, 'left', 'soup'],
      [700.5, 'right', 'rice'],
    ]);
    expect(
      room.lists[0]?.atMs,
      'the third order came at 700.5 ms; the list was there at',
    ).toBe(700.5);
  });

  it('asked for none, takes none', async () => {
    const { orders, unheard } = await serve(0, [[0, 'left', 'soup']]);
    expect(orders, 'the list').toEqual([]);
    expect(unheard, 'orders that still wait').toEqual(['left: soup']);
  });

  it('leaves an order that comes later to whoever asks next', async () => {
    const { orders, unheard } = await serve(1, [
      [100, 'left', 'soup'],
      [200, 'right', 'fish'],
      [300, 'left', 'tea'],
    ]);
    expect(orders, 'asked for one order; the list').toEqual(['left: soup']);
    expect(unheard, 'orders that still wait').toEqual(['left: tea', 'right: fish']);
  });

  it('loses nothing when both tables call in the same moment', async () => {
    for (const schedule of schedules) {
      const calls: readonly Call[] = [
        [100, 'left', 'soup'],
        [100, 'right', 'fish'],
      ];
      const all = ['left: soup', 'right: fish'];
      const two = await serve(2, calls, schedule);
      expect(
        [...two.orders].sort(),
        'both called at 100 ms; asked for two, it noted',
      ).toEqual(all);
      const one = await serve(1, calls, schedule);
      expect(
        one.orders.length,
        'both called at 100 ms; asked for one, it noted so many orders',
      ).toBe(1);
      expect(
        [...one.orders, ...one.unheard].sort(),
        'both called at 100 ms; asked for one, it noted one and the other waits',
      ).toEqual(all);
    }
  });

  it('hears both tables, though one of them never stops calling', async () => {
    for (const loud of ['left', 'right'] as const) {
      const quiet = loud === 'left' ? 'right' : 'left';
      const calls = Array.from({ length: 40 }, (_, i): Call => [0, loud, `dish ${i}`]);
      const { orders } = await serve(30, [...calls, [0, quiet, 'fish']], schedules[0]);
      expect(
        orders.find((order) => order.startsWith(quiet)) ?? 'nothing',
        `the ${loud} table calls 40 times, the ${quiet} one once; of 30 orders noted, the ${quiet} one’s`,
      ).toBe(`${quiet}: fish`);
    }
  });

  it('takes orders in two rooms at the same time', async () => {
    const { value } = await runTasks(async () => {
      const rooms = [new Room(), new Room()];
      for (const room of rooms) room.waiter(2);
      for (const atMs of [100, 200]) {
        rooms[0]?.call([atMs, 'left', `soup at ${atMs}`]);
        rooms[1]?.call([atMs, 'right', `fish at ${atMs}`]);
      }
      await sleep(1_000);
      return rooms.map(({ lists }) => lists[0]?.orders.join(', ') ?? 'no list');
    });
    expect(
      value,
      'two waiters, one hears soup on the left and the other fish on the right; their lists',
    ).toEqual([
      'left: soup at 100, left: soup at 200',
      'right: fish at 100, right: fish at 200',
    ]);
  });

  it('leaves no task behind', async () => {
    const { left } = await runTasks(async () => {
      const room = new Room();
      room.waiter(1);
      room.call([100, 'left', 'soup']);
      await sleep(1_000);
    });
    const waiting = left.map(({ task, on }) => `${task} waits for ${on}`);
    expect(waiting, 'tasks that are left when the list is there').toEqual([]);
  });
});
