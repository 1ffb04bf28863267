/** What chapter 11 says in predictions and tables, against runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { initCrypto, keccak256, publicKey } from '#crypto';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { findLeaks } from '../../.vitepress/data/leak-runs.ts';
import { parts } from '../../.vitepress/theme/strings/parts.en.ts';
import { toHex, utf8 } from '../../impl/bytes.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { readTrace } from '../../impl/csp/trace.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { MemoryNetwork } from '../../impl/net/memory.ts';
import { discMsg } from '../../impl/p2p/base-protocol.ts';
import { nodeIDOf, type Node } from '../../impl/p2p/enode.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { Server } from '../../impl/p2p/server.ts';
import { draws, type Fault } from '../../impl/sim/leaks.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { readScenario } from '../../impl/sim/scenario.ts';
import { comeBack, stopServer } from '../../impl/sim/servers-end.ts';
import { acts, endIn, farewellMs, type Act } from '../../impl/sim/teardown.ts';

const page = readFileSync(join(repoDir, 'docs/guide/11-teardown.md'), 'utf8');

/** What front matter calls right in a prediction. */
function rightChoice(id: string): string {
  const [, block = ''] =
    new RegExp(`  - id: ${id}\\n([^]*?)\\n(?:  - id: |---)`).exec(page) ?? [];
  const choices = Array.from(
    block.matchAll(/^      - (.*)$/gm),
    ([, text = '']) => text,
  );
  const right = Number(/^    right: (\d+)$/m.exec(block)?.[1]);
  return choices[right] ?? `no choice of ${id}`;
}

