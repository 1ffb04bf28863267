/**
 * F-07: a whole node, eth and server, is stopped in each of twelve phases of a
 * connection, at moments that are drawn: so many turns, and so many milliseconds after
 * the phase was begun. Eight moments a phase, two hundred with `PEERWALK_ALL=1`; the
 * server alone has more phases in `test/p2p/stop-phases.test.ts`, and over TCP the same
 * twelve stand in `faults-tcp.test.ts`.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { readUint } from '../../impl/bytes.ts';
import { Chain } from '../../impl/core/chain.ts';
import type { Hash } from '../../impl/core/hash.ts';
import { TxPool } from '../../impl/core/txpool.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { ProtocolManager } from '../../impl/eth/handler.ts';
import { encodeStatus, statusMsg } from '../../impl/eth/protocol.ts';
import { PlainTransport } from '../../impl/sim/plain-transport.ts';
import { statusOf } from '../eth/harness.ts';
import { signedTx, testGenesis } from '../helpers/blocks.ts';
import { everySeed, failureOf, finished } from '../helpers/explore.ts';
import { shakingHands, Watch, watchChain } from '../helpers/invariants.ts';
import { idOf } from '../helpers/peers.ts';
import {
  makeServer,
  nodeAt,
  Remote,
  serverAddress,
  serverHost,
  type TestServer,
  World,
} from '../helpers/servers.ts';

beforeAll(initCrypto);

const moments = process.env['PEERWALK_ALL'] === undefined ? 8 : 200;

interface Scene {
  readonly world: World;
  readonly server: TestServer;
  readonly eth: ProtocolManager;
  readonly watch: Watch;
}

interface Phase {
  readonly name: string;
  /** What somebody does; he goes on until the node has left him. */
  readonly enter: (scene: Scene) => Promise<unknown>;
  /** Whether the node is in the phase, asked just before the stop. */
  readonly isIn: (scene: Scene) => boolean;
  /** The stop comes up to so many milliseconds later. Default 20. */
  readonly spanMs?: number;
  /** The moments are drawn from here on. Default: at once. */
  readonly from?: (scene: Scene) => boolean;
  /** Turns that the stop comes later, at most. Default 60. */
  readonly turns?: number;
  /** Virtual milliseconds that the stop may take. Default 0. I-8 says 6,000 for all. */
  readonly mostMs?: number;
}

const eth = [{ name: 'eth', version: 63 }];
const statusCode = 16;
const getBlockHeadersCode = 19;

const remoteOf = ({ world }: Scene): Remote => new Remote(world, idOf('22'));

/** Somebody who is a peer, and has said his Status. */
async function withStatus(scene: Scene, td: bigint): Promise<Remote> {
  const remote = remoteOf(scene);
  await remote.join(eth);
  const head = `0x${'77'.repeat(32)}` as Hash; // nobody has it
  await remote.send(statusCode, encodeStatus(statusOf(scene.eth.chain, { td, head })));
  return remote;
}

/** The run loop begins to answer, and does not come to it: the n-th time. */
function holdAnswer({ server }: Scene, held: number): void {
  let answers = 0;
  const answer = server.answer.bind(server);
  server.answer = async (conn, refusal) => {
    if (++answers === held) await server.quit.wait();
    await answer(conn, refusal);
  };
}

const isAnswering = ({ server }: Scene): boolean => shakingHands(server) === 1;
const saw = ({ server }: Scene, type: string, code: number): boolean =>
  server.events.some(
    (event) => event.type === type && 'code' in event && event.code === code,
  );

