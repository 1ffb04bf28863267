/** Transactions between peers: what a new one is told, what is passed on, what is known. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { select, send } from '../../impl/csp/select.ts';
import { sleep } from '../../impl/csp/timer.ts';
import type { WaitGroup } from '../../impl/csp/wait-group.ts';
import { hashOf } from '../../impl/core/hash.ts';
import {
  encodeTransaction,
  hashTransaction,
  type Transaction,
} from '../../impl/core/transaction.ts';
import { TxPool } from '../../impl/core/txpool.ts';
import type { ProtocolManager } from '../../impl/eth/handler.ts';
import { KnownSet, maxKnownTxs } from '../../impl/eth/known-set.ts';
import { EthPeer, maxQueuedTxs } from '../../impl/eth/peer.ts';
import { transactionsMsg } from '../../impl/eth/protocol.ts';
import { syncTransactions, type TxSync, txsyncLoop } from '../../impl/eth/tx-sync.ts';
import { ConnClosed } from '../../impl/net/net-conn.ts';
import type { Msg } from '../../impl/p2p/message.ts';
import { rawItems } from '../../impl/rlp/decode.ts';
import { encodeList } from '../../impl/rlp/encode.ts';
import { childOf, extend, signedTx, testKey } from '../helpers/blocks.ts';
import {
  chainOf,
  link,
  Remote,
  type RemoteOptions,
  simulated,
  statusOf,
  withManager,
} from './harness.ts';

beforeAll(initCrypto);

/** A signature of ours for each would take long: any r and s have some sender. */
function forged(count: number, dataBytes = 0): Transaction[] {
  const data = new Uint8Array(dataBytes);
  const template = signedTx({ chainId: null, data, gasLimit: 1_000_000n });
  return Array.from({ length: count }, (_, i) => ({ ...template, s: BigInt(i + 1) }));
}

function poolOf(txs: readonly Transaction[]): TxPool {
  const pool = new TxPool(chainOf());
  for (const tx of txs) pool.add(tx);
  return pool;
}

let ids = 0;

/** A remote that has shaken hands, and the manager's idea of it. */
async function join(
  manager: ProtocolManager,
  wg: WaitGroup,
  options: RemoteOptions = {},
): Promise<{ remote: Remote; peer: EthPeer }> {
  const id = (++ids).toString(16).padStart(16, '0');
  const remote = new Remote(manager, wg, { ids: [id, 'aa'], ...options });
  await remote.shake(statusOf(manager.chain));
  await sleep(1);
  const peer = manager.peers.get(remote.near.id.slice(0, 16));
  if (peer === undefined) throw new TypeError('the peer is not registered');
  return { remote, peer };
}

function itemsOf(payload: Uint8Array): Uint8Array[] {
  return [...rawItems(payload)];
}

