/**
 * A message: a code and an RLP payload. Every layer of the flow passes these on; what
 * changes on the way is the code (absolute on the wire, relative inside a protocol).
 */

import type { TraceFields } from '../csp/seam.ts';
import { encode, type RlpValue } from '../rlp/encode.ts';

// #region msg
/** @geth p2p/message.go Msg */
export interface Msg {
  /** Absolute on the transport; relative to the protocol above `ProtoRW`. */
  readonly code: number;
  /** Bytes of the payload, uncompressed. Known before the payload is touched. */
  readonly size: number;
  //: The transport decompresses on the first use, so that a handler can
  //: refuse a size before it costs any memory.
  readonly payload: Uint8Array;
  /** Decompresses with pauses what is large. Undefined: there is nothing to wait for. */
  unpack?(): Promise<void> | undefined;
}

export interface MsgReader {
  readMsg(): Promise<Msg>;
}

export interface MsgWriter {
  /** Waits until the transport has taken the message. */
  writeMsg(msg: Msg): Promise<void>;
}

export interface MsgReadWriter extends MsgReader, MsgWriter {}
// #endregion msg

class PlainMsg implements Msg {
  readonly code: number;
  readonly payload: Uint8Array;

  constructor(code: number, payload: Uint8Array) {
    this.code = code;
    this.payload = payload;
  }

  get size(): number {
    return this.payload.length;
  }

  toString(): string {
    return `code ${this.code}, ${this.size} bytes`;
  }

  inTrace(): TraceFields {
    return { msg: { code: this.code, size: this.size } };
  }
}

/** A message whose payload is at hand. */
export function newMsg(code: number, payload: Uint8Array): Msg {
  return new PlainMsg(code, payload);
}

class RelabelledMsg implements Msg {
  readonly code: number;
  readonly #msg: Msg;

  constructor(msg: Msg, code: number) {
    this.code = code;
    this.#msg = msg;
  }

  get size(): number {
    return this.#msg.size;
  }

  get payload(): Uint8Array {
    return this.#msg.payload;
  }

  unpack(): Promise<void> | undefined {
    return this.#msg.unpack?.();
  }

  toString(): string {
    return `code ${this.code}, ${this.size} bytes`;
  }

  inTrace(): TraceFields {
    return { msg: { code: this.code, size: this.size } };
  }
}

/** The same message under another code. Its payload stays untouched. */
export function withCode(msg: Msg, code: number): Msg {
  return new RelabelledMsg(msg, code);
}

/**
 * Encodes one value and writes it as the payload.
 *
 * @geth p2p/message.go Send
 */
export function send(writer: MsgWriter, code: number, value: RlpValue): Promise<void> {
  return writer.writeMsg(newMsg(code, encode(value)));
}

/**
 * Writes the items as one list; without items, the empty list.
 *
 * @geth p2p/message.go SendItems
 */
export function sendItems(
  writer: MsgWriter,
  code: number,
  ...items: readonly RlpValue[]
): Promise<void> {
  return send(writer, code, items);
}
