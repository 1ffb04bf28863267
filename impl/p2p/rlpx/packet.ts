/**
 * The two packets of the encryption handshake, auth and ack, on the wire: a size, then an
 * ECIES message to the receiver's static key. EIP-8 gave them the size, a list that may
 * grow and a padding; what came before is read only where that is asked for.
 *
 * @see https://eips.ethereum.org/EIPS/eip-8
 */

import { concat, readUint, writeUint } from '../../bytes.ts';
import { EciesError, eciesDecrypt, eciesEncrypt } from '../../crypto/ecies.ts';
import { eciesOverhead } from '../../crypto/ecies.ts';
import { runtime } from '../../csp/runtime.ts';
import type { NetConn } from '../../net/net-conn.ts';
import { decode } from '../../rlp/decode.ts';
import { encode, type RlpValue } from '../../rlp/encode.ts';
import { RlpError } from '../../rlp/errors.ts';
import { asBytes, asList } from '../../rlp/fields.ts';
import { bytes, listWithTail, uint, type Schema } from '../../rlp/schema.ts';
import { isPrivateKey } from '#crypto';
import { HandshakeError } from './errors.ts';

/** @geth p2p/rlpx.go authMsgV4 */
export interface Auth {
  /** 65 bytes, by the initiator's ephemeral key. */
  readonly signature: Uint8Array;
  /** The initiator's static key, 64 bytes: who it says it is. */
  readonly initiatorKey: Uint8Array;
  readonly nonce: Uint8Array;
}

/** @geth p2p/rlpx.go authRespV4 */
export interface Ack {
  /** The recipient's ephemeral key, 64 bytes. */
  readonly ephemeralKey: Uint8Array;
  readonly nonce: Uint8Array;
}

/** How one of the packets is laid out. */
export interface PacketKind<T> {
  readonly name: 'auth' | 'ack';
  readonly schema: Schema;
  /** Names the fields of the list, in their order. */
  fields(list: readonly (Uint8Array | undefined)[]): T;
  /** Cuts the body of the format before EIP-8 into the same fields. */
  readonly plainLayout: readonly (readonly [start: number, end: number])[];
  readonly plainLength: number;
}

/** The version in both packets. geth v1.8.12 does not look at it. */
export const handshakeVersion = 4;

// #region auth-ack
export const authKind: PacketKind<Auth> = {
  name: 'auth',
  //: EIP-8: any version, and more elements after it, must be accepted.
  schema: listWithTail(bytes(65), bytes(64), bytes(32), uint(8)),
  fields: ([signature, initiatorKey, nonce]) => ({
    signature: asBytes(signature, 65),
    initiatorKey: asBytes(initiatorKey, 64),
    nonce: asBytes(nonce, 32),
  }),
  // Between signature and key stands a hash of the ephemeral key, which geth does not check.
  plainLayout: [
    [0, 65],
    [97, 161],
    [161, 193],
  ],
  plainLength: eciesOverhead + 194,
};

export const ackKind: PacketKind<Ack> = {
  name: 'ack',
  schema: listWithTail(bytes(64), bytes(32), uint(8)),
  fields: ([ephemeralKey, nonce]) => ({
    ephemeralKey: asBytes(ephemeralKey, 64),
    nonce: asBytes(nonce, 32),
  }),
  plainLayout: [
    [0, 64],
    [64, 96],
  ],
  plainLength: eciesOverhead + 97,
};
// #endregion auth-ack

/** Bytes after the size: at least what ECIES adds; more than 2048 nobody needs. */
const minPacketSize = eciesOverhead;
const maxPacketSize = 2048;

/**
 * What a multiplication of a point costs, as `Work` counts: of each that we are made to do
 * by what comes, and its share of those that the answer takes.
 */
export const pointUnits = 300;

// #region seal-packet
/**
 * Encodes, pads and encrypts a list to `receiver`, writes the packet and returns it.
 *
 * @geth p2p/rlpx.go sealEIP8
 */
export async function writePacket(
  fd: NetConn,
  name: 'auth' | 'ack',
  receiver: Uint8Array,
  list: readonly RlpValue[],
): Promise<Uint8Array> {
  //: Packets of one length would be easy to tell from other traffic.
  const padding = new Uint8Array(100 + (readUint(random(2), 0, 2) % 200));
  const plaintext = concat(encode(list), padding);
  const size = writeUint(plaintext.length + eciesOverhead, 2);
  //: The size is not encrypted, but the tag covers it.
  const packet = concat(size, eciesEncrypt(receiver, plaintext, freshRandom(), size));
  trace('out', name, packet, plaintext);
  await fd.write(packet);
  return packet;
}
// #endregion seal-packet

