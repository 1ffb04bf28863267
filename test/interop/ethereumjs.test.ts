import { EthMessageCodes, type ETH } from '@ethereumjs/devp2p';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import type { Block } from '../../impl/core/block.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { keccakHash } from '../../impl/core/hash.ts';
import { hashHeader } from '../../impl/core/header.ts';
import { exportChain } from '../../impl/core/chain-file.ts';
import { FullNode } from '../../impl/node/full-node.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { gethChain, gethChainFile } from '../helpers/chain.ts';
import { testKey } from '../helpers/blocks.ts';
import { toHex } from '../../impl/bytes.ts';
import { bigintOf, chainTd, TheirNode, type TheirOptions } from './ethereumjs.ts';

beforeAll(initCrypto);

/** What is open is closed after each test, whatever it found. */
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let nextPort = 41_300 + (process.pid % 500) * 10;
let nextKey = 100;

async function theirs(options: Partial<TheirOptions> = {}): Promise<TheirNode> {
  const { genesis, blocks } = gethChain();
  const all = [genesis.block, ...blocks];
  const node = new TheirNode(
    {
      key: testKey(nextKey++),
      versions: [63],
      blocks: all,
      td: chainTd(all),
      ...options,
    },
    nextPort++,
  );
  closers.push(() => {
    node.close();
  });
  await node.listening();
  return node;
}

interface Ours {
  readonly node: FullNode;
  readonly events: Chan<PeerEvent>;
  readonly synced: Done;
}

async function ours(options: {
  readonly blocks?: readonly Block[];
  readonly ethVersions?: readonly (62 | 63)[];
  readonly syncTickMs?: number;
}): Promise<Ours> {
  const { genesis } = gethChain();
  const node = new FullNode({
    privateKey: testKey(nextKey++),
    genesis,
    networkId: 1337n,
    network: tcpNetwork,
    name: 'peerwalk/test',
    listen: { host: '127.0.0.1', port: 0 },
    syncTickMs: options.syncTickMs ?? 100,
    ...(options.ethVersions && { ethVersions: options.ethVersions }),
  });
  node.chain.insertChain(options.blocks ?? []);
  const events = new Chan<PeerEvent>('our events', 64);
  const synced = new Done('synced');
  node.server.feed.subscribe((event) => events.trySend(event));
  node.chain.subscribe(({ head }) => {
    if (head.header.number === 63n) synced.close();
  });
  closers.push(() => node.stop());
  await node.start();
  return { node, events, synced };
}

function enodeOf({ node }: Ours): ReturnType<typeof parseEnode> {
  return parseEnode(node.server.enode ?? '');
}

async function next<T extends PeerEvent['type']>(
  events: Chan<PeerEvent>,
  type: T,
): Promise<Extract<PeerEvent, { type: T }>> {
  for (;;) {
    const event = await events.recv();
    if (event.type === type) return event as Extract<PeerEvent, { type: T }>;
  }
}

describe.each([63, 62] as const)('@ethereumjs/devp2p on eth/%i', (version) => {
  const versions = [version] as const;

  it('is dialed by us, and our empty chain becomes theirs', async () => {
    const them = await theirs({ versions });
    const us = await ours({ ethVersions: versions });
    await us.node.server.addPeer(them.node);
    const added = await next(us.events, 'add');
    expect(added.peer).toBe(them.node.id);
    const status = await them.statuses.recv();
    expect(bigintOf(status.td)).toBe(us.node.chain.currentTd);

    await us.synced.wait();

    expect(toHex(exportChain(us.node.chain))).toBe(toHex(gethChainFile()));
  });

  it('dials us, and gets the headers and bodies that it asks for', async () => {
    const { blocks } = gethChain();
    const us = await ours({ blocks, ethVersions: versions });
    const { genesis } = gethChain();
    const them = await theirs({ versions, blocks: [genesis.block], td: genesis.td });
    await them.dial(enodeOf(us));
    const peer = await them.added.recv();
    const status = await them.statuses.recv();
    expect(bigintOf(status.td)).toBe(8_514_065n);
    const eth = peer.getProtocols()[0] as ETH;

    eth.sendMessage(EthMessageCodes.GET_BLOCK_HEADERS, [
      Uint8Array.of(1),
      Uint8Array.of(5),
      new Uint8Array(),
      new Uint8Array(),
    ]);
    const headers = await them.answers.recv();
    expect(headers.code).toBe(EthMessageCodes.BLOCK_HEADERS);
    expect(headers.payload).toHaveLength(5);

    const hashes = blocks.slice(0, 3).map(({ header }) => hashHeader(header));
    eth.sendMessage(
      EthMessageCodes.GET_BLOCK_BODIES,
      hashes.map((hash) => Buffer.from(hash, 'hex')),
    );
    const bodies = await them.answers.recv();
    expect(bodies.code).toBe(EthMessageCodes.BLOCK_BODIES);
    const counts = (bodies.payload as Uint8Array[][][]).map(([txs]) => txs?.length);
    expect(counts).toEqual(
      blocks.slice(0, 3).map(({ body }) => body.transactions.length),
    );
  });

  it('hears the reason when we leave', async () => {
    const them = await theirs({ versions });
    const us = await ours({ ethVersions: versions });
    await us.node.server.addPeer(them.node);
    await them.statuses.recv();

    await us.node.server.removePeer(them.node);

    expect(await them.removed.recv()).toEqual({ reason: 0, weDid: false });
    expect((await next(us.events, 'drop')).error.message).toBe('disconnect requested');
  });

  it('tells us the reason when it leaves', async () => {
    const us = await ours({ ethVersions: versions });
    const them = await theirs({ versions });
    await them.dial(enodeOf(us));
    const peer = await them.added.recv();
    await them.statuses.recv();

    peer.disconnect(0x08);

    const drop = await next(us.events, 'drop');
    expect(drop).toMatchObject({ reason: 8, remoteRequested: true });
  });

  it('hears reason 16 when its genesis is another', async () => {
    const us = await ours({ ethVersions: versions });
    const genesisHash = keccakHash(new Uint8Array());
    const them = await theirs({ versions, genesisHash, comparesStatus: false });
    await them.dial(enodeOf(us));

    expect(await them.removed.recv()).toEqual({ reason: 16, weDid: false });
    const drop = await next(us.events, 'drop');
    expect(drop).toMatchObject({ reason: 16, remoteRequested: false });
    expect(drop.error.message).toMatch(/^Genesis block mismatch/);
    expect(await us.node.server.peers()).toEqual([]);
  });

  it('parts from us with 16 on both sides when it too sees another genesis', async () => {
    const us = await ours({ ethVersions: versions });
    const them = await theirs({ versions, genesisHash: keccakHash(new Uint8Array()) });
    await them.dial(enodeOf(us));

    // Both notice; whoever is first says so, and what the other one hears is the same.
    const heard = await them.removed.recv();
    const drop = await next(us.events, 'drop');
    expect([heard.reason, drop.reason]).toEqual([16, 16]);
    expect(heard.weDid || !drop.remoteRequested, 'one of us said it').toBe(true);
  });
});
