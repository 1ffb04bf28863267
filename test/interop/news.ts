/** What is new, passed on through us from one node of theirs to another. */

import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../impl/bytes.ts';
import { blockValue, encodeBlock, type Block } from '../../impl/core/block.ts';
import { hashBytes } from '../../impl/core/hash.ts';
import { hashHeader } from '../../impl/core/header.ts';
import {
  encodeTransaction,
  hashTransaction,
  transactionValue,
} from '../../impl/core/transaction.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { signedTx } from '../helpers/blocks.ts';
import type { Library, LibraryPeer, Nested } from './library.ts';
import {
  closeAll,
  combinations,
  gethBlocks,
  meet,
  type Ours,
  ours,
  theirs,
} from './nodes.ts';
import { bigintOf, chainTd, type TheirNode } from './their-node.ts';

interface Three {
  /** It dials us. It has 63 blocks and tells of the last. */
  readonly teller: TheirNode;
  readonly told: LibraryPeer;
  readonly us: Ours;
  /** We dial it. Like us it lacks the last block. */
  readonly listener: TheirNode;
  readonly head: Block;
  readonly td: bigint;
}

export function newsSuite(library: Library): void {
  afterEach(closeAll);

  async function three(version: eth.EthVersion): Promise<Three> {
    const blocks = gethBlocks();
    const head = blocks.at(-1);
    if (head === undefined) throw new TypeError('no blocks');
    const versions = [version] as const;
    const behind = blocks.slice(0, -1);
    const us = await ours({ ethVersions: versions, blocks: behind.slice(1) });
    // Its Status is of the block before, or we would fetch the head by ourselves.
    const teller = await theirs(library, { versions, tells: behind });
    const listener = await theirs(library, { versions, blocks: behind });
    const { peer: told } = await meet(us, teller, 'they');
    await meet(us, listener, 'we');
    return { teller, told, us, listener, head, td: chainTd(blocks) };
  }

  describe.each([63, 62] as const)('on eth/%i', (version) => {
    it('a block that they send becomes our head, and goes on whole', async () => {
      const { told, us, listener, head, td } = await three(version);

      told.send(eth.newBlockMsg, [blockValue(head), td]);

      await hearsBlock(listener, head, td);
      await us.synced.wait();
      expect(us.node.chain.currentTd).toBe(td);
    });

    it('a block that they announce is asked for, and goes on whole', async () => {
      const { teller, told, us, listener, head, td } = await three(version);

      told.send(eth.newBlockHashesMsg, [[hashBytes(hashHeader(head.header)), 63]]);

      await hearsBlock(listener, head, td);
      await us.synced.wait();
      expect(teller.heard.tryRecv(), 'who told us is not told').toBeUndefined();
    });

    it('transactions of theirs go into our pool and on, ours go to both', async () => {
      const { teller, told, us, listener, head, td } = await three(version);
      const [first, second] = [signedTx({ nonce: 0n }), signedTx({ nonce: 1n })];
      told.send(eth.newBlockMsg, [blockValue(head), td]); // in step: they count now
      await us.synced.wait();
      await hearsBlock(listener, head, td);

      told.send(eth.transactionsMsg, [transactionValue(first)]);

      expect(await hearsTransactions(listener)).toEqual([
        toHex(encodeTransaction(first)),
      ]);
      expect(us.node.txPool.get(hashTransaction(first))).toEqual(first);

      us.node.txPool.add(second);

      const expected = [toHex(encodeTransaction(second))];
      expect(await hearsTransactions(listener)).toEqual(expected);
      expect(await hearsTransactions(teller), 'not its own again').toEqual(expected);
    });
  });

  it.each(combinations)(
    'on eth/$version, $dialer dial, and they hear what waits in our pool',
    async ({ version, dialer }) => {
      const blocks = gethBlocks();
      const us = await ours({ ethVersions: [version], blocks: blocks.slice(1) });
      const waiting = [signedTx({ nonce: 0n }), signedTx({ nonce: 1n })];
      for (const tx of waiting) us.node.txPool.add(tx);
      const them = await theirs(library, { versions: [version] });
      await meet(us, them, dialer);

      const expected = waiting.map((tx) => toHex(encodeTransaction(tx)));
      expect(await hearsTransactions(them)).toEqual(expected);
    },
  );
}

async function hearsBlock(them: TheirNode, block: Block, td: bigint): Promise<void> {
  const { code, payload } = await them.heard.recv();
  expect(code).toBe(eth.newBlockMsg);
  const [whole, claimed] = payload as [Nested, Uint8Array];
  expect(toHex(encode(whole))).toBe(toHex(encodeBlock(block)));
  expect(bigintOf(claimed)).toBe(td);
}

async function hearsTransactions(them: TheirNode): Promise<string[]> {
  const { code, payload } = await them.heard.recv();
  expect(code).toBe(eth.transactionsMsg);
  return (payload as Nested[]).map((tx) => toHex(encode(tx)));
}
