// misconception: the network id is compared before the chain
// caught-by: names the genesis first, then the network, then the version

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

type Result = { readonly status?: StatusData } | { readonly error: unknown };

export async function handshake(
  peer: StatusPeer,
  ours: StatusData,
): Promise<StatusData> {
  const results = new Chan<Result>('status results', 2);
  peer.wg.go('statusWriter', async () => {
    results.trySend(await resultOf(sendStatus(peer, ours)));
  });
  peer.wg.go('statusReader', async () => {
    results.trySend(await resultOf(readStatus(peer, ours)));
  });

  const timeout = new Timer('status timeout', handshakeTimeoutMs);
  let theirs: StatusData | undefined;
  try {
    for (let done = 0; done < 2; done++) {
      const event = await select({ result: recv(results), timeout: recv(timeout) });
      if (event.case === 'timeout') throw new DiscError(discReadTimeout);
      if ('error' in event.value) throw event.value.error;
      theirs ??= event.value.status;
    }
  } finally {
    timeout.stop();
  }

  if (theirs === undefined) throw new TypeError('two results and no Status');
  peer.setHead(theirs.head, theirs.td);
  return theirs;
}

async function resultOf(work: Promise<StatusData | undefined>): Promise<Result> {
  try {
    const status = await work;
    return status === undefined ? {} : { status };
  } catch (error) {
    return { error };
  }
}

async function sendStatus(peer: StatusPeer, ours: StatusData): Promise<undefined> {
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
  if (theirs.networkId !== ours.networkId) {
    const detail = `${theirs.networkId} (!= ${ours.networkId})`;
    throw new EthError('network-id-mismatch', detail);
  }
  if (theirs.genesis !== ours.genesis) {
    const [got, wanted] = [theirs.genesis.slice(0, 16), ours.genesis.slice(0, 16)];
    throw new EthError('genesis-block-mismatch', `${got} (!= ${wanted})`);
  }
  if (theirs.protocolVersion !== ours.protocolVersion) {
    const detail = `${theirs.protocolVersion} (!= ${ours.protocolVersion})`;
    throw new EthError('protocol-version-mismatch', detail);
  }
  return theirs;
}
