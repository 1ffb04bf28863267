/** What the options name as files and the node needs before it is there: genesis and key. */

import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { inSlices, stopped } from '../csp/slices.ts';
import { developmentGenesis } from '../core/development-genesis.ts';
import { type Genesis, readGenesis } from '../core/genesis.ts';
import { GenesisError } from '../core/genesis-json.ts';
import { readShort } from './file-source.ts';
import { privateKey, uint64Max, type NodeOptions } from './options.ts';
import { UsageError } from './usage-error.ts';

/** The largest genesis in use has a megabyte. */
const maxGenesisBytes = 64 * 1024 * 1024;
const maxKeyFileBytes = 4096;

export interface Loaded {
  readonly genesis: Genesis;
  readonly networkId: bigint;
  readonly privateKey: Uint8Array;
}

/**
 * @returns `stopped` if the stop signal came first
 * @throws {UsageError} a file cannot be used
 */
export async function load(
  options: NodeOptions,
  stop: Done,
): Promise<Loaded | typeof stopped> {
  const genesis = await loadGenesis(options.genesisFile, stop);
  if (genesis === stopped) return stopped;
  const key = options.privateKey ?? (await loadKey(options.keyFile, stop));
  if (key === stopped) return stopped;
  const networkId = options.networkId ?? networkOf(genesis);
  return { genesis, networkId, privateKey: key };
}

async function loadGenesis(
  file: string | undefined,
  stop: Done,
): Promise<Genesis | typeof stopped> {
  if (file === undefined) return developmentGenesis();
  const bytes = await readShort('--genesis', file, maxGenesisBytes, stop);
  if (stop.closed) return stopped;
  try {
    return await inSlices(readGenesis(bytes), stop);
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error;
    throw new UsageError(`--genesis: ${file}: ${error.message}`);
  }
}

async function loadKey(
  file: string | undefined,
  stop: Done,
): Promise<Uint8Array | typeof stopped> {
  if (file === undefined) return runtime().randomBytes(32);
  const bytes = await readShort('--key-file', file, maxKeyFileBytes, stop);
  if (stop.closed) return stopped;
  return privateKey('--key-file', new TextDecoder().decode(bytes).trim());
}

/**
 * geth's default was 1 whatever the genesis says, until v1.13.5; an id that fits is the
 * better guess.
 */
function networkOf({ config }: Genesis): bigint {
  return config.chainId > 0n && config.chainId <= uint64Max ? config.chainId : 1n;
}
