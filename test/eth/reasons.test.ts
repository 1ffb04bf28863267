/** What the remote hears: eth over real peers, with everything between but the crypto. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { Chan } from '../../impl/csp/chan.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { newManager, simulated, statusOf, chainOf } from './harness.ts';
import type {
  ProtocolManager,
  ProtocolManagerOptions,
} from '../../impl/eth/handler.ts';
import {
  blockHeadersMsg,
  encodeStatus,
  getBlockHeadersMsg,
  statusMsg,
} from '../../impl/eth/protocol.ts';
import type { StatusData } from '../../impl/eth/protocol.ts';
import { pipe } from '../../impl/net/pipe.ts';
import type { NetConn } from '../../impl/net/net-conn.ts';
import type { HelloConn } from '../../impl/p2p/conn.ts';
import { type NodeID, nodeIDOf } from '../../impl/p2p/enode.ts';
import { type MsgReadWriter, newMsg } from '../../impl/p2p/message.ts';
import { Peer, type PeerEnd } from '../../impl/p2p/peer.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { encode, encodeList } from '../../impl/rlp/encode.ts';
import { PlainTransport } from '../../impl/sim/plain-transport.ts';
import { everySeed, finished } from '../helpers/explore.ts';
import { gethChain } from '../helpers/chain.ts';
import { testGenesis } from '../helpers/blocks.ts';

beforeAll(initCrypto);

function idOf(digit: string): NodeID {
  return nodeIDOf(digit.repeat(128));
}

function peerOver(fd: NetConn, id: NodeID, protocols: readonly Protocol[]): Peer {
  const conn: HelloConn = {
    fd,
    transport: new PlainTransport(fd, id),
    flags: { staticDialed: false, inbound: true, trusted: false },
    id,
    cont: new Chan('cont'),
    caps: [{ name: 'eth', version: 63 }],
    name: 'test',
  };
  return new Peer(conn, protocols);
}

interface Ends {
  ours?: PeerEnd;
  theirs?: PeerEnd;
}

/** Connects two nodes that speak these protocols; `ends` is filled when they part. */
function connect(
  wg: WaitGroup,
  ours: readonly Protocol[],
  theirs: readonly Protocol[],
  id = idOf('b'),
): Ends {
  const [a, b] = pipe();
  const ends: Ends = {};
  const peer = peerOver(a, id, ours);
  const remote = peerOver(b, idOf('a'), theirs);
  wg.go('our peer', async () => {
    ends.ours = await peer.run();
  });
  wg.go('their peer', async () => {
    ends.theirs = await remote.run();
  });
  return ends;
}

/** An eth/63 that does what it is told, and then only reads. */
function scripted(script: (rw: MsgReadWriter) => Promise<void>): Protocol {
  return {
    name: 'eth',
    version: 63,
    length: 17,
    run: async (_peer, rw) => {
      await script(rw);
      for (;;) await rw.readMsg();
    },
  };
}

const sendStatus = (
  rw: MsgReadWriter,
  overrides: Partial<StatusData> = {},
): Promise<void> =>
  rw.writeMsg(newMsg(statusMsg, encodeStatus(statusOf(chainOf(), overrides))));

/** How both sides see the end of a connection to a scripted remote. */
async function partings(
  script: (rw: MsgReadWriter, manager: ProtocolManager) => Promise<void>,
  options: Partial<ProtocolManagerOptions> = {},
  seconds = 100,
): Promise<{ ours: PeerEnd; theirs: PeerEnd }> {
  const { value, run } = await simulated(async (wg) => {
    const manager = newManager(options);
    manager.start();
    const ends = connect(wg, manager.protocols(), [
      scripted((rw) => script(rw, manager)),
    ]);
    await sleep(seconds * 1000);
    await manager.stop();
    await wg.wait();
    return ends;
  });
  expect(run.left).toEqual([]);
  const { ours, theirs } = value;
  if (ours === undefined || theirs === undefined) throw new TypeError('no end');
  return { ours, theirs };
}

