/** What chapter 7 says in tables, numbers and predictions without a scenario. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { traceFile } from '../../.vitepress/build/trace-file.ts';
import {
  sorted,
  type Setting,
  type Tray,
} from '../../.vitepress/theme/components/sorter.ts';
import { toHex } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { readTrace } from '../../impl/csp/trace.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { packPayload } from '../../impl/p2p/rlpx/payload.ts';
import type { Msg } from '../../impl/p2p/message.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { readScenario } from '../../impl/sim/scenario.ts';
import { simulate, type SimulateOptions } from '../../impl/sim/simulate.ts';
import {
  sortingScenarios,
  type SortingName,
} from '../../impl/sim/sorting-scenarios.ts';
import { run } from '../helpers/explore.ts';
import { makeProtocol, readAll, TestPeer } from '../helpers/peers.ts';

const page = readFileSync(join(repoDir, 'docs/guide/07-read-loop.md'), 'utf8');

const pong = 3;
interface Seen {
  /** Reason and time of the Disconnect that B hears; silence, or neither. */
  readonly end: readonly [reason: number, atMs: number] | 'silence' | 'stays';
  /** What else B hears: `code at ms`. */
  readonly heard: readonly string[];
}
const pongs = (...times: number[]): string[] => times.map((at) => `${pong} at ${at}`);

const runs: Readonly<Record<SortingName, Seen>> = {
  'sorts-five': { end: [4, 550], heard: ['16 at 150', '3 at 250', '22 at 450'] },
  'sorts-17-pings': { end: [4, 100], heard: pongs(0, 0, 0, 0, 0) },
  'sorts-22-pings': { end: [4, 1_000], heard: pongs(0, 0, 0, 0, 0, 1_000) },
  'sorts-disconnect-behind-a-message': {
    end: 'stays',
    heard: ['2 at 15000', '2 at 30000'],
  },
  'sorts-ping-behind-a-message': { end: 'stays', heard: [] },
  'sorts-for-chat-while-eth-sleeps': { end: 'stays', heard: pongs(100) },
  'sorts-33-behind-chat': { end: 'stays', heard: [] },
  'sorts-37-behind-chat': { end: 'silence', heard: [] },
  'sorts-code-15': { end: 'stays', heard: [] },
  'sorts-junk-in-a-ping': { end: 'stays', heard: pongs(100) },
  'sorts-largest-ping': { end: 'stays', heard: pongs(100) },
  'sorts-ping-too-large': { end: 'silence', heard: [] },
  'sorts-bare-reason': { end: [4, 100], heard: [] },
  'sorts-junk-reason': { end: [0, 100], heard: [] },
  'sorts-huge-reason': { end: [Number.MAX_SAFE_INTEGER, 100], heard: [] },
  'sorts-large-ping-behind-a-message': { end: 'stays', heard: [] },
  'sorts-code-7-too-large': { end: 'silence', heard: [] },
  'sorts-junk-reason-behind-22-pings': {
    end: [0, 1_000],
    heard: pongs(0, 0, 0, 0, 0, 1_000),
  },
  'sorts-two-reasons': { end: [4, 100], heard: [] },
};

const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 6 }, (_, n) => ({ seed: `sorting ${n}` })),
];

describe('a message that is sorted', () => {
  it.each(Object.entries(runs))('ends as the page says: %s', async (name, wanted) => {
    // The key is one of them: `runs` is typed so.
    const scenario = sortingScenarios[name as SortingName];
    for (const order of orders) {
      const { outcome, failures } = await runScenario(scenario, order);
      if (outcome.status !== 'done') throw new Error(outcome.status);
      expect(failures).toEqual([]);
      const remote = outcome.value.scripts['B'];
      const { reason, endedAtMs, messages = [] } = remote ?? {};
      const silence = endedAtMs === undefined ? 'stays' : 'silence';
      const end = reason === undefined ? silence : [reason, endedAtMs];
      const others = messages.filter(({ code }) => code !== 1);
      const heard = others.map(({ code, atMs }) => `${code} at ${atMs}`);
      expect({ end, heard }, JSON.stringify(order)).toEqual(wanted);
    }
  });

  it('is read by readLoop and answered by others', () => {
    const file = traceFile(repoDir, 'sorts-five');
    if (!existsSync(file)) return; // `npm run record` makes it, and every build
    const { events } = readTrace(readFileSync(file, 'utf8'));
    const sent = events.filter(({ n, msg }) => n === 'A' && msg?.dir === 'out');
    const tasks = sent.map(({ k }) => k);
    expect(tasks.slice(-3)).toEqual(['pingLoop', 'eth/63', 'runPeer']);
    expect(tasks).not.toContain('readLoop');
  });
});

describe('the Pongs of a flood', () => {
  it.each([
    [17, 12],
    [22, 17],
  ])('are all sent: of %i Pings the last at %i s', async (count, seconds) => {
    await run(async () => {
      const test = new TestPeer([makeProtocol(readAll)], { capacity: count }).start();
      for (let i = 0; i < count; i++) await test.send(2);
      await sleep(60_000);
      const times = test.heard.filter(({ code }) => code === pong).map(({ at }) => at);
      expect(times.length).toBe(count);
      expect(times.at(-1)).toBe(seconds * 1_000);
      await test.peer.disconnect(0);
      await test.over();
    });
  });

  it('take the times that the choices of the predictions name', () => {
    expect(page).toContain('Disconnect 4, after 17 s');
    expect(page).toContain('Disconnect 4, after 12 s');
  });
});

