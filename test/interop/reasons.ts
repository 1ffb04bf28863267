/** Why a connection ends: both sides name the same reason, whoever says it. */

import { afterEach, describe, expect, it } from 'vitest';
import { hashOf } from '../../impl/core/hash.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { DiscError, discReasonText } from '../../impl/p2p/peer-error.ts';
import { testKey } from '../helpers/blocks.ts';
import type { Library } from './library.ts';
import { closeAll, type Ends, meet, next, type Ours, ours, theirs } from './nodes.ts';
import type { TheirNode, TheirOptions } from './their-node.ts';

/** The number on the wire, our name for it and the libraries'. */
const reasons = [
  { reason: 0, our: 'disconnect requested', their: 'DISCONNECT_REQUESTED' },
  { reason: 1, our: 'network error', their: 'NETWORK_ERROR' },
  { reason: 2, our: 'breach of protocol', their: 'PROTOCOL_ERROR' },
  { reason: 3, our: 'useless peer', their: 'USELESS_PEER' },
  { reason: 4, our: 'too many peers', their: 'TOO_MANY_PEERS' },
  { reason: 5, our: 'already connected', their: 'ALREADY_CONNECTED' },
  {
    reason: 6,
    our: 'incompatible p2p protocol version',
    their: 'INCOMPATIBLE_VERSION',
  },
  { reason: 7, our: 'invalid node identity', their: 'INVALID_IDENTITY' },
  { reason: 8, our: 'client quitting', their: 'CLIENT_QUITTING' },
  { reason: 9, our: 'unexpected identity', their: 'UNEXPECTED_IDENTITY' },
  { reason: 10, our: 'connected to self', their: 'SAME_IDENTITY' },
  { reason: 11, our: 'read timeout', their: 'TIMEOUT' },
  { reason: 16, our: 'subprotocol error', their: 'SUBPROTOCOL_ERROR' },
] as const;

interface Meeting extends Ends {
  readonly us: Ours;
  readonly them: TheirNode;
}

/** What somebody does, and who says goodbye with which reason. */
interface Cause {
  readonly what: string;
  readonly does: (meeting: Meeting) => Promise<void> | void;
  readonly says: 'we' | 'they';
  readonly reason: number;
  readonly needsUnknownCode?: true;
}

/** A hash that nothing has. */
const unknown = hashOf(new Uint8Array(32).fill(1));

const causes: readonly Cause[] = [
  {
    what: 'we stop',
    does: ({ us }) => us.node.stop(),
    says: 'we',
    reason: 8,
  },
  {
    what: 'we remove the peer',
    does: ({ us, them }) => us.node.server.removePeer(them.node),
    says: 'we',
    reason: 0,
  },
  {
    what: 'they stop',
    does: ({ them }) => {
      them.close();
    },
    says: 'they',
    reason: 8,
  },
  {
    what: 'they ask for something that is no query',
    does: ({ peer }) => {
      peer.send(eth.getBlockHeadersMsg, []);
    },
    says: 'we',
    reason: 16,
  },
  {
    what: 'they answer three times what nobody asked',
    does: ({ peer }) => {
      for (let i = 0; i < 3; i++) peer.send(eth.blockHeadersMsg, []);
    },
    says: 'we',
    reason: 16,
  },
  {
    what: 'we say Status twice',
    does: ({ ethPeer }) => {
      const { version } = ethPeer;
      const [head, genesis] = [unknown, unknown];
      const status = { protocolVersion: version, networkId: 1n, td: 1n, head, genesis };
      return ethPeer.rw.writeMsg(newMsg(eth.statusMsg, eth.encodeStatus(status)));
    },
    says: 'they',
    reason: 16,
  },
  {
    what: 'we send a code that belongs to no protocol',
    does: async ({ us }) => {
      const [peer] = await us.node.server.peers();
      await peer?.writer.writeMsg(newMsg(0x60, Uint8Array.of(0xc0)));
    },
    says: 'they',
    reason: 2,
    needsUnknownCode: true,
  },
];

/** A Status of theirs that does not fit ours. */
interface Misfit extends Partial<TheirOptions> {
  readonly what: string;
  readonly error: RegExp;
}

const misfits: readonly Misfit[] = [
  {
    what: 'their genesis is another',
    genesisHash: unknown,
    error: /^Genesis block mismatch/,
  },
  { what: 'their network is another', networkId: 5, error: /^NetworkId mismatch/ },
];

