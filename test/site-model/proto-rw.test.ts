/** What chapter 9 says of busy handlers, of what waits for them, and of what is lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { findWaits } from '../../.vitepress/data/waits.ts';
import { parts, type Moment } from '../../.vitepress/data/waits-run.ts';
import {
  arrowsOf,
  blockedCases,
  graph,
  isSameSet,
  places,
  rootOf,
} from '../../.vitepress/theme/components/blocked-graph.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { connOver, Line } from '../../impl/sim/one-peer.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { readScenario } from '../../impl/sim/scenario.ts';
import { simulate, type SimulateOptions } from '../../impl/sim/simulate.ts';
import {
  waitingScenarios,
  type WaitingName,
} from '../../impl/sim/waiting-scenarios.ts';

const page = readFileSync(join(repoDir, 'docs/guide/09-proto-rw.md'), 'utf8');
const pong = 3;

/** When B hears Disconnect 4, when A strikes B off, and when Pongs come. */
interface Seen {
  readonly heardAt: number | 'stays';
  readonly leftAt: number | 'in its table';
  readonly pongs: readonly number[];
}
const seen = (
  heardAt: Seen['heardAt'],
  leftAt: Seen['leftAt'],
  ...pongs: number[]
): Seen => ({ heardAt, leftAt, pongs });

const runs: Readonly<Record<Exclude<WaitingName, 'waits-two-nodes'>, Seen>> = {
  'waits-played': seen(850, 1_525, 850),
  'waits-nobody': seen(100, 100, 0),
  'waits-one': seen(100, 700, 0),
  'waits-two': seen(700, 1_400, 700),
  'waits-three': seen(1_400, 2_100, 1_400),
  'waits-chat-slow': seen(700, 1_400, 700),
  'waits-for-ever': seen('stays', 'in its table'),
  'waits-full-line': seen('stays', 'in its table'),
  'waits-behind-chat': seen(100, 700),
  'waits-both-slow': seen(300, 700),
  'waits-each-once': seen(100, 'in its table'),
  'waits-table': seen(500, 1_000, 500),
};

const orders: readonly SimulateOptions[] = [
  { schedule: '' },
  ...Array.from({ length: 5 }, (_, n) => ({ seed: `waiting ${n}` })),
];

