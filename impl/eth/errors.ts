/**
 * What goes wrong in eth. To the peer layer each of these is a "subprotocol error"
 * (reason 16); the text stays with us.
 */

export type EthErrorCode =
  | 'msg-too-large'
  | 'decode'
  | 'invalid-msg-code'
  | 'protocol-version-mismatch'
  | 'network-id-mismatch'
  | 'genesis-block-mismatch'
  | 'no-status-msg'
  | 'extra-status-msg'
  | 'unsolicited-response' // ours: geth v1.8.12 takes what nobody asked for
  | 'dao-fork'; // ours: in geth v1.8.12 this one is an error of consensus/misc

const errorTexts: Readonly<Record<EthErrorCode, string>> = {
  'msg-too-large': 'Message too long',
  decode: 'Invalid message',
  'invalid-msg-code': 'Invalid message code',
  'protocol-version-mismatch': 'Protocol version mismatch',
  'network-id-mismatch': 'NetworkId mismatch',
  'genesis-block-mismatch': 'Genesis block mismatch',
  'no-status-msg': 'No status message',
  'extra-status-msg': 'Extra status message',
  'unsolicited-response': 'Unsolicited response',
  'dao-fork': 'Wrong side of the DAO fork',
};

/**
 * The peer broke a rule of the protocol.
 *
 * @geth eth/protocol.go errCode
 */
export class EthError extends Error {
  override readonly name = 'EthError';
  readonly code: EthErrorCode;

  constructor(code: EthErrorCode, detail: string, options?: ErrorOptions) {
    super(`${errorTexts[code]} - ${detail}`, options);
    this.code = code;
  }
}

/** One of that id is in the set. */
export class PeerSetError extends Error {
  override readonly name = 'PeerSetError';

  constructor() {
    super('peer is already registered');
  }
}

export type SyncErrorCode =
  | 'busy' // another synchronisation runs
  | 'unknown-peer' // the peer left before its turn came
  | 'cancelled' // the peer left in the middle, or the node stops
  | 'timeout' // no answer in time
  | 'bad-peer' // an answer that is not what was asked for, or does not link
  | 'stalling-peer' // more difficulty promised than delivered
  | 'empty-header-set' // no header where there must be one
  | 'peers-unavailable' // headers without their bodies
  | 'invalid-ancestor' // nothing in common within reach
  | 'invalid-chain'; // numbers out of step, or blocks that the chain refuses

/**
 * A synchronisation that did not reach the head it was promised.
 *
 * @geth eth/downloader/downloader.go errBadPeer
 */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: SyncErrorCode;

  constructor(code: SyncErrorCode, detail: string, options?: ErrorOptions) {
    super(`sync: ${code}: ${detail}`, options);
    this.code = code;
  }
}
