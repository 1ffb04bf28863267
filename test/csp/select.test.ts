import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select, send, trySelect, type Cases } from '../../impl/csp/select.ts';
import { sleep, Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { Waiters } from '../../impl/csp/waiters.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { finished } from './finished.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('select', () => {
  it('says which case happened, with its value', () =>
    finished(async () => {
      const numbers = new Chan<number>('numbers', 1);
      const words = new Chan<string>('words');
      await numbers.send(7);
      const chosen = await select({ number: recv(numbers), word: recv(words) });
      expect(chosen).toEqual({ case: 'number', value: 7 });
      if (chosen.case === 'word') expectTypeOf(chosen.value).toEqualTypeOf<string>();
      else expectTypeOf(chosen.value).toEqualTypeOf<number>();
    }));

  it('waits, and the losing cases have not happened', () =>
    finished(async () => {
      const a = new Chan<number>('a');
      const b = new Chan<number>('b');
      const out = new Chan<number>('out');
      const quit = new Done('quit');
      const group = new WaitGroup();
      group.go('selects', async () => {
        const chosen = await select({
          a: recv(a),
          b: recv(b),
          out: send(out, 3),
          quit: recv(quit),
        });
        expect(chosen).toEqual({ case: 'b', value: 2 });
      });
      await sleep(1); // until it stands in all four queues
      await b.send(2);
      await group.wait();
      // A loser that stayed in a queue would take part in one of these.
      expect(a.trySend(1)).toBe(false);
      expect(b.trySend(1)).toBe(false);
      expect(out.tryRecv()).toBeUndefined();
      quit.close();
    }));

  it('leaves its place in a queue to who waits behind it', () =>
    finished(async () => {
      const shared = new Chan<number>('shared');
      const own = new Chan<number>('own');
      const group = new WaitGroup();
      group.go('selects', async () => {
        expect((await select({ own: recv(own), shared: recv(shared) })).case).toBe(
          'own',
        );
      });
      await sleep(1); // until it stands in both queues
      await own.send(1);
      group.go('receives', async () => {
        expect(await shared.recv()).toBe(2);
      });
      await shared.send(2);
      await group.wait();
    }));

  it('passes over a case without a channel', () =>
    finished(async () => {
      const channel = new Chan<number>('c', 1);
      const absent: Chan<number> | undefined = undefined;
      channel.trySend(1);
      const chosen = await select({
        in: recv<number>(absent),
        out: send<number>(absent, 1),
        here: recv(channel),
      });
      expect(chosen.case).toBe('here');
    }));

  it('stands in no queue, and suspends nobody, when a case can happen', () =>
    finished(async () => {
      const stands = vi.spyOn(Waiters.prototype, 'add');
      const suspends = vi.spyOn(runtime(), 'suspend');
      const full = new Chan<number>('full', 1);
      const empty = new Chan<number>('empty');
      const quit = new Done('quit');
      const timer = new Timer('later', 5);
      full.trySend(1);
      const cases = (): Cases => ({
        in: recv(full),
        out: send(empty, 1),
        none: recv(empty),
        quit: recv(quit),
        later: recv(timer),
      });
      await select(cases());
      expect([stands, suspends].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
      // As soon as it has to wait: in each of the five, once.
      await select(cases());
      expect([stands, suspends].map(({ mock }) => mock.calls.length)).toEqual([5, 1]);
      vi.restoreAllMocks();
    }));

  it('waits for ever without a case that can happen', async () => {
    const { outcome } = await simulate({}, async () => {
      await select({ never: recv(undefined) });
    });
    expect(outcome).toEqual({
      status: 'deadlock',
      blocked: [{ node: '', task: 'main', on: 'nothing' }],
    });
  });

  it('serves selects and plain waits of one channel first come, first served', async () => {
    const got: string[] = [];
    await simulate({ schedule: '' }, async () => {
      const channel = new Chan<number>('c');
      const other = new Chan<number>('other');
      const group = new WaitGroup();
      group.go('first', async () => {
        const { value } = await select({ o: recv(other), c: recv(channel) });
        got.push(`first ${value}`);
      });
      group.go('second', async () => {
        got.push(`second ${await channel.recv()}`);
      });
      group.go('third', async () => {
        const { value } = await select({ c: recv(channel) });
        got.push(`third ${value}`);
      });
      group.go('sends', async () => {
        for (const value of [1, 2, 3]) await channel.send(value);
      });
      await group.wait();
    });
    expect(got).toEqual(['first 1', 'second 2', 'third 3']);
  });

  it('with one stop signal in two cases wakes once', () =>
    finished(async () => {
      const quit = new Done('quit');
      const closed = new Done('closed');
      const group = new WaitGroup();
      let woken = 0;
      group.go('selects', async () => {
        await select({ a: recv(quit), b: recv(quit) });
        woken++;
        await closed.wait();
        woken++;
      });
      group.go('closes', async () => {
        await new Chan<number>('turn', 1).send(1);
        quit.close();
        await new Chan<number>('turn', 1).send(1);
        expect(woken).toBeLessThan(2);
        closed.close();
      });
      await group.wait();
      expect(woken).toBe(2);
    }));

  it('leaves a timer that lost, so that it can be received later', () =>
    finished(async () => {
      const timer = new Timer('later', 5);
      const now = new Chan<number>('now', 1);
      now.trySend(1);
      expect((await select({ now: recv(now), later: recv(timer) })).case).toBe('now');
      expect((await select({ now: recv(now), later: recv(timer) })).case).toBe('later');
    }));
});

describe('trySelect', () => {
  it('does nothing if no case can happen', () => {
    const channel = new Chan<number>('c');
    expect(trySelect({ in: recv(channel), out: send(channel, 1) })).toBeUndefined();
    const none = trySelect<Cases>({});
    expect(none).toBeUndefined();
    expect(channel.trySend(1)).toBe(false);
  });

  it('takes one case that can', () => {
    const channel = new Chan<number>('c', 1);
    expect(trySelect({ in: recv(channel), out: send(channel, 5) })).toMatchObject({
      case: 'out',
    });
    expect(trySelect({ in: recv(channel), out: send(channel, 6) })).toEqual({
      case: 'in',
      value: 5,
    });
  });
});

describe('select beside a simulation', () => {
  it('waits in the runtime of its channels', async () => {
    const [ping, pong] = [new Chan<number>('ping'), new Chan<number>('pong')];
    const heard: number[] = [];
    const group = new WaitGroup();
    group.go('answers', async () => {
      for (let i = 0; i < 100; i++) {
        const event = await select({ ping: recv(ping) });
        await select({ pong: send(pong, event.value) });
      }
    });
    group.go('asks', async () => {
      for (let i = 0; i < 100; i++) {
        await select({ ping: send(ping, i) });
        heard.push((await select({ pong: recv(pong) })).value);
      }
    });
    const simulation = await simulate({}, async () => {
      const room = new Chan<number>('room', 1);
      for (let i = 0; i < 100; i++) {
        await select({ sent: send(room, i) });
        await select({ got: recv(room) });
      }
    });
    expect(simulation.outcome).toEqual({ status: 'done', value: undefined });
    await group.wait();
    expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
