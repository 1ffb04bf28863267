import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { hashOf } from '../../impl/core/hash.ts';
import { EthError } from '../../impl/eth/errors.ts';
import { EthPeer } from '../../impl/eth/peer.ts';
import { decodeStatus, encodeStatus, statusMsg } from '../../impl/eth/protocol.ts';
import { type Msg, newMsg } from '../../impl/p2p/message.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import type { PeerHandle } from '../../impl/p2p/protocol.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { childrenOf, testGenesis } from '../helpers/blocks.ts';
import {
  chainOf,
  ethVectors,
  gethTestGenesis,
  link,
  newManager,
  Remote,
  type Side,
  simulated,
  statusOf,
  unpackable,
  withManager,
} from './harness.ts';

beforeAll(initCrypto);

const otherHash = hashOf(fromHex(`03${'00'.repeat(31)}`));

function ethPeer(side: Side, wg: WaitGroup): EthPeer {
  return new EthPeer(63, side, side.rw, wg);
}

/** What `task` throws. */
async function thrown(task: () => Promise<unknown>): Promise<unknown> {
  try {
    await task();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('EthPeer.handshake', () => {
  it.each(['theirs first', 'ours first'])(
    'takes head and td from their Status (%s)',
    async (order) => {
      const chain = chainOf(childrenOf(testGenesis().block, 3));
      const { run } = await simulated(async (wg) => {
        const [near, far] = link({ room: 0 });
        const peer = ethPeer(near, wg);
        wg.go('remote', async () => {
          const status = newMsg(statusMsg, encodeStatus(statusOf(chain)));
          if (order === 'ours first') await far.rw.readMsg();
          await far.rw.writeMsg(status);
          if (order === 'theirs first') await far.rw.readMsg();
        });
        const theirs = await peer.handshake(statusOf(chainOf()));
        expect(theirs).toEqual(statusOf(chain));
        expect([peer.head, peer.td]).toEqual([theirs.head, chain.currentTd]);
        await wg.wait();
      });
      expect(run.left).toEqual([]);
      expect(run.duration).toBe(0);
    },
  );

  it('lets two that are both polite shake hands without a buffer between them', async () => {
    // The one that read first and wrote then would wait for ever for its like.
    const { run } = await simulated(async (wg) => {
      const [a, b] = link({ room: 0 });
      wg.go('a', async () => {
        await ethPeer(a, wg).handshake(statusOf(chainOf()));
      });
      await ethPeer(b, wg).handshake(statusOf(chainOf()));
      await wg.wait();
    });
    expect(run.left).toEqual([]);
  });

  it.each([
    ['is silent', false, true],
    ['does not read', true, false],
    ['does neither', false, false],
  ])('gives up after 5 s on a remote that %s', async (_, writes, reads) => {
    const { value: error, run } = await simulated(async (wg) => {
      const [near, far] = link({ room: 0 });
      wg.go('remote', async () => {
        if (reads) await far.rw.readMsg();
        if (writes) {
          await far.rw.writeMsg(newMsg(statusMsg, encodeStatus(statusOf(chainOf()))));
        }
      });
      const result = await thrown(() =>
        ethPeer(near, wg).handshake(statusOf(chainOf())),
      );
      // Both tasks have an owner, and end with the connection.
      near.close(11, result);
      await wg.wait();
      return result;
    });
    expect(error).toBeInstanceOf(DiscError);
    expect(error).toMatchObject({ reason: 11, message: 'read timeout' });
    expect(run.duration).toBe(5000);
    expect(run.left).toEqual([]);
  });

  it('stops its timer when it is done, so that nothing fires later', async () => {
    // With a timer left, the clock would go on to it before the deadlock is found.
    const halted = await simulate({}, async () => {
      const wg = new WaitGroup();
      const [near, far] = link();
      await far.rw.writeMsg(newMsg(statusMsg, encodeStatus(statusOf(chainOf()))));
      await ethPeer(near, wg).handshake(statusOf(chainOf()));
      await new Done('for ever').wait();
    });
    expect(halted.outcome).toMatchObject({ status: 'deadlock' });
    expect(halted.duration).toBe(0);
  });

  it('throws their error even if our Status was never taken', async () => {
    const { value, run } = await simulated(async (wg) => {
      const [near, far] = link({ room: 0 });
      wg.go('remote', async () => {
        const status = statusOf(chainOf(), { networkId: 999n });
        await far.rw.writeMsg(newMsg(statusMsg, encodeStatus(status)));
      });
      const error = await thrown(() =>
        ethPeer(near, wg).handshake(statusOf(chainOf())),
      );
      near.close(16, error);
      await wg.wait();
      return error;
    });
    expect(value).toMatchObject({ code: 'network-id-mismatch' });
    expect(run.duration).toBe(0);
  });
});

describe('EthPeer.readStatus', () => {
  const ours = (): ReturnType<typeof statusOf> => statusOf(chainOf());

  async function errorFor(msg: Msg): Promise<unknown> {
    const { value } = await simulated(async (wg) => {
      const [near, far] = link();
      await far.rw.writeMsg(msg);
      return thrown(() => ethPeer(near, wg).readStatus(ours()));
    });
    return value;
  }

  const status = (overrides: Partial<ReturnType<typeof statusOf>>): Msg =>
    newMsg(statusMsg, encodeStatus({ ...ours(), ...overrides }));

  it('wants a Status first', async () => {
    const error = await errorFor(newMsg(0x10, encode([])));
    expect(error).toBeInstanceOf(EthError);
    expect(error).toMatchObject({
      code: 'no-status-msg',
      message: 'No status message - first msg has code 10 (!= 0)',
    });
  });

  it('compares the genesis before anything else', async () => {
    const msg = status({ genesis: otherHash, networkId: 2n, protocolVersion: 1 });
    expect(await errorFor(msg)).toMatchObject({
      code: 'genesis-block-mismatch',
      message: `Genesis block mismatch - 0300000000000000 (!= ${ours().genesis.slice(0, 16)})`,
    });
  });

  it('compares the network id before the version', async () => {
    expect(
      await errorFor(status({ networkId: 999n, protocolVersion: 1 })),
    ).toMatchObject({ message: 'NetworkId mismatch - 999 (!= 1)' });
  });

  it('wants the version that was negotiated', async () => {
    expect(await errorFor(status({ protocolVersion: 62 }))).toMatchObject({
      message: 'Protocol version mismatch - 62 (!= 63)',
    });
    expect(await errorFor(status({ protocolVersion: 64 }))).toMatchObject({
      message: 'Protocol version mismatch - 64 (!= 63)',
    });
  });

  it('does not judge td and head', async () => {
    expect(await errorFor(status({ td: 0n, head: otherHash }))).toBeUndefined();
    expect(await errorFor(status({ td: (1n << 100n) - 1n }))).toBeUndefined();
  });

  it('refuses more than 10 MiB without touching the payload', async () => {
    const msg: Msg = {
      code: statusMsg,
      size: 10 * 1024 * 1024 + 1,
      get payload(): Uint8Array {
        throw new Error('touched');
      },
    };
    expect(await errorFor(msg)).toMatchObject({
      code: 'msg-too-large',
      message: 'Message too long - 10485761 > 10485760',
    });
  });

  const [genesis, head] = [new Uint8Array(32), new Uint8Array(32)];
  it.each([
    ['a td of 101 bits', [63, 1, 1n << 100n, head, genesis]],
    ['a td of 2 MiB (H-66)', [63, 1, new Uint8Array(1 << 21).fill(1), head, genesis]],
    ['a td with a leading zero (H-66)', [63, 1, Uint8Array.of(0, 1), head, genesis]],
    ['four fields', [63, 1, 1, head]],
    ['six fields', [63, 1, 1, head, genesis, 5]],
    ['a version of 33 bits', [2 ** 32, 1, 1, head, genesis]],
    ['a network id of 65 bits', [63, 1n << 64n, 1, head, genesis]],
    ['a short head', [63, 1, 1, new Uint8Array(31), genesis]],
    ['no list', new Uint8Array(40)],
  ])('refuses %s as undecodable', async (_, value) => {
    const error = await errorFor(newMsg(statusMsg, encode(value)));
    expect(error).toMatchObject({
      code: 'decode',
      message: expect.stringMatching(/^Invalid message - /) as string,
    });
  });

  it('waits until a large one is unpacked, before it looks', async () => {
    const seen: string[] = [];
    const large = unpackable(statusMsg, encodeStatus(ours()), seen);
    expect(await errorFor(large)).toBeUndefined();
    expect(seen.slice(0, 3)).toEqual(['unpacking', 'unpacked', 'looked']);
  });

  it('ignores bytes after the list, as geth does', async () => {
    const payload = Uint8Array.of(...encodeStatus(ours()), 1, 2, 3);
    expect(await errorFor(newMsg(statusMsg, payload))).toBeUndefined();
  });
});

describe('ProtocolManager.handle, at the Status', () => {
  it.each([
    ['the genesis', { genesis: otherHash }, 'Genesis block mismatch'],
    ['the network id', { networkId: 2n }, 'NetworkId mismatch'],
    ['the version', { protocolVersion: 62 }, 'Protocol version mismatch'],
  ])('tells the remote 16 when %s differs', async (_, overrides, text) => {
    const end = await withManager({}, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      await remote.send(statusMsg, encodeStatus(statusOf(chainOf(), overrides)));
      const result = await remote.readToEnd();
      expect(manager.peers.length).toBe(0);
      return result;
    });
    expect(end.reason).toBe(16);
    expect((end.error as Error).message).toMatch(text);
  });

  it('tells the remote 11 after 5 s of silence', async () => {
    const at = await withManager({}, async (manager, wg) => {
      const remote = new Remote(manager, wg);
      expect(await remote.readToEnd()).toMatchObject({ reason: 11 });
      return runtime().now();
    });
    expect(at).toBe(5000);
  });

  it('sends a Status of its own chain', async () => {
    const chain = chainOf(childrenOf(testGenesis().block, 2));
    const msg = await withManager({ chain }, (manager, wg) =>
      new Remote(manager, wg, { version: 62 }).read(),
    );
    expect(decodeStatus(msg)).toEqual(statusOf(chain, { protocolVersion: 62 }));
  });

  it('reports a peer once it is registered, and survives a listener that throws', async () => {
    const seen: unknown[] = [];
    const handles: PeerHandle[] = [];
    const run = await simulate({}, async () => {
      const wg = new WaitGroup();
      const manager = newManager({
        onStatus: (peer, { td }) => {
          seen.push([peer.id, td, manager.peers.length]);
          handles.push(peer.handle);
          throw new Error('listener');
        },
      });
      manager.start();
      const remote = new Remote(manager, wg);
      await remote.shake(statusOf(chainOf()));
      await sleep(1);
      expect(remote.end).toBeUndefined();
      expect(handles[0]).toBe(remote.near);
      await manager.stop();
    });
    expect(run.outcome).toMatchObject({ status: 'done' });
    expect(run.failures).toMatchObject([{ task: 'onStatus' }]);
    expect(seen).toEqual([['bb00000000000000', 131_072n, 1]]);
  });
});

const vectors = ethVectors();

describe.skipIf(vectors === undefined)(
  "geth's TestStatusMsgErrors (skipped unless PEERWALK_VECTORS names the file)",
  () => {
    it('has the genesis of these tests', () => {
      expect(chainOf([], gethTestGenesis()).genesisHash).toBe(
        vectors?.testGenesis.hash,
      );
      expect(chainOf([], gethTestGenesis()).currentTd).toBe(0n);
    });

    it.each(vectors?.statusErrors ?? [])(
      'eth/$version: $expectedError',
      async ({ version, msgCode, payloadRlp, expectedError }) => {
        const chain = chainOf([], gethTestGenesis());
        const end = await withManager({ chain }, async (manager, wg) => {
          const remote = new Remote(manager, wg, { version });
          await remote.send(msgCode, fromHex(payloadRlp));
          return remote.readToEnd();
        });
        expect((end.error as Error).message).toBe(expectedError);
        expect(end.reason).toBe(16);
      },
    );

    it('encodes the Status of the main network as geth does', () => {
      const [{ payloadRlp } = { payloadRlp: '' }] = vectors?.generated.messages ?? [];
      const status = decodeStatus(newMsg(statusMsg, fromHex(payloadRlp)));
      expect(status).toMatchObject({ protocolVersion: 63, networkId: 1n });
      expect(toHex(encodeStatus(status))).toBe(payloadRlp);
    });
  },
);
