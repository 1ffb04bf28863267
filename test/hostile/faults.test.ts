/**
 * Faults F-01 to F-17 on the virtual clock, as far as no other file has them; and the
 * table of all of them, held against what is there. Over TCP: `faults-tcp.test.ts`.
 */

import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { encodeBlock } from '../../impl/core/block.ts';
import { Chain } from '../../impl/core/chain.ts';
import { keccakHash } from '../../impl/core/hash.ts';
import { encodeTransaction } from '../../impl/core/transaction.ts';
import { TxPool } from '../../impl/core/txpool.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { newBlockMsg, transactionsMsg } from '../../impl/eth/protocol.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import type { Transport } from '../../impl/p2p/conn.ts';
import { nodeIDOf, type Node } from '../../impl/p2p/enode.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { newRLPX } from '../../impl/p2p/rlpx/transport.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import {
  LinkClosed,
  Remote as EthRemote,
  statusOf,
  withManager,
} from '../eth/harness.ts';
import {
  childrenOf,
  extend,
  signedTx,
  testGenesis,
  testKey,
} from '../helpers/blocks.ts';
import { everySeed, finished, run } from '../helpers/explore.ts';
import { Watch, watchChain } from '../helpers/invariants.ts';
import { idOf, makeProtocol, readAll } from '../helpers/peers.ts';
import {
  makeServer,
  nodeAt,
  Remote,
  serverAddress,
  serverHost,
  type TestServer,
  World,
} from '../helpers/servers.ts';
import { faults, guards, invariants } from './fault-table.ts';

beforeAll(initCrypto);

describe('the table of faults and invariants', () => {
  it('names each of them', () => {
    const numbers = (prefix: string, count: number): string[] =>
      Array.from(
        { length: count },
        (_, i) => `${prefix}-${`${i + 1}`.padStart(2, '0')}`,
      );
    expect(Object.keys(faults)).toEqual(numbers('F', 17));
    expect(Object.keys(invariants)).toEqual(
      numbers('I', 10).map((id) => id.replace('-0', '-')),
    );
  });

  const rows = Object.entries({ ...faults, ...invariants });
  it.each(rows)('names tests of %s that exist', (_id, { tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, title } of tests) {
      expect(existsSync(file), file).toBe(true);
      expect(readFileSync(file, 'utf8'), file).toContain(title);
    }
  });

  it.each(rows)('names a guard of %s, which stands once in its file', (id) => {
    const own = guards.filter(({ of }) => of === id);
    expect(own.length).toBeGreaterThan(0);
    for (const { also, test, ...edit } of own) {
      for (const { file, take } of [edit, ...(also === undefined ? [] : [also])]) {
        expect(readFileSync(file, 'utf8').split(take), `${file}: ${take}`).toHaveLength(
          2,
        );
      }
      expect(readFileSync(test.file, 'utf8'), test.file).toContain(test.title);
    }
  });
});

const keyA = new Uint8Array(32).fill(0xaa);
const keyB = new Uint8Array(32).fill(0xbb);
const nodeA = (): Node => nodeAt(nodeIDOf(toHex(publicKey(keyA))), serverHost);

interface Scene {
  readonly world: World;
  readonly server: TestServer;
  readonly watch: Watch;
  /** Tasks of the others. */
  readonly others: WaitGroup;
}

interface SceneOptions {
  readonly protocol?: Protocol['run'];
  readonly rlpx?: boolean;
}

/** A server over RLPX that is watched; at the end it stops, and every invariant holds. */
async function scene<T>(
  { protocol = readAll, rlpx = true }: SceneOptions,
  main: (scene: Scene) => Promise<T>,
): Promise<T> {
  const world = new World();
  const watch = new Watch(world.at(serverHost));
  const server = makeServer(world, {
    network: watch.network,
    protocols: [makeProtocol(protocol)],
    enableMsgEvents: true,
    ...(rlpx && {
      privateKey: keyA,
      self: nodeA().id,
      newTransport: (fd) => newRLPX(fd),
    }),
  });
  watch.attach(server);
  await server.start();
  const others = new WaitGroup();
  const result = await main({ world, server, watch, others });
  await server.stop();
  expect(await watch.broken('stopped')).toEqual([]);
  await others.wait();
  return result;
}

