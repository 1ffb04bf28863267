/**
 * A node's address: its identity (the public key it names in the handshake) and where
 * to dial it, written `enode://<128 hex digits>@host:port`.
 */

import { fromHex } from '../bytes.ts';
import { assertPublicKey } from '#crypto';

declare const nodeID: unique symbol;

/** The 64-byte public key, without the 04 prefix, as 128 lower-case hex digits. */
export type NodeID = string & { readonly [nodeID]: true };

/** @geth p2p/discover/node.go Node */
export interface Node {
  readonly id: NodeID;
  /** A host name, an IPv4 address or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type EnodeErrorCode = 'scheme' | 'id' | 'point' | 'host' | 'port';

export class EnodeError extends Error {
  override readonly name = 'EnodeError';
  readonly code: EnodeErrorCode;

  constructor(code: EnodeErrorCode, what: string, options?: ErrorOptions) {
    super(`bad enode: ${what}`, options);
    this.code = code;
  }
}

/** @throws {EnodeError} `id`: not 128 hex digits; `point`: not on the curve */
export function parseNodeID(text: string): NodeID {
  const lower = text.toLowerCase();
  if (!/^[0-9a-f]{128}$/.test(lower)) {
    throw new EnodeError('id', 'the node id is not 128 hex digits');
  }
  try {
    assertPublicKey(fromHex(lower));
  } catch (error) {
    throw new EnodeError('point', 'the node id is not a point on secp256k1', {
      cause: error,
    });
  }
  return lower as NodeID; // checked above
}

/** The id of a public key that is known to be on the curve. */
export function nodeIDOf(publicKeyHex: string): NodeID {
  return publicKeyHex as NodeID; // the caller has the key from the crypto provider
}

const enodePattern =
  /^enode:\/\/([^@/?#]*)@(\[[0-9a-fA-F:.]+\]|[^:@/?#[\]]+):(\d{1,5})(\?[^#]*)?$/;

/**
 * Reads an enode URL. A `?discport=` is allowed and ignored: there is no discovery here.
 *
 * @throws {EnodeError} with the part that is wrong
 */
export function parseEnode(text: string): Node {
  if (!text.startsWith('enode://')) {
    throw new EnodeError('scheme', 'it does not begin with enode://');
  }
  const match = enodePattern.exec(text);
  if (match === null) {
    throw new EnodeError('host', 'expected enode://<128 hex digits>@host:port');
  }
  const [, id = '', host = '', portText = ''] = match;
  const port = Number(portText);
  if (port < 1 || port > 65_535) throw new EnodeError('port', `port ${portText}`);
  return { id: parseNodeID(id), host: host.replace(/^\[|\]$/g, ''), port };
}

export function enodeURL({ id, host, port }: Node): string {
  return `enode://${id}@${hostPort(host, port)}`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
