/**
 * Work that is done twice: nothing else comes of it, so what fails is a bound of `bounds.ts`.
 * The list is one with those of `attack-guards.ts`.
 */

import type { Guard } from './fault-table.ts';
import { without } from './without.ts';

/** One line of `impl/`, and the same work before it once more. */
function twice(
  of: string,
  group: string,
  file: string,
  line: string,
  again: string,
): Guard {
  return without(of, group, file, line, `${again}\n${line}`);
}

export const workGuards: readonly Guard[] = [
  twice(
    'H-11',
    'auth',
    'p2p/rlpx/handshake.ts',
    '  const token = sharedSecret(privateKey, initiatorKey);',
    '  sharedSecret(privateKey, initiatorKey);',
  ),
  twice(
    'H-46d',
    'snappy',
    'p2p/rlpx/payload.ts',
    '  validate(data);\n  return new CompressedMsg',
    '  validate(data);',
  ),
  twice(
    'H-87',
    'deliveries',
    'eth/messages.ts',
    '  return inSlices(readMsg(msg, codec, asked), peer.closed);',
    '  await inSlices(readMsg(msg, codec, asked), peer.closed).catch(() => undefined);',
  ),
  twice(
    'H-94',
    'transactions',
    'core/txpool.ts',
    '    const hash = keccakHash(data);',
    '    keccakHash(data);',
  ),
];