/** A remote that has said Hello over RLPX, and the wire under it. */
async function joinRLPX(
  { world }: Scene,
  key = keyB,
): Promise<{ readonly fd: NetConn; readonly messages: Transport }> {
  const fd = world.connect(serverAddress, '10.0.0.2');
  const named = await newRLPX(fd).doEncHandshake(key, nodeA());
  const { messages } = await named.doProtoHandshake({
    version: 5,
    name: 'remote/test',
    caps: [{ name: 'a', version: 1 }],
    listenPort: 0,
    id: publicKey(key),
  });
  return { fd, messages };
}

const drops = ({
  events,
}: TestServer): { at: number; reason: number; error: string }[] =>
  events.flatMap((event) =>
    event.type === 'drop'
      ? [{ at: event.at, reason: event.reason, error: event.error.name }]
      : [],
  );

describe('F-01, a peer that dies inside a frame', () => {
  // 32 bytes of header with its MAC, 16 of body, 16 of its MAC: each border, and between.
  it.each([0, 1, 15, 16, 31, 32, 33, 47, 48, 63])(
    'is dropped once, as trouble on the line: %i bytes into it',
    async (length) => {
      await run(() =>
        scene({}, async (it) => {
          const { fd, messages } = await joinRLPX(it);
          await sleep(1);
          const write = fd.write.bind(fd);
          fd.write = async (bytes) => {
            expect(bytes.length).toBe(64);
            await write(bytes.subarray(0, length));
            await fd.close();
          };
          await messages.writeMsg(newMsg(16, Uint8Array.of(0xc0)));
          await sleep(1);
          expect(drops(it.server)).toEqual([
            { at: 1, reason: 1, error: 'EndOfStream' },
          ]);
          expect(await it.watch.broken('at rest')).toEqual([]);
        }),
      );
    },
  );
});

describe('F-03, a peer that vanishes without a FIN', () => {
  it('is dropped 30 s after its last message, and its place is free', () =>
    run(() =>
      scene({}, async (it) => {
        const { fd, messages } = await joinRLPX(it);
        await sleep(10_000);
        await messages.writeMsg(newMsg(16, Uint8Array.of(0xc0)));
        await sleep(29_999);
        expect(drops(it.server)).toEqual([]);
        await sleep(2);
        expect(drops(it.server)).toEqual([
          { at: 40_000, reason: 1, error: 'DeadlineExceeded' },
        ]);
        expect(await it.watch.broken('at rest')).toEqual([]);
        await fd.close();
      }),
    ));
});

describe('F-05, a peer that reads 1 KiB a second', () => {
  it('is gone when a message of 1 MiB was 20 s under way; another is answered meanwhile', () =>
    run(() => {
      const pending = { now: 0, most: 0 };
      const protocol: Protocol['run'] = async (_peer, rw) => {
        const { code } = await rw.readMsg();
        if (code === 1) {
          for (;;) {
            pending.most = Math.max(pending.most, ++pending.now);
            await rw.writeMsg(newMsg(1, runtime().randomBytes(1 << 20)));
            pending.now--;
          }
        }
        for (;;) {
          await rw.writeMsg(newMsg(0, Uint8Array.of(0xc0)));
          await rw.readMsg();
        }
      };
      return scene({ protocol }, async (it) => {
        const slow = await joinRLPX(it);
        await slow.messages.writeMsg(newMsg(17, Uint8Array.of(0xc0)));
        slow.fd.setReadDeadline(undefined);
        it.others.go('reads slowly', async () => {
          try {
            for (;;) {
              await slow.fd.readFull(1024);
              await sleep(1_000);
            }
          } catch {
            await slow.fd.close();
          }
        });
        const honest = await joinRLPX(it, new Uint8Array(32).fill(0xcc));
        let rounds = 0;
        while (drops(it.server).length === 0) {
          const began = runtime().now();
          await honest.messages.writeMsg(newMsg(16, Uint8Array.of(0xc0)));
          while ((await honest.messages.readMsg()).code !== 16);
          expect(runtime().now()).toBe(began);
          rounds++;
          await sleep(500);
        }
        // One in half a second; of what falls at 20 s, either may come first.
        expect(rounds).toBeGreaterThanOrEqual(40);
        expect(drops(it.server)).toEqual([
          { at: 20_000, reason: 1, error: 'DeadlineExceeded' },
        ]);
        expect(pending.most).toBe(1);
        await honest.fd.close();
      });
    }));
});

