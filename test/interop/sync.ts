/** A whole chain from one to the other, both ways. */

import { expect, describe, it, afterEach } from 'vitest';
import { toHex } from '../../impl/bytes.ts';
import { readBlock } from '../../impl/core/block.ts';
import { Chain } from '../../impl/core/chain.ts';
import { exportChain } from '../../impl/core/chain-file.ts';
import { hashOf, keccakHash } from '../../impl/core/hash.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { gethChain, gethChainFile } from '../helpers/chain.ts';
import type { Library, LibraryPeer, Nested } from './library.ts';
import { closeAll, combinations, gethBlocks, meet, ours, theirs } from './nodes.ts';
import { bigintOf, type TheirNode } from './their-node.ts';

export function syncSuite(library: Library): void {
  afterEach(closeAll);

  describe.each(combinations)(
    'on eth/$version, $dialer dial',
    ({ version, dialer }) => {
      const versions = [version] as const;

      it('our empty chain becomes theirs', async () => {
        const them = await theirs(library, { versions });
        const us = await ours({ ethVersions: versions });
        await meet(us, them, dialer);

        await us.synced.wait();

        expect(toHex(exportChain(us.node.chain))).toBe(toHex(gethChainFile()));
        // The rest of the network is behind: we announce what we have now.
        const { code, payload } = await them.heard.recv();
        expect(code).toBe(eth.newBlockHashesMsg);
        const head = us.node.chain.currentHeader;
        const [[hash, number] = []] = payload as Uint8Array[][];
        expect(bigintOf(number)).toBe(head.number);
        expect(us.node.chain.getHeaderByHash(hashOf(hash ?? new Uint8Array(32)))).toBe(
          head,
        );
      });

      it('their empty chain becomes ours', async () => {
        const [genesis, ...blocks] = gethBlocks();
        if (genesis === undefined) throw new TypeError('no genesis');
        const them = await theirs(library, { versions, blocks: [genesis] });
        const us = await ours({ ethVersions: versions, blocks });
        const { peer } = await meet(us, them, dialer);
        const copy = new Chain(gethChain().genesis);

        await copyChain(them, peer, copy);

        expect(copy.currentTd).toBe(us.node.chain.currentTd);
        expect(toHex(exportChain(copy))).toBe(toHex(gethChainFile()));
      });
    },
  );
}

/** The library is a wire, so this asks through it, and judges with a chain of ours. */
async function copyChain(
  them: TheirNode,
  peer: LibraryPeer,
  into: Chain,
): Promise<void> {
  peer.send(eth.getBlockHeadersMsg, [1, 192, 0, 0]);
  const headers = await answer(them, eth.blockHeadersMsg);
  const hashes = headers.map((header) =>
    Buffer.from(keccakHash(encode(header)), 'hex'),
  );
  peer.send(eth.getBlockBodiesMsg, hashes);
  const bodies = await answer(them, eth.blockBodiesMsg);
  const blocks = headers.map((header, i) => {
    const [transactions = [], uncles = []] = bodies[i] as Nested[];
    return readBlock(encode([header, transactions, uncles]));
  });
  const { error } = into.insertChain(blocks);
  if (error !== undefined) throw error;
}

async function answer(them: TheirNode, code: number): Promise<Nested[]> {
  const message = await them.heard.recv();
  expect(message.code).toBe(code);
  return message.payload as Nested[];
}
