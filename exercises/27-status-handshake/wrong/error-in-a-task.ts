// misconception: what a task throws is thrown where it was started
// caught-by: refuses another genesis

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

const handshakeTimeoutMs = 5_000;

type StatusPeer = Pick<EthPeer, 'rw' | 'wg' | 'setHead'>;

interface Result {
  readonly status: StatusData | undefined;
}

export async function handshake(
  peer: StatusPeer,
  ours: StatusData,
): Promise<StatusData> {
  const results = new Chan<Result>('status results', 2);
  peer.wg.go('statusWriter', async () => {
    await sendStatus(peer, ours);
    results.trySend({ status: undefined });
  });
  peer.wg.go('statusReader', async () => {
    results.trySend({ status: await readStatus(peer, ours) });
  });

  const timeout = new Timer('status timeout', handshakeTimeoutMs);
  let theirs: StatusData | undefined;
  try {
    for (let done = 0; done < 2; done++) {
      const event = await select({ result: recv(results), timeout: recv(timeout) });
      if (event.case === 'timeout') throw new DiscError(discReadTimeout);
      theirs ??= event.value.status;
    }
  } finally {
    timeout.stop();
  }

  if (theirs === undefined) throw new TypeError('two results and no Status');
  peer.setHead(theirs.head, theirs.td);
  return theirs;
}

async function sendStatus(peer: StatusPeer, ours: StatusData): Promise<void> {
  await peer.rw.writeMsg(newMsg(statusMsg, encodeStatus(ours)));
}

async function readStatus(peer: StatusPeer, ours: StatusData): Promise<StatusData> {
  const msg = await peer.rw.readMsg();
  if (msg.code !== statusMsg) {
    const got = msg.code.toString(16);
    throw new EthError('no-status-msg', `first msg has code ${got} (!= 0)`);
  }
  checkSize(msg);
  const theirs = decodeStatus(msg);
  if (theirs.genesis !== ours.genesis) {
    const [got, wanted] = [theirs.genesis.slice(0, 16), ours.genesis.slice(0, 16)];
    throw new EthError('genesis-block-mismatch', `${got} (!= ${wanted})`);
  }
  if (theirs.networkId !== ours.networkId) {
    const detail = `${theirs.networkId} (!= ${ours.networkId})`;
    throw new EthError('network-id-mismatch', detail);
  }
  if (theirs.protocolVersion !== ours.protocolVersion) {
    const detail = `${theirs.protocolVersion} (!= ${ours.protocolVersion})`;
    throw new EthError('protocol-version-mismatch', detail);
  }
  return theirs;
}
