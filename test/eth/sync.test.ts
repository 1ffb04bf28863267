import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { Chan } from '../../impl/csp/chan.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { type Block, encodeBody, hashBlock } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import { hashOf } from '../../impl/core/hash.ts';
import type { Header } from '../../impl/core/header.ts';
import { ProtocolManager } from '../../impl/eth/handler.ts';
import { blockHeadersMsg, encodeStatus, statusMsg } from '../../impl/eth/protocol.ts';
import { encodeList } from '../../impl/rlp/encode.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { childOf, childrenOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';
import {
  chainOf,
  link,
  LinkClosed,
  type LinkEnd,
  newManager,
  Remote,
  simulated,
  statusOf,
  withManager,
} from './harness.ts';
import { answerOne, type Lies, startServing } from './server.ts';

beforeAll(initCrypto);

/** Runs two managers until `ms`, then stops both. Nothing may be left. */
async function twoManagers(
  chains: readonly [Chain, Chain],
  ms: number,
  seed = '1',
): Promise<{ managers: [ProtocolManager, ProtocolManager]; ends: unknown[] }> {
  const { value, run } = await simulated(async (wg) => {
    const managers: [ProtocolManager, ProtocolManager] = [
      newManager({ chain: chains[0] }),
      newManager({ chain: chains[1] }),
    ];
    const sides = link();
    for (const [i, side] of sides.entries()) {
      managers[i]?.start();
      side.start(managers[i] as ProtocolManager, 63, wg);
    }
    await sleep(ms);
    const ends = sides.map(({ end }) => end?.error ?? end?.reason);
    for (const manager of managers) await manager.stop();
    await wg.wait();
    return { managers, ends };
  }, seed);
  expect(run.left).toEqual([]);
  return value;
}

/** One header for the first batch of a synchronisation, nothing for the second. */
function oneHeaderThenNone(): Lies {
  let asked = 0;
  return {
    headers: (all, { amount }) => {
      if (amount !== 192n) return all;
      return asked++ % 2 === 0 ? all.slice(0, 1) : [];
    },
  };
}

const headOf = (chain: Chain): unknown => hashBlock(chain.currentBlock);

