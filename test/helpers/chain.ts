/** The chain that geth v1.8.12 mined: a genesis and 63 blocks, 541 transactions. */
import { readFileSync } from 'node:fs';
import type { Block } from '../../impl/core/block.ts';
import { readBlocks } from '../../impl/core/chain-file.ts';
import { type Genesis, parseGenesis } from '../../impl/core/genesis.ts';

const fixture = new URL('../fixtures/geth-chain/', import.meta.url);

/** geth's genesis JSON, as text. */
export function gethGenesisJson(): string {
  return readFileSync(new URL('genesis.json', fixture), 'utf8');
}

/** The file that `geth export` wrote; it begins with the genesis. */
export function gethChainFile(): Uint8Array {
  return new Uint8Array(readFileSync(new URL('chain.rlp', fixture)));
}

/** The genesis, and blocks 1 to 63. `initCrypto()` must have been awaited. */
export function gethChain(): { genesis: Genesis; blocks: Block[] } {
  const blocks = [...readBlocks(gethChainFile())].map(({ block }) => block);
  return { genesis: parseGenesis(gethGenesisJson()), blocks: blocks.slice(1) };
}