describe('the reason on the wire', () => {
  it('is 16 for another network, and the text stays here', async () => {
    const { ours, theirs } = await partings((rw) =>
      sendStatus(rw, { networkId: 999n }),
    );
    expect(ours).toMatchObject({
      reason: 16,
      remoteRequested: false,
      error: { name: 'EthError', message: 'NetworkId mismatch - 999 (!= 1)' },
    });
    expect(theirs).toMatchObject({
      remoteRequested: true,
      error: { name: 'DiscError', message: 'subprotocol error' },
    });
  });

  it.each([
    ['a second Status', statusMsg, encode([]), /^Extra status message/],
    ['the hole at 0x0a', 0x0a, encode([]), /^Invalid message code - 10$/],
    ['junk', getBlockHeadersMsg, encode([1, 2]), /^Invalid message - /],
  ])('is 16 for %s after registration, not 3', async (_, code, payload, text) => {
    const { ours, theirs } = await partings(async (rw) => {
      await sendStatus(rw);
      await rw.writeMsg(newMsg(code, payload));
    });
    expect(ours).toMatchObject({ reason: 16, remoteRequested: false });
    expect(ours.error.message).toMatch(text);
    expect(theirs).toMatchObject({
      remoteRequested: true,
      error: { message: 'subprotocol error' },
    });
  });

  it('is 11 when no Status comes', async () => {
    const { ours, theirs } = await partings(() => Promise.resolve(), {}, 6);
    expect([ours.error.message, theirs.error.message]).toEqual([
      'read timeout',
      'read timeout',
    ]);
  });

  it('is 4 when there are too many', async () => {
    const { ours, theirs } = await partings(() => Promise.resolve(), { maxPeers: 0 });
    expect(ours).toMatchObject({ reason: 4 });
    expect(theirs.error.message).toBe('too many peers');
  });

  it('is 3 for a peer that is dropped: a silent one in the DAO challenge, a liar', async () => {
    const spec = { config: { chainId: 1, daoForkBlock: 1 } };
    const chain = chainOf([], testGenesis(spec));
    const silent = await partings((rw) => sendStatus(rw), { chain });
    const liar = await partings(async (rw) => {
      await sendStatus(rw, { td: 1n << 99n });
      for (let i = 0; i < 2; i++) await rw.readMsg();
      await rw.writeMsg(newMsg(blockHeadersMsg, encodeList([])));
    });
    for (const { ours, theirs } of [silent, liar]) {
      expect(ours).toMatchObject({ reason: 3, error: { message: 'useless peer' } });
      expect(theirs).toMatchObject({ remoteRequested: true, reason: 3 });
    }
  });

  it('is 8 when we stop', async () => {
    const { ours, theirs } = await partings((rw) => sendStatus(rw), {}, 1);
    expect(ours).toMatchObject({ reason: 8, error: { message: 'client quitting' } });
    expect(theirs.error.message).toBe('client quitting');
  });

  it('is 8 when we stop, also for those whose Status is through in that moment', async () => {
    await everySeed(
      60,
      async (seed) => {
        const wg = new WaitGroup();
        const manager = newManager();
        manager.start();
        const remote = scripted(async (rw) => {
          await sleep(100);
          await sendStatus(rw);
        });
        const all = ['b', 'c', 'd', 'e'].map((digit) =>
          connect(wg, manager.protocols(), [remote], idOf(digit)),
        );
        await sleep(100);
        for (let turn = 0; turn < seed % 12; turn++) await sleep(0);
        await manager.stop();
        await wg.wait();
        return all.map(({ ours }) => ours?.reason);
      },
      (run) => {
        expect(finished(run)).toEqual([8, 8, 8, 8]);
      },
    );
  });
});

describe('ProtocolManager over Peer', () => {
  it("syncs geth's chain from another, and both stop without a trace", async () => {
    const { genesis, blocks } = gethChain();
    const chains = [chainOf(blocks, genesis), chainOf([], genesis)] as const;
    const { run } = await simulated(async (wg) => {
      const managers = chains.map((chain) => newManager({ chain }));
      const [a = [], b = []] = managers.map((manager) => manager.protocols());
      for (const manager of managers) manager.start();
      const ends = connect(wg, a, b);
      await sleep(10_500);
      expect(ends).toEqual({});
      expect(chains[1].currentHeader.number).toBe(63n);
      for (const manager of managers) await manager.stop();
      await wg.wait();
    });
    expect(run.left).toEqual([]);
  });
});
