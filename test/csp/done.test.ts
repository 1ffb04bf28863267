import { describe, expect, it } from 'vitest';
import { Done } from '../../impl/csp/done.ts';
import { recv, select } from '../../impl/csp/select.ts';
import { Signal } from '../../impl/csp/signal.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { finished } from './finished.ts';

describe('Done', () => {
  it('wakes everyone who waits, however they wait', () =>
    finished(async () => {
      const done = new Done('stop');
      const group = new WaitGroup();
      const woken: string[] = [];
      for (let i = 0; i < 3; i++) {
        group.go('waits', async () => {
          await done.wait();
          woken.push('wait');
        });
        group.go('selects', async () => {
          await select({ stop: recv(done), never: recv(undefined) });
          woken.push('select');
        });
      }
      group.go('closes', () => {
        done.close();
        return Promise.resolve();
      });
      await group.wait();
      expect(woken).toHaveLength(6);
    }));

  it('wakes them in the order in which they came', async () => {
    const woken: string[] = [];
    await simulate({ schedule: '' }, async () => {
      const done = new Done('stop');
      const group = new WaitGroup();
      for (const name of ['a', 'b', 'c']) {
        group.go(name, async () => {
          await done.wait();
          woken.push(name);
        });
      }
      group.go('closes', () => {
        done.close();
        return Promise.resolve();
      });
      await group.wait();
    });
    expect(woken).toEqual(['a', 'b', 'c']);
  });

  it('is over for all who come later, and a second close does nothing', () =>
    finished(async () => {
      const done = new Done('stop');
      expect(done.closed).toBe(false);
      done.close();
      done.close();
      expect(done.closed).toBe(true);
      await done.wait();
      await done.wait();
      expect((await select({ stop: recv(done) })).case).toBe('stop');
    }));
});

describe('Signal', () => {
  it('raised twice before anybody looks is there once', () =>
    finished(async () => {
      const signal = new Signal('changed');
      signal.raise();
      signal.raise();
      await select({ changed: recv(signal) });
      expect(signal.recvCase.isReady()).toBe(false);
    }));

  it('wakes one who waits, and is not there afterwards', () =>
    finished(async () => {
      const signal = new Signal('changed');
      const group = new WaitGroup();
      group.go('waits', async () => {
        await select({ changed: recv(signal) });
      });
      group.go('raises', () => {
        signal.raise();
        return Promise.resolve();
      });
      await group.wait();
      expect(signal.recvCase.isReady()).toBe(false);
    }));
});