describe('ProtocolManager', () => {
  it("fetches geth's 63 blocks at the first tick, after 10 s", async () => {
    const { genesis, blocks } = gethChain();
    const source = chainOf(blocks, genesis);
    for (const [ms, height] of [
      [9_999, 0n],
      [10_001, 63n],
    ] as const) {
      const target = chainOf([], genesis);
      const { managers, ends } = await twoManagers([source, target], ms);
      expect(ends).toEqual([undefined, undefined]);
      expect(target.currentHeader.number).toBe(height);
      expect(managers.map(({ acceptTxs }) => acceptTxs)).toEqual([false, height > 0n]);
      if (height === 63n) {
        expect(headOf(target)).toBe(headOf(source));
        expect(target.currentTd).toBe(8_514_065n);
      }
    }
  });

  it('does so whatever the order of tasks', async () => {
    const { genesis, blocks } = gethChain();
    const source = chainOf(blocks, genesis);
    for (let seed = 0; seed < 8; seed++) {
      const target = chainOf([], genesis);
      const { ends } = await twoManagers([source, target], 10_001, `order ${seed}`);
      expect(ends).toEqual([undefined, undefined]);
      expect(headOf(target)).toBe(headOf(source));
    }
  });

  it('lets two that challenge each other about the DAO shake hands and sync', async () => {
    const spec = { config: { chainId: 1, daoForkBlock: 2, daoForkSupport: true } };
    const genesis = testGenesis(spec);
    const extra = new TextEncoder().encode('dao-hard-fork');
    const blocks = childrenOf(genesis.block, 30, { extra });
    const chains: [Chain, Chain] = [chainOf(blocks, genesis), chainOf([], genesis)];
    const { ends } = await twoManagers(chains, 20_000);
    expect(ends).toEqual([undefined, undefined]);
    expect(headOf(chains[1])).toBe(headOf(chains[0]));
  });

  it('asks for nothing when both have the same', async () => {
    const blocks = childrenOf(testGenesis().block, 3);
    await withManager({ chain: chainOf(blocks) }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chainOf(blocks)));
      await sleep(60_000);
      expect(remote.near.rw.sent).toEqual([statusMsg]);
      expect(manager.acceptTxs).toBe(false);
    });
  });

  it('ends on the heavier chain, wherever the two have parted', async () => {
    const genesis = testGenesis();
    const trunk = childrenOf(genesis.block, 250);
    const seen = { sampled: 0, searched: 0, ours: 0 };
    const property = fc.asyncProperty(
      fc.nat(250),
      fc.nat(260),
      fc.nat(260),
      async (shared, ours, theirs) => {
        const root = trunk[shared - 1] ?? genesis.block;
        const branch = (length: number, mark: number): Block[] => [
          ...trunk.slice(0, shared),
          ...childrenOf(root, length, { extra: Uint8Array.of(mark) }),
        ];
        const target = chainOf(branch(ours, 1), genesis);
        const source = chainOf(branch(theirs, 2), genesis);
        const heavier = source.currentTd > target.currentTd ? source : target;
        const wanted = headOf(heavier);
        const { ends } = await twoManagers([source, target], 10_001);
        expect(ends).toEqual([undefined, undefined]);
        expect(headOf(target)).toBe(wanted);
        if (heavier === target) seen.ours++;
        else if (ours > 192) seen.searched++;
        else seen.sampled++;
      },
    );
    // The examples make sure that each way of finding the ancestor is gone.
    const examples: [number, number, number][] = [
      [10, 250, 260],
      [0, 193, 200],
      [250, 3, 5],
      [20, 9, 2],
    ];
    await fc.assert(property, { numRuns: 25, examples });
    expect(Object.values(seen).every((count) => count > 0)).toBe(true);
  });
});

describe('syncer', () => {
  it('synchronises when a peer comes in and five others are registered', async () => {
    const chain = chainOf();
    const longer = chainOf(childrenOf(testGenesis().block, 20));
    const at = await withManager({ chain }, async (manager, wg) => {
      for (let i = 0; i < 5; i++) {
        const remote = new Remote(manager, wg, { ids: [`b${i}`, 'aa'] });
        startServing(remote, longer, wg);
        await sleep(10);
      }
      expect(manager.peers.length).toBe(5);
      expect(chain.currentHeader.number).toBe(0n);
      new Remote(manager, wg, { ids: ['c0', 'aa'] }); // is silent: not it is asked
      await sleep(10);
      expect(chain.currentHeader.number).toBe(20n);
      return runtime().now();
    });
    expect(at).toBeLessThan(1000);
  });

  it('does not wait for a synchronisation: peers come in meanwhile', async () => {
    await withManager({}, async (manager, wg) => {
      const first = new Remote(manager, wg);
      await first.shake(statusOf(chainOf(), { td: 10n ** 9n }));
      await sleep(10_001); // asked for its head, and silent
      const second = new Remote(manager, wg, { ids: ['cc', 'aa'] });
      await second.shake(statusOf(chainOf()));
      await sleep(1);
      expect(manager.peers.length).toBe(2);
    });
  });

  it('ends the downloader and its own timer when there are to be no more peers', async () => {
    let terminated = 0;
    const { outcome, duration } = await simulate({}, async () => {
      const manager = newManager();
      manager.downloader.terminate = () => terminated++;
      manager.start();
      await sleep(1);
      await manager.stop();
      // A timer that still ran would move the clock before the deadlock is seen.
      await new Chan('nobody sends').recv();
    });
    expect([outcome.status, duration, terminated]).toEqual(['deadlock', 1, 1]);
  });

  it('takes the tick that it is given', async () => {
    const longer = chainOf(childrenOf(testGenesis().block, 20));
    const chain = chainOf();
    await withManager({ chain, syncTickMs: 50 }, async (manager, wg) => {
      startServing(new Remote(manager, wg), longer, wg);
      await sleep(51);
      expect(headOf(chain)).toBe(headOf(longer));
    });
  });
});

