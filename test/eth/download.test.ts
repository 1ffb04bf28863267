/** Blocks from several peers at once: who is asked for what, and what a bad one costs. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { WaitGroup } from '../../impl/csp/wait-group.ts';
import { type Block, encodeBody, hashBlock } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import type { Hash } from '../../impl/core/hash.ts';
import { hashHeader, type Header } from '../../impl/core/header.ts';
import { maxQueuedHeaders } from '../../impl/eth/body-queue.ts';
import type { SyncError } from '../../impl/eth/errors.ts';
import type { ProtocolManager } from '../../impl/eth/handler.ts';
import {
  getBlockHeadersMsg,
  maxHeaderFetch,
  type StatusData,
} from '../../impl/eth/protocol.ts';
import {
  childOf,
  childrenOf,
  extend,
  signedTx,
  testGenesis,
} from '../helpers/blocks.ts';
import { chainOf, LinkClosed, Remote, statusOf, withManager } from './harness.ts';
import { answerOne, type Lies } from './server.ts';

beforeAll(initCrypto);

const headOf = (chain: Chain): unknown => hashBlock(chain.currentBlock);

/** Blocks of which those that `has` names have a transaction: a body to be fetched. */
function blocks(length: number, has: (i: number) => boolean = () => true): Block[] {
  return childrenOf(testGenesis().block, length, (i) => ({
    txs: has(i) ? [signedTx({ nonce: BigInt(i) })] : [],
  }));
}

/** A chain in which every block has a transaction: each body must be fetched. */
function source(length: number): Chain {
  return chainOf(blocks(length));
}

function wrongBody(): Uint8Array {
  return encodeBody({ transactions: [signedTx({ nonce: 9999n })], uncles: [] });
}

interface Behaviour extends Lies {
  /** Before each answer with bodies. */
  readonly bodiesMs?: number;
  readonly headersMs?: number;
  /** Closes the connection in the place of so-many-th answer with bodies. */
  readonly diesAt?: number;
  readonly status?: Partial<StatusData>;
}

interface Served {
  readonly remote: Remote;
  bodies: number;
  answers: number;
}

/** A remote that answers, at its pace, and counts what it was asked for. */
function serve(
  manager: ProtocolManager,
  wg: WaitGroup,
  id: string,
  chain: Chain,
  how: Behaviour = {},
): Served {
  const remote = new Remote(manager, wg, { ids: [id, 'aa'] });
  const served: Served = { remote, bodies: 0, answers: 0 };
  let wait = 0;
  const lies: Lies = {
    headers: (all, query) => {
      wait = how.headersMs ?? 0;
      return how.headers === undefined ? all : how.headers(all, query);
    },
    bodies: (all) => {
      wait = how.bodiesMs ?? 0;
      served.answers++;
      served.bodies += all.length;
      if (served.answers === how.diesAt) remote.side.close(0, undefined);
      return how.bodies === undefined ? all : how.bodies(all);
    },
  };
  wg.go(`remote ${id}`, async () => {
    try {
      await remote.shake(statusOf(chain, how.status));
      for (;;) {
        await answerOne(remote, chain, lies, () => sleep(wait));
      }
    } catch (error) {
      if (!(error instanceof LinkClosed)) throw error;
    }
  });
  return served;
}

/** It claims less than all, so whoever claims all becomes the master. */
function lessThan(chain: Chain): Partial<StatusData> {
  return { td: chain.currentTd - 1n };
}

/** Makes it the master of a synchronisation that begins now. */
function synchronise(
  { peers, downloader }: ProtocolManager,
  { remote }: Served,
): Promise<SyncError | undefined> {
  const peer = peers.get(remote.near.id.slice(0, 16));
  if (peer === undefined) throw new TypeError('the peer is not registered');
  return downloader.synchronise(peer.id, peer.head, peer.td);
}

