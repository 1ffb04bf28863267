/**
 * Tasks of eth that fail: an end that was foreseen is quiet, a fault of ours is told, and
 * ends its peer.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { Chain } from '../../impl/core/chain.ts';
import type { Genesis } from '../../impl/core/genesis.ts';
import { zeroHash } from '../../impl/core/hash.ts';
import { hashHeader } from '../../impl/core/header.ts';
import { TxPool } from '../../impl/core/txpool.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { Session } from '../../impl/eth/download.ts';
import { SyncError } from '../../impl/eth/errors.ts';
import type { ProtocolManager } from '../../impl/eth/handler.ts';
import { EthPeer } from '../../impl/eth/peer.ts';
import { Source } from '../../impl/eth/source.ts';
import { txPack } from '../../impl/eth/tx-pack.ts';
import { syncTransactions } from '../../impl/eth/tx-sync.ts';
import { newMsg, type MsgReadWriter } from '../../impl/p2p/message.ts';
import type { DiscReason } from '../../impl/p2p/peer-error.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { childOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import {
  chainOf,
  LinkClosed,
  LinkRW,
  newManager,
  Remote,
  Side,
  statusOf,
} from './harness.ts';
import { startServing } from './server.ts';

beforeAll(initCrypto);

/** What came out of tasks when each write fails with this, and what the peer was told. */
async function failing(
  error: Error,
): Promise<{ failed: readonly string[]; reason: DiscReason | undefined }> {
  const rw: MsgReadWriter = {
    readMsg: () => Promise.reject(error),
    writeMsg: () => Promise.reject(error),
  };
  const { outcome, failures } = await simulate({ schedule: '' }, async () => {
    const wg = new WaitGroup();
    const closed = new Done('closed');
    const ownRw = new LinkRW(new Chan('out'), new Chan('in'), closed);
    const side = new Side('aa', ownRw, closed, false);
    const peer = new EthPeer(63, side, rw, wg);
    wg.go('broadcast', () => peer.broadcast());
    peer.queueTransactions(txPack([]));
    peer.requestBodies([]);
    await sleep(1_000);
    return side.end?.reason;
  });
  if (outcome.status !== 'done') throw new Error(outcome.status);
  const failed = failures.map(({ task, error: one }) => `${task}: ${String(one)}`);
  return { failed: failed.sort(), reason: outcome.value };
}

describe('a write that fails in a task of eth', () => {
  it('is told with its task where nobody foresaw it', async () => {
    const { failed } = await failing(new TypeError('x is undefined'));
    expect(failed).toEqual([
      'broadcast: TypeError: x is undefined',
      'requestBodies: TypeError: x is undefined',
    ]);
  });

  it('is quiet where the peer has ended: `handle` hears of that, and has the reason', async () => {
    const quiet = { failed: [], reason: undefined };
    expect(await failing(new LinkClosed())).toEqual(quiet);
  });
});

describe('faults of which only one can be thrown on', () => {
  it('are both logged: writing Status, and reading theirs', async () => {
    const faults = {
      statusWriter: new TypeError('w'),
      statusReader: new TypeError('r'),
    };
    const { outcome, failures, left } = await simulate({}, async () => {
      const wg = new WaitGroup();
      const rw: MsgReadWriter = {
        readMsg: () => Promise.reject(faults.statusReader),
        writeMsg: () => Promise.reject(faults.statusWriter),
      };
      const closed = new Done('closed');
      const link = new LinkRW(new Chan('out'), new Chan('in'), closed);
      const peer = new EthPeer(63, new Side('aa', link, closed, false), rw, wg);
      const chain = new Chain(testGenesis());
      let thrown: unknown;
      await peer.handshake(statusOf(chain)).catch((error: unknown) => {
        thrown = error;
      });
      await wg.wait();
      return thrown;
    });
    const told = Object.fromEntries(failures.map(({ task, error }) => [task, error]));
    expect(told).toEqual(faults);
    const thrown = outcome.status === 'done' ? outcome.value : outcome;
    expect(Object.values(faults)).toContain(thrown);
    expect(left).toEqual([]);
  });

  it('are both logged: what ends a synchronisation, and what comes after', async () => {
    const [first, second] = [new TypeError('1'), new TypeError('2')];
    const { outcome, failures } = await simulate({}, () => {
      const closed = new Done('closed');
      const rw = new LinkRW(new Chan('out'), new Chan('in'), closed);
      const side = new Side('aa', rw, closed, false);
      const session = new Session(
        new Source(new EthPeer(63, side, rw, new WaitGroup())),
      );
      session.fail(first);
      session.fail(second);
      session.fail(new SyncError('cancelled', 'as foreseen'));
      return Promise.resolve(session.fault);
    });
    expect(outcome).toMatchObject({ value: first });
    expect(failures).toEqual([{ task: 'synchronise', error: second }]);
  });
});

