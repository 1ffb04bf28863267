/**
 * What the tests need of a library that speaks devp2p: a wire, and nothing about chains.
 * Each library stands behind this in a file of its own.
 */

import type { AddressInfo } from 'node:net';
import type { EthVersion } from '../../impl/eth/protocol.ts';
import type { Node } from '../../impl/p2p/enode.ts';
import type { RlpValue } from '../../impl/rlp/encode.ts';

/** What their RLP makes of a message. */
export type Nested = Uint8Array | Nested[];

export interface LibraryStatus {
  readonly td: Uint8Array;
  readonly bestHash: Uint8Array;
  readonly genesisHash: Uint8Array;
}

export interface LibraryMessage {
  /** Relative to eth. */
  readonly code: number;
  readonly payload: Nested;
}

export interface Removal {
  /** NaN: nothing was said. */
  readonly reason: number;
  /** The library has sent the Disconnect; false: we have. */
  readonly weDid: boolean;
}

export interface LibraryOptions {
  readonly key: Uint8Array;
  readonly versions: readonly EthVersion[];
  readonly networkId: number;
  readonly maxPeers: number;
  /** In the turn in which Hello is done: a message may stand in the same chunk. */
  readonly onPeer: (peer: LibraryPeer) => void;
  readonly onRemoved: (removal: Removal) => void;
}

export interface LibraryPeer {
  /** Of eth, as it was agreed on. */
  readonly version: number;
  /** What our Hello said, as the library reads it. */
  readonly hello: { readonly clientId: string; readonly protocolVersion: number };
  /** Call once, at once. @param comparesStatus false: it takes whatever Status we send */
  serve(handlers: {
    readonly comparesStatus: boolean;
    readonly onStatus: (status: LibraryStatus) => void;
    readonly onMessage: (message: LibraryMessage) => void;
  }): void;
  sendStatus(status: LibraryStatus): void;
  send(code: number, payload: RlpValue): void;
  /** Resolves when the library has read the pong. */
  ping(): Promise<void>;
  disconnect(reason: number): void;
  /** The library's own name of a reason; undefined: it has none. */
  reasonName(reason: number): string | undefined;
}

export interface LibraryNode {
  /** The port, once it listens. */
  readonly listening: Promise<number>;
  dial(node: Node): Promise<void>;
  close(): void;
}

export interface Library {
  readonly name: string;
  /** A code of no protocol makes it read the same bytes again, for ever and in one turn. */
  readonly hangsOnUnknownCode?: true;
  /** Begins to listen on 127.0.0.1, at any free port. */
  open(options: LibraryOptions): LibraryNode;
}

/** A value in bytes and lists alone, which every RLP encoder takes. */
export function inBytes(value: RlpValue): Nested {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'object') return value.map(inBytes);
  return bigintBytes(BigInt(value));
}

export function bigintBytes(value: bigint): Uint8Array {
  if (value === 0n) return Buffer.alloc(0);
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** Of a server that listens on TCP. */
export function portOf(address: AddressInfo | string | null | undefined): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new TypeError('it does not listen on TCP');
}