describe('a peer with a busy handler', () => {
  it.each(Object.entries(runs))('does what the page says: %s', async (name, wanted) => {
    // The key is one of them: `runs` is typed so.
    const scenario = waitingScenarios[name as WaitingName];
    for (const order of orders) {
      const { outcome, failures } = await runScenario(scenario, order);
      if (outcome.status !== 'done') throw new Error(outcome.status);
      expect(failures).toEqual([]);
      const { scripts, nodes } = outcome.value;
      const { reason, endedAtMs, messages = [] } = scripts['B'] ?? {};
      const heard = messages.filter(({ code }) => code === pong);
      const found: Seen = {
        heardAt: reason === 4 ? (endedAtMs ?? 'stays') : 'stays',
        leftAt: nodes['A']?.partings[0]?.atMs ?? 'in its table',
        pongs: heard.map(({ atMs }) => atMs),
      };
      // A Ping and a Disconnect read in one moment: whether the Pong goes out is chance.
      const pongs = order.schedule === '' ? found.pongs : wanted.pongs;
      expect({ ...found, pongs }, JSON.stringify(order)).toEqual(wanted);
      expect(wanted.pongs).toEqual(expect.arrayContaining([...found.pongs]));
    }
  });

  it('has runs that can be written as JSON and read back', () => {
    for (const scenario of Object.values(waitingScenarios)) {
      expect(readScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    }
  });

  it('is given up by a node that cannot write, and learns of it by a Ping', async () => {
    const options = { schedule: '', record: true };
    const scenario = waitingScenarios['waits-two-nodes'];
    const { outcome, trace } = await runScenario(scenario, options);
    if (outcome.status !== 'done') throw new Error(outcome.status);
    const { A, B } = outcome.value.nodes;
    expect(B?.partings).toMatchObject([
      { error: 'write: i/o timeout', reason: 1, remoteRequested: false, atMs: 20_000 },
    ]);
    // Its handler is not through, so A keeps the peer, and refuses the next dial.
    expect(A).toMatchObject({ peers: 1, partings: [] });
    expect(B?.dialErrors).toEqual(['already connected']);
    const events = trace?.events ?? [];
    const ends = events.filter(
      ({ n, k, e }) => n === 'A' && k === 'pingLoop' && e === 'end',
    );
    expect(ends.map(({ t }) => t)).toEqual([30_000]);
    const again = events.find(
      ({ n, t, go }) => n === 'B' && t > 0 && go?.task.startsWith('dial'),
    );
    expect(again?.t).toBe(30_001);
    const written = events.filter(
      ({ n, k, msg }) => n === 'B' && k === 'eth/63' && msg?.dir === 'out',
    );
    // Two were read, the last one does not fit.
    expect(written.length - 3).toBe(15);
  });
});

/** A peer with one protocol that is busy for 700 ms with each message. */
async function withSlowEth<T>(
  live: (line: Line, peer: Peer, took: number[]) => Promise<T>,
): Promise<T> {
  const { outcome } = await simulate({ schedule: '' }, () => {
    const line = new Line();
    const took: number[] = [];
    const run: Protocol['run'] = async (_peer, rw) => {
      for (;;) {
        took.push((await rw.readMsg()).code);
        await sleep(700);
      }
    };
    const protocols = [{ name: 'eth', version: 63, length: 17, run }];
    const peer = new Peer(connOver(line, protocols), protocols);
    new WaitGroup().go('runPeer', async () => {
      await peer.run();
    });
    return live(line, peer, took);
  });
  if (outcome.status === 'done') return outcome.value;
  throw outcome.status === 'threw' ? outcome.error : new Error(outcome.status);
}
const eth = (code: number): Msg => newMsg(16 + code, Uint8Array.of(0xc0));

describe('messages for a busy protocol', () => {
  it('are held by the peer two at a time, and no more', async () => {
    const left = await withSlowEth(async (line) => {
      for (let code = 0; code < 10; code++) line.incoming.trySend(eth(code));
      await sleep(100);
      return line.incoming.length;
    });
    expect(left).toBe(8);
  });

  it('are lost where they are, when our own side ends the peer', async () => {
    const { took, unread } = await withSlowEth(async (line, peer, took) => {
      for (let code = 0; code < 3; code++) line.incoming.trySend(eth(code));
      await sleep(300);
      await peer.disconnect(0);
      await sleep(5_000);
      return { took, unread: line.incoming.length };
    });
    expect(took).toEqual([0]);
    expect(unread).toBe(1); // the third; the second was in the hands of `readLoop`
  });

  it('would pass seventeen at a time, if `in` had room for 16', async () => {
    const left = await withSlowEth(async (line, peer) => {
      const proto = peer.running.get('eth');
      if (proto === undefined) throw new Error('eth runs');
      Object.assign(proto, { in: new Chan<Msg>('eth.in', 16) });
      for (let code = 0; code < 20; code++) line.incoming.trySend(eth(code % 17));
      await sleep(100);
      // One more is in the hands of `readLoop`.
      return 20 - 1 - line.incoming.length;
    });
    expect(left).toBe(17);
    expect(page).toContain('up to 17 messages for a busy eth');
  });
});

describe('the graph of waits', () => {
  const inWords = ({ atMs, held, line, doing }: Moment): string => {
    const on = line.map(({ whose }) => whose).join(' ');
    return `${atMs}: ${held.join(' ')} | ${on} | ${doing.readLoop.what}`;
  };

  it('says who is held up, and what lies on the line', async () => {
    const [two, full] = await findWaits(['waits-two', 'waits-full-line']);
    expect(two?.moments.map(inWords)).toEqual([
      '0: readLoop chat/1 pingLoop | chat/1 pingLoop | hands',
      '100: readLoop chat/1 pingLoop runPeer | chat/1 pingLoop runPeer | hands',
      '700: runPeer |  | over',
      '1400:  |  | over',
    ]);
    expect(full?.moments.map(({ held, line }) => [held, line.length])).toEqual([
      [['B', 'readLoop'], 16],
    ]);
  });

  it('leaves out those that have ended while they were waited for', async () => {
    const [run] = await findWaits(['waits-table']);
    const ends = run?.moments.map(({ doing }) => doing.runPeer.to ?? []);
    expect(ends).toEqual([
      ...[['readLoop'], ['readLoop']], // for the Disconnect, as long as it lies there
      ...[['eth/63', 'chat/1'], ['chat/1'], []],
    ]);
  });

  it('leads each wait of one that is held up to the one that is busy', async () => {
    for (const { name, moments } of await findWaits(blockedCases)) {
      const busy = name === 'waits-chat-slow' ? 'chat/1' : 'eth/63';
      for (const moment of moments) {
        for (const part of moment.held) {
          expect(rootOf(moment, part), `${name} ${part}`).toBe(busy);
        }
      }
    }
  });

  it('keeps its boxes and arrows inside, on a phone too', async () => {
    const runs = await findWaits(blockedCases);
    for (const width of [280, 600]) {
      for (const part of parts) {
        const { x, y, width: box } = places[part];
        expect(x * width - box / 2, part).toBeGreaterThanOrEqual(0);
        expect(x * width + box / 2, part).toBeLessThanOrEqual(width);
        expect(y + graph.boxHeight / 2).toBeLessThanOrEqual(graph.height);
      }
      const arrows = runs.flatMap(({ moments }) =>
        moments.flatMap((moment) => arrowsOf(moment, width)),
      );
      expect(arrows.some(({ held }) => held)).toBe(true);
      expect(arrows.some(({ from }) => from === 'runPeer')).toBe(true);
      for (const { path, head } of arrows) expect(path + head).not.toContain('NaN');
    }
  });

  it('compares a guess with what is so', () => {
    expect(isSameSet(['B', 'eth/63'], ['eth/63', 'B'])).toBe(true);
    expect(isSameSet(['B'], ['eth/63'])).toBe(false);
    expect(isSameSet([], ['B'])).toBe(false);
  });
});