describe('F-12, trusted peers and strangers that come and go', () => {
  it('leave the counts as they were: 6 seeds', async () => {
    const trustedIDs = ['a1', 'a2', 'a3', 'a4'].map(idOf);
    const most = { peers: 0, inbound: 0 };
    await everySeed(
      6,
      async () => {
        const world = new World();
        const watch = new Watch(world.at(serverHost), trustedIDs);
        const server = makeServer(world, {
          network: watch.network,
          maxPeers: 6,
          trustedNodes: trustedIDs.map((id) => nodeAt(id, '10.0.0.2')),
        });
        watch.attach(server);
        await server.start();
        const others = new WaitGroup();
        for (let round = 0; round < 4; round++) {
          const comers = [
            ...(round < 2 ? trustedIDs : []),
            ...Array.from({ length: 8 }, (_, i) => idOf(`${round}${i}`)),
          ];
          const remotes = comers.map((id) => new Remote(world, id));
          for (const remote of remotes) others.go('remote', () => remote.live());
          await sleep(5);
          for (const remote of remotes) others.go('leave', () => remote.leave());
          await sleep(5);
          if (round === 1) expect(await watch.broken('at rest')).toEqual([]);
        }
        most.peers = Math.max(most.peers, watch.most.peers);
        most.inbound = Math.max(most.inbound, watch.most.inbound);
        await server.stop();
        await others.wait();
        return await watch.broken('stopped');
      },
      (simulation) => {
        expect(finished(simulation)).toEqual([]);
      },
    );
    // Every place was taken, and no more.
    expect(most).toEqual({ peers: 4, inbound: 4 });
  });
});

