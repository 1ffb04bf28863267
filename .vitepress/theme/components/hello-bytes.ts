/** What node A makes of a Hello, byte by byte, with the node's own code. */
import { equalBytes, fromHex, toHex, utf8 } from '../../../impl/bytes.ts';
import { protocolLength } from '../../../impl/eth/protocol.ts';
import {
  baseProtocolMaxMsgSize,
  handshakeMsg,
  snappyProtocolVersion,
} from '../../../impl/p2p/base-protocol.ts';
import type { ProtoHandshake } from '../../../impl/p2p/conn.ts';
import { nodeIDOf } from '../../../impl/p2p/enode.ts';
import { protoHandshakeChecks } from '../../../impl/p2p/handshake-checks.ts';
import { newMsg } from '../../../impl/p2p/message.ts';
import {
  DiscError,
  discInvalidIdentity,
  discUnexpectedIdentity,
  discUselessPeer,
} from '../../../impl/p2p/peer-error.ts';
import { matchProtocols } from '../../../impl/p2p/proto-rw.ts';
import type { Protocol } from '../../../impl/p2p/protocol.ts';
import { HandshakeError } from '../../../impl/p2p/rlpx/errors.ts';
import { decodeHello, encodeHello, helloIn } from '../../../impl/p2p/rlpx/hello.ts';
import { helloFields, type FieldSpan } from '../../../impl/p2p/rlpx/layout.ts';
import { encode } from '../../../impl/rlp/encode.ts';
import type { EditSpan } from '../../lab/edit-bytes.ts';
import { fieldText, fieldValue, NotAField } from '../../lab/field-text.ts';

/** What A asks, in this order. The first that finds something ends the connection. */
export const checks = ['size', 'list', 'zero', 'key', 'common'] as const;
export type Check = (typeof checks)[number];

export type Answer =
  | {
      /** The check that B did not pass. */
      readonly fails: Check;
      /** What B is told; undefined: nothing. */
      readonly reason: number | undefined;
      /** A's own error. */
      readonly error: string;
    }
  | {
      readonly fails: undefined;
      /** What both speak, `eth/63`. */
      readonly speaks: readonly string[];
      readonly compresses: boolean;
    };

const run = (): Promise<void> => Promise.resolve();
/** A speaks what a node of ours does. */
const ours: readonly Protocol[] = ([62, 63] as const).map((version) => {
  return { name: 'eth', version, length: protocolLength(version), run };
});

/** A has places, and knows nobody. */
const table = {
  ...{ peers: new Map(), inboundCount: 0, maxPeers: 25 },
  self: nodeIDOf('a0'.repeat(64)),
};
const flags = { inbound: true, staticDialed: false, trusted: false };

/**
 * @param payload of a first message that says it is a Hello
 * @param key the id that B holds the key of
 */
export function answerTo(payload: Uint8Array, key: Uint8Array): Answer {
  try {
    const hello = helloIn(newMsg(handshakeMsg, payload));
    // As setupConn does before it asks the run loop.
    if (!equalBytes(hello.id, key)) throw new DiscError(discUnexpectedIdentity);
    const { caps, version } = hello;
    const candidate = { id: nodeIDOf(toHex(key)), flags, caps };
    const refusal = protoHandshakeChecks(table, candidate, ours);
    if (refusal !== undefined) throw refusal;
    const matches = [...matchProtocols(ours, caps).values()];
    return {
      fails: undefined,
      speaks: matches.map(({ protocol: { name, version } }) => `${name}/${version}`),
      compresses: version >= snappyProtocolVersion,
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error instanceof DiscError ? error.reason : undefined;
    return { fails: failed(error, reason), reason, error: error.message };
  }
}

const failedOf: ReadonlyMap<number | undefined, Check> = new Map([
  [discInvalidIdentity, 'zero'],
  [discUnexpectedIdentity, 'key'],
  [discUselessPeer, 'common'],
]);

function failed(error: Error, reason: number | undefined): Check {
  if (error instanceof HandshakeError) return 'size';
  return failedOf.get(reason) ?? 'list';
}

/** The Hello that A reads; undefined: it is none. */
export function readHello(payload: Uint8Array): ProtoHandshake | undefined {
  try {
    return decodeHello(payload);
  } catch {
    return undefined; // the answer says why
  }
}

/** What each byte is, for whoever changes them. `odd`: what a field is not made for. */
export function spansOf(payload: Uint8Array, odd: string): EditSpan[] {
  return helloFields(payload).map((span) => {
    const value = fieldValue(span.field, payload.subarray(span.start, span.end));
    return { ...span, sentence: sentenceOf(span, payload) ?? odd, value };
  });
}

function sentenceOf(span: FieldSpan, payload: Uint8Array): string | undefined {
  try {
    return fieldText(span, payload);
  } catch (error) {
    if (!(error instanceof NotAField)) throw error;
    return undefined;
  }
}

/** Changes that a reader can pick, of a Hello that A takes. */
export const picks = [
  'next-year',
  'behind',
  'version',
  'port',
  'zero-as-00',
  'zero-id',
  'other-id',
  'other-name',
  'too-big',
] as const;
export type Pick = (typeof picks)[number];

export function picked(pick: Pick, from: string): string {
  const hello = decodeHello(fromHex(from));
  const { id } = hello;
  const withId = (bytes: Uint8Array): string =>
    toHex(encodeHello({ ...hello, id: bytes }));
  switch (pick) {
    case 'next-year':
      return toHex(withTail(hello, utf8('UTC+8')));
    case 'behind':
      return `${from}00`;
    case 'version':
      return toHex(encodeHello({ ...hello, version: 4 }));
    case 'port':
      return toHex(encodeHello({ ...hello, listenPort: 30_303 }));
    case 'zero-as-00':
      return portAs00(from);
    case 'zero-id':
      return withId(new Uint8Array(id.length));
    case 'other-id':
      return withId(id.with(-1, (id.at(-1) ?? 0) ^ 1));
    case 'other-name':
      return toHex(
        encodeHello({
          ...hello,
          caps: hello.caps.map((cap) => ({ ...cap, name: 'les' })),
        }),
      );
    case 'too-big':
      return grownTo(baseProtocolMaxMsgSize + 1, hello);
  }
}

function withTail(hello: ProtoHandshake, extra: Uint8Array): Uint8Array {
  const { version, name, caps, listenPort, id } = hello;
  const pairs = caps.map((cap) => [utf8(cap.name), cap.version]);
  return encode([version, utf8(name), pairs, listenPort, id, extra]);
}

/** The port is 0, which has one spelling. This is another. */
function portAs00(from: string): string {
  const port = helloFields(fromHex(from)).find(
    ({ field }) => field === 'hello.listen-port',
  );
  const at = 2 * (port?.start ?? 0);
  return `${from.slice(0, at)}00${from.slice(at + 2)}`;
}

function grownTo(bytes: number, hello: ProtoHandshake): string {
  const grown = (length: number): Uint8Array =>
    encodeHello({ ...hello, name: hello.name + '!'.repeat(length) });
  const missing = bytes - grown(bytes - 200).length;
  return toHex(grown(bytes - 200 + missing));
}
