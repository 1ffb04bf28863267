import { describe, expect, it, vi } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { finished } from './finished.ts';

describe('WaitGroup', () => {
  it('waits for the last task, also one that a task of it starts', () =>
    finished(async () => {
      const group = new WaitGroup();
      const ended: string[] = [];
      group.go('parent', async () => {
        await sleep(1);
        group.go('child', async () => {
          await sleep(1);
          ended.push('child');
        });
        ended.push('parent');
      });
      await group.wait();
      expect(ended).toEqual(['parent', 'child']);
      await group.wait();
    }));

  it('starts no task inside the call of go', () =>
    finished(async () => {
      const group = new WaitGroup();
      let started = false;
      group.go('task', () => {
        started = true;
        return Promise.resolve();
      });
      expect(started).toBe(false);
      await group.wait();
      expect(started).toBe(true);
    }));

  it('names the tasks that are alive, oldest first, twins twice', () =>
    finished(async () => {
      const group = new WaitGroup();
      const quit = new Done('quit');
      for (const name of ['loop', 'ping', 'loop']) group.go(name, () => quit.wait());
      expect(group.names).toEqual(['loop', 'ping', 'loop']);
      quit.close();
      await group.wait();
      expect(group.names).toEqual([]);
    }));

  it('wakes everyone who waits', () =>
    finished(async () => {
      const group = new WaitGroup();
      const waiting = new WaitGroup();
      const quit = new Done('quit');
      group.go('task', () => quit.wait());
      waiting.go('one', () => group.wait());
      waiting.go('two', () => group.wait());
      quit.close();
      await waiting.wait();
    }));

  it('hands what a task throws to its owner, and goes on', () =>
    finished(async () => {
      const failures: [string, unknown][] = [];
      const group = new WaitGroup((name, error) => failures.push([name, error]));
      const error = new Error('broken');
      group.go('rejects', () => Promise.reject(error));
      group.go('throws', () => {
        throw error;
      });
      await group.wait();
      expect(failures.sort()).toEqual([
        ['rejects', error],
        ['throws', error],
      ]);
    }));

  it('without an owner for errors gives them to the runtime', async () => {
    const { outcome, failures } = await simulate({}, async () => {
      const group = new WaitGroup();
      group.go('reader', () => Promise.reject(new Error('broken')));
      await group.wait();
      return 'lives';
    });
    expect(outcome).toEqual({ status: 'done', value: 'lives' });
    expect(failures).toMatchObject([{ task: 'reader', error: { message: 'broken' } }]);
  });

  it('without an owner for errors logs them under the real runtime', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const group = new WaitGroup();
    group.go('reader', () => Promise.reject(new Error('broken')));
    await group.wait();
    expect(log).toHaveBeenCalledWith('task reader failed:', expect.any(Error));
    log.mockRestore();
  });

  it('goes on when an owner fails at what it is told, and logs that', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const group = new WaitGroup(() => {
      throw new TypeError('the owner');
    });
    group.go('reader', () => Promise.reject(new Error('broken')));
    await group.wait();
    expect(log.mock.calls.map(String).join()).toMatch(/reader.*the owner/);
    log.mockRestore();
  });

  it('says in a deadlock report for whom it waits', async () => {
    const { outcome } = await simulate({ schedule: '' }, async () => {
      const group = new WaitGroup();
      const channel = new Chan<number>('answers');
      group.go('reader', async () => {
        await channel.recv();
      });
      group.go('brief', () => sleep(5)); // it ends while main waits
      await group.wait();
    });
    expect(outcome).toEqual({
      status: 'deadlock',
      blocked: [
        { node: '', task: 'main', on: 'wait for reader' },
        { node: '', task: 'reader', on: 'recv answers' },
      ],
    });
  });
});
