/**
 * Much coming and going over TCP leaves nothing behind. A few rounds in `npm test`;
 * `PEERWALK_SOAK=1000 npx vitest run test/soak` is the long form, and prints figures.
 */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { FullNode } from '../../impl/node/full-node.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { gethChain } from '../helpers/chain.ts';
import { WatchedProcess } from '../helpers/invariants.ts';
import { phases, visit, type Visitor } from './visitors.ts';

const asked = process.env['PEERWALK_SOAK'];
const isLong = asked !== undefined && asked !== '';
const rounds = isLong ? Number(asked) : 20;

/** Many are with the node at a time. */
const atOnce = 10;

beforeAll(initCrypto);

const nodes: FullNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function startNode(options: { readonly blocks?: boolean } = {}): Promise<{
  readonly node: FullNode;
  /** How many events there were of each type. */
  readonly counts: Record<PeerEvent['type'], number>;
}> {
  const { genesis, blocks } = gethChain();
  const node = new FullNode({
    privateKey: runtime().randomBytes(32),
    genesis,
    networkId: 1337n,
    network: tcpNetwork,
    name: 'peerwalk/soak',
    listen: { host: '127.0.0.1', port: 0 },
    syncTickMs: 50,
  });
  if (options.blocks === true) node.chain.insertChain(blocks);
  // Counted, not kept: an error keeps its stack, and all that was on it.
  const counts = {
    add: 0,
    drop: 0,
    msgsend: 0,
    msgrecv: 0,
    refused: 0,
    'dial-error': 0,
  };
  node.server.feed.subscribe(({ type }) => counts[type]++);
  await node.start();
  nodes.push(node);
  return { node, counts };
}

let here: WatchedProcess;
beforeAll(() => {
  here = new WatchedProcess().start();
  return () => {
    here.stop();
  };
});

/** Sockets, listeners and timers of this process, each with its count. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = { timers: here.timers };
  for (const name of process.getActiveResourcesInfo().toSorted()) {
    if (name.startsWith('TCP')) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const nothing = { timers: 0 };

/** Until the event loop has closed what was let go. */
async function settled(
  expected: Record<string, number>,
): Promise<Record<string, number>> {
  for (let turn = 0; turn < 500; turn++) {
    if (JSON.stringify(resources()) === JSON.stringify(expected)) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return resources();
}

function heapAfterGC(): number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void; // there since the line above
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function say(what: string): void {
  if (isLong) process.stdout.write(`soak: ${what}\n`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function leaveSomehow(visitor: Visitor, n: number): Promise<void> {
  if (n % 3 === 0) await visitor.vanish();
  else if (n % 3 === 1) await visitor.leave();
  else {
    await visitor.fd.write(new Uint8Array(64)); // no frame, and no auth
    await visitor.listen();
  }
}

describe('coming and going', () => {
  it(
    `leaves no task, socket, timer or listener behind, ${rounds} times`,
    async () => {
      const { node, counts } = await startNode();
      const tasks = [...node.server.tasks];
      const idle = { timers: 1, TCPServerWrap: 1 }; // the tick of the syncer
      expect(resources()).toEqual(idle);
      const times: number[] = [];
      const oneRound = async (n: number): Promise<void> => {
        const phase = n % 2 === 0 ? 'Status' : (phases[n % phases.length] ?? 'auth');
        const start = performance.now();
        const visitor = await visit(node, phase);
        if (phase === 'Status') times.push(performance.now() - start);
        await leaveSomehow(visitor, n);
      };
      const series = async (first: number, count: number): Promise<void> => {
        for (let n = first; n < first + count; n += atOnce) {
          const size = Math.min(atOnce, first + count - n);
          await Promise.all(Array.from({ length: size }, (_, i) => oneRound(n + i)));
        }
        await idleAgain(node);
      };

      await series(0, rounds); // code and caches warm
      const warm = heapAfterGC();
      await series(rounds, rounds);
      const grown = heapAfterGC() - warm;

      expect(node.server.tasks).toEqual(tasks);
      expect(await settled(idle)).toEqual(idle);
      expect(counts.add).toBeGreaterThanOrEqual(rounds); // those with Status, twice
      expect(counts.drop).toBe(counts.add);
      say(`${2 * rounds} rounds, heap after the second half ${grown} bytes larger`);
      say(
        `connect to Status, ${atOnce} at once: median ${median(times).toFixed(1)} ms`,
      );
      // What a leak of one connection a round would exceed.
      if (isLong) expect(grown).toBeLessThan(2 * 2 ** 20);

      const { port = 0 } = node.server;
      await node.stop();
      expect(node.server.tasks).toEqual([]);
      expect(node.eth.wg.names).toEqual([]);
      expect(await settled(nothing)).toEqual(nothing);
      const again = createServer().listen(port, '127.0.0.1');
      await once(again, 'listening');
      await new Promise((resolve) => again.close(resolve));
    },
    isLong ? 3_600_000 : 20_000,
  );

  it('connects alone in a time that a figure is kept of', async () => {
    const { node } = await startNode();
    const times: number[] = [];
    for (let n = 0; n < (isLong ? 100 : 2); n++) {
      const start = performance.now();
      const visitor = await visit(node, 'Status');
      times.push(performance.now() - start);
      await visitor.leave();
    }
    say(`connect to Status, one at a time: median ${median(times).toFixed(1)} ms`);
  });
});

/** Until no peer, handshake or dial is left; two loops and the syncer go on. */
async function idleAgain(node: FullNode): Promise<void> {
  while (node.server.tasks.length > 2 || (await node.server.peers()).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const stops = 5;

// With one visitor in each phase: `test/hostile/faults-tcp.test.ts`.
describe('FullNode.stop', () => {
  it(`ends both sides of a synchronisation, ${stops} times`, async () => {
    const times: number[] = [];
    for (let i = 0; i < stops; i++) {
      const full = await startNode({ blocks: true });
      const empty = await startNode();
      const synced = new Done('synced');
      empty.node.chain.subscribe(({ head }) => {
        if (head.header.number === 63n) synced.close();
      });
      const start = performance.now();
      await empty.node.server.addPeer(parseEnode(full.node.server.enode ?? ''));
      // The first one to its end; the others are cut short, each a little later.
      if (i === 0) await synced.wait();
      else await new Promise((resolve) => setTimeout(resolve, 40 + 25 * i));
      if (i === 0) times.push(performance.now() - start);
      await Promise.all([empty.node.stop(), full.node.stop()]);
      for (const { node, counts } of [full, empty]) {
        expect(node.server.tasks).toEqual([]);
        expect(node.eth.wg.names).toEqual([]);
        expect(counts.drop).toBe(counts.add);
      }
    }
    say(`63 blocks, dial and a tick of 50 ms included: ${median(times).toFixed(0)} ms`);
    expect(await settled(nothing)).toEqual(nothing);
  });
});