export function reasonSuite(library: Library): void {
  afterEach(closeAll);

  async function meeting(dialer: 'we' | 'they'): Promise<Meeting> {
    const us = await ours();
    const them = await theirs(library, { blocks: [us.node.chain.genesis.block] });
    return { us, them, ...(await meet(us, them, dialer)) };
  }

  /** What the two sides have made of it. */
  async function expectReason(
    { us, them }: Pick<Meeting, 'us' | 'them'>,
    says: 'we' | 'they',
    reason: number,
    heard = reason,
  ): Promise<void> {
    const weDid = says === 'they';
    expect(await them.removed.recv()).toEqual({ reason: heard, weDid });
    const drop = await next(us.events, 'drop');
    expect(drop).toMatchObject({ reason, remoteRequested: says === 'they' });
  }

  describe.each(reasons)('$reason, $our', ({ reason, our, their }) => {
    it('said by us', async () => {
      const met = await meeting(reason % 2 === 0 ? 'we' : 'they');
      await met.ethPeer.disconnect(reason);
      // On a dead line nothing is said: the connection is closed without a word.
      await expectReason(met, 'we', reason, reason === 1 ? NaN : reason);
      expect([discReasonText(reason), met.peer.reasonName(reason)]).toEqual([
        our,
        their,
      ]);
    });

    it('said by them', async () => {
      const met = await meeting(reason % 2 === 0 ? 'they' : 'we');
      met.peer.disconnect(reason);
      await expectReason(met, 'they', reason);
    });
  });

  const told = causes.filter(
    ({ needsUnknownCode }) => !needsUnknownCode || !library.hangsOnUnknownCode,
  );
  it.each(told)('$reason, said when $what', async ({ does, says, reason }) => {
    const met = await meeting(says);
    await does(met);
    await expectReason(met, says, reason);
  });

  it.each(misfits)('16, said by us when $what', async ({ error, ...options }) => {
    const us = await ours();
    const them = await theirs(library, { ...options, comparesStatus: false });
    await them.dial(us.enode);

    expect(await them.removed.recv()).toEqual({ reason: 16, weDid: false });
    const drop = await next(us.events, 'drop');
    expect(drop).toMatchObject({ reason: 16, remoteRequested: false });
    expect(drop.error.message).toMatch(error);
    expect(await us.node.server.peers()).toEqual([]);
  });

  it.each(misfits)('16, said by one of both when $what', async (options) => {
    const us = await ours();
    const them = await theirs(library, options);
    await us.node.server.addPeer(them.node);

    // Both notice; whoever is first says so, and what the other one hears is the same.
    const heard = await them.removed.recv();
    const drop = await next(us.events, 'drop');
    expect([heard.reason, drop.reason]).toEqual([16, 16]);
    expect(heard.weDid || !drop.remoteRequested, 'one of us said it').toBe(true);
  });

  it('3, when no version is common', async () => {
    const us = await ours({ ethVersions: [63] });
    const them = await theirs(library, { versions: [62] });
    await them.dial(us.enode);
    const { error } = await next(us.events, 'refused');
    expect(error).toEqual(new DiscError(3));
    expect(await us.node.server.peers()).toEqual([]);
  });

  it('4, said by them when they are full', async () => {
    const us = await ours();
    const them = await theirs(library, { maxPeers: 1 });
    await meet(await ours(), them, 'we');
    await us.node.server.addPeer(them.node);
    const drop = await next(us.events, 'drop');
    expect(drop).toMatchObject({ reason: 4, remoteRequested: true });
  });

  it('4, said by us when we are full', async () => {
    const us = await ours({ maxPeers: 1 });
    await meet(us, await theirs(library), 'they');
    const second = await theirs(library);
    await second.dial(us.enode);
    const { error } = await next(us.events, 'refused');
    expect(error).toEqual(new DiscError(4));
    expect(await us.node.server.peers()).toHaveLength(1);
  });

  it('5, said by us to a second connection of the same node', async () => {
    const us = await ours();
    const key = testKey(99);
    const first = await theirs(library, { key });
    await meet(us, first, 'they');
    const again = await theirs(library, { key });
    await again.dial(us.enode);
    const { error } = await next(us.events, 'refused');
    expect(error).toEqual(new DiscError(5));
    expect(await us.node.server.peers(), 'the first one stays').toHaveLength(1);
  });
}
