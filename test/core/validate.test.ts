import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import type { Block } from '../../impl/core/block.ts';
import { hashOf, zeroHash } from '../../impl/core/hash.ts';
import { checkBody, checkContiguous, checkHeader } from '../../impl/core/validate.ts';
import { childOf, childrenOf, signedTx, testGenesis } from '../helpers/blocks.ts';
import { gethChain } from '../helpers/chain.ts';

let parent: Block;

const nines = (length: number): Uint8Array => new Uint8Array(length).fill(0x99);

beforeAll(async () => {
  await initCrypto();
  // Gas limit 5,120,000: the bound 1/1024 is 5000.
  parent = testGenesis({ gasLimit: '5120000', timestamp: '1000' }).block;
});

describe('checkHeader', () => {
  it('takes every header that geth mined after its parent', () => {
    const { genesis, blocks } = gethChain();
    let last = genesis.block;
    for (const block of blocks) {
      expect(checkHeader(block.header, last.header)).toBeUndefined();
      last = block;
    }
  });

  it.each([
    ['another parent', { parentHash: zeroHash }, 'unknown-parent'],
    ["the parent's number", { number: 0n }, 'bad-number'],
    ['a number that leaves one out', { number: 2n }, 'bad-number'],
    ["the parent's time", { time: 1000n }, 'bad-time'],
    ['no difficulty', { difficulty: 0n }, 'bad-difficulty'],
    ['a difficulty of 81 bits', { difficulty: 2n ** 80n }, 'bad-difficulty'],
    ['33 bytes of extra data', { extra: new Uint8Array(33) }, 'bad-extra'],
    ['a gas limit 1/1024 above', { gasLimit: 5_125_000n }, 'bad-gas-limit'],
    ['a gas limit 1/1024 below', { gasLimit: 5_115_000n }, 'bad-gas-limit'],
    ['more gas used than the limit', { gasUsed: 5_120_001n }, 'bad-gas-used'],
  ])('refuses %s', (_, header, code) => {
    const block = childOf(parent, { header });
    expect(checkHeader(block.header, parent.header)).toMatchObject({
      name: 'ChainError',
      code,
    });
  });

  it.each([
    ['a second after the parent', { time: 1001n }],
    ['a difficulty of 1', { difficulty: 1n }],
    ['a difficulty of 80 bits', { difficulty: 2n ** 80n - 1n }],
    ['32 bytes of extra data', { extra: new Uint8Array(32) }],
    ['a gas limit almost 1/1024 above', { gasLimit: 5_124_999n }],
    ['a gas limit almost 1/1024 below', { gasLimit: 5_115_001n }],
    ['all gas used', { gasUsed: 5_120_000n }],
    ['a seal of nines', { mixDigest: hashOf(nines(32)), nonce: nines(8) }],
  ])('takes %s', (_, header) => {
    const block = childOf(parent, { header });
    expect(checkHeader(block.header, parent.header)).toBeUndefined();
  });

  it('refuses a gas limit below 5000 and one of 2^63', () => {
    const small = testGenesis({ gasLimit: '5001' }).block;
    const low = childOf(small, { header: { gasLimit: 4999n } });
    expect(checkHeader(low.header, small.header)).toMatchObject({
      code: 'bad-gas-limit',
    });
    const atFloor = childOf(small, { header: { gasLimit: 5000n } });
    expect(checkHeader(atFloor.header, small.header)).toBeUndefined();

    const large = testGenesis({ gasLimit: '0x7fffffffffffffff' }).block;
    const high = childOf(large, { header: { gasLimit: 2n ** 63n } });
    expect(checkHeader(high.header, large.header)).toMatchObject({
      code: 'bad-gas-limit',
    });
  });
});

describe('checkBody', () => {
  it('takes every body that geth mined', () => {
    for (const block of gethChain().blocks) expect(checkBody(block)).toBeUndefined();
  });

  it('refuses transactions that the header does not commit to', () => {
    const { header } = childOf(parent, { txs: [signedTx()] });
    for (const transactions of [
      [],
      [signedTx({ nonce: 1n })],
      [signedTx(), signedTx()],
    ]) {
      expect(checkBody({ header, body: { transactions, uncles: [] } })).toMatchObject({
        code: 'bad-tx-root',
      });
    }
  });

  it('refuses uncles that the header does not commit to', () => {
    const uncle = childOf(parent).header;
    const { header } = childOf(parent);
    const body = { transactions: [], uncles: [uncle] };
    expect(checkBody({ header, body })).toMatchObject({ code: 'bad-uncle-hash' });
  });

  it('takes two uncles and refuses three', () => {
    const uncles = [1n, 2n, 3n].map(
      (difficulty) => childOf(parent, { difficulty }).header,
    );
    expect(checkBody(childOf(parent, { uncles: uncles.slice(0, 2) }))).toBeUndefined();
    expect(checkBody(childOf(parent, { uncles }))).toMatchObject({
      code: 'too-many-uncles',
    });
  });
});

describe('checkContiguous', () => {
  it('takes none, one, and a run of children', () => {
    const blocks = childrenOf(parent, 3);
    expect(checkContiguous([])).toBeUndefined();
    expect(checkContiguous(blocks.slice(2))).toBeUndefined();
    expect(checkContiguous(blocks)).toBeUndefined();
  });

  it('names the first block that does not follow', () => {
    const blocks = childrenOf(parent, 3);
    const gap = blocks.toSpliced(1, 1);
    expect(checkContiguous(gap)).toMatchObject({ code: 'non-contiguous', number: 3n });
    const sibling = childOf(parent, { difficulty: 1n });
    const strange = [...blocks.slice(0, 1), childOf(sibling)];
    expect(checkContiguous(strange)).toMatchObject({
      code: 'non-contiguous',
      number: 2n,
    });
  });

  it('looks at the number too, not at the parent hash alone', () => {
    const first = childOf(parent);
    const second = childOf(first, { header: { number: 7n } });
    expect(checkContiguous([first, second])).toMatchObject({ code: 'non-contiguous' });
  });
});
