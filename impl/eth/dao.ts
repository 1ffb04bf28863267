/**
 * The DAO challenge: which side of the fork of 2016 is a peer on? Both sides share the
 * genesis and the network id, so Status cannot tell. One header can.
 */

import { equalBytes, utf8 } from '../bytes.ts';
import { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { WaitGroup } from '../csp/wait-group.ts';
import type { Chain } from '../core/chain.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { EthError } from './errors.ts';
import { forPeer } from './for-peer.ts';
import type { EthPeer, EthPeerID } from './peer.ts';

/** @geth eth/handler.go daoChallengeTimeout */
export const daoChallengeTimeoutMs = 15_000;

/** What supporters of the fork write into ten blocks. @geth params/dao.go DAOForkBlockExtra */
export const daoForkExtra = utf8('dao-hard-fork');

export interface DaoHost {
  readonly chain: Chain;
  readonly wg: WaitGroup;
  removePeer(id: EthPeerID): Promise<void>;
}

// #region dao-challenge
/**
 * Asks a new peer for the header of the fork block. It has 15 s.
 *
 * @geth eth/handler.go ProtocolManager.handle
 */
export function challengeDao(host: DaoHost, peer: EthPeer): void {
  const { daoForkBlock: number } = host.chain.config;
  if (number === undefined) return;
  const answered = new Done('DAO challenge answered');
  peer.requestHeaders({ kind: 'number', number }, 1, {
    //: In the handler's task, so that a wrong answer ends the peer as any other does.
    judge: (headers) => {
      checkDaoAnswer(host.chain, peer, answered, headers);
    },
  });
  const task = (): Promise<void> => dropIfSilent(host, peer, answered);
  host.wg.go('daoTimer', forPeer(peer, 'daoTimer', task));
}

async function dropIfSilent(
  host: DaoHost,
  peer: EthPeer,
  answered: Done,
): Promise<void> {
  const timeout = new Timer('DAO challenge timeout', daoChallengeTimeoutMs);
  const event = await select({
    answered: recv(answered),
    timeout: recv(timeout),
    gone: recv(peer.term),
  });
  timeout.stop();
  if (event.case === 'timeout') await host.removePeer(peer.id);
}
// #endregion dao-challenge

// #region dao-answer
/**
 * Judges the answer. One that proves nothing leaves the timer running.
 *
 * @throws {EthError} `dao-fork`: the peer is on the other side
 */
export function checkDaoAnswer(
  chain: Chain,
  peer: EthPeer,
  answered: Done,
  [header]: readonly Header[],
): void {
  const { daoForkBlock, daoForkSupport } = chain.config;
  if (daoForkBlock === undefined) return;
  if (header === undefined) {
    //: It does not have the block yet. Believed, unless it claims to be past it.
    const fork = chain.getHeaderByNumber(daoForkBlock);
    const forkTd = fork && chain.getTd(hashHeader(fork));
    if (forkTd === undefined || peer.td < forkTd) answered.close();
    return;
  }
  if (header.number !== daoForkBlock) return;
  answered.close();
  if (equalBytes(header.extra, daoForkExtra) === daoForkSupport) return;
  throw new EthError('dao-fork', `we ${daoForkSupport ? 'support' : 'oppose'} it`);
}
// #endregion dao-answer