describe('syncTransactions', () => {
  it('tells a new peer all that is pending, in packs of 100 KiB', async () => {
    // geth's TestSendTransactions: 100 of 10,341 bytes make ten packs of ten.
    const txs = forged(100, 10_240);
    await withManager({ txPool: poolOf(txs) }, async (manager, wg) => {
      const { remote, peer } = await join(manager, wg);
      const got: string[] = [];
      for (let pack = 0; pack < 10; pack++) {
        const msg = await remote.read();
        expect(msg.code).toBe(transactionsMsg);
        const items = itemsOf(msg.payload);
        expect(items).toHaveLength(10);
        got.push(...items.map((item) => item.join()));
      }
      expect(got).toEqual(txs.map((tx) => encodeTransaction(tx).join()));
      expect(peer.knownTxs.size).toBe(100);
    });
  });

  it('says nothing when nothing is pending', async () => {
    await withManager({ txPool: poolOf([]) }, async (manager, wg) => {
      const { remote } = await join(manager, wg);
      await sleep(10_000);
      expect(remote.near.rw.sent).toHaveLength(1); // the Status
    });
  });

  it('has one send in flight, in the whole node', async () => {
    await withManager({ txPool: poolOf(forged(40, 10_240)) }, async (manager, wg) => {
      const { remote: slow } = await join(manager, wg, { room: 1 });
      await sleep(1);
      // One pack lies in the connection, the next is being written.
      const { remote: other } = await join(manager, wg);
      await sleep(1_000);
      expect(other.near.rw.sent).toHaveLength(1);
      for (let pack = 0; pack < 4; pack++) await slow.read();
      await sleep(1);
      expect(other.near.rw.sent).toHaveLength(5);
    });
  });

  it('goes on with the others when a peer ends while it is being told', async () => {
    await withManager({ txPool: poolOf(forged(40, 10_240)) }, async (manager, wg) => {
      const { remote: slow } = await join(manager, wg, { room: 1 });
      const { remote: other } = await join(manager, wg);
      await sleep(1_000);
      expect(other.near.rw.sent).toHaveLength(1);
      slow.near.close(8, undefined);
      await sleep(1);
      expect(other.near.rw.sent).toHaveLength(5);
    });
  });

  it('waits for nobody when the peer is gone', async () => {
    const { run } = await simulated(async (wg) => {
      const [near] = link();
      const peer = new EthPeer(63, near, near.rw, wg);
      const txsyncCh = new Chan<TxSync>('nobody reads');
      const quitSync = new Done('quit sync');
      const host = { txPool: poolOf([signedTx()]), txsyncCh, quitSync, wg };
      wg.go('syncTransactions', () => syncTransactions(host, peer));
      await sleep(1);
      expect(wg.names).toEqual(['syncTransactions']);
      near.close(0, undefined);
      await wg.wait();
    });
    expect(run.left).toEqual([]);
  });

  it('ends with the node, in the middle of a send', async () => {
    // `withManager` stops the manager and wants no task left.
    await withManager({ txPool: poolOf(forged(40, 10_240)) }, async (manager, wg) => {
      await join(manager, wg, { room: 1 });
      await join(manager, wg);
    });
  });
});

describe('txsyncLoop', () => {
  /** A peer whose sends take 10 ms, and fail or not. */
  function peerThat(works: boolean): { peer: EthPeer; sends: number } {
    const told = { sends: 0 };
    const peer = {
      id: 'the same node',
      sendTransactions: async () => {
        told.sends += 1;
        await sleep(10);
        if (!works) throw new ConnClosed('write');
      },
    } as unknown as EthPeer;
    return Object.assign(told, { peer });
  }

  it('forgets what was left for a peer that is gone, but not for its next connection', async () => {
    const txs = [...poolOf(forged(40, 10_240)).waiting()];
    const { run } = await simulated(async (wg) => {
      const txsyncCh = new Chan<TxSync>('txsync');
      const quitSync = new Done('quit sync');
      const loop = { txPool: undefined, txsyncCh, quitSync, wg };
      wg.go('txsyncLoop', () => txsyncLoop(loop));
      const gone = peerThat(false);
      const back = peerThat(true);
      await select({ sent: send(txsyncCh, { peer: gone.peer, txs: [...txs] }) });
      await sleep(1_000);
      expect(gone.sends).toBe(1);
      await select({ sent: send(txsyncCh, { peer: gone.peer, txs: [...txs] }) });
      await select({ sent: send(txsyncCh, { peer: back.peer, txs: [...txs] }) });
      await sleep(1_000);
      expect([gone.sends, back.sends]).toEqual([2, 4]);
      quitSync.close();
      await wg.wait();
    });
    expect(run.left).toEqual([]);
  });
});