describe('Download', () => {
  it('fetches bodies from everybody who has them, at once', async () => {
    const theirs = source(400);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const all = ['b1', 'b2', 'b3'].map((id) =>
        serve(manager, wg, id, theirs, { bodiesMs: 1000 }),
      );
      await sleep(30_000);
      expect(headOf(chain)).toBe(headOf(theirs));
      for (const { bodies, remote } of all) {
        expect(bodies).toBeGreaterThan(40);
        expect(remote.end).toBeUndefined();
      }
      // Nothing twice.
      expect(all.reduce((sum, { bodies }) => sum + bodies, 0)).toBe(400);
    });
  });

  it('asks the faster peer for more', async () => {
    const theirs = source(400);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const fast = serve(manager, wg, 'b1', theirs, { bodiesMs: 100 });
      const slow = serve(manager, wg, 'b2', theirs, { bodiesMs: 5000 });
      await sleep(60_000);
      expect(headOf(chain)).toBe(headOf(theirs));
      expect(slow.bodies).toBeGreaterThan(0);
      expect(fast.bodies).toBeGreaterThan(10 * slow.bodies);
    });
  });

  it.each(['first', 'last'])(
    'gives the little there is to ask for to the fastest, if it came %s',
    async (place) => {
      const theirs = source(2);
      await withManager({}, async (manager, wg) => {
        const order = place === 'first' ? ['f0', '50'] : ['50', 'f0'];
        const served = new Map<string, Served>();
        for (const id of order) {
          served.set(id, serve(manager, wg, id, theirs));
          await sleep(1);
        }
        const [fast, slow] = [served.get('f0'), served.get('50')];
        if (fast === undefined || slow === undefined) throw new TypeError('not served');
        const id = fast.remote.near.id.slice(0, 16);
        manager.downloader.sources.get(id)?.pace.answered(10, 1000);
        expect(await synchronise(manager, slow)).toBeUndefined();
        expect([fast.bodies, slow.answers]).toEqual([2, 0]);
      });
    },
  );

  it('asks nobody who claims no more than we have', async () => {
    const theirs = source(100);
    await withManager({}, async (manager, wg) => {
      serve(manager, wg, 'b1', theirs);
      const behind = serve(manager, wg, 'b2', chainOf());
      await sleep(20_000);
      expect(manager.chain.currentHeader.number).toBe(100n);
      expect(behind.answers).toBe(0);
    });
  });

  it('asks its master even if that has no more than we have, by now', async () => {
    const theirs = source(20);
    const chain = chainOf();
    const ours = childrenOf(testGenesis().block, 40, { extra: Uint8Array.of(1) });
    await withManager({ chain }, async (manager, wg) => {
      const master = serve(manager, wg, 'b1', theirs, {
        headers: (all, { origin }) => {
          if (origin.kind === 'hash') extend(chain, ours); // from elsewhere, meanwhile
          return all;
        },
      });
      await sleep(1);
      expect(await synchronise(manager, master)).toBeUndefined();
      expect(master.bodies).toBe(20);
      expect(chain.hasBlock(hashBlock(theirs.currentBlock))).toBe(true);
    });
  });

  it('asks nothing more of a peer that was forgotten while it had nothing to do', async () => {
    const theirs = chainOf(blocks(300, (i) => i >= maxHeaderFetch));
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const gone = serve(manager, wg, 'b2', theirs);
      await sleep(1);
      const [peer] = manager.peers;
      const master = serve(manager, wg, 'b1', theirs, {
        headers: (all, { origin }) => {
          const isSecond = origin.kind === 'number' && origin.number === 193n;
          // Its connection is still there: what it were asked, it would hear.
          if (isSecond && peer !== undefined) manager.downloader.unregisterPeer(peer);
          return all;
        },
        headersMs: 1000,
      });
      await sleep(1);
      expect(await synchronise(manager, master)).toBeUndefined();
      expect(headOf(chain)).toBe(headOf(theirs));
      expect(gone.remote.end).toBeUndefined();
      expect(gone.answers).toBe(0);
    });
  });

  it('needs nobody for bodies once none is missing', async () => {
    const theirs = chainOf(blocks(600, (i) => i < 3));
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const helper = serve(manager, wg, 'b2', theirs);
      await sleep(1);
      const master = serve(manager, wg, 'b1', theirs, {
        headers: (all, { origin }) => {
          const isLast = origin.kind === 'number' && origin.number === 577n;
          if (isLast) helper.remote.side.close(0, undefined);
          return all;
        },
        headersMs: 1000,
        bodies: () => [], // so it is not asked again
      });
      await sleep(1);
      expect(await synchronise(manager, master)).toBeUndefined();
      expect(helper.bodies).toBe(3);
      expect(headOf(chain)).toBe(headOf(theirs));
    });
  });

  it('gives what a dead peer was asked for to the others', async () => {
    const theirs = source(200);
    for (let seed = 0; seed < 10; seed++) {
      const chain = chainOf();
      await withManager(
        { chain },
        async (manager, wg) => {
          serve(manager, wg, 'b1', theirs, { bodiesMs: 10 });
          const status = lessThan(theirs);
          const dies = { bodiesMs: 10, diesAt: 2, status };
          const mortal = serve(manager, wg, 'b2', theirs, dies);
          await sleep(10_500);
          expect(mortal.answers).toBe(2);
          // In the same synchronisation: the next would begin at 20 s.
          expect(headOf(chain)).toBe(headOf(theirs));
          expect(manager.acceptTxs).toBe(true);
        },
        `dies ${seed}`,
      );
    }
  });

  it.each<[string, Lies, number]>([
    ['has wrong bodies', { bodies: (all) => all.map(() => wrongBody()) }, 3],
    ['sends one body of many', { bodies: (all) => all.slice(0, 1) }, 3],
    ['sends what is no body', { bodies: () => [Uint8Array.of(0x05)] }, 16],
  ])('drops a peer that %s, and goes on with the others', async (_, lies, reason) => {
    const theirs = source(600);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const master = serve(manager, wg, 'b1', theirs, { bodiesMs: 50 });
      const status = lessThan(theirs);
      const liar = serve(manager, wg, 'b2', theirs, { bodiesMs: 1, status, ...lies });
      await sleep(15_000);
      expect(liar.remote.end).toMatchObject({ reason });
      expect(master.remote.end).toBeUndefined();
      expect(headOf(chain)).toBe(headOf(theirs));
    });
  });

  it.each<[string, Lies, object]>([
    [
      'has wrong bodies',
      { bodies: (all) => all.map(() => wrongBody()) },
      { code: 'bad-peer', cause: { code: 'bad-tx-root' } },
    ],
    ['is silent about bodies', { bodies: () => undefined }, { code: 'timeout' }],
  ])('ends with the fault of a master that %s', async (_, lies, fault) => {
    await withManager({}, async (manager, wg) => {
      const master = serve(manager, wg, 'b1', source(20), lies);
      await sleep(1);
      expect(await synchronise(manager, master)).toMatchObject(fault);
      expect(master.remote.end).toMatchObject({ reason: 3 });
    });
  });

  it('ends at a block that the chain refuses, and keeps those before it', async () => {
    const good = blocks(6);
    const bad = childOf(good.at(-1) as Block, { header: { gasLimit: 1n } });
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      // It has promised the good ones alone, so nothing else is wrong with it.
      const master = serve(manager, wg, 'b1', chainOf(good), {
        headers: (all, { amount }) =>
          amount === BigInt(maxHeaderFetch) && all.length > 0
            ? [...all, bad.header]
            : all,
      });
      await sleep(1);
      expect(await synchronise(manager, master)).toMatchObject({
        code: 'invalid-chain',
        message: expect.stringMatching(/^sync: invalid-chain: /) as string,
        cause: { code: 'bad-gas-limit', number: 7n },
      });
      expect(master.remote.end).toMatchObject({ reason: 3 });
      expect(headOf(chain)).toBe(hashBlock(good.at(-1) as Block));
    });
  });

  it('asks a peer without bodies once, and lets it stay', async () => {
    const theirs = source(100);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      serve(manager, wg, 'b1', theirs, { bodiesMs: 50 });
      const status = lessThan(theirs);
      const poor = serve(manager, wg, 'b2', theirs, { bodies: () => [], status });
      await sleep(15_000);
      expect(headOf(chain)).toBe(headOf(theirs));
      expect(poor.answers).toBe(1);
      expect(poor.remote.end).toBeUndefined();
    });
  });

  it('takes no more headers while 2,048 wait for their bodies, nor asks when all is over', async () => {
    const theirs = chainOf(
      childrenOf(testGenesis().block, 3_000, { txs: [signedTx()] }),
    );
    await withManager({}, async (manager, wg) => {
      let asked = 0;
      const { remote } = serve(manager, wg, 'b1', theirs, {
        headers: (all, { amount }) => {
          if (amount === BigInt(maxHeaderFetch)) asked++;
          return all;
        },
        bodies: () => undefined,
      });
      await sleep(40_000);
      // The queue has eleven batches. The twelfth has come, and nobody takes it.
      expect(asked).toBe(Math.ceil(maxQueuedHeaders / maxHeaderFetch) + 1);

      const { sent } = remote.near.rw;
      const before = sent.filter((code) => code === getBlockHeadersMsg).length;
      await sleep(60_000);
      expect(remote.end).toMatchObject({ reason: 3 }); // the bodies did not come
      expect(sent.filter((code) => code === getBlockHeadersMsg)).toHaveLength(before);
    });
  });

  it('drops a peer that is silent about two bodies, when a minute is over', async () => {
    const theirs = source(300);
    const chain = chainOf();
    await withManager({ chain }, async (manager, wg) => {
      const master = serve(manager, wg, 'b1', theirs);
      const status = lessThan(theirs);
      const silence = { bodies: () => undefined, status };
      const silent = serve(manager, wg, 'b2', theirs, silence);
      await sleep(69_999);
      expect(silent.remote.end).toBeUndefined();
      await sleep(2);
      expect(silent.remote.end).toMatchObject({ reason: 3 });
      expect(master.remote.end).toBeUndefined();
      expect(headOf(chain)).toBe(headOf(theirs));
    });
  });

  const renumbered = (header: Header): Header => ({
    ...header,
    number: header.number + 1n,
  });

  it.each<[string, number, (header: Header) => Header]>([
    ['with another number', 50, renumbered],
    // No header after it names another parent.
    ['with another number, the last,', 99, renumbered],
    ['of another parent', 50, (header) => ({ ...header, extra: Uint8Array.of(1) })],
  ])(
    'asks a master for no body if a header %s is among its own',
    async (_, at, bend) => {
      const theirs = source(100);
      await withManager({}, async (manager, wg) => {
        const liar = serve(manager, wg, 'b1', theirs, {
          headers: (all, { amount }) =>
            amount === BigInt(maxHeaderFetch)
              ? all.map((header, i) => (i === at ? bend(header) : header))
              : all,
        });
        await sleep(20_000);
        expect(liar.remote.end).toMatchObject({ reason: 3 });
        expect(liar.answers).toBe(0);
        expect(manager.chain.currentHeader.number).toBe(0n);
      });
    },
  );

  it('asks a peer for less that is late with many, and lets it stay', async () => {
    const theirs = source(500);
    await withManager({}, async (manager, wg) => {
      serve(manager, wg, 'b1', theirs, { bodiesMs: 4_000 });
      const asked: number[] = [];
      const late = serve(manager, wg, 'b2', theirs, {
        status: lessThan(theirs),
        get bodiesMs() {
          return asked.length === 1 ? 58_000 : 100;
        },
        bodies: (all) => {
          asked.push(all.length);
          return all;
        },
      });
      await sleep(120_000);
      expect(late.remote.end).toBeUndefined();
      expect(asked.slice(0, 3)).toEqual([2, 6, 2]);
    });
  });

  it('takes a peer that comes in the middle', async () => {
    const theirs = source(600);
    await withManager({}, async (manager, wg) => {
      serve(manager, wg, 'b1', theirs, { bodiesMs: 2000 });
      await sleep(11_000);
      const late = serve(manager, wg, 'b2', theirs);
      await sleep(5_000);
      expect(late.bodies).toBeGreaterThan(100);
    });
  });
});

