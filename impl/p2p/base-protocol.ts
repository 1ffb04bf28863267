/** The base protocol: the messages below all others, which end a connection or probe it. */

// #region base-protocol
/** @geth p2p/peer.go baseProtocolVersion */
export const baseProtocolVersion = 5;
/** Codes 0 to 15 belong to the base protocol, used or not. */
export const baseProtocolLength = 16;
/** Bytes of a base message's payload, declared or real. */
export const baseProtocolMaxMsgSize = 2 * 1024;
/** If both sides have this version or a later one, payloads after Hello are compressed. */
export const snappyProtocolVersion = 5;

export const handshakeMsg = 0x00;
export const discMsg = 0x01;
export const pingMsg = 0x02;
export const pongMsg = 0x03;
// #endregion base-protocol

/** @geth p2p/peer.go pingInterval */
export const pingIntervalMs = 15_000;
/** One deadline for both handshakes. @geth p2p/rlpx.go handshakeTimeout */
export const handshakeTimeoutMs = 5_000;
/** @geth p2p/server.go frameReadTimeout */
export const frameReadTimeoutMs = 30_000;
/** @geth p2p/server.go frameWriteTimeout */
export const frameWriteTimeoutMs = 20_000;
/** @geth p2p/rlpx.go discWriteTimeout */
export const discWriteTimeoutMs = 1_000;
