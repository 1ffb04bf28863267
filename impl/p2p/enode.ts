/**
 * A node's address: its identity (the public key it names in the handshake) and where
 * to dial it, written `enode://<128 hex digits>@host:port`.
 */

import { fromHex } from '../bytes.ts';
import { assertPublicKey } from '#crypto';
import { parseIP } from './ip.ts';

declare const nodeID: unique symbol;

/** The 64-byte public key, without the 04 prefix, as 128 lower-case hex digits. */
export type NodeID = string & { readonly [nodeID]: true };

/** @geth p2p/discover/node.go Node */
export interface Node {
  readonly id: NodeID;
  /** A host name, an IPv4 address, or an IPv6 address without brackets, with its zone. */
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

/** The rest of a URL, behind the port, says nothing that is used here but for `discport`. */
const enodePattern =
  /^enode:\/\/([^@/?#]*)@(\[[^[\]/?#@]*\]|[^:@/?#[\]]+):(\d+)(?:\/[^?#\s]*)?(\?[^#\s]*)?(?:#\S*)?$/i;

/**
 * Reads an enode URL, also in spellings that geth v1.8.12 takes: a scheme in capitals, `0x`
 * before the id, zeros before the port, a slash behind it, IPv4 in brackets. (Not taken:
 * percent signs in the id.) Beyond it ours takes host names, and IPv6 addresses with a zone.
 * There is no discovery here: a `?discport=` is only checked.
 *
 * @throws {EnodeError} with the part that is wrong
 */
export function parseEnode(text: string): Node {
  if (!/^enode:\/\//i.test(text)) {
    throw new EnodeError('scheme', 'it does not begin with enode://');
  }
  const match = enodePattern.exec(text);
  if (match === null) {
    throw new EnodeError('host', 'expected enode://<128 hex digits>@host:port');
  }
  const [, id = '', hostText = '', portText = '', query = ''] = match;
  const port = portOf(portText);
  if (port === 0)
    throw new EnodeError('port', `port ${portText}: nobody listens there`);
  const discport = new URLSearchParams(query).get('discport') ?? '';
  if (discport !== '') portOf(discport, 'discport');
  const host = parseHost(hostText.replace(/%25/, '%'));
  if (host === undefined) {
    throw new EnodeError('host', `${quoted(hostText)} is no host and no address`);
  }
  return { id: parseNodeID(id.replace(/^0x/, '')), host, port };
}

function portOf(text: string, what = 'port'): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new EnodeError(
    'port',
    `${what} ${quoted(text)}: a number up to 65535 is needed`,
  );
}

/** Whoever reads it sees what was meant, and no more of it than that takes. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 60)}…` : text);
}

/** Letters, digits, `-` and, as names in containers have it, `_`; not `-` at an end. */
const hostLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
const maxHostLength = 253;

/**
 * A host as the rest of the code takes it: a name, IPv4 without zeros in front (some
 * systems read those as octal), or IPv6 without its brackets.
 *
 * @param text an IPv6 address stands in brackets, with a zone behind `%` where it needs one
 * @returns undefined if it is none
 */
export function parseHost(text: string): string | undefined {
  const inBrackets = /^\[(.*)\]$/.exec(text)?.[1];
  if (inBrackets !== undefined) {
    // As in no URL, and in some enodes.
    if (!inBrackets.includes(':')) return parseHostIPv4(inBrackets);
    const [address = '', ...zone] = inBrackets.split('%');
    const isZone = zone.length === 0 || /^[\w.-]+$/.test(zone.join('%'));
    return isZone && parseIP(address) !== undefined ? inBrackets : undefined;
  }
  const labels = text.replace(/\.$/, '').split('.');
  // No name ends in a number: what looks like an address must be one.
  if (/^\d+$/.test(labels.at(-1) ?? '')) return parseHostIPv4(text);
  const isName =
    text.length <= maxHostLength && labels.every((one) => hostLabel.test(one));
  return isName ? text : undefined;
}

function parseHostIPv4(text: string): string | undefined {
  const address = text.replace(/\b0+(?=\d)/g, '');
  return /^[\d.]+$/.test(text) && parseIP(address) !== undefined ? address : undefined;
}

export function enodeURL({ id, host, port }: Node): string {
  // In a URL, a zone is written as RFC 6874 has it.
  return `enode://${id}@${hostPort(host.replace('%', '%25'), port)}`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
