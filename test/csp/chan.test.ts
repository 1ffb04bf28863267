import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { finished } from './finished.ts';

describe('Chan', () => {
  it('without a capacity makes a send wait for its receiver', () =>
    finished(async () => {
      const channel = new Chan<string>('c');
      const order: string[] = [];
      const group = new WaitGroup();
      group.go('sender', async () => {
        order.push('sends');
        await channel.send('x');
        order.push('sent');
      });
      group.go('receiver', async () => {
        order.push('receives');
        order.push(`got ${await channel.recv()}`);
      });
      await group.wait();
      expect(order.slice(0, 2).sort()).toEqual(['receives', 'sends']);
      expect(order).toHaveLength(4);
    }));

  it('with a capacity takes so many values without a wait, and gives them in order', () =>
    finished(async () => {
      const channel = new Chan<number>('c', 3);
      expect([1, 2, 3, 4].map((value) => channel.trySend(value))).toEqual([
        true,
        true,
        true,
        false,
      ]);
      expect(channel.length).toBe(3);
      const got = [await channel.recv(), await channel.recv(), await channel.recv()];
      expect(got).toEqual([1, 2, 3]);
      expect(channel.tryRecv()).toBeUndefined();
    }));

  it('moves a waiting sender into the gap that a receive leaves', () =>
    finished(async () => {
      const channel = new Chan<number>('c', 1);
      const group = new WaitGroup();
      for (const value of [1, 2, 3])
        group.go(`send ${value}`, () => channel.send(value));
      const got = [await channel.recv(), await channel.recv(), await channel.recv()];
      expect(got.sort()).toEqual([1, 2, 3]);
      await group.wait();
      expect(channel.length).toBe(0);
    }));

  it('serves receivers in the order in which they came', async () => {
    const got: string[] = [];
    const { outcome } = await simulate({ schedule: '' }, async () => {
      const channel = new Chan<number>('c');
      const group = new WaitGroup();
      for (const name of ['a', 'b', 'c']) {
        group.go(name, async () => {
          got.push(`${name}${await channel.recv()}`);
        });
      }
      group.go('sender', async () => {
        for (const value of [1, 2, 3]) await channel.send(value);
      });
      await group.wait();
    });
    expect(outcome.status).toBe('done');
    expect(got).toEqual(['a1', 'b2', 'c3']);
  });

  it('serves senders in the order in which they came', async () => {
    const got: number[] = [];
    await simulate({ schedule: '' }, async () => {
      const channel = new Chan<number>('c', 1);
      const group = new WaitGroup();
      for (const value of [1, 2, 3, 4]) group.go('s', () => channel.send(value));
      group.go('receiver', async () => {
        for (let i = 0; i < 4; i++) got.push(await channel.recv());
      });
      await group.wait();
    });
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it('puts who comes back at the end of the queue', async () => {
    const got: string[] = [];
    await simulate({ schedule: '' }, async () => {
      const channel = new Chan<number>('c');
      const group = new WaitGroup();
      for (const name of ['a', 'b']) {
        group.go(name, async () => {
          for (let i = 0; i < 2; i++) got.push(`${name}${await channel.recv()}`);
        });
      }
      group.go('sender', async () => {
        for (const value of [1, 2, 3, 4]) await channel.send(value);
      });
      await group.wait();
    });
    expect(got).toEqual(['a1', 'b2', 'a3', 'b4']);
  });

  it('tells a received undefined from nothing', () => {
    const channel = new Chan<undefined>('c', 1);
    expect(channel.tryRecv()).toBeUndefined();
    channel.trySend(undefined);
    expect(channel.tryRecv()).toEqual({ value: undefined });
  });

  it('does not let a select meet itself', () =>
    finished(async () => {
      const channel = new Chan<number>('c');
      const group = new WaitGroup();
      const seen: string[] = [];
      for (const name of ['a', 'b']) {
        group.go(name, async () => {
          const chosen = await select({ out: send(channel, 1), in: recv(channel) });
          seen.push(chosen.case);
        });
      }
      await group.wait();
      expect(seen.sort()).toEqual(['in', 'out']);
      expect(channel.length).toBe(0);
      expect(channel.trySend(2)).toBe(false);
    }));
});