describe('a task for one peer that dies', () => {
  const fault = new TypeError('a fault of ours');
  const dies = (): never => {
    throw fault;
  };
  const fork = testGenesis({ config: { chainId: 1, daoForkBlock: 1 } });

  it.each<[string, Break, Genesis?]>([
    [
      'broadcast',
      (peer) => {
        peer.rw.writeMsg = dies;
        peer.queueAnnouncement({ hash: zeroHash, msg: newMsg(1, new Uint8Array()) });
      },
    ],
    [
      'requestHeaders',
      (peer) => {
        peer.rw.writeMsg = dies;
        peer.requestHeaders({ kind: 'number', number: 1n }, 1);
      },
    ],
    [
      'fetchAnnounced',
      async (peer, { fetcher }) => {
        peer.requestHeaders = dies;
        const { header } = childOf(testGenesis().block);
        await fetcher.notify(peer, { hash: hashHeader(header), number: header.number });
      },
    ],
    [
      'synchronise',
      (peer, { downloader }) => {
        downloader.synchronise = dies;
        peer.setHead(zeroHash, 2n ** 40n);
      },
    ],
    [
      'txsyncSend',
      async (peer, manager) => {
        peer.sendTransactions = dies;
        manager.txPool?.add(signedTx());
        await syncTransactions(manager, peer);
      },
    ],
    [
      'daoTimer',
      (_, manager) => {
        manager.removePeer = dies;
      },
      fork,
    ],
  ])('is told, and ends the peer with 16: %s', async (task, break_, genesis) => {
    const run = await simulate({}, async () => {
      const wg = new WaitGroup();
      const chain = new Chain(genesis ?? testGenesis());
      const manager = newManager({ chain, txPool: new TxPool(chain) });
      manager.start();
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chain));
      await sleep(1); // registered
      const peer = manager.peers.get(remote.near.id.slice(0, 16));
      if (peer === undefined) throw new TypeError('the peer is not registered');
      await break_(peer, manager);
      await sleep(16_000); // the tick of the syncer, and what the DAO challenge waits
      expect(remote.end?.reason).toBe(16);
      expect(manager.peers.length).toBe(0);
      expect(manager.fetcher.counts).toMatchObject({ fetching: 0, peers: 0 });
      await manager.stop();
      await wg.wait();
    });
    expect(run.outcome).toMatchObject({ status: 'done' });
    expect(run.left).toEqual([]);
    expect(run.failures).toEqual([{ task, error: fault }]);
  });
});

describe('the loop of a download that dies', () => {
  it('is told, and ends the synchronisation, and its master with 16', async () => {
    const fault = new TypeError('a fault of ours');
    const run = await simulate({}, async () => {
      const wg = new WaitGroup();
      const chain = new Chain(testGenesis());
      const manager = newManager({ chain });
      manager.start();
      const remote = new Remote(manager, wg);
      const txs = [signedTx()];
      startServing(remote, chainOf([childOf(testGenesis().block, { txs })]), wg);
      await sleep(1); // registered
      const source = manager.downloader.sources.get(remote.near.id.slice(0, 16));
      if (source === undefined) throw new TypeError('the peer is not registered');
      source.pace.batch = () => {
        throw fault;
      };
      await sleep(10_000); // the tick of the syncer
      expect(remote.end?.reason).toBe(16);
      expect(manager.wg.names).not.toContain('synchronise');
      await manager.stop();
      await wg.wait();
    });
    expect(run.outcome).toMatchObject({ status: 'done' });
    expect(run.left).toEqual([]);
    expect(run.failures).toEqual([{ task: 'synchronise', error: fault }]);
  });
});

type Break = (peer: EthPeer, manager: ProtocolManager) => Promise<void> | void;
