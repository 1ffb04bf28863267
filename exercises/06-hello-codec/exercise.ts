import { utf8 } from '#impl/bytes.ts';
import {
  baseProtocolMaxMsgSize,
  discMsg,
  handshakeMsg,
} from '#impl/p2p/base-protocol.ts';
import type { ProtoHandshake } from '#impl/p2p/conn.ts';
import type { Msg } from '#impl/p2p/message.ts';
import { DiscError, discInvalidIdentity, PeerError } from '#impl/p2p/peer-error.ts';
import { decodeDisconnect } from '#impl/p2p/rlpx/disconnect.ts';
import { HandshakeError } from '#impl/p2p/rlpx/errors.ts';
import { decode, rawItems, type RlpItem } from '#impl/rlp/decode.ts';
import { encode } from '#impl/rlp/encode.ts';
import { RlpError } from '#impl/rlp/errors.ts';
import { asBytes, asNumber, asText } from '#impl/rlp/fields.ts';
import { bytes, uint, type Schema } from '#impl/rlp/schema.ts';
import { Unsolved } from '#kit/unsolved.ts';

/** The payload of a Hello: a list of its five fields, in their order. */
export function encodeHello(hello: ProtoHandshake): Uint8Array {
  // TODO 1: a list of version, name, capabilities, listen port and id.
  throw new Unsolved('encodeHello', { hello }, { encode, utf8 });
}

/**
 * The Hello that a remote's first message is.
 *
 * @throws {HandshakeError} `too-big`, `not-hello`
 * @throws {DiscError} the remote disconnects, or its id is zero: reason 7
 * @throws {PeerError} `invalid-msg`: not the list that a Hello is
 */
export function readHello(msg: Msg): ProtoHandshake {
  // TODO 2: the size, then the code.
  // TODO 3: the five fields that you know. What throws an RlpError is an invalid message.
  // TODO 4: an id of zeros.
  // You may write as many functions as you like.
  throw new Unsolved(
    'readHello',
    { msg },
    {
      ...{ baseProtocolMaxMsgSize, discMsg, handshakeMsg, decodeDisconnect, rawItems },
      ...{ HandshakeError, DiscError, discInvalidIdentity, PeerError, RlpError },
      ...{ numberIn, textIn, idIn },
    },
  );
}

// The rest is as you need it. Each throws an RlpError if the element is something else.

function numberIn(element: Uint8Array | undefined): number {
  return asNumber(valueIn(element, uint(8)));
}

function textIn(element: Uint8Array | undefined): string {
  return asText(valueIn(element, bytes(0, baseProtocolMaxMsgSize)));
}

function idIn(element: Uint8Array | undefined): Uint8Array {
  return asBytes(valueIn(element, bytes(64)));
}

function valueIn(element: Uint8Array | undefined, schema: Schema): RlpItem {
  if (element === undefined) throw new RlpError('too-few-items', undefined, 'Hello');
  return decode(element, schema, 'Hello');
}
