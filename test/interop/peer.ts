/**
 * `PEER_ENODE=enode://… npm run test:peer`: meets that node and says what it found, a line
 * each. Exit code 0: all was well; 1: it was not, and the last line says what; 2: what was
 * asked for cannot be used.
 */

import { readFileSync } from 'node:fs';
import { initCrypto } from '#crypto';
import { type Genesis, parseGenesis } from '../../impl/core/genesis.ts';
import { GenesisError } from '../../impl/core/genesis-json.ts';
import { EnodeError, parseEnode } from '../../impl/p2p/enode.ts';
import { probe, type ProbeOptions } from './probe.ts';
import { ProbeFailure } from './probe-session.ts';

/** Long enough to be pinged: every node does that each 15 s. */
const defaultSeconds = 16;

class Unusable extends Error {
  override readonly name = 'Unusable';
}

function optionsOf(env: NodeJS.ProcessEnv): ProbeOptions {
  const { PEER_ENODE: enode, PEER_GENESIS: file, PEER_SECONDS: seconds } = env;
  if (enode === undefined || enode === '') {
    throw new Unusable(
      'set PEER_ENODE=enode://<128 hex digits>@host:port, the node to meet (and if you like PEER_GENESIS=genesis.json, PEER_SECONDS=16)',
    );
  }
  const staySeconds = Number(seconds ?? defaultSeconds);
  if (!(staySeconds >= 0 && staySeconds <= 86_400)) {
    throw new Unusable(
      `PEER_SECONDS: a number up to 86400 is needed, not "${seconds ?? ''}"`,
    );
  }
  try {
    return {
      node: parseEnode(enode),
      genesis: file === undefined || file === '' ? undefined : genesisOf(file),
      staySeconds,
      tell: (what, text) => {
        console.log(`${what.padEnd(8)} ${text}`);
      },
    };
  } catch (error) {
    if (!(error instanceof EnodeError)) throw error;
    throw new Unusable(`PEER_ENODE: ${error.message}`);
  }
}

function genesisOf(file: string): Genesis {
  try {
    return parseGenesis(readFileSync(file, 'utf8'));
  } catch (error) {
    const isOfFile = error instanceof Error && 'code' in error; // it cannot be read
    if (!isOfFile && !(error instanceof GenesisError)) throw error;
    throw new Unusable(`PEER_GENESIS: ${file}: ${error.message}`);
  }
}

try {
  await initCrypto();
  await probe(optionsOf(process.env));
} catch (error) {
  if (!(error instanceof Unusable || error instanceof ProbeFailure)) throw error;
  console.error(`test:peer: ${error.message}`);
  process.exitCode = error instanceof Unusable ? 2 : 1;
}
