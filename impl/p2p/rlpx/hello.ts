/**
 * Hello, the first message of each side: version, name, capabilities. It is the only
 * one that is never compressed.
 */

import { utf8 } from '../../bytes.ts';
import { decode } from '../../rlp/decode.ts';
import { encode } from '../../rlp/encode.ts';
import { RlpError } from '../../rlp/errors.ts';
import { asBytes, asList, asText } from '../../rlp/fields.ts';
import { bytes, list, listOf, listWithTail, uint } from '../../rlp/schema.ts';
import { baseProtocolMaxMsgSize, discMsg, handshakeMsg } from '../base-protocol.ts';
import type { ProtoHandshake } from '../conn.ts';
import type { Msg, MsgReader } from '../message.ts';
import { DiscError, discInvalidIdentity, PeerError } from '../peer-error.ts';
import { decodeDisconnect } from './disconnect.ts';
import { HandshakeError } from './errors.ts';
import { saturated } from './saturated.ts';

/** The shortest capability takes 3 bytes, so a legal Hello cannot hold more. */
const maxCaps = Math.floor(baseProtocolMaxMsgSize / 3);

const text = bytes(0, baseProtocolMaxMsgSize);

// #region hello-codec
//: A later version may add fields after the last one: they are not looked at.
const helloSchema = listWithTail(
  uint(8), // version of the base protocol
  text, // name of the client
  listOf(list(text, uint(8)), maxCaps), // capabilities: name, version
  uint(8), // port it listens on; we say 0
  bytes(64), // node id
);

export function encodeHello(hello: ProtoHandshake): Uint8Array {
  const caps = hello.caps.map(({ name, version }) => [utf8(name), version]);
  return encode([hello.version, utf8(hello.name), caps, hello.listenPort, hello.id]);
}

/**
 * Reads a Hello's payload. Bytes after the list are ignored. Version numbers above
 * 2^53 − 1 come out as that.
 *
 * @throws {RlpError}
 */
export function decodeHello(payload: Uint8Array): ProtoHandshake {
  const [version, name, caps, listenPort, id] = asList(
    decode(payload, helloSchema, 'Hello'),
  );
  return {
    version: saturated(asBytes(version)),
    name: asText(name),
    caps: asList(caps).map((cap) => {
      const [capName, capVersion] = asList(cap);
      return { name: asText(capName), version: saturated(asBytes(capVersion)) };
    }),
    listenPort: saturated(asBytes(listenPort)),
    id: asBytes(id, 64),
  };
}
// #endregion hello-codec

const payloads = new WeakMap<ProtoHandshake, Uint8Array>();

/** A node says the same to everybody: the object that stays gives the bytes that stay. */
export function helloPayload(hello: ProtoHandshake): Uint8Array {
  const known = payloads.get(hello) ?? encodeHello(hello);
  payloads.set(hello, known);
  return known;
}

// #region hello-checks
/**
 * Reads the remote's Hello.
 *
 * @throws what `helloIn` throws
 * @geth p2p/rlpx.go readProtocolHandshake
 */
export async function readProtocolHandshake(
  reader: MsgReader,
): Promise<ProtoHandshake> {
  return helloIn(await reader.readMsg());
}

/**
 * The Hello that a remote's first message is.
 *
 * @throws {HandshakeError} `too-big`, `not-hello`
 * @throws {DiscError} the remote disconnects, or its id is zero: reason 7
 * @throws {PeerError} `invalid-msg`: not the list that a Hello is
 */
export function helloIn(msg: Msg): ProtoHandshake {
  //= is it small enough to look at?
  if (msg.size > baseProtocolMaxMsgSize) {
    throw new HandshakeError('too-big', `a first message of ${msg.size} bytes`);
  }
  //= which of the two is it?
  //: A node that has no place for us says so here, instead of Hello.
  if (msg.code === discMsg) throw new DiscError(decodeDisconnect(msg.payload));
  if (msg.code !== handshakeMsg) {
    const code = msg.code.toString(16);
    throw new HandshakeError('not-hello', `expected handshake, got ${code}`);
  }
  //= can it be read, and can its id be one?
  const hello = decodeOrRefuse(msg);
  //: The version is not checked: nobody is refused with reason 6.
  if (hello.id.every((byte) => byte === 0)) throw new DiscError(discInvalidIdentity);
  return hello;
}
// #endregion hello-checks

function decodeOrRefuse(msg: Msg): ProtoHandshake {
  try {
    return decodeHello(msg.payload);
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    const what = `(code ${msg.code}) (size ${msg.size}) ${error.message}`;
    throw new PeerError('invalid-msg', what);
  }
}
