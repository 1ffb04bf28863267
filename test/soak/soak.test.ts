/**
 * Coming and going over TCP leaves nothing behind: a few rounds. `npm run soak` is the
 * long form (`main.ts`), with hostile visitors, figures and bounds.
 */

import { once } from 'node:events';
import { createServer } from 'node:net';
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
import { nothing, resources, settled } from './resources.ts';
import { phases, visit, type Visitor } from './visitors.ts';

const rounds = 20;

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
    'accept-error': 0,
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

async function leaveSomehow(visitor: Visitor, n: number): Promise<void> {
  if (n % 3 === 0) await visitor.vanish();
  else if (n % 3 === 1) await visitor.leave();
  else {
    await visitor.fd.write(new Uint8Array(64)); // no frame, and no auth
    await visitor.listen();
  }
}

describe('coming and going', () => {
  it(`leaves no task, socket, timer or listener behind, ${rounds} times`, async () => {
    const { node, counts } = await startNode();
    const tasks = [...node.server.tasks];
    const idle = { timers: 1, TCPServerWrap: 1 }; // the tick of the syncer
    expect(resources(here)).toEqual(idle);
    const oneRound = async (n: number): Promise<void> => {
      const phase = n % 2 === 0 ? 'Status' : (phases[n % phases.length] ?? 'auth');
      const visitor = await visit(node, phase);
      await leaveSomehow(visitor, n);
    };
    const series = async (first: number, count: number): Promise<void> => {
      for (let n = first; n < first + count; n += atOnce) {
        const size = Math.min(atOnce, first + count - n);
        await Promise.all(Array.from({ length: size }, (_, i) => oneRound(n + i)));
      }
      await idleAgain(node);
    };

    await series(0, rounds);
    await series(rounds, rounds);

    expect(node.server.tasks).toEqual(tasks);
    expect(await settled(here, idle)).toEqual(idle);
    expect(counts.add).toBeGreaterThanOrEqual(rounds); // those with Status, twice
    expect(counts.drop).toBe(counts.add);

    const { port = 0 } = node.server;
    await node.stop();
    expect(node.server.tasks).toEqual([]);
    expect(node.eth.wg.names).toEqual([]);
    expect(await settled(here, nothing)).toEqual(nothing);
    const again = createServer().listen(port, '127.0.0.1');
    await once(again, 'listening');
    await new Promise((resolve) => again.close(resolve));
  }, 20_000);
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
    for (let i = 0; i < stops; i++) {
      const full = await startNode({ blocks: true });
      const empty = await startNode();
      const synced = new Done('synced');
      empty.node.chain.subscribe(({ head }) => {
        if (head.header.number === 63n) synced.close();
      });
      await empty.node.server.addPeer(parseEnode(full.node.server.enode ?? ''));
      // The first one to its end; the others are cut short, each a little later.
      if (i === 0) await synced.wait();
      else await new Promise((resolve) => setTimeout(resolve, 40 + 25 * i));
      await Promise.all([empty.node.stop(), full.node.stop()]);
      for (const { node, counts } of [full, empty]) {
        expect(node.server.tasks).toEqual([]);
        expect(node.eth.wg.names).toEqual([]);
        expect(counts.drop).toBe(counts.add);
      }
    }
    expect(await settled(here, nothing)).toEqual(nothing);
  });
});
