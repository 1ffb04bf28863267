/**
 * The genesis block from geth's JSON. Its hash is what two nodes compare in Status, so it
 * must be geth's to the bit: the state root is computed from `alloc` (`genesis-state.ts`).
 */
import { utf8 } from '../bytes.ts';
import { atOnce, type Work } from '../csp/slices.ts';
import { type Block, hashBlock } from './block.ts';
import { stateRoot } from './genesis-state.ts';
import { GenesisError, JsonObject } from './genesis-json.ts';
import { type Hash, zeroAddress, zeroHash } from './hash.ts';
import { maxDifficultyBytes, maxExtraBytes } from './header.ts';
import { JsonError, type JsonValue, readJson } from './json.ts';
import { emptyUncleHash } from './roots.ts';
import { emptyRoot } from './trie.ts';

/**
 * What we use of geth's `params.ChainConfig`. The others concern what is not checked here:
 * execution, seals, exact difficulty, the hash of one header, from when a signature names a
 * chain.
 */
export interface ChainConfig {
  /** 0 if the genesis names none. geth takes any integer, also one below 0. */
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
 * Reads geth's genesis JSON. Needs `config`, `gasLimit` and `alloc`; unknown fields are
 * ignored, as geth ignores them.
 *
 * A spec without difficulty gets 131072 in the header and a total difficulty of 0, as in
 * geth v1.8.12, whose tests make such chains in code. (geth's reader of JSON insists on the
 * field.)
 *
 * @param text as the file has it, in UTF-8
 * @throws {GenesisError} one line that names the field
 * @geth core/genesis.go Genesis.ToBlock
 */
export function* readGenesis(text: Uint8Array): Work<Genesis> {
  const spec = new JsonObject(yield* json(text), '');
  const config = yield* readConfig(yield* spec.merged('config'));
  if ((yield* spec.uint('number', 64, 0n)) !== 0n) {
    throw new GenesisError('number', 'a genesis has number 0');
  }
  const difficulty = yield* spec.uint('difficulty', 8 * maxDifficultyBytes, 0n);
  const gasLimit = yield* spec.uint('gasLimit', 64);
  const header = {
    parentHash: yield* spec.hash('parentHash', zeroHash),
    uncleHash: emptyUncleHash,
    coinbase: yield* spec.address('coinbase', zeroAddress),
    stateRoot: yield* stateRoot(yield* spec.merged('alloc')),
    txRoot: emptyRoot,
    receiptRoot: emptyRoot,
    bloom: new Uint8Array(256),
    difficulty: (yield* spec.has('difficulty')) ? difficulty : defaultDifficulty,
    number: 0n,
    gasLimit: gasLimit === 0n ? defaultGasLimit : gasLimit,
    gasUsed: yield* spec.uint('gasUsed', 64, 0n),
    time: yield* spec.uint('timestamp', 64, 0n),
    extra: yield* spec.bytes('extraData', maxExtraBytes),
    mixDigest: yield* spec.hash('mixHash', zeroHash),
    nonce: nonceBytes(yield* spec.uint('nonce', 64, 0n)),
  };
  const block = { header, body: { transactions: [], uncles: [] } };
  return { config, block, td: difficulty };
}
// #endregion parse-genesis

/** The same at once, for a text that is known to be small. */
export function parseGenesis(jsonText: string): Genesis {
  return atOnce(readGenesis(utf8(jsonText)));
}

export function genesisHash(genesis: Genesis): Hash {
  return hashBlock(genesis.block);
}

function* json(text: Uint8Array): Work<JsonValue> {
  try {
    return yield* readJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new GenesisError('', `not JSON: ${error.message}`);
  }
}

/** Forks that geth v1.8.12 reads and we do not need: a bad one is refused all the same. */
const otherForks = [
  'homesteadBlock',
  'eip150Block',
  'eip155Block',
  'eip158Block',
  'byzantiumBlock',
  'constantinopleBlock',
];

function* readConfig(config: JsonObject): Work<ChainConfig> {
  for (const name of otherForks) yield* config.integer(name);
  yield* config.hash('eip150Hash', zeroHash, 'read');
  const daoForkBlock = (yield* config.integer('daoForkBlock')) ?? -1n;
  const isNumber = daoForkBlock >= 0n && daoForkBlock < 2n ** 64n; // or no block has it
  return {
    chainId: (yield* config.integer('chainId')) ?? 0n,
    ...(isNumber ? { daoForkBlock } : {}),
    daoForkSupport: yield* config.boolean('daoForkSupport', false),
  };
}

function nonceBytes(nonce: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, nonce);
  return bytes;
}
