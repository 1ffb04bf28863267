import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { RealRuntime } from '../../impl/csp/real.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import { recv, select, send, trySelect, type Case } from '../../impl/csp/select.ts';
import { inSlices, type Work } from '../../impl/csp/slices.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';

/** More hand-overs than any of these tests should need; a starved one would need all. */
const limit = 1_000_000;

/** Two tasks that talk to each other and to nobody else, until `over` says so. */
function chatter(group: WaitGroup, over: () => boolean): void {
  const there = new Chan<boolean>('there');
  const back = new Chan<boolean>('back');
  group.go('ping', async () => {
    for (let i = 0; ; i++) {
      const more = i < limit && !over();
      await there.send(more);
      await back.recv();
      if (!more) return;
    }
  });
  group.go('pong', async () => {
    for (;;) {
      const more = await there.recv();
      await back.send(more);
      if (!more) return;
    }
  });
}

describe('select without a tracer', () => {
  /** A case that says nothing of itself: who asks for words fails. */
  function wordless(of: Case<number>): Case<number> {
    const silent = (): never => {
      throw new TypeError('nobody records');
    };
    return {
      runtime: of.runtime,
      get label() {
        return silent();
      },
      get waits() {
        return silent();
      },
      get told() {
        return silent();
      },
      isReady: () => of.isReady(),
      perform: () => of.perform(),
      watch: (waiter) => {
        of.watch(waiter);
      },
      leave: (waiter) => {
        of.leave(waiter);
      },
    };
  }

  it('asks no case for its words, ready or waited for', async () => {
    const chan = new Chan<number>('chan', 1);
    chan.trySend(1);
    expect(await select({ one: wordless(recv(chan)) })).toMatchObject({ value: 1 });
    const group = new WaitGroup();
    group.go('sender', () => chan.send(2));
    expect(await select({ one: wordless(recv(chan)) })).toMatchObject({ value: 2 });
    await group.wait();
  });
});

describe('RealRuntime.choose', () => {
  it('lets select take every case that is ready, and only those', async () => {
    const full = new Chan<number>('full', 1);
    const empty = new Chan<number>('empty', 1);
    const quit = new Done('quit');
    quit.close();
    const seen = { value: 0, room: 0, quit: 0, never: 0 };
    for (let i = 0; i < 300; i++) {
      full.trySend(1);
      empty.tryRecv();
      const chosen = await select({
        never: recv(empty),
        value: recv(full),
        room: send(empty, 1),
        quit: recv(quit),
      });
      seen[chosen.case]++;
    }
    expect(seen.never).toBe(0);
    // One in 3 each: 300 rounds miss one of them with a chance of 10⁻⁵².
    expect(Math.min(seen.value, seen.room, seen.quit)).toBeGreaterThan(20);
  });

  it('lets trySelect take every case that is ready', () => {
    const seen = new Set<string>();
    const quit = new Done('quit');
    const stop = new Done('stop');
    quit.close();
    stop.close();
    for (let i = 0; i < 200; i++) {
      seen.add(trySelect({ quit: recv(quit), stop: recv(stop) })?.case ?? '');
    }
    expect([...seen].sort()).toEqual(['quit', 'stop']);
  });
});

