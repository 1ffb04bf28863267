/** Our node and a library's, on loopback TCP, and how they meet. */

import type { Block } from '../../impl/core/block.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import type { EthPeer } from '../../impl/eth/peer.ts';
import type { EthVersion } from '../../impl/eth/protocol.ts';
import { FullNode } from '../../impl/node/full-node.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { type Node, parseEnode } from '../../impl/p2p/enode.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { testKey } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';
import type { Library, LibraryPeer } from './library.ts';
import { TheirNode, type TheirOptions } from './their-node.ts';

/** What is open, and closed again by `closeAll`, whatever a test has found. */
const closers: (() => Promise<void> | void)[] = [];

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export function closeLater(close: () => Promise<void> | void): void {
  closers.push(close);
}

let nextKey = 100;

let kept: ReturnType<typeof gethChain> | undefined;

/** Read once: nobody changes a block. */
function chain(): ReturnType<typeof gethChain> {
  return (kept ??= gethChain());
}

/** Genesis first. */
export function gethBlocks(): readonly Block[] {
  const { genesis, blocks } = chain();
  return [genesis.block, ...blocks];
}

/** A node of theirs. It has the whole chain if nothing else is said. */
export async function theirs(
  library: Library,
  options: Partial<TheirOptions> = {},
): Promise<TheirNode> {
  const key = testKey(nextKey++);
  const own = { key, versions: [63], blocks: gethBlocks() } as const;
  const node = new TheirNode(library, { ...own, ...options });
  closers.push(() => {
    node.close();
  });
  await node.listening();
  return node;
}

export interface Ours {
  readonly node: FullNode;
  readonly enode: Node;
  /** Those whose Status fits ours. */
  readonly met: Chan<EthPeer>;
  readonly events: Chan<PeerEvent>;
  /** Closes when block 63 is the head. */
  readonly synced: Done;
}

export interface OurOptions {
  /** Without the genesis. Default: none. */
  readonly blocks?: readonly Block[];
  readonly ethVersions?: readonly EthVersion[];
  readonly maxPeers?: number;
}

export async function ours(options: OurOptions = {}): Promise<Ours> {
  const { genesis } = chain();
  const met = new Chan<EthPeer>('met', 16);
  const node = new FullNode({
    privateKey: testKey(nextKey++),
    genesis,
    networkId: 1337n,
    network: tcpNetwork,
    name: 'peerwalk/test',
    listen: { host: '127.0.0.1', port: 0 },
    syncTickMs: 100,
    onStatus: (peer) => met.trySend(peer),
    ...(options.ethVersions && { ethVersions: options.ethVersions }),
    ...(options.maxPeers !== undefined && { maxPeers: options.maxPeers }),
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
  return { node, enode: parseEnode(node.server.enode ?? ''), met, events, synced };
}

/** The next event of this type; those before it are passed over. */
export async function next<T extends PeerEvent['type']>(
  events: Chan<PeerEvent>,
  type: T,
): Promise<Extract<PeerEvent, { type: T }>> {
  for (;;) {
    const event = await events.recv();
    if (event.type === type) return event as Extract<PeerEvent, { type: T }>;
  }
}

export type Dialer = 'we' | 'they';

const everything = process.env['PEERWALK_ALL'] !== undefined;

/** Each version and each dialer once; every combination with PEERWALK_ALL. */
export const combinations: readonly {
  readonly version: EthVersion;
  readonly dialer: Dialer;
}[] = [
  { version: 63, dialer: 'we' },
  { version: 62, dialer: 'they' },
  ...(everything
    ? ([
        { version: 63, dialer: 'they' },
        { version: 62, dialer: 'we' },
      ] as const)
    : []),
];

/** Both ends of one connection. */
export interface Ends {
  /** Them, as our node sees them. */
  readonly ethPeer: EthPeer;
  /** Us, as the library sees us. */
  readonly peer: LibraryPeer;
}

/** One dials the other; both have said Hello and Status. */
export async function meet(us: Ours, them: TheirNode, dialer: Dialer): Promise<Ends> {
  if (dialer === 'we') await us.node.server.addPeer(them.node);
  else await them.dial(us.enode);
  const [peer, ethPeer] = await Promise.all([
    them.added.recv(),
    us.met.recv(),
    them.statuses.recv(),
  ]);
  return { peer, ethPeer };
}
