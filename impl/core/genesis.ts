/**
 * The genesis block from geth's JSON. Its hash is what two nodes compare in Status, so it
 * must be geth's to the bit: the state root is computed from `alloc` (`genesis-state.ts`).
 */
import { type Block, hashBlock } from './block.ts';
import { stateRoot } from './genesis-state.ts';
import { GenesisError, JsonObject } from './genesis-json.ts';
import { type Hash, zeroAddress, zeroHash } from './hash.ts';
import { maxDifficultyBytes, maxExtraBytes } from './header.ts';
import { emptyUncleHash } from './roots.ts';
import { emptyRoot } from './trie.ts';

/** What we use of geth's `params.ChainConfig`. The other fork blocks concern execution. */
export interface ChainConfig {
  readonly chainId: bigint;
  /** Block of the DAO fork; absent if the chain has none. */
  readonly daoForkBlock?: bigint;
  readonly daoForkSupport: boolean;
}

export interface Genesis {
  readonly config: ChainConfig;
  readonly block: Block;
  /** Total difficulty that the genesis counts for. */
  readonly td: bigint;
}

/** The header's difficulty if the spec has none (geth's `params.GenesisDifficulty`). */
const defaultDifficulty = 131_072n;

/** The header's gas limit if the spec says 0 (geth's `params.GenesisGasLimit`). */
const defaultGasLimit = 4_712_388n;

// #region parse-genesis
/**
 * Reads geth's genesis JSON. Needs `config.chainId`, `gasLimit` and `alloc`; unknown
 * fields are ignored, as geth ignores them.
 *
 * A spec without difficulty gets 131072 in the header and a total difficulty of 0: geth's
 * tests make such chains in code. (geth's own reader of JSON insists on the field.)
 *
 * @throws {GenesisError} one line that names the field
 * @geth core/genesis.go Genesis.ToBlock
 */
export function parseGenesis(jsonText: string): Genesis {
  const spec = JsonObject.parse(jsonText);
  const config = parseConfig(spec.object('config'));
  if (spec.uint('number', 64, 0n) !== 0n) {
    throw new GenesisError('number', 'a genesis has number 0');
  }
  const difficulty = spec.uint('difficulty', 8 * maxDifficultyBytes, 0n);
  const gasLimit = spec.uint('gasLimit', 63);
  const header = {
    parentHash: spec.hash('parentHash', zeroHash),
    uncleHash: emptyUncleHash,
    coinbase: spec.address('coinbase', zeroAddress),
    stateRoot: stateRoot(spec.object('alloc')),
    txRoot: emptyRoot,
    receiptRoot: emptyRoot,
    bloom: new Uint8Array(256),
    difficulty: spec.has('difficulty') ? difficulty : defaultDifficulty,
    number: 0n,
    gasLimit: gasLimit === 0n ? defaultGasLimit : gasLimit,
    gasUsed: spec.uint('gasUsed', 64, 0n),
    time: spec.uint('timestamp', 64, 0n),
    extra: spec.bytes('extraData', maxExtraBytes),
    mixDigest: spec.hash('mixHash', zeroHash),
    nonce: nonceBytes(spec.uint('nonce', 64, 0n)),
  };
  const block = { header, body: { transactions: [], uncles: [] } };
  return { config, block, td: difficulty };
}
// #endregion parse-genesis

export function genesisHash(genesis: Genesis): Hash {
  return hashBlock(genesis.block);
}

function parseConfig(config: JsonObject): ChainConfig {
  return {
    chainId: config.uint('chainId', 256),
    ...(config.has('daoForkBlock')
      ? { daoForkBlock: config.uint('daoForkBlock', 64) }
      : {}),
    daoForkSupport: config.boolean('daoForkSupport', false),
  };
}

function nonceBytes(nonce: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, nonce);
  return bytes;
}
