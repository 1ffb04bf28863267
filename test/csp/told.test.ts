/** What a recorded run tells of channels, signals and selects, in words and in fields. */

import { expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { Signal } from '../../impl/csp/signal.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { TraceEvent } from '../../impl/csp/trace.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { simulate } from '../../impl/sim/simulate.ts';

class Telling {
  inTrace(): { msg: { code: number; size: number } } {
    return { msg: { code: 16, size: 2 } };
  }

  toString(): string {
    return 'Status';
  }
}

/** The events of one task, without time and number. */
async function eventsOf(
  task: string,
  main: (group: WaitGroup) => Promise<void>,
): Promise<readonly Partial<TraceEvent>[]> {
  const { outcome, trace } = await simulate(
    { schedule: '', record: true },
    async () => {
      const group = new WaitGroup();
      await main(group);
      await sleep(1_000);
    },
  );
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return (trace?.events ?? [])
    .filter(({ k, e }) => k === task && e !== 'start' && e !== 'end')
    .map(({ e, ch, v, on, chan, waits, msg }) =>
      Object.fromEntries(
        Object.entries({ e, ch, v, on, chan, waits, msg }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
    );
}

it('a select waits for each case by name, id and operation, and says which came', async () => {
  const events = await eventsOf('chooser', async (group) => {
    const out = new Chan<Telling>('out');
    const incoming = new Chan<Telling>('in');
    const quit = new Done('quit');
    const due = new Signal('due');
    group.go('chooser', async () => {
      await select({
        out: send(out, new Telling()),
        nobody: recv(undefined),
        incoming: recv(incoming),
        quit: recv(quit),
        due: recv(due),
      });
    });
    await sleep(1);
    await incoming.send(new Telling());
  });
  expect(events).toMatchObject([
    {
      e: 'block',
      on: 'send out | recv in | quit | due',
      waits: [
        { name: 'out', op: 'send' },
        { name: 'in', op: 'recv' },
        { name: 'quit' },
        { name: 'due' },
      ],
    },
    { e: 'wake', on: 'send out | recv in | quit | due' },
    {
      e: 'select',
      ch: 'recv in',
      v: 'incoming',
      chan: { name: 'in', op: 'recv', case: 'incoming' },
      msg: { code: 16, size: 2 },
    },
  ]);
  const ids = events[0]?.waits?.map(({ id }) => id);
  expect(new Set(ids).size, 'each with an id of its own').toBe(4);
});

it.each(['quit', 'due'] as const)('a select that %s wakes says so', async (which) => {
  const events = await eventsOf('chooser', async (group) => {
    const quit = new Done('quit');
    const due = new Signal('due');
    group.go('chooser', async () => {
      await select({ quit: recv(quit), due: recv(due) });
    });
    await sleep(1);
    if (which === 'quit') quit.close();
    else due.raise();
  });
  expect(events.at(-1)).toMatchObject({
    e: 'select',
    ch: which,
    v: which,
    chan: { name: which, case: which },
  });
  expect(events.at(-1)).not.toHaveProperty('msg');
});

it('a case that is ready at once is told in the same way', async () => {
  const events = await eventsOf('chooser', async (group) => {
    const room = new Chan<Telling>('room', 1);
    group.go('chooser', async () => {
      await select({ nobody: recv(undefined), put: send(room, new Telling()) });
      await select({ nobody: recv(undefined), take: recv(room) });
    });
    await sleep(1);
  });
  const chosen = events.filter(({ e }) => e === 'select');
  expect(chosen).toMatchObject([
    { v: 'put', chan: { name: 'room', op: 'send', case: 'put' } },
    {
      v: 'take',
      chan: { name: 'room', op: 'recv', case: 'take' },
      msg: { code: 16, size: 2 },
    },
  ]);
});

it('a close is told once, by whoever closes first', async () => {
  const events = await eventsOf('closer', async (group) => {
    const quit = new Done('quit');
    group.go('closer', async () => {
      quit.close();
      quit.close();
      await sleep(1);
    });
    await sleep(2);
  });
  const closes = events.filter(({ e }) => e === 'event');
  expect(closes).toMatchObject([
    { ch: 'quit', v: 'close quit', chan: { name: 'quit', op: 'close' } },
  ]);
});

it('both sides of a hand-over without a select tell the channel and the value', async () => {
  const sides = ['sender', 'receiver'] as const;
  const told = sides.map((side) =>
    eventsOf(side, async (group) => {
      const chan = new Chan<Telling>('addpeer');
      group.go('sender', async () => {
        await sleep(side === 'sender' ? 0 : 1);
        await chan.send(new Telling());
      });
      group.go('receiver', async () => {
        await sleep(side === 'sender' ? 1 : 0);
        await chan.recv();
      });
      await sleep(5);
    }),
  );
  const [sent, received] = await Promise.all(told);
  const last = { name: 'addpeer', nth: 1 };
  expect(sent?.at(-1)).toMatchObject({
    ...{ e: 'send', v: 'Status', chan: { ...last, op: 'send' } },
    msg: { code: 16, size: 2 },
  });
  expect(received?.at(-1)).toMatchObject({
    ...{ e: 'recv', v: 'Status', chan: { ...last, op: 'recv' } },
    msg: { code: 16, size: 2 },
  });
});

it('a select of nothing waits for nothing, and that is a deadlock', async () => {
  const { outcome } = await simulate({ schedule: '' }, async () => {
    await select({ nobody: recv(undefined) });
  });
  expect(JSON.stringify(outcome)).toContain('nothing');
  expect(outcome.status).toBe('deadlock');
});