describe('a master that makes it last', () => {
  const theirs = (): Chain => chainOf(childrenOf(testGenesis().block, 700));

  const firstHash = (): Hash => {
    const header = theirs().getHeaderByNumber(1n);
    if (header === undefined) throw new TypeError('no block 1');
    return hashHeader(header);
  };

  /** When the liar is gone, and an honest peer has had its turn. */
  async function heldFor(how: Behaviour): Promise<number> {
    const source = theirs();
    return withManager({}, async (manager, wg) => {
      const liar = serve(manager, wg, 'b1', source, how);
      serve(manager, wg, 'b2', source);
      for (let i = 0; liar.remote.end === undefined; i++) {
        if (i > 3000) throw new Error('it keeps the synchronisation');
        await sleep(1000);
      }
      const at = runtime().now();
      expect(liar.remote.end).toMatchObject({ reason: 3 });
      await sleep(10_000);
      expect(headOf(manager.chain)).toBe(headOf(source));
      return at;
    });
  }

  it('by naming block 1, and one header in 59 s, has it for at most five minutes', async () => {
    const status = { td: 1n << 90n, head: firstHash() };
    const headers: Lies['headers'] = (all) => all.slice(0, 1);
    const at = await heldFor({ status, headers, headersMs: 59_000 });
    expect(at).toBeLessThan(5 * 60_000);
  });

  it('by naming block 1, and one header at a time, asks for no more than it may', async () => {
    let asked = 0;
    await heldFor({
      status: { td: 1n << 90n, head: firstHash() },
      headers: (all, { amount }) => {
        if (amount === 192n) asked++;
        return all.slice(0, 1);
      },
      headersMs: 1000,
    });
    // Block 1, and three above the height that it has named.
    expect(asked).toBe(4);
  });

  it('by full answers that come late is dropped at the fourth', async () => {
    let late = 0;
    await heldFor({
      status: { td: 1n << 90n },
      headers: (all) => {
        late++;
        return all;
      },
      headersMs: 12_000,
    });
    expect(late).toBe(4);
  });
});
