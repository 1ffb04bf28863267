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

/** The payload of a Hello: a list of its five fields, in their order. */
export function encodeHello(hello: ProtoHandshake): Uint8Array {
  const { version, name, caps, listenPort, id } = hello;
  const pairs = caps.map((cap) => [utf8(cap.name), cap.version]);
  return encode([version, utf8(name), pairs, listenPort, id]);
}

/**
 * The Hello that a remote's first message is.
 *
 * @throws {HandshakeError} `too-big`, `not-hello`
 * @throws {DiscError} the remote disconnects, or its id is zero: reason 7
 * @throws {PeerError} `invalid-msg`: not the list that a Hello is
 */
export function readHello(msg: Msg): ProtoHandshake {
  if (msg.size > baseProtocolMaxMsgSize) {
    throw new HandshakeError('too-big', `a first message of ${msg.size} bytes`);
  }
  if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
  if (msg.code !== handshakeMsg) {
    throw new HandshakeError('not-hello', `a first message of code ${msg.code}`);
  }
  const hello = decodeOrRefuse(msg.payload);
  if (hello.id.every((byte) => byte === 0)) throw new DiscError(discInvalidIdentity);
  return hello;
}

function decodeOrRefuse(payload: Uint8Array): ProtoHandshake {
  try {
    return decodeHello(payload);
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    throw new PeerError('invalid-msg', error.message);
  }
}

/** Asks for five elements. How many more there are, nobody asks. */
function decodeHello(payload: Uint8Array): ProtoHandshake {
  const [version, name, caps, listenPort, id] = rawItems(payload, 'Hello');
  return {
    version: numberIn(version),
    name: textIn(name),
    caps: capsIn(caps),
    listenPort: numberIn(listenPort),
    id: idIn(id),
  };
}

function capsIn(element: Uint8Array | undefined): ProtoHandshake['caps'] {
  if (element === undefined) throw new RlpError('too-few-items', undefined, 'Hello');
  return Array.from(rawItems(element), (cap) => {
    const [name, version, ...more] = rawItems(cap);
    if (more.length > 0) throw new RlpError('too-many-items', undefined, 'capability');
    return { name: textIn(name), version: numberIn(version) };
  });
}

// Each of these throws an RlpError if the element is something else.

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