describe('Downloader.synchronise', () => {
  /** 40 blocks with a transaction each: bodies matter. */
  const source = (): Chain =>
    chainOf(
      childrenOf(testGenesis().block, 40, (i) => ({
        txs: [signedTx({ nonce: BigInt(i) })],
      })),
    );

  /** What becomes of a peer that lies, and when. */
  async function lied(
    lies: Lies,
    { chain = chainOf(), theirs = source() } = {},
  ): Promise<{ end: LinkEnd; at: number; chain: Chain }> {
    return withManager({ chain }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      startServing(remote, theirs, wg, lies);
      for (let i = 0; remote.end === undefined; i++) {
        if (i > 1000) throw new Error('the liar stays');
        await sleep(100);
      }
      expect(manager.peers.length).toBe(0);
      const at = runtime().now();
      return { end: remote.end, at, chain };
    });
  }

  const isBatch = ({ amount }: { amount: bigint }): boolean => amount === 192n;
  const stranger = (): Header => childOf(childOf(testGenesis().block)).header;

  it.each<[string, Lies]>([
    [
      'has no header for its own head',
      { headers: (all, { amount }) => (amount === 1n ? [] : all) },
    ],
    [
      'has another header for its own head, and is honest otherwise',
      {
        headers: (all, q) =>
          q.origin.kind === 'hash'
            ? [childrenOf(testGenesis().block, 1)[0]?.header ?? stranger()]
            : all,
      },
    ],
    [
      'answers the search for an ancestor with nothing',
      { headers: (all, { skip }) => (skip === 15n ? [] : all) },
    ],
    [
      'answers the search for an ancestor with other numbers',
      { headers: (all, { skip }) => (skip === 15n ? [stranger()] : all) },
    ],
    [
      'has promised td and sends no header',
      { headers: (all, q) => (isBatch(q) ? [] : all) },
    ],
    [
      'sends headers that do not link',
      {
        headers: (all, q) =>
          isBatch(q) ? all.with(5, { ...all[5], time: 1n } as Header) : all,
      },
    ],
    [
      'leaves a header out',
      { headers: (all, q) => (isBatch(q) ? all.toSpliced(3, 1) : all) },
    ],
    ['begins too high', { headers: (all, q) => (isBatch(q) ? all.slice(1) : all) }],
    [
      'sends headers in the wrong order',
      { headers: (all, q) => (isBatch(q) ? all.toReversed() : all) },
    ],
    ['has no bodies', { bodies: () => [] }],
    ['sends the bodies in the wrong order', { bodies: (all) => all.toReversed() }],
    ['leaves a body out', { bodies: (all) => all.slice(1) }],
    [
      'sends a body with another transaction',
      {
        bodies: (all) =>
          all.with(
            -1,
            encodeBody({ transactions: [signedTx({ nonce: 99n })], uncles: [] }),
          ),
      },
    ],
    [
      'sends a body with an uncle',
      {
        bodies: (all) =>
          all.with(
            0,
            encodeBody({
              transactions: [signedTx({ nonce: 0n })],
              uncles: [stranger()],
            }),
          ),
      },
    ],
  ])('drops a peer that %s, with 3', async (_, lies) => {
    const { end, at, chain } = await lied(lies);
    expect(end).toMatchObject({ reason: 3, text: 'useless peer' });
    expect(at).toBeLessThan(10_200);
    // All or nothing of each block, and nothing that was not proved.
    expect(chain.currentHeader.number).toBe(0n);
  });

  it('drops a peer whose blocks the chain refuses, and keeps the good ones', async () => {
    const good = childrenOf(testGenesis().block, 6);
    const bad = childOf(good.at(-1) as Block, { header: { gasLimit: 1n } });
    const headers = [...good, bad].map(({ header }) => header);
    const { end, chain } = await lied(
      { headers: (all, q) => (isBatch(q) && all.length > 0 ? headers : all) },
      { theirs: chainOf(childrenOf(testGenesis().block, 7)) },
    );
    expect(end).toMatchObject({ reason: 3 });
    expect(chain.currentHeader.number).toBe(6n);
  });

  it.each<[string, Lies]>([
    [
      'headers',
      { headers: (all, { amount }) => (amount === 1n ? [...all, ...all] : all) },
    ],
    ['bodies', { bodies: (all) => [...all, ...all] }],
  ])(
    'drops a peer that sends more %s than it was asked for, with 16',
    async (_, lies) => {
      const { end } = await lied(lies);
      expect(end).toMatchObject({ reason: 16, error: { code: 'decode' } });
    },
  );

  it.each<[string, Lies]>([
    ['headers', { headers: () => undefined }],
    ['bodies', { bodies: () => undefined }],
  ])('drops a peer that is asked for %s and silent, after 60 s', async (_, lies) => {
    const { end, at } = await lied(lies);
    expect(end).toMatchObject({ reason: 3 });
    // The tick, and a minute; looked at every 100 ms.
    expect([70_000, 70_100]).toContain(at);
  });

  it('drops a peer that does not even read, after 60 s', async () => {
    await withManager({}, async (manager, wg) => {
      const remote = new Remote(manager, wg, { room: 0 });
      await remote.shake(statusOf(chainOf(), { td: 10n ** 9n }));
      await sleep(69_999);
      expect(remote.end).toBeUndefined();
      await sleep(2);
      expect(remote.end).toMatchObject({ reason: 3 });
    });
  });

  it('drops a peer that has blocks above the height it names', async () => {
    const blocks = childrenOf(testGenesis().block, 60);
    const theirs = chainOf(blocks);
    const status = { head: hashBlock(blocks[4] as Block), td: 10n ** 9n };
    const { end } = await lied(
      { status },
      { chain: chainOf(blocks.slice(0, 50)), theirs },
    );
    expect(end).toMatchObject({ reason: 3 });
  });

  it('drops a peer that answers the binary search with another number', async () => {
    const genesis = testGenesis();
    const ours = childrenOf(genesis.block, 300, { extra: Uint8Array.of(1) });
    const theirs = chainOf(childrenOf(genesis.block, 310));
    const { end } = await lied(
      {
        headers: (all, { amount, origin }) =>
          amount === 1n && origin.kind === 'number' ? [stranger()] : all,
      },
      { chain: chainOf(ours), theirs },
    );
    expect(end).toMatchObject({ reason: 3 });
  });

  it('takes bodies in several short answers', async () => {
    const theirs = source();
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      startServing(remote, theirs, wg, { bodies: (all) => all.slice(0, 10) });
      await sleep(10_001);
      expect(remote.end).toBeUndefined();
      expect(headOf(chain)).toBe(headOf(theirs));
    });
  });

  it('takes bodies in many short answers if each is large', async () => {
    const data = new Uint8Array(32_768);
    const blocks = childrenOf(testGenesis().block, 16, (i) => ({
      txs: [signedTx({ nonce: BigInt(i), data })],
    }));
    const theirs = chainOf(blocks);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      startServing(remote, theirs, wg, { bodies: (all) => all.slice(0, 2) });
      await sleep(10_001);
      expect(remote.end).toBeUndefined();
      expect(headOf(chain)).toBe(headOf(theirs));
    });
  });

  // geth has TestHighTDStarvationAttack for this.
  it.each<[string, Lies]>([
    ['one header', { headers: (all, q) => (isBatch(q) ? all.slice(0, 1) : all) }],
    ['one body', { bodies: (all) => all.slice(0, 1) }],
    ['one header and then none', oneHeaderThenNone()],
  ])('drops a slow peer that answers with %s, and takes the next', async (_, lies) => {
    const blocks = childrenOf(testGenesis().block, 200, (i) => ({
      txs: i < 40 ? [signedTx({ nonce: BigInt(i) })] : [],
    }));
    const theirs = chainOf(blocks);
    const better = chainOf([...blocks, ...childrenOf(blocks[199] as Block, 9)]);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const slow = new Remote(manager, wg, { ids: ['bb', 'aa'] });
      wg.go('slow', async () => {
        try {
          await slow.shake(statusOf(theirs, { td: 1n << 90n }));
          for (;;) {
            await answerOne(slow, theirs, lies);
            await sleep(59_000);
          }
        } catch (error) {
          if (!(error instanceof LinkClosed)) throw error;
        }
      });
      const honest = new Remote(manager, wg, { ids: ['cc', 'aa'] });
      startServing(honest, better, wg);
      await sleep(600_000);
      expect(slow.end).toMatchObject({ reason: 3 });
      expect(honest.end).toBeUndefined();
      expect(headOf(chain)).toBe(headOf(better));
    });
  });

  it('goes on at the next tick with another peer when one has lied or died', async () => {
    const theirs = source();
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const liar = new Remote(manager, wg, { ids: ['11', 'aa'] });
      const noHeaders: Lies = { headers: (all, q) => (isBatch(q) ? [] : all) };
      startServing(liar, theirs, wg, { ...noHeaders, status: { td: 1n << 99n } });
      const honest = new Remote(manager, wg, { ids: ['22', 'aa'] });
      startServing(honest, theirs, wg);
      await sleep(10_001);
      expect(liar.end).toMatchObject({ reason: 3 });
      expect(chain.currentHeader.number).toBe(0n);
      expect(manager.acceptTxs).toBe(false); // still not in step with anybody
      await sleep(10_000);
      expect(headOf(chain)).toBe(headOf(theirs));
      expect(manager.acceptTxs).toBe(true);
      expect(honest.end).toBeUndefined();
    });
  });

  it('keeps what it has when the peer dies after any number of answers (F-15)', async () => {
    const blocks = childrenOf(testGenesis().block, 200, (i) => ({
      txs: i % 3 === 0 ? [signedTx({ nonce: BigInt(i) })] : [],
    }));
    const theirs = chainOf(blocks);
    const heights = new Set<bigint>();
    for (let answers = 0; answers < 8; answers++) {
      const chain = chainOf();
      await withManager({ chain }, async (manager, wg) => {
        const mortal = new Remote(manager, wg, { ids: ['11', 'aa'] });
        wg.go('mortal', async () => {
          await mortal.shake(statusOf(theirs, { td: theirs.currentTd + 1n }));
          try {
            for (let i = 0; i < answers; i++) await answerOne(mortal, theirs);
          } catch (error) {
            //: The other had answered all before it was asked so often.
            if (!(error instanceof LinkClosed)) throw error;
          }
          mortal.side.close(0, undefined);
        });
        startServing(new Remote(manager, wg, { ids: ['22', 'aa'] }), theirs, wg);
        await sleep(10_001);
        heights.add(chain.currentHeader.number);
        await sleep(10_000);
        expect(headOf(chain)).toBe(headOf(theirs));
      });
    }
    expect(heights.size).toBeGreaterThan(1);
  });

  it('runs once at a time', async () => {
    await withManager({}, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chainOf(), { td: 10n ** 9n }));
      await sleep(1);
      const [peer] = manager.peers;
      if (peer === undefined) throw new TypeError('no peer');
      const start = (): Promise<unknown> =>
        manager.downloader.synchronise(peer.id, peer.head, peer.td);
      wg.go('first', async () => {
        expect(await start()).toMatchObject({ code: 'cancelled' });
      });
      await sleep(1);
      expect(await start()).toMatchObject({ name: 'SyncError', code: 'busy' });
      manager.downloader.unregisterPeer(peer);
      await sleep(1);
      // The answer that nobody waits for any more is thrown away, and not even read.
      await remote.send(blockHeadersMsg, Uint8Array.of(0x05));
      await sleep(1);
      expect(remote.end).toBeUndefined();
      expect(await start()).toMatchObject({ code: 'unknown-peer' });
      manager.downloader.registerPeer(peer);
      manager.downloader.terminate();
      expect(await start()).toMatchObject({ code: 'cancelled' });
    });
  });

  it('does not take the answer of a peer that it has not asked', async () => {
    await withManager({}, async (manager, wg) => {
      const theirs = source();
      const asked = new Remote(manager, wg, { ids: ['11', 'aa'] });
      await asked.shake(statusOf(theirs));
      const other = new Remote(manager, wg, { ids: ['22', 'aa'] });
      await other.shake(statusOf(chainOf()));
      await sleep(10_001);
      await other.send(blockHeadersMsg, encodeList([]));
      await sleep(1);
      expect(asked.end).toBeUndefined();
      expect(asked.near.rw.sent).toHaveLength(2); // Status, and still the first question
      expect(other.end).toBeUndefined();
    });
  });
});

