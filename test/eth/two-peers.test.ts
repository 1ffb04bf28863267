/**
 * Whole nodes over RLPx in memory: 63 blocks from two peers at once, one of which dies
 * half-way and one of which lies, end on the right head.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { sleep } from '../../impl/csp/timer.ts';
import { type Block, hashBlock } from '../../impl/core/block.ts';
import { MemoryNetwork } from '../../impl/net/memory.ts';
import { FullNode, type FullNodeConfig } from '../../impl/node/full-node.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { extend, testKey } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

beforeAll(initCrypto);

const port = 30_303;

/** The node that `n` names: always with the same key and address. */
function node(
  network: MemoryNetwork,
  n: number,
  blocks: readonly Block[] = [],
  config: Partial<FullNodeConfig> = {},
): FullNode {
  const full = new FullNode({
    privateKey: testKey(n),
    genesis: gethChain().genesis,
    networkId: 1337n,
    network,
    name: `peerwalk/test/${n}`,
    listen: { host: `10.0.0.${n}`, port },
    ...config,
  });
  extend(full.chain, blocks);
  return full;
}

interface Ended {
  readonly head: string;
  readonly diedAt: bigint;
  readonly reasons: readonly number[];
  readonly acceptTxs: boolean;
}

/** @param liarClaims what its Status adds to the total difficulty that it has */
async function run(seed: string, liarClaims: bigint): Promise<Ended> {
  const { blocks } = gethChain();
  const { outcome, left, failures } = await simulate({ seed }, async () => {
    const network = new MemoryNetwork(10);
    const mortal = node(network, 1, blocks);
    const liar = node(network, 2, blocks);
    // Its bodies are those of other blocks, from the 40th on.
    const honestBody = liar.chain.getBody.bind(liar.chain);
    liar.chain.getBody = (hash) => {
      const number = liar.chain.getHeaderByHash(hash)?.number ?? 0n;
      const other = blocks[62 - Number(number)];
      return number < 40n || other === undefined ? honestBody(hash) : other.body;
    };
    const td = liar.chain.currentTd + liarClaims;
    Object.defineProperty(liar.chain, 'currentTd', { get: () => td });

    const reasons: number[] = [];
    const fetching = node(network, 3);
    fetching.server.feed.subscribe((event) => {
      if (event.type === 'drop' && event.peer === liar.id) reasons.push(event.reason);
    });
    for (const each of [mortal, liar, fetching]) await each.start();
    for (const other of [mortal, liar]) {
      await fetching.server.addPeer(parseEnode(other.server.enode ?? ''));
    }

    let diedAt = 0n;
    while (diedAt === 0n) {
      await sleep(1);
      diedAt = fetching.chain.currentHeader.number;
    }
    await mortal.stop();
    await sleep(1000);
    const back = node(network, 1, blocks);
    await back.start();
    await sleep(120_000);

    const result = {
      head: hashBlock(fetching.chain.currentBlock),
      diedAt,
      reasons,
      acceptTxs: fetching.eth.acceptTxs,
    };
    for (const each of [fetching, liar, back]) await each.stop();
    return result;
  });
  if (outcome.status === 'threw') throw outcome.error;
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome));
  expect([left, failures]).toEqual([[], []]);
  return outcome.value;
}

describe('63 blocks from two peers, of which one dies half-way and one lies', () => {
  it.each<[string, bigint]>([
    ['who lies claims no more than the other', 0n],
    ['who lies claims the heavier chain', 1000n],
  ])('end on the right head when %s', async (_, liarClaims) => {
    const { blocks } = gethChain();
    const right = blocks[62];
    if (right === undefined) throw new TypeError('63 blocks');
    for (let seed = 0; seed < 5; seed++) {
      const { head, diedAt, reasons, acceptTxs } = await run(`two ${seed}`, liarClaims);
      expect(head).toBe(hashBlock(right));
      expect(diedAt).toBeLessThan(63n);
      expect(reasons[0]).toBe(3);
      expect(acceptTxs).toBe(true);
    }
  });
});
