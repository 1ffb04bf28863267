import { Chan } from '#impl/csp/chan.ts';
import { recv, select } from '#impl/csp/select.ts';
import { Timer } from '#impl/csp/timer.ts';
import { EthError } from '#impl/eth/errors.ts';
import type { EthPeer } from '#impl/eth/peer.ts';
import {
  checkSize,
  decodeStatus,
  encodeStatus,
  statusMsg,
  type StatusData,
} from '#impl/eth/protocol.ts';
import { newMsg } from '#impl/p2p/message.ts';
import { DiscError, discReadTimeout } from '#impl/p2p/peer-error.ts';
import { Unsolved } from '#kit/unsolved.ts';

const handshakeTimeoutMs = 5_000;

/** What the handshake needs of a peer. */
export type StatusPeer = Pick<EthPeer, 'rw' | 'wg' | 'setHead'>;

/**
 * Sends our Status and reads theirs, both at once.
 *
 * @param peer `rw` (reads and writes messages), `wg` (starts tasks),
 *   `setHead(head, td)` (remembers what the peer has)
 * @param ours our own Status
 * @returns their Status; it fits ours
 * @throws {EthError} what is wrong with theirs
 * @throws {DiscError} "read timeout": not both were done within 5 s
 * @throws what `rw` throws
 */
export async function handshake(
  peer: StatusPeer,
  ours: StatusData,
): Promise<StatusData> {
  // TODO 1: in two tasks, send ours and read theirs.
  // TODO 2: wait for both, for the first thing that goes wrong, or for 5 s to pass.
  // TODO 3: tell `peer.setHead`, and return theirs.
  // You may write as many functions as you like.
  throw new Unsolved(
    'handshake',
    { peer, ours },
    {
      ...{ Chan, Timer, select, recv, newMsg, statusMsg, encodeStatus, decodeStatus },
      ...{ checkSize, EthError, DiscError, discReadTimeout, handshakeTimeoutMs },
    },
  );
}