/** The rows of the table that begins with this head. */
function rowsUnder(head: string): string[][] {
  const [, table = ''] = page.split(`| ${head} |`);
  const [lines = ''] = table.split('\n\n');
  return lines
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function addressOf(name: string): Node {
  const id = nodeIDOf(toHex(publicKey(keyOf(name))));
  return { id, host: `10.0.0.${name.charCodeAt(0) - 64}`, port: 30_303 };
}

function keyOf(name: string): Uint8Array {
  return keccak256(utf8(`teardown ${name}`));
}

/** A server whose protocol takes what comes, and says nothing. */
function nodeThatReads(name: string, network: MemoryNetwork): Server {
  const { id: self, host, port } = addressOf(name);
  const run: Protocol['run'] = async (_peer, rw) => {
    for (;;) await rw.readMsg();
  };
  return new Server({
    ...{ privateKey: keyOf(name), self, name, network, maxPeers: 25 },
    protocols: [{ name: 'note', version: 1, length: 4, run }],
    newTransport: (fd) => newRLPX(fd),
    listen: { host, port },
  });
}

/** Both tests of the bench look at the same runs. */
const leaks = findLeaks();

const count = (ms: number): string => ms.toLocaleString('en-US');

/** As a cell of the table of orders says it. */
async function cell(order: readonly Act[], talks: boolean): Promise<string> {
  const { reportedMs, aliveThen, takenLate, left } = await endIn(order, { talks });
  const names = left.map(({ task }) => task).join(', ');
  const is = left.length === 1 ? 'is' : 'are';
  const over =
    reportedMs === undefined
      ? `never over: ${names} ${is} left`
      : `over after ${count(reportedMs)} ms`;
  const late = takenLate === 0 ? '' : `; eth got ${takenLate} messages meanwhile`;
  const alive =
    aliveThen.length === 0 ? '' : `, while ${aliveThen.join(', ')} is alive`;
  return over + alive + late;
}

describe('chapter 11', () => {
  it('counts the reports that nobody takes as the recorded run does', () => {
    const file = join(repoDir, 'docs/traces/meet.jsonl');
    const { events } = readTrace(readFileSync(file, 'utf8'));
    const unread = (node: string): string[] => {
      const own = events.filter(({ n }) => n === node);
      const closed = own.findIndex(
        ({ chan }) => chan?.op === 'close' && chan.name === 'closed',
      );
      return own
        .slice(closed)
        .flatMap(({ chan }) =>
          chan?.op === 'send' && /^(protoErr|readErr|writeErr)$/.test(chan.name)
            ? [chan.name]
            : [],
        );
    };
    expect(unread('A')).toEqual(['protoErr', 'readErr']);
    expect(unread('B')).toEqual(['writeErr', 'protoErr']);
    expect(rightChoice('c11-unread')).toBe('Two');
    expect(page).toContain('four reports that nobody took');
  });

  it('says of each order of the lines what its runs say', async () => {
    const rows = rowsUnder('order | a remote that talks | a remote that is silent');
    expect(rows[0]?.[0]).toBe(acts.join(', '));
    for (const [order = '', talks, silent] of rows) {
      const lines = order.split(', ') as Act[]; // checked: one of another name does nothing
      expect(lines.toSorted()).toEqual(acts.toSorted());
      expect([order, talks, silent]).toEqual([
        order,
        await cell(lines, true),
        await cell(lines, false),
      ]);
    }
    expect(page).toContain(`the farewell takes ${farewellMs} ms`);
  });

  it('has a peer end late, and not never, when the remote talks', async () => {
    expect(rightChoice('c11-talks')).toMatch(/^The peer ends, within 100 ms/);
    const order: Act[] = ['close', 'wait', 'tell', 'report'];
    const { reportedMs = NaN } = await endIn(order, { talks: true });
    expect(reportedMs).toBeLessThanOrEqual(100 + farewellMs);
  });

  it('echoes every reason but 1', async () => {
    const heard = async (reason: number): Promise<number | undefined> => {
      const leave = { do: 'disconnect', reason };
      const { outcome } = await runScenario(
        readScenario({
          version: 1,
          nodes: {
            A: { kind: 'node', blocks: 8 },
            B: { kind: 'script', steps: [{ do: 'status' }, leave] },
          },
          transport: 'plain',
          quirks: [],
          stop: { afterMs: 5_000, when: 'parted' },
        }),
        { schedule: '' },
      );
      if (outcome.status !== 'done') throw new Error(outcome.status);
      const { B } = outcome.value.scripts;
      expect(B?.endedAtMs).toBe(0);
      return B?.reason;
    };
    expect(await heard(1)).toBeUndefined();
    for (const reason of [0, 2, 8, 13]) expect(await heard(reason)).toBe(reason);
  });

  it('has two nodes that leave at the same moment send two farewells, and read none', async () => {
    await initCrypto();
    const lineMs = 25;
    const { outcome, trace } = await simulate(
      { schedule: '', record: true },
      async () => {
        const network = new MemoryNetwork(lineMs);
        const [a, b] = ['A', 'B'].map((name) => nodeThatReads(name, network));
        if (a === undefined || b === undefined) throw new Error('two nodes');
        await a.start();
        await b.start();
        await a.addPeer(addressOf('B'));
        await sleep(1_000);
        const leaving = new WaitGroup();
        for (const [server, reason] of [[a, 8] as const, [b, 4] as const]) {
          const [peer] = await server.peers();
          if (peer === undefined) throw new Error('no peer');
          leaving.go('leave', () => peer.disconnect(reason));
        }
        await leaving.wait();
        await sleep(lineMs * 2);
        await a.stop();
        await b.stop();
      },
    );
    expect(outcome.status).toBe('done');
    const farewells = (trace?.events ?? []).flatMap(({ t, msg }) =>
      msg?.code === discMsg ? [[msg.dir, t]] : [],
    );
    expect(farewells).toEqual([
      ['out', 1_000],
      ['out', 1_000],
    ]);
    expect(rightChoice('c11-crossing')).toBe('Two are sent, and none is read');
  });

  it('tells how long `stop` takes, and what is written to the remote', async () => {
    const found: string[] = [];
    for (const [protocol, deaf] of [
      ['listens', false],
      ['listens', true],
      ['writes-without-end', true],
      ['sleeps', false],
    ] as const) {
      const afterMs = 5_000;
      const steps = [{ do: 'sleep', ms: 25_000 }];
      const { trace } = await runScenario(
        readScenario({
          version: 1,
          nodes: {
            A: { kind: 'node', protocol },
            B: { kind: 'script', steps, ...(deaf && { deaf }) },
          },
          transport: 'rlpx',
          quirks: [],
          stop: { afterMs },
        }),
        { schedule: '', record: true },
      );
      const events = trace?.events ?? [];
      const over = events.find(
        ({ n, k, e }) => n === 'A' && k === 'stop' && e === 'end',
      );
      const told = events.some(
        ({ n, msg }) => n === 'A' && msg?.dir === 'out' && msg.code === discMsg,
      );
      const ms = (over?.t ?? NaN) - afterMs;
      // The protocol fell asleep at 0 ms.
      const takes =
        ms === 3_600_000 - afterMs ? 'the rest of the hour' : `${count(ms)} ms`;
      found.push(`${told ? '8' : 'nothing'} | ${takes}`);
    }
    const rows = rowsUnder('the remote | our protocol | it hears | `stop` takes');
    const said = rows.map(
      ([, , hears = '', takes]) =>
        `${hears.replace(', if it ever reads', '')} | ${takes}`,
    );
    expect(said).toEqual(found);
    expect(rightChoice('c11-deaf')).toBe('1 s, and B hears nothing');
  });

  it('knows who holds a place, and what is left when it is given back too early', async () => {
    const ours = await comeBack(10, false);
    expect(ours.heard).toEqual([4, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
    expect([ours.tasks, ours.inTable, ours.leftByStop]).toEqual([1, 1, 0]);
    expect(ours.stopMs).toBeGreaterThan(3_500_000);
    const early = await comeBack(10, true);
    expect([early.tasks, early.inTable, early.leftByStop]).toEqual([10, 0, 10]);
    expect(early.stopMs).toBe(0);
    expect(rightChoice('c11-comes-back')).toBe('Ten tasks, and no peer in the table');
  });

  it('tells its peer why it stops, and a stranger nothing', async () => {
    const { peer, stranger, late, stopMs, left } = await stopServer();
    expect([peer.reason, stranger.reason]).toEqual([8, undefined]);
    expect([peer.atMs, stranger.atMs]).toEqual([1_000, 1_000]);
    expect([late, stopMs, left]).toEqual(['refused', 0, []]);
    expect(rightChoice('c11-stop')).toBe('B hears Disconnect 8, C hears nothing');
  });

  it('finds a place too few with two deviations, and not with one', async () => {
    const { found: searches = [] } =
      (await leaks).find(({ fault }) => fault === 'protoErr-short') ?? {};
    const found = searches
      .slice(0, 3)
      .map(({ leaking, orders }) => `${leaking} of ${orders}`);
    expect(found).toEqual(['0 of 1', '0 of 46', '6 of 976']);
    expect(page).toContain('1 order with k = 0, 46 with k = 1, and 976 with k = 2');
    expect(page).toContain('it is 6 of 976');
    expect(rightChoice('c11-places')).toBe('k = 2');
    // “here the fault comes up more often”
    const { leaking = 0, orders = 1 } = searches[3] ?? {};
    expect(leaking / orders).toBeGreaterThan(6 / 976);
  });
});

describe('findLeaks', () => {
  it('finds what the page says is found with the bench', async () => {
    const runs = await leaks;
    const share = (fault: Fault): number[] =>
      (runs.find((one) => one.fault === fault)?.found ?? []).map(
        ({ leaking }) => leaking,
      );
    expect(share('none')).toEqual([0, 0, 0, 0]);
    // “The first order finds it.”
    for (const fault of ['protoErr', 'writeErr'] as const) {
      expect(share(fault)[0], fault).toBe(1);
    }
    // “The wait of its own takes one deviation, the place too few takes two.”
    expect(share('own-wait').slice(0, 2)).toEqual([0, 1]);
    expect(share('protoErr-short').slice(0, 3)).toEqual([0, 0, 6]);
    // “In the situation of this bench … the report is taken in every order.”
    expect(share('readErr')).toEqual([0, 0, 0, 0]);
    const { faults, searches } = parts.leaks;
    expect(Object.keys(faults)).toEqual(runs.map(({ fault }) => fault));
    expect(Object.keys(searches)).toEqual(runs[0]?.found.map(({ search }) => search));
    expect(searches.drawn).toContain('two hundred');
    expect(draws).toBe(200);
    for (const { found } of runs) {
      for (const { stretches, leaking } of found) {
        const strokes = stretches.reduce((sum, [from, to]) => sum + to - from + 1, 0);
        expect(strokes).toBe(leaking);
      }
    }
  });
});