describe('F-16, a protocol that fails in a way that nobody foresaw', () => {
  class Decoded {
    get field(): number {
      throw new TypeError('a getter of a decoded message');
    }
  }
  it.each<[string, Protocol['run']]>([
    [
      'throws before it returns a promise',
      () => {
        throw new RangeError('at once');
      },
    ],
    ['rejects', () => Promise.reject(new Error('rejected'))],
    [
      'throws what is no Error',
      async (_peer, rw) => {
        await rw.readMsg();
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- the case
        throw 'a text';
      },
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the case
    ['rejects with nothing', () => Promise.reject(undefined)],
    [
      'reads a field whose getter throws',
      async (_peer, rw) => {
        await rw.readMsg();
        await rw.writeMsg(newMsg(new Decoded().field, Uint8Array.of()));
      },
    ],
  ])('and %s, ends its peer with 16, no other, and is logged', async (_, fails) => {
    const simulation = await simulate({}, () => {
      const protocol: Protocol['run'] = (peer, rw) =>
        peer.id === idOf('22') ? fails(peer, rw) : readAll(peer, rw);
      return scene(
        { protocol, rlpx: false },
        async ({ world, server, watch, others }) => {
          const [victim, other] = ['22', '33'].map((id) => new Remote(world, idOf(id)));
          others.go('victim', async () => {
            await victim?.join();
            await victim?.send(16);
            await victim?.listen();
          });
          others.go('other', async () => other?.live());
          await sleep(10);
          expect(await server.peerIDs()).toEqual(['33']);
          expect(await watch.broken('at rest')).toEqual([]);
          return {
            told: victim?.heard,
            drops: drops(server).map(({ reason }) => reason),
          };
        },
      );
    });
    expect(simulation.outcome).toEqual({
      status: 'done',
      value: { told: [[1, 'c110']], drops: [16] },
    });
    expect(simulation.failures.map(({ task }) => task)).toEqual(['a/1']);
    expect(simulation.left).toEqual([]);
  });
});

describe('F-17, a listener of the chain or of the pool that throws', () => {
  it('is logged; the others hear, and the insert and the pool go on', async () => {
    const { failures, outcome } = await simulate({}, async () => {
      await runtime().ready(undefined);
      const chain = new Chain(testGenesis());
      const pool = new TxPool(chain);
      const heard: string[] = [];
      for (const name of ['first', 'second']) {
        chain.subscribe(({ head }) => {
          heard.push(`${name} head ${head.header.number}`);
          if (name === 'first') throw new TypeError('a listener of the chain');
        });
        pool.subscribe(({ tx }) => {
          heard.push(`${name} tx ${tx.nonce}`);
          if (name === 'first') throw new TypeError('a listener of the pool');
        });
      }
      extend(chain, childrenOf(testGenesis().block, 2));
      // 1 comes last: it makes two pending in one go.
      for (const nonce of [0n, 2n, 1n]) pool.add(signedTx({ nonce, key: testKey() }));
      return { heard, pending: pool.pending().length };
    });
    expect(outcome).toEqual({
      status: 'done',
      value: {
        heard: [
          ...['first head 2', 'second head 2'],
          ...['first tx 0', 'second tx 0', 'first tx 1', 'second tx 1'],
          ...['first tx 2', 'second tx 2'],
        ],
        pending: 3,
      },
    });
    expect(failures.map(({ task }) => task)).toEqual([
      'head listener',
      'transaction listener',
      'transaction listener',
      'transaction listener',
    ]);
  });
});

describe('I-10, a transaction and a block', () => {
  it('stay when the peer that sent them is gone, cut off in any turn after', async () => {
    const [block] = childrenOf(testGenesis().block, 1);
    if (block === undefined) throw new TypeError('one was made');
    const td = testGenesis().block.header.difficulty + block.header.difficulty;
    const tx = signedTx({ nonce: 7n });
    const hash = keccakHash(encodeTransaction(tx));
    const kept = { tx: 0, block: 0 };
    for (let turns = 0; turns < 24; turns++) {
      const chain = new Chain(testGenesis());
      const goesBack = watchChain(chain);
      const txPool = new TxPool(chain);
      await withManager({ chain, txPool }, async (manager, wg) => {
        manager.acceptTxs = true;
        const sender = new EthRemote(manager, wg);
        await sender.shake(statusOf(chain));
        wg.go('sends', async () => {
          try {
            await sender.send(transactionsMsg, encodeList([encodeTransaction(tx)]));
            await sender.send(
              newBlockMsg,
              encodeList([encodeBlock(block), encode(td)]),
            );
          } catch (error) {
            if (!(error instanceof LinkClosed)) throw error;
          }
        });
        for (let i = 0; i < turns; i++) await runtime().ready(undefined);
        const before = { tx: txPool.get(hash), height: chain.currentHeader.number };
        sender.side.close(0, undefined);
        await sleep(1_000);
        if (before.tx !== undefined) {
          expect(txPool.get(hash)).toBe(before.tx);
          kept.tx++;
        }
        if (before.height === 1n) kept.block++;
        expect(chain.currentHeader.number).toBeGreaterThanOrEqual(before.height);
      });
      expect(goesBack()).toEqual([]);
    }
    // It was cut off before each was in, and after.
    for (const count of Object.values(kept)) {
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThan(24);
    }
  });
});

describe('I-4, a dial', () => {
  it('of a removed node is never made again, and no node is dialed twice in 30 s', async () => {
    await everySeed(
      20,
      async (seed) => {
        const world = new World();
        const watch = new Watch(world.at(serverHost));
        const server = makeServer(world, { network: watch.network });
        watch.attach(server);
        const node = (i: number): Node => nodeAt(idOf(`4${i}`), `10.0.9.${i}`);
        world.blackHoles.add('10.0.9.0');
        await server.start();
        for (let i = 0; i < 8; i++) await server.addPeer(node(i));
        await sleep((seed % 5) * 7_000);
        for (let i = 0; i < 4; i++) await server.removePeer(node(i));
        const before = watch.network.dialed;
        await sleep(200_000);
        const after = watch.network.dialed - before;
        const broken = await watch.broken('busy');
        await server.stop();
        return { broken: [...broken, ...(await watch.broken('stopped'))], after };
      },
      (simulation) => {
        const { broken, after } = finished(simulation);
        expect(broken).toEqual([]);
        expect(after).toBeGreaterThan(20); // the other four, again and again
      },
    );
  });
});