describe('broadcastTxs', () => {
  it('passes a transaction on to all but the one it came from, as one message', async () => {
    await withManager({ txPool: poolOf([]) }, async (manager, wg) => {
      manager.acceptTxs = true;
      const from = await join(manager, wg);
      const others = [await join(manager, wg), await join(manager, wg)];
      const tx = signedTx();
      await from.remote.send(transactionsMsg, encodeList([encodeTransaction(tx)]));
      const messages: Msg[] = [];
      for (const { remote } of others) messages.push(await remote.read());
      const [one, two] = messages;
      expect(one && itemsOf(one.payload)).toEqual([encodeTransaction(tx)]);
      // The same object: it was made once, however many peers get it.
      expect(two?.payload).toBe(one?.payload);
      await sleep(1);
      expect(from.remote.near.rw.sent).toHaveLength(1);
      for (const { peer } of [from, ...others]) {
        expect(peer.knownTxs.has(hashTransaction(tx))).toBe(true);
      }
    });
  });

  it('does not tell a peer what it has sent, what it was told, or what is queued', async () => {
    const txPool = poolOf([]);
    await withManager({ txPool }, async (manager, wg) => {
      manager.acceptTxs = true;
      const { remote } = await join(manager, wg);
      const [known, fresh] = [signedTx(), signedTx({ key: testKey(2) })];
      await remote.send(transactionsMsg, encodeList([encodeTransaction(known)]));
      await sleep(1);
      txPool.add(fresh);
      expect(txPool.add(signedTx({ nonce: 2n }))).toBe('queued');
      const { payload } = await remote.read();
      expect(itemsOf(payload)).toEqual([encodeTransaction(fresh)]);
      expect(txPool.add(fresh)).toBe('known');
      await sleep(1);
      // The gap is filled: both are news.
      const middle = signedTx({ nonce: 1n });
      txPool.add(middle);
      expect(itemsOf((await remote.read()).payload)).toHaveLength(2);
    });
  });

  it('drops what does not fit into the queue of a peer, which is not known then', async () => {
    const txPool = poolOf([]);
    await withManager({ txPool }, async (manager, wg) => {
      const { peer } = await join(manager, wg, { room: 1 });
      const txs = forged(maxQueuedTxs + 10);
      for (const tx of txs) {
        txPool.add(tx);
        await sleep(1); // each a message of its own
      }
      // One in the connection, one being written, the others wait.
      expect(peer.knownTxs.size).toBe(maxQueuedTxs + 2);
    });
  });
});

describe('txLoop', () => {
  it('takes out of the pool what a new block has', async () => {
    const chain = chainOf();
    const txs = [0n, 1n, 2n].map((nonce) => signedTx({ nonce }));
    const txPool = poolOf(txs);
    await withManager({ chain, txPool }, async () => {
      extend(chain, [childOf(chain.currentBlock, { txs: txs.slice(0, 2) })]);
      await sleep(1);
      expect(txPool.pending()).toEqual(txs.slice(2));
    });
  });
});

describe('KnownSet', () => {
  const hash = (n: number): ReturnType<typeof hashOf> => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, n);
    return hashOf(bytes);
  };

  it('never holds more than its cap, and forgets the oldest', () => {
    const known = new KnownSet(3);
    for (let n = 0; n < 5; n++) known.add(hash(n));
    known.add(hash(2));
    expect(known.size).toBe(3);
    expect([0, 1, 2, 3, 4].map((n) => known.has(hash(n)))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it('holds 32,768 transactions of a peer, those we send and those it sends (F-10)', async () => {
    await withManager({ txPool: poolOf([]) }, async (manager, wg) => {
      const { peer } = await join(manager, wg);
      for (let n = 0; n < maxKnownTxs; n++) peer.knownTxs.add(hash(n));
      const pack = { msg: { code: 2, size: 1, payload: Uint8Array.of(0xc0) } };
      await peer.sendTransactions({ ...pack, hashes: [hash(1 << 20)] });
      peer.queueTransactions({ ...pack, hashes: [hash(1 << 21)] });
      expect(peer.knownTxs.size).toBe(32_768);
      expect(peer.knownTxs.has(hash(1 << 20))).toBe(true);
    });
  });
});