const phases: readonly Phase[] = [
  {
    name: 'listening',
    enter: () => Promise.resolve(),
    isIn: ({ server }) => server.tasks.length === 2,
  },
  {
    name: 'accepted',
    enter: async (scene) => remoteOf(scene).listen(),
    isIn: isAnswering,
  },
  {
    name: 'half of the first packet read',
    enter: async ({ world }) => {
      const fd = world.connect(serverAddress, '10.0.0.2');
      await fd.write(new Uint8Array(30));
      await failureOf(fd.readFull(65));
      await fd.close();
    },
    isIn: isAnswering,
  },
  {
    name: 'our packet sent, nothing of it read',
    enter: async (scene) => {
      const remote = remoteOf(scene);
      await remote.fd.write(new Uint8Array(64).fill(0x22));
      await sleep(8_000);
      await remote.leave();
    },
    isIn: isAnswering,
  },
  {
    name: 'waiting for Hello',
    enter: async ({ world }) => {
      const fd = world.connect(serverAddress, '10.0.0.2');
      const silent = new PlainTransport(fd, idOf('22'), 'nothing');
      await silent.doEncHandshake();
      await failureOf(fd.readFull(1_000));
      await fd.close();
    },
    isIn: isAnswering,
  },
  {
    name: 'checkpoint 1',
    enter: (scene) => {
      holdAnswer(scene, 1);
      return remoteOf(scene).live(eth);
    },
    isIn: isAnswering,
  },
  {
    name: 'checkpoint 2',
    enter: (scene) => {
      holdAnswer(scene, 2);
      return remoteOf(scene).live(eth);
    },
    isIn: (scene) => isAnswering(scene) && scene.server.tasks.includes('runPeer'),
  },
  {
    name: 'a peer that starts',
    enter: (scene) => remoteOf(scene).live(eth),
    isIn: ({ watch, eth, ...scene }) =>
      watch.live.size === 1 && !saw({ watch, eth, ...scene }, 'msgsend', statusMsg),
    from: ({ watch }) => watch.live.size === 1,
    turns: 12,
    spanMs: 0,
  },
  {
    name: 'Status sent, none read',
    enter: (scene) => remoteOf(scene).live(eth),
    isIn: (scene) => saw(scene, 'msgsend', statusMsg) && scene.eth.peers.length === 0,
    spanMs: 4_000,
  },
  {
    name: 'a request without an answer',
    enter: async (scene) => (await withStatus(scene, 1n << 90n)).listen(),
    isIn: (scene) => saw(scene, 'msgsend', getBlockHeadersCode - statusCode),
    spanMs: 200,
  },
  {
    name: 'a write that nobody takes',
    enter: async (scene) => {
      const remote = await withStatus(scene, 1n);
      await sleep(8_000);
      await remote.leave();
    },
    isIn: ({ watch, server }) =>
      watch.network.writing > 0 && watch.live.size === 1 && !server.quit.closed,
    spanMs: 1_000,
    mostMs: 2_000, // a farewell, and then a linger
  },
  {
    name: 'dialing: nobody answers, or nobody speaks',
    enter: async ({ world, server }) => {
      const listener = await world.at('10.0.0.7').listen('10.0.0.7', 30_303);
      for (let i = 0; i < 20; i++) {
        world.blackHoles.add(`10.0.9.${i}`);
        await server.addPeer(nodeAt(idOf((0x40 + i).toString(16)), `10.0.9.${i}`));
        if (i === 5) await server.addPeer(nodeAt(idOf('77'), '10.0.0.7'));
      }
      const fd = await listener.accept().catch(() => undefined);
      if (fd !== undefined) {
        await failureOf(fd.readFull(1_000));
        await fd.close();
      }
      await listener.close();
    },
    isIn: ({ server }) => server.tasks.some((name) => name.startsWith('dial ')),
    spanMs: 4_000,
  },
];

/** What is pending is more than the line holds: telling a new peer of it waits. */
function largePool(chain: Chain): TxPool {
  const pool = new TxPool(chain);
  for (let nonce = 0n; nonce < 6n; nonce++) {
    pool.add(signedTx({ nonce, data: new Uint8Array(30_000), gasLimit: 4_000_000n }));
  }
  return pool;
}

const draw = (below: number): number =>
  below === 0 ? 0 : readUint(runtime().randomBytes(4), 0, 4) % below;

describe('F-07, a node that is stopped', () => {
  it.each(phases)('in this phase leaves nothing behind: $name', async (phase) => {
    const chain = new Chain(testGenesis());
    const txPool = largePool(chain);
    expect(txPool.pending()).toHaveLength(6);
    const goesBack = watchChain(chain);
    let wasIn = 0;
    await everySeed(
      moments,
      async () => {
        const world = new World();
        const watch = new Watch(world.at(serverHost));
        const manager = new ProtocolManager({
          chain,
          networkId: 1n,
          txPool,
          syncTickMs: 50,
        });
        const server = makeServer(world, {
          network: watch.network,
          protocols: manager.protocols(),
          enableMsgEvents: true,
        });
        watch.attach(server);
        const scene: Scene = { world, server, eth: manager, watch };
        await server.start();
        manager.start();
        const others = new WaitGroup();
        others.go('somebody', async () => {
          await phase.enter(scene).catch(() => undefined); // cut off at any step
        });
        while (phase.from?.(scene) === false) await runtime().ready(undefined);
        for (let turns = draw(phase.turns ?? 60); turns > 0; turns--) {
          await runtime().ready(undefined);
        }
        const ms = draw(phase.spanMs ?? 20);
        if (ms > 0) await sleep(ms);
        const isIn = phase.isIn(scene);
        const began = runtime().now();
        await manager.stop();
        await server.stop();
        const took = runtime().now() - began;
        await server.stop();
        await manager.stop();
        const isFree = !world.isListening(serverAddress);
        const broken = await watch.broken('stopped');
        const left = manager.wg.names;
        await others.wait();
        return { isIn, took, isFree, broken, left };
      },
      (simulation) => {
        const { isIn, took, ...rest } = finished(simulation); // no task, and no timer
        expect(rest).toEqual({ isFree: true, broken: [], left: [] });
        expect(took).toBeLessThanOrEqual(phase.mostMs ?? 0);
        if (isIn) wasIn++;
      },
    );
    expect(goesBack()).toEqual([]);
    expect(wasIn).toBeGreaterThan(0);
  });
});