describe('ProtocolManager.start', () => {
  it('opens the gate: a peer that came before it waits for its Status', async () => {
    const { run } = await simulated(async (wg) => {
      const manager = newManager();
      const remote = new Remote(manager, wg);
      await remote.send(statusMsg, encodeStatus(statusOf(chainOf())));
      await sleep(60_000);
      expect(remote.near.rw.sent).toEqual([]);
      manager.start();
      manager.start();
      expect((await remote.read()).code).toBe(statusMsg);
      await sleep(1);
      expect(manager.peers.length).toBe(1);
      await manager.stop();
      await wg.wait();
    });
    expect(run.left).toEqual([]);
  });

  it('says how many peers there may be', async () => {
    await simulated(async (wg) => {
      const manager = newManager({ maxPeers: 9 });
      manager.start(0);
      expect(await new Remote(manager, wg).readToEnd()).toMatchObject({ reason: 4 });
      await manager.stop();
    });
  });
});

describe('a loop of eth that dies', () => {
  const fault = new TypeError('a fault of ours');
  const dies = (): never => {
    throw fault;
  };

  it.each([
    [
      'the syncer',
      (manager: ProtocolManager): void => {
        manager.peers.bestPeer = dies; // what it asks at its tick
      },
    ],
    [
      'the fetcher',
      (manager: ProtocolManager): void => {
        manager.fetcher.loop = () => Promise.reject(fault);
      },
    ],
  ])('is logged, and does not hold up stop: %s', async (_, break_) => {
    const run = await simulate({}, async () => {
      const wg = new WaitGroup();
      const manager = newManager();
      break_(manager);
      manager.start();
      const remote = new Remote(manager, wg);
      await sleep(11_000); // the tick of the syncer was at 10 s
      expect(manager.quitSync.closed).toBe(true);
      await manager.stop();
      expect(remote.end).toBeDefined();
      await wg.wait();
    });
    expect(run.outcome.status).toBe('done');
    expect(run.left).toEqual([]);
    expect(run.failures.map(({ error }) => error)).toEqual([fault]);
  });
});