/** Writes a packet in the format before EIP-8: the answer to one that came in it. */
export async function writePlainPacket(
  fd: NetConn,
  name: 'auth' | 'ack',
  receiver: Uint8Array,
  body: Uint8Array,
): Promise<Uint8Array> {
  const packet = eciesEncrypt(receiver, body, freshRandom(), nothing);
  trace('out', name, packet, body);
  await fd.write(packet);
  return packet;
}

/** A packet that was read. */
export interface Received<T> {
  readonly message: T;
  /** As it was on the wire: the MACs begin with it. */
  readonly packet: Uint8Array;
  /** It came in the format before EIP-8. */
  readonly isPlain: boolean;
}

// #region read-packet
/**
 * Reads a packet and decrypts it with our static key.
 *
 * @param allowPlain also take the format before EIP-8
 * @throws {HandshakeError} `bad-size`, `cannot-decrypt`, `bad-packet`
 * @throws {EndOfStream} {DeadlineExceeded} {ConnClosed} from the connection
 * @geth p2p/rlpx.go readHandshakeMsg
 */
export async function readPacket<T>(
  fd: NetConn,
  kind: PacketKind<T>,
  privateKey: Uint8Array,
  allowPlain = false,
): Promise<Received<T>> {
  const prefix = await fd.readFull(2);
  if (allowPlain && prefix[0] === 0x04) {
    return readEitherFormat(fd, kind, privateKey, prefix);
  }
  const size = readUint(prefix, 0, 2);
  //: Before a byte of the body is waited for, whatever the size claims.
  if (size < minPacketSize || size > maxPacketSize) {
    throw new HandshakeError('bad-size', `${kind.name} packet of ${size} bytes`);
  }
  return openPacket(kind, privateKey, concat(prefix, await fd.readFull(size)));
}

/**
 * Opens a whole packet, size prefix included.
 *
 * @throws {HandshakeError} `cannot-decrypt`, `bad-packet`
 */
export function openPacket<T>(
  kind: PacketKind<T>,
  privateKey: Uint8Array,
  packet: Uint8Array,
): Received<T> {
  const plaintext = decrypt(privateKey, packet.subarray(2), packet.subarray(0, 2));
  if (plaintext === undefined) {
    throw new HandshakeError('cannot-decrypt', `${kind.name}: cannot decrypt`);
  }
  trace('in', kind.name, packet, plaintext);
  return { message: decodeFields(kind, plaintext), packet, isPlain: false };
}
// #endregion read-packet

function decodeFields<T>(kind: PacketKind<T>, plaintext: Uint8Array): T {
  try {
    const list = asList(decode(plaintext, kind.schema, kind.name));
    return kind.fields(list.map((item) => asBytes(item)));
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    throw new HandshakeError('bad-packet', error.message, { cause: error });
  }
}

// #region plain-packet
/**
 * Tries the format before EIP-8, then the other. Both may begin with 04: the one as its
 * first point does, the other as a size from 1024 to 1279.
 */
async function readEitherFormat<T>(
  fd: NetConn,
  kind: PacketKind<T>,
  privateKey: Uint8Array,
  prefix: Uint8Array,
): Promise<Received<T>> {
  const start = concat(prefix, await fd.readFull(kind.plainLength - 2));
  const body = decrypt(privateKey, start, nothing);
  if (body !== undefined) {
    trace('in', kind.name, start, body);
    const fields = kind.plainLayout.map(([from, to]) => body.subarray(from, to));
    return { message: kind.fields(fields), packet: start, isPlain: true };
  }
  // Such a size is within the limits, and above the length that was read already.
  const rest = await fd.readFull(readUint(prefix, 0, 2) + 2 - start.length);
  return openPacket(kind, privateKey, concat(start, rest));
}
// #endregion plain-packet

const nothing = new Uint8Array(0);

function decrypt(
  privateKey: Uint8Array,
  packet: Uint8Array,
  macData: Uint8Array,
): Uint8Array | undefined {
  runtime().spent(pointUnits);
  try {
    return eciesDecrypt(privateKey, packet, macData);
  } catch (error) {
    if (!(error instanceof EciesError)) throw error;
    return undefined;
  }
}

function random(length: number): Uint8Array {
  return runtime().randomBytes(length);
}

/** A private key that nobody has used. */
export function newPrivateKey(): Uint8Array {
  for (;;) {
    const key = random(32);
    if (isPrivateKey(key)) return key;
  }
}

function freshRandom(): { ephemeralKey: Uint8Array; iv: Uint8Array } {
  return { ephemeralKey: newPrivateKey(), iv: random(16) };
}

function trace(
  dir: 'in' | 'out',
  name: string,
  packet: Uint8Array,
  plaintext: Uint8Array,
): void {
  const { tracer } = runtime();
  if (tracer === undefined) return;
  const size = packet.length;
  const v = `${dir} ${name}, ${size} bytes`;
  tracer.emit('event', { v, msg: { dir, name, size } }, plaintext);
}
