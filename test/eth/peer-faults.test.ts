/** A write of eth that fails: an end that was foreseen is quiet, a fault of ours is told. */

import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { EthPeer } from '../../impl/eth/peer.ts';
import { txPack } from '../../impl/eth/tx-pack.ts';
import type { MsgReadWriter } from '../../impl/p2p/message.ts';
import type { PeerHandle } from '../../impl/p2p/protocol.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { LinkClosed, LinkRW, Side } from './harness.ts';

/** What came out of tasks when each write fails with this. */
async function failing(error: Error): Promise<readonly string[]> {
  const rw: MsgReadWriter = {
    readMsg: () => Promise.reject(error),
    writeMsg: () => Promise.reject(error),
  };
  const { outcome, failures } = await simulate({ schedule: '' }, async () => {
    const wg = new WaitGroup();
    const closed = new Done('closed');
    const ownRw = new LinkRW(new Chan('out'), new Chan('in'), closed);
    const handle: PeerHandle = new Side('aa', ownRw, closed, false);
    const peer = new EthPeer(63, handle, rw, wg);
    wg.go('broadcast', () => peer.broadcast());
    peer.queueTransactions(txPack([]));
    peer.requestBodies([]);
    await sleep(1_000);
  });
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return failures.map(({ task, error: one }) => `${task}: ${String(one)}`).sort();
}

describe('a write that fails in a task of eth', () => {
  it('is told with its task where nobody foresaw it', async () => {
    expect(await failing(new TypeError('x is undefined'))).toEqual([
      'broadcast: TypeError: x is undefined',
      'requestBodies: TypeError: x is undefined',
    ]);
  });

  it('is quiet where the peer has ended: `handle` hears of that', async () => {
    expect(await failing(new LinkClosed())).toEqual([]);
  });
});
