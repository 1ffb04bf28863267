/**
 * Passing on blocks: whole to the square root of the peers that lack one, so that it
 * travels fast, and as a hash to all, so that it is not sent twenty-five times.
 */

import type { Block } from '../core/block.ts';
import { blockParts, hashBlock } from '../core/block.ts';
import type { Chain } from '../core/chain.ts';
import { hashBytes } from '../core/hash.ts';
import { newMsg } from '../p2p/message.ts';
import { encode, encodeList } from '../rlp/encode.ts';
import type { EthPeer } from './peer.ts';
import { newBlockHashesMsg, newBlockMsg } from './protocol.ts';

export interface BlockBroadcastHost {
  readonly chain: Chain;
  readonly peers: Iterable<EthPeer>;
}

// #region broadcast-block
/**
 * @param propagate true: the block, to some; false: its hash, to all, once we have it
 * @geth eth/handler.go ProtocolManager.BroadcastBlock
 */
export function broadcastBlock(
  { chain, peers }: BlockBroadcastHost,
  block: Block,
  propagate: boolean,
): void {
  const hash = hashBlock(block);
  const { header } = block;
  const lacking = [...peers].filter((peer) => !peer.knownBlocks.has(hash));

  //= the hash, to all: one message for all of them
  if (!propagate) {
    if (!chain.hasBlock(hash)) return;
    const payload = encode([[hashBytes(hash), header.number]]);
    const msg = newMsg(newBlockHashesMsg, payload);
    for (const peer of lacking) peer.queueAnnouncement({ hash, msg });
    return;
  }

  //= the block, to the square root of them
  const parentTd = chain.getTd(header.parentHash);
  if (parentTd === undefined) return; // its td is not known, so nobody would believe it
  const td = encode(parentTd + header.difficulty);
  const msg = newMsg(newBlockMsg, encodeList([...blockParts(block), td]));
  const count = Math.floor(Math.sqrt(lacking.length));
  for (const peer of lacking.slice(0, count)) peer.queueBlock({ hash, msg });
}
// #endregion broadcast-block
