// misconception: a Status is sent, and then the other one is read
// caught-by: accepts a remote that sends first and reads ours after

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

type StatusPeer = Pick<EthPeer, 'rw' | 'wg' | 'setHead'>;

export async function handshake(
  peer: StatusPeer,
  ours: StatusData,
): Promise<StatusData> {
  await sendStatus(peer, ours);
  const theirs = await readStatus(peer, ours);
  peer.setHead(theirs.head, theirs.td);
  return theirs;
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
