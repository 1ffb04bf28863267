/** The message sorter of chapter 7: what it says is what whole nodes do. */
import { describe, expect, it } from 'vitest';
import {
  payloads,
  pingsBefore,
  sorted,
  trays,
  type Setting,
  type Sorted,
} from '../../.vitepress/theme/components/sorter.ts';
import { readScenario, type Step } from '../../impl/sim/scenario.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';

const plain: Setting = {
  ...{ code: 16, payload: 'c0', chat: false, busy: false, pings: false },
};
const of = (change: Partial<Setting>): Promise<Sorted> =>
  sorted({ ...plain, ...change });

describe('sorted', () => {
  it.each([
    ['a Ping', { code: 2 }, 'answered'],
    ['a Ping with junk in it', { code: 2, payload: 'ffffff' }, 'answered'],
    ['a second Hello', { code: 0 }, 'ignored'],
    ['a Pong', { code: 3 }, 'ignored'],
    ['code 15', { code: 15, payload: 'ffffff' }, 'ignored'],
    ['code 16', {}, 'handed'],
    ['code 16 for a busy eth', { busy: true }, 'waits'],
    ['code 16 for chat beside a busy eth', { busy: true, chat: true }, 'handed'],
    ['a Ping beside a busy eth', { code: 2, busy: true }, 'answered'],
    ['a Ping behind all that fit', { code: 2, pings: true }, 'waits'],
    ['a message behind all that fit', { pings: true }, 'handed'],
    ['code 33', { code: 33 }, 'silent'],
    ['code 33 behind chat', { code: 33, chat: true }, 'handed'],
    ['code 37 behind chat', { code: 37, chat: true, busy: true }, 'silent'],
    ['a Disconnect', { code: 1, payload: 'c104' }, 'told'],
    ['a base message of 2,049 bytes', { code: 9, payload: payloads[4] }, 'silent'],
    ['a message of eth with 2,049 bytes', { payload: payloads[4] }, 'handed'],
  ] as const)('puts %s where it belongs', async (_, change, tray) => {
    expect((await of(change)).tray).toBe(tray);
  });

  it('tells the owner, the reason and the error', async () => {
    expect(await of({ code: 37, chat: false })).toEqual({
      tray: 'silent',
      error: 'msg code out of range: 37',
    });
    expect(await of({ code: 33, chat: true })).toEqual({
      tray: 'handed',
      taken: { protocol: 'eth/63', code: 13 },
    });
    for (const [payload, reason] of [
      ['c104', 4],
      ['04', 4],
      ['c0', 0],
      ['ffffff', 0],
    ] as const) {
      expect(await of({ code: 1, payload })).toMatchObject({ tray: 'told', reason });
    }
  });

  it('has as many Pings before as leave no room', () => {
    expect(pingsBefore).toBe(21);
  });

  /** Tells the trays apart by what a whole node does to a scripted remote. */
  async function seen(setting: Setting): Promise<string> {
    const { code, payload, chat, busy, pings } = setting;
    const ping: Step = { do: 'send', code: 2, payload: 'c0' };
    const steps: Step[] = [
      ...Array.from({ length: pings ? pingsBefore : 0 }, () => ping),
      { do: 'send', code, payload },
      // Whether the message holds up what is behind it shows in a Disconnect.
      { do: 'sleep', ms: 10 },
      { do: 'disconnect', reason: 9 },
    ];
    const scenario = readScenario({
      version: 1,
      nodes: {
        A: {
          ...{ kind: 'node', protocol: busy ? 'sleeps' : 'listens' },
          ...(chat && { beside: [{ name: 'chat', version: 1, length: 4 }] }),
        },
        B: { kind: 'script', steps, ...(chat && { caps: ['chat/1', 'eth/63'] }) },
      },
      ...{ transport: 'plain', quirks: [], stop: { afterMs: 500 } },
    });
    const { outcome } = await runScenario(scenario, { schedule: '' });
    if (outcome.status !== 'done') throw new Error(outcome.status);
    const remote = outcome.value.scripts['B'];
    const pongs = remote?.messages.filter((msg) => msg.code === 3).length ?? 0;
    if (remote?.endedAtMs === undefined) return 'waits';
    if (remote.endedAtMs === 0) {
      return remote.reason === undefined ? 'silent' : `told ${remote.reason}`;
    }
    return pongs > (pings ? 5 : 0) ? 'answered' : 'passes';
  }

  it('agrees with whole nodes on every code that a reader can choose', async () => {
    const found = new Set<string>();
    for (let code = 0; code <= 40; code++) {
      // The sizes are checked by RLPx, which the whole nodes here do not speak.
      const payload = payloads[code % 4] ?? 'c0';
      const flags = { chat: code % 2 === 0, busy: code % 3 === 0, pings: code < 8 };
      for (const setting of [
        { ...plain, code, payload, ...flags },
        { ...plain, code, payload },
      ]) {
        const { tray, reason } = await sorted(setting);
        found.add(tray);
        const passes = tray === 'ignored' || tray === 'handed';
        const said = passes ? 'passes' : reason === undefined ? tray : `told ${reason}`;
        expect(said, JSON.stringify(setting)).toBe(await seen(setting));
      }
    }
    expect([...found].sort()).toEqual([...trays].sort());
  });
});
