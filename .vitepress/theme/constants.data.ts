/** The numbers of the constants page, read from the code that uses them. */
import * as base from '../../impl/p2p/base-protocol.ts';
import * as dial from '../../impl/p2p/dial.ts';
import { maxInboundConns } from '../../impl/p2p/handshake-checks.ts';
import * as throttle from '../../impl/p2p/inbound-throttle.ts';
import { pendingPings } from '../../impl/p2p/peer.ts';
import * as pong from '../../impl/p2p/pong-budget.ts';
import { maxFrameSize } from '../../impl/p2p/rlpx/frame.ts';
import { pieceLength, ReadBudget } from '../../impl/p2p/rlpx/read-budget.ts';
import { capacity } from '../../impl/net/out-buffer.ts';
import { maxUnread } from '../../impl/net/tcp-conn.ts';
import { maxExtraBytes, maxDifficultyBytes } from '../../impl/core/header.ts';
import { poolLimits } from '../../impl/core/txpool.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import { daoChallengeTimeoutMs } from '../../impl/eth/dao.ts';
import * as fetcher from '../../impl/eth/fetcher.ts';
import { requestTimeoutMs } from '../../impl/eth/pace.ts';
import { maxKnownTxs } from '../../impl/eth/known-set.ts';
import * as ethPeer from '../../impl/eth/peer.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { lateAnswerMs } from '../../impl/eth/requests.ts';
import { txPackBytes } from '../../impl/eth/tx-pack.ts';
import * as sync from '../../impl/eth/sync.ts';
import { maxDepth } from '../../impl/rlp/scan.ts';

declare const data: Readonly<Record<string, string>>;
export { data };

const seconds = (ms: number): string => `${ms / 1000} s`;
const bytes = (count: number): string => `${count.toLocaleString('en')} bytes`;

export default {
  watch: ['../../impl/**/*.ts'],
  load(): Readonly<Record<string, string>> {
    return {
      handshake: seconds(base.handshakeTimeoutMs),
      ping: seconds(base.pingIntervalMs),
      read: seconds(base.frameReadTimeoutMs),
      write: seconds(base.frameWriteTimeoutMs),
      discWrite: seconds(base.discWriteTimeoutMs),
      dialTimeout: seconds(dial.defaultDialTimeoutMs),
      dialHistory: seconds(dial.dialHistoryExpirationMs),
      dialTasks: String(dial.maxActiveDialTasks),
      inboundHistory: seconds(throttle.inboundHistoryMs),
      inboundOf25: String(maxInboundConns(25)),
      pendingPings: String(pendingPings),
      pongBurst: String(pong.pongBurst),
      pongRefill: seconds(pong.pongRefillMs),
      baseLength: String(base.baseProtocolLength),
      baseVersion: String(base.baseProtocolVersion),
      baseSize: bytes(base.baseProtocolMaxMsgSize),
      frameSize: bytes(maxFrameSize),
      unread: bytes(maxUnread),
      unsent: bytes(capacity),
      readBudget: bytes(new ReadBudget().free),
      budgetPiece: bytes(pieceLength),
      rlpDepth: String(maxDepth),
      status: seconds(ethPeer.handshakeTimeoutMs),
      unsolicited: String(ethPeer.maxUnsolicited),
      late: seconds(lateAnswerMs),
      request: seconds(requestTimeoutMs),
      arrive: seconds(fetcher.arriveTimeoutMs),
      announced: String(fetcher.hashLimit),
      queuedBlocks: String(fetcher.blockLimit),
      waitingBytes: bytes(fetcher.maxWaitingBytes),
      dao: seconds(daoChallengeTimeoutMs),
      sync: seconds(sync.forceSyncCycleMs),
      desiredPeers: String(sync.minDesiredPeerCount),
      ethSize: bytes(eth.protocolMaxMsgSize),
      length62: String(eth.protocolLength(62)),
      length63: String(eth.protocolLength(63)),
      headers: String(eth.maxHeaderFetch),
      bodies: String(eth.maxBlockFetch),
      receipts: String(eth.maxReceiptFetch),
      state: String(eth.maxStateFetch),
      softLimit: bytes(eth.softResponseLimit),
      tdBits: String(eth.maxTdBits),
      difficultyBits: String(8 * maxDifficultyBytes),
      extra: bytes(maxExtraBytes),
      pool: poolLimits.total.toLocaleString('en'),
      txSize: bytes(poolLimits.txBytes),
      queuedTxs: poolLimits.queued.toLocaleString('en'),
      queuedOfAccount: String(poolLimits.queuedPerAccount),
      calm: poolLimits.calm.toLocaleString('en'),
      txOfAccount: String(poolLimits.perAccount),
      txOfAccountCalm: String(poolLimits.perAccountCalm),
      txPack: bytes(txPackBytes),
      knownTxs: maxKnownTxs.toLocaleString('en'),
      txLists: String(ethPeer.maxQueuedTxs),
      slice: sliceUnits.toLocaleString('en'),
    };
  },
};