describe('a peer whose protocol takes nothing', () => {
  it('still says goodbye at once when its own side asks', async () => {
    await run(async () => {
      const sleeps = makeProtocol(() => sleep(3_600_000));
      const test = new TestPeer([sleeps], { capacity: 4 }).start();
      await test.send(16);
      await sleep(100);
      await test.peer.disconnect(8);
      await sleep(1);
      expect(test.heard.map(({ code, payload, at }) => [code, payload, at])).toEqual([
        [1, 'c108', 100],
      ]);
      await test.over();
    });
  });
});

describe('a remote that closes while nobody reads', () => {
  it('is noticed by pingLoop, which cannot write its Ping', async () => {
    const steps = [
      { do: 'send', code: 16, payload: 'c0' },
      { do: 'sleep', ms: 100 },
      { do: 'close' },
    ];
    const scenario = readScenario({
      version: 1,
      nodes: {
        A: { kind: 'node', protocol: 'sleeps' },
        B: { kind: 'script', steps },
      },
      ...{ transport: 'plain', quirks: [], stop: { afterMs: 40_000 } },
    });
    const { trace } = await runScenario(scenario, { schedule: '', record: true });
    const first = trace?.events.find(
      ({ n, chan }) =>
        n === 'A' &&
        chan?.op === 'send' &&
        ['readErr', 'writeErr', 'protoErr'].includes(chan.name),
    );
    expect([first?.t, first?.k, first?.chan?.name]).toEqual([
      ...[15_000, 'pingLoop', 'protoErr'],
    ]);
  });
});

describe('a payload below code 16', () => {
  it('is not looked at, but for that of a Disconnect', async () => {
    await run(async () => {
      const test = new TestPeer([makeProtocol(readAll)]);
      const looked: number[] = [];
      for (let code = 0; code < 16; code++) {
        const msg: Msg = {
          code,
          size: 1,
          get payload() {
            looked.push(code);
            return Uint8Array.of(0xc0);
          },
        };
        await test.peer.handle(msg).catch(() => undefined);
      }
      expect(looked).toEqual([1]);
    });
  });
});

describe('two readers that answer by themselves', () => {
  /** One side: it reads a question, and writes the answer before it reads on. */
  async function answers(mine: Chan<string>, theirs: Chan<string>): Promise<void> {
    for (;;) {
      const what = await mine.recv();
      if (what === 'ping') await theirs.send('pong');
    }
  }

  it('stand still when both lines are full of questions', async () => {
    const { outcome } = await simulate({ schedule: '' }, async () => {
      const [toA, toB] = [new Chan<string>('to A', 4), new Chan<string>('to B', 4)];
      const tasks = new WaitGroup();
      tasks.go('asks A', async () => {
        for (let i = 0; i < 20; i++) await toA.send('ping');
      });
      tasks.go('asks B', async () => {
        for (let i = 0; i < 20; i++) await toB.send('ping');
      });
      await sleep(1);
      tasks.go('A', () => answers(toA, toB));
      tasks.go('B', () => answers(toB, toA));
      await tasks.wait();
    });
    const blocked = outcome.status === 'deadlock' ? outcome.blocked : [];
    expect(blocked.map(({ task, on }) => `${task}: ${on}`)).toEqual(
      expect.arrayContaining(['A: send to B', 'B: send to A']),
    );
  });
});

const eth: Setting = {
  ...{ code: 16, payload: 'c0', chat: false, busy: false, pings: false },
};
const trayOf = async (change: Partial<Setting>): Promise<Tray> =>
  (await sorted({ ...eth, ...change })).tray;

describe('the table of the four ways', () => {
  it('says of each code what the node does', async () => {
    for (const code of [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
      expect(await trayOf({ code }), `code ${code}`).toBe('ignored');
    }
    expect(await trayOf({ code: 1, payload: 'c104' })).toBe('told');
    expect(await trayOf({ code: 2 })).toBe('answered');
    for (const code of [16, 32]) expect(await trayOf({ code })).toBe('handed');
    for (const code of [33, 40]) expect(await trayOf({ code })).toBe('silent');
  });
});

describe('what the sorter is asked', () => {
  it('has the answers that the page gives', async () => {
    const owner = async (change: Partial<Setting>): Promise<unknown> =>
      (await sorted({ ...eth, code: 17, ...change })).taken;
    expect(await owner({})).toEqual({ protocol: 'eth/63', code: 1 });
    expect(await owner({ chat: true })).toEqual({ protocol: 'chat/1', code: 1 });
    expect(await owner({ chat: true, busy: true })).toEqual({
      ...{ protocol: 'chat/1', code: 1 },
    });
    expect(await trayOf({ code: 17, busy: true })).toBe('waits');
    for (const change of [{ chat: true }, { busy: true }]) {
      expect(await trayOf({ code: 2, ...change })).toBe('answered');
    }
    expect(await trayOf({ code: 2, pings: true })).toBe('waits');
  });
});

describe('the bytes of chapter 7', () => {
  it('are those that the node writes', () => {
    const spaced = (bytes: Uint8Array): string =>
      toHex(bytes).replace(/..(?=.)/g, '$& ');
    expect(page).toContain(`\`${spaced(encodeDisconnect(4))}\``);
    expect(page).toContain(`Zero would be \`${spaced(encodeDisconnect(0))}\``);
    // “about a hundred”
    const packed = packPayload(new Uint8Array(2_049), true).length;
    expect(packed).toBeGreaterThan(90);
    expect(packed).toBeLessThan(110);
  });
});