describe('ProtocolManager.stop', () => {
  const liar = hashOf(new Uint8Array(32).fill(1));
  const challenging = testGenesis({ config: { chainId: 1, daoForkBlock: 1 } });

  /** Brings a manager into a phase; whoever comes is to be turned away with 8. */
  const phases: readonly (readonly [
    string,
    (manager: ProtocolManager, wg: WaitGroup) => Promise<Remote | undefined>,
  ])[] = [
    ['with nobody there', () => Promise.resolve(undefined)],
    ['while a peer is coming in', (m, wg) => Promise.resolve(new Remote(m, wg))],
    [
      'while a Status is awaited',
      async (m, wg) => {
        const remote = new Remote(m, wg);
        await sleep(2_000);
        return remote;
      },
    ],
    [
      'while our Status is not taken',
      async (m, wg) => {
        const remote = new Remote(m, wg, { room: 0 });
        await remote.send(statusMsg, encodeStatus(statusOf(m.chain)));
        await sleep(2_000);
        return remote;
      },
    ],
    [
      'with a quiet peer, or one in the DAO challenge',
      async (m, wg) => {
        const remote = new Remote(m, wg);
        await remote.shake(statusOf(m.chain));
        await sleep(5_000);
        return remote;
      },
    ],
    [
      'while a header is awaited',
      async (m, wg) => {
        const remote = new Remote(m, wg);
        await remote.shake(statusOf(m.chain, { td: 1n << 90n, head: liar }));
        await sleep(12_000);
        return remote;
      },
    ],
    [
      'while a question is not taken',
      async (m, wg) => {
        const remote = new Remote(m, wg, { room: 0 });
        await remote.shake(statusOf(m.chain, { td: 1n << 90n, head: liar }));
        await sleep(12_000);
        return remote;
      },
    ],
    [
      'while an answer of ours is not taken',
      async (m, wg) => {
        const remote = new Remote(m, wg, { room: 0 });
        await remote.shake(statusOf(m.chain));
        await remote.send(0x0d, encodeList([]));
        await sleep(1);
        return remote;
      },
    ],
  ];

  it.each(phases)('leaves nothing behind %s', async (_, enter) => {
    for (let seed = 0; seed < 30; seed++) {
      for (const genesis of [testGenesis(), challenging]) {
        const { value, run } = await simulated(async (wg) => {
          const manager = newManager({ chain: chainOf([], genesis) });
          manager.start();
          const remote = await enter(manager, wg);
          const before = runtime().now();
          await manager.stop();
          expect(runtime().now()).toBe(before);
          expect(manager.wg.names).toEqual([]);
          await wg.wait();
          return remote?.end?.reason;
        }, `stop ${seed}`);
        expect(run.left).toEqual([]);
        expect([8, undefined]).toContain(value);
      }
    }
  });

  it('leaves nothing behind at any moment of a synchronisation', async () => {
    const blocks = childrenOf(testGenesis().block, 4, { txs: [signedTx()] });
    const source = chainOf(blocks);
    const heights = new Set<bigint>();
    for (let turns = 0; turns < 100; turns++) {
      const target = chainOf();
      const { run } = await simulated(async (wg) => {
        const manager = newManager({ chain: target });
        manager.start();
        startServing(new Remote(manager, wg), source, wg);
        await sleep(10_000);
        for (let i = 0; i < turns; i++) await sleep(0);
        await manager.stop();
        expect(manager.wg.names).toEqual([]);
        await wg.wait();
      }, `${turns}`);
      expect(run.left).toEqual([]);
      heights.add(target.currentHeader.number);
    }
    expect([...heights]).toEqual(expect.arrayContaining([0n, 4n]));
  });

  it('turns away with 8 who waits at the gate of a manager that never started', async () => {
    const { run } = await simulated(async (wg) => {
      const manager = newManager();
      const remote = new Remote(manager, wg);
      await sleep(1);
      await manager.stop();
      expect(remote.end).toMatchObject({ reason: 8 });
      const late = new Remote(manager, wg);
      expect(await late.readToEnd()).toMatchObject({ reason: 8 });
      manager.start();
      await wg.wait();
    });
    expect(run.left).toEqual([]);
  });

  it('may be called twice, also at once', async () => {
    await withManager({}, async (manager, wg) => {
      await new Remote(manager, wg).shake(statusOf(chainOf()));
      wg.go('stop', () => manager.stop());
      await manager.stop();
      await manager.stop();
    });
  });
});
