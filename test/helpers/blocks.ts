/** Makes valid blocks and signed transactions. `initCrypto()` must have been awaited. */
import { publicKey } from '#crypto';
import type { Block } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import { type Genesis, parseGenesis } from '../../impl/core/genesis.ts';
import { type Address, addressOf, addressOfPublicKey } from '../../impl/core/hash.ts';
import {
  signTransaction,
  type Transaction,
  type UnsignedTransaction,
} from '../../impl/core/transaction.ts';

export {
  type BlockOptions,
  childOf,
  childrenOf,
} from '../../impl/core/development-blocks.ts';

/** Inserts blocks that must be accepted. */
export function extend(chain: Chain, blocks: readonly Block[]): void {
  const { error } = chain.insertChain(blocks);
  if (error !== undefined) throw error;
}

/** A small genesis of chain id 1337, difficulty 131072, without accounts. */
export function testGenesis(spec: Readonly<Record<string, unknown>> = {}): Genesis {
  return parseGenesis(
    JSON.stringify({
      config: { chainId: 1337 },
      gasLimit: '0x47b760',
      difficulty: '0x20000',
      alloc: {},
      ...spec,
    }),
  );
}

export const testChainId = 1337n;

/** A private key that depends on `n` (1, 2, 3 …) only. */
export function testKey(n = 1): Uint8Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(28, n);
  return key;
}

export function addressOfKey(privateKey: Uint8Array): Address {
  return addressOfPublicKey(publicKey(privateKey));
}

/** A signed transfer of 1 wei to address 0…0, for chain 1337 unless `chainId` is given. */
export function signedTx(
  fields: Partial<UnsignedTransaction> & {
    readonly key?: Uint8Array;
    /** null: signed without a chain id (Homestead). */
    readonly chainId?: bigint | null;
  } = {},
): Transaction {
  const { key = testKey(), chainId = testChainId, ...rest } = fields;
  const tx: UnsignedTransaction = {
    nonce: 0n,
    gasPrice: 1n,
    gasLimit: 21_000n,
    to: addressOf(new Uint8Array(20)),
    value: 1n,
    data: new Uint8Array(),
    ...rest,
  };
  return signTransaction(tx, key, chainId ?? undefined);
}