describe('RealRuntime', () => {
  it('gives timers their turn while tasks talk without a pause', async () => {
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 1);
    const group = new WaitGroup();
    chatter(group, () => fired);
    await group.wait();
    expect(fired).toBe(true);
  });

  it('gives sockets their turn while tasks talk without a pause', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('x');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number }; // it listens on a port
    let heard = false;
    const socket = connect(address.port, '127.0.0.1');
    socket.on('data', () => {
      heard = true;
    });
    const group = new WaitGroup();
    chatter(group, () => heard);
    await group.wait();
    expect(heard).toBe(true);
    socket.destroy();
    server.close();
  });

  it('keeps the order of wake-ups over that turn', async () => {
    const channel = new Chan<number>('c', 10_000);
    const got: number[] = [];
    const group = new WaitGroup();
    for (let i = 0; i < 2_000; i++) {
      group.go('receiver', async () => {
        got.push(await channel.recv());
      });
    }
    group.go('sender', async () => {
      for (let i = 0; i < 2_000; i++) await channel.send(i);
    });
    await group.wait();
    expect(got).toEqual([...got].sort((a, b) => a - b));
    expect(got).toHaveLength(2_000);
  });

  it('asks for no turn when no task is in line', async () => {
    const rt = new RealRuntime();
    const asked = vi.spyOn(globalThis, 'setImmediate');
    await Promise.all([rt.pause(), rt.pause(), rt.pause()]);
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toHaveBeenCalledTimes(3);
    asked.mockRestore();
  });

  it('resumes one task that has paused in each turn of the loop', async () => {
    const rt = new RealRuntime();
    const turns: string[] = [];
    const slices = async (name: string): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await rt.pause();
        turns.push(name);
      }
    };
    const work = Promise.all([slices('a'), slices('b'), slices('c')]);
    const counts = new Set<number>();
    while (turns.length < 9) {
      const before = turns.length;
      await new Promise(setImmediate);
      counts.add(turns.length - before);
    }
    await work;
    expect([...counts]).toEqual([1]);
    expect(turns.join('')).toBe('abcabcabc');
  });

  it.each([
    ['ready for what they wait for', (rt: RealRuntime) => rt.ready(undefined)],
    [
      'woken at once',
      (rt: RealRuntime) =>
        rt.suspend<undefined>({ label: 'nothing' }, (wake) => {
          wake(undefined);
        }),
    ],
  ])(
    'has a slice of work in each turn, whoever does it, if all are %s',
    async (_, wait) => {
      const rt = new RealRuntime();
      let done = 0;
      const pieces = async (): Promise<void> => {
        for (let i = 0; i < 6; i++) {
          await wait(rt);
          done++;
          rt.spent(sliceUnits / 4);
        }
      };
      const work = Promise.all(Array.from({ length: 4 }, pieces));
      const counts: number[] = [];
      while (done < 24) {
        const before = done;
        await new Promise(setImmediate);
        counts.push(done - before);
      }
      await work;
      // In the first all go on at a time: nothing is counted yet.
      expect(counts).toEqual([7, 4, 4, 4, 4, 1]);
    },
  );

  it.each<[string, (rt: RealRuntime) => Promise<void> | undefined, number]>([
    [
      'tell what they have done',
      (rt) => {
        rt.spent(sliceUnits / 4);
        return undefined;
      },
      4,
    ],
    ['have done a slice and pause', (rt) => rt.pause(), 1],
  ])(
    'has no more than a slice of work in a turn after many wake-ups, if those held %s',
    async (_, work, most) => {
      const rt = new RealRuntime();
      for (let i = 0; i < 512; i++) await rt.ready(undefined);
      let begun = 0;
      const held = Array.from({ length: 12 }, async () => {
        await rt.ready(undefined);
        begun++;
        await work(rt);
      });
      const counts: number[] = [];
      while (begun < 12) {
        const before = begun;
        await new Promise(setImmediate);
        counts.push(begun - before);
      }
      await Promise.all(held);
      expect(Math.max(...counts)).toBe(most);
    },
  );

  it('begins one long work in a turn, if sockets wake all who have one', async () => {
    const rt = runtime();
    let begun = 0;
    const work = function* (): Work<void> {
      begun++;
      for (let i = 0; i < 12; i++) yield sliceUnits / 4;
    };
    const works = Array.from({ length: 6 }, async () => {
      await rt.suspend({ label: 'a socket' }, (wake) => {
        setImmediate(wake, undefined);
      });
      await inSlices(work(), undefined);
    });
    const counts: number[] = [];
    while (begun < 6) {
      const before = begun;
      await new Promise(setImmediate);
      counts.push(begun - before);
    }
    await Promise.all(works);
    expect(Math.max(...counts)).toBe(1);
  });

  it('lets bytes in before a timer that the loop made late', async () => {
    const order: string[] = [];
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number }; // it listens on a port
    const sender = connect(address.port, '127.0.0.1');
    const [receiver] = (await once(server, 'connection')) as [typeof sender];
    receiver.on('data', () => order.push('bytes'));
    await new Promise(setImmediate);
    const runtime = new RealRuntime();
    const ended = new Promise<void>((resolve) => {
      setImmediate(() => {
        runtime.startTimer(5, () => {
          order.push('timer');
          resolve();
        });
        setTimeout(() => order.push('a timer of Node'), 5);
        sender.write('in the kernel before the timer is due');
        const until = performance.now() + 100;
        while (performance.now() < until); // the loop is held up
      });
    });
    await ended;
    expect(order).toEqual(['a timer of Node', 'bytes', 'timer']);
    sender.destroy();
    receiver.destroy();
    server.close();
  });

  it('fires no timer that was stopped, not even a late one', async () => {
    const runtime = new RealRuntime();
    const fired: string[] = [];
    const soon = runtime.startTimer(5, () => fired.push('stopped in time'));
    soon.stop();
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        const late = runtime.startTimer(5, () => fired.push('stopped when late'));
        setTimeout(() => {
          late.stop();
          setTimeout(resolve, 20);
        }, 5);
        const until = performance.now() + 100;
        while (performance.now() < until); // the loop is held up
      });
    });
    expect(fired).toEqual([]);
  });

  it('sleeps about as long as it was asked to', async () => {
    const began = performance.now();
    await sleep(20);
    expect(performance.now() - began).toBeGreaterThan(18);
  });

  it('hands out no random bytes twice, however many are drawn', () => {
    const runtime = new RealRuntime();
    const drawn = Array.from({ length: 1000 }, (_, i) =>
      runtime.randomBytes(8 + (i % 40)),
    );
    const beginnings = drawn.map((bytes) => toHex(bytes.subarray(0, 8)));
    expect(new Set(beginnings).size).toBe(1000);
    drawn.forEach((bytes, i) => {
      expect(bytes).toHaveLength(8 + (i % 40));
    });
    expect(new Set(runtime.randomBytes(5000)).size).toBeGreaterThan(200);
  });

  it('asks the system once for many, and by itself for what is longer than its store', () => {
    const asked = vi.spyOn(crypto, 'getRandomValues');
    const runtime = new RealRuntime();
    const times = (of: () => unknown): number => {
      asked.mockClear();
      of();
      return asked.mock.calls.length;
    };
    expect(times(() => runtime.randomBytes(32))).toBe(1);
    expect(times(() => runtime.randomBytes(4096 - 32))).toBe(0);
    expect(times(() => runtime.randomBytes(1))).toBe(1);
    expect(times(() => runtime.randomBytes(4097))).toBe(1);
    expect(times(() => runtime.randomBytes(4095))).toBe(0);
    expect(times(() => runtime.randomBytes(4096))).toBe(1);
    asked.mockRestore();
  });

  it('numbers from 1 on, none twice', () => {
    const runtime = new RealRuntime();
    expect([runtime.newId(), runtime.newId(), runtime.newId()]).toEqual([1, 2, 3]);
  });

  it('gives each caller bytes of its own', () => {
    const runtime = new RealRuntime();
    const [a, b] = [runtime.randomBytes(32), runtime.randomBytes(32)];
    const before = toHex(b);
    a.fill(7);
    expect(a.buffer).not.toBe(b.buffer);
    expect(toHex(b)).toBe(before);
  });

  it('hands a foreign promise through, with its error', async () => {
    const runtime = new RealRuntime();
    expect(await runtime.external('file', Promise.resolve(5))).toBe(5);
    const broken = runtime.external('file', Promise.reject(new Error('gone')));
    await expect(broken).rejects.toThrow('gone');
  });
});
