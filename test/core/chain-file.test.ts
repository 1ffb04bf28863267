import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { concat } from '../../impl/bytes.ts';
import { encodeBlock } from '../../impl/core/block.ts';
import { Chain } from '../../impl/core/chain.ts';
import {
  ChainFileError,
  exportChain,
  importChain,
  Importer,
} from '../../impl/core/chain-file.ts';
import { parseGenesis } from '../../impl/core/genesis.ts';
import { ChainError } from '../../impl/core/validate.ts';
import { RlpError } from '../../impl/rlp/errors.ts';
import {
  childOf,
  childrenOf,
  extend,
  signedTx,
  testGenesis,
} from '../helpers/blocks.ts';
import { gethChain, gethChainFile, gethGenesisJson } from '../helpers/chain.ts';

beforeAll(initCrypto);

function fileErrorOf(chain: Chain, file: Uint8Array): ChainFileError {
  try {
    importChain(chain, file);
  } catch (error) {
    if (error instanceof ChainFileError) return error;
    throw error;
  }
  throw new Error('importChain took it');
}

describe('importChain', () => {
  it("takes geth's file to geth's head", () => {
    const chain = new Chain(parseGenesis(gethGenesisJson()));
    expect(importChain(chain, gethChainFile())).toEqual({ imported: 63, known: 1 });
    expect(chain.currentTd).toBe(8_514_065n);
    expect(importChain(chain, gethChainFile())).toEqual({ imported: 0, known: 64 });
  });

  it('takes a file that begins after the genesis, and an empty one', () => {
    const geth = gethChain();
    const chain = new Chain(geth.genesis);
    const file = concat(...geth.blocks.map(encodeBlock));
    expect(importChain(chain, file)).toEqual({ imported: 63, known: 0 });
    expect(importChain(chain, new Uint8Array())).toEqual({ imported: 0, known: 0 });
  });

  it('says at which byte a file is no RLP any more, and keeps what came before', () => {
    const { genesis } = gethChain();
    const file = gethChainFile();
    const chain = new Chain(genesis);
    const error = fileErrorOf(chain, file.subarray(0, file.length - 1));
    expect(error).toMatchObject({
      code: 'bad-rlp',
      cause: expect.any(RlpError) as unknown,
    });
    expect(error.message).toMatch(
      /^chain file: block 63 of the file, byte \d+: rlp: [^\n]+$/,
    );
    expect(file[error.offset], 'a block is a list with a length of two bytes').toBe(
      0xf9,
    );
    expect(chain.currentHeader.number).toBe(62n);
  });

  it('says which block the chain refuses', () => {
    const genesis = testGenesis();
    const good = childOf(genesis.block);
    const bad = childOf(good, { difficulty: 0n });
    const chain = new Chain(genesis);
    const error = fileErrorOf(chain, concat(encodeBlock(good), encodeBlock(bad)));
    expect(error).toMatchObject({
      code: 'bad-block',
      offset: encodeBlock(good).length,
      cause: { name: 'ChainError', code: 'bad-difficulty' },
    });
    expect(error.cause).toBeInstanceOf(ChainError);
    expect(chain.currentBlock).toEqual(good);
  });

  it('refuses the file of another chain at its genesis', () => {
    expect(fileErrorOf(new Chain(testGenesis()), gethChainFile())).toMatchObject({
      code: 'bad-block',
      offset: 0,
      cause: { code: 'genesis-mismatch' },
    });
  });
});

describe('Importer', () => {
  it('joins the pieces of a long block once, when all of it is there', () => {
    const genesis = testGenesis({ gasLimit: '0x7fffffffffffffff' });
    const tx = signedTx({ data: new Uint8Array(100_000) });
    const block = childOf(genesis.block, { txs: [tx] });
    const file = encodeBlock(block);
    const importer = new Importer(new Chain(genesis));
    const units: number[] = [];
    for (let at = 0; at < file.length; at += 1_000) {
      let sum = 0;
      for (const cost of importer.take(file.subarray(at, at + 1_000))) sum += cost;
      units.push(sum);
    }
    // The first piece is looked at: how long is the block?
    expect(new Set(units.slice(1, -1))).toEqual(new Set([0]));
    expect(importer.result.imported).toBe(1);
  });
});

describe('exportChain', () => {
  it("writes geth's file byte for byte after importing it", () => {
    const chain = new Chain(parseGenesis(gethGenesisJson()));
    importChain(chain, gethChainFile());
    expect(Buffer.from(exportChain(chain)).equals(gethChainFile())).toBe(true);
  });

  it('leaves side chains out', () => {
    const genesis = testGenesis();
    const main = childrenOf(genesis.block, 2);
    const chain = new Chain(genesis);
    extend(chain, main);
    extend(chain, [childOf(genesis.block, { difficulty: 1n })]);
    expect(exportChain(chain)).toEqual(
      concat(...[genesis.block, ...main].map(encodeBlock)),
    );
  });
});
