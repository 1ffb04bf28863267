/**
 * Which line built a message, or read it. A run notes a message where it goes to the
 * transport and where it comes from there: one line for all of them, which says nothing
 * about any. The lines are found by what stands in them. One that is gone is said by a
 * test; the pages do without it, and show where the message is noted.
 */
import type { Trace, TraceEvent } from '../../impl/csp/trace.ts';
import { crossingOf } from './model.ts';
import { placeOf } from './player-data.ts';
import { withFields } from './words.ts';

/** By direction and name, after the task where it is not one of a node's own. */
type Sites = Readonly<Record<string, readonly [file: string, text: string]>>;

const read = [
  'impl/p2p/peer.ts',
  'await this.handle(await this.conn.transport.readMsg())',
] as const;

export const messageSites: Sites = {
  'out auth': ['impl/p2p/rlpx/packet.ts', 'const packet = concat(size, eciesEncrypt('],
  'out ack': ['impl/p2p/rlpx/packet.ts', 'const packet = concat(size, eciesEncrypt('],
  'in auth': ['impl/p2p/rlpx/packet.ts', '= decrypt(privateKey, packet.subarray(2)'],
  'in ack': ['impl/p2p/rlpx/packet.ts', '= decrypt(privateKey, packet.subarray(2)'],
  'out Hello': ['impl/p2p/rlpx/transport.ts', 'newMsg(handshakeMsg, '],
  'in Hello': ['impl/p2p/rlpx/hello.ts', 'return decodeHello(msg.payload)'],
  'out Disconnect': [
    'impl/p2p/peer.ts',
    'await transport.close(new DiscError(end.reason))',
  ],
  'out Ping': ['impl/p2p/peer.ts', 'await sendItems(transport, pingMsg)'],
  'out Pong': ['impl/p2p/peer.ts', 'await sendItems(transport, pongMsg)'],
  'out Status': ['impl/eth/peer.ts', 'newMsg(statusMsg, '],
  'out GetBlockHeaders': [
    'impl/eth/peer.ts',
    'getBlockHeadersMsg, encodeGetBlockHeaders(',
  ],
  'out GetBlockBodies': ['impl/eth/peer.ts', 'getBlockBodiesMsg, encodeHashes('],
  'out BlockHeaders': ['impl/eth/handle-msg.ts', 'await peer.sendBlockHeaders('],
  'out BlockBodies': ['impl/eth/handle-msg.ts', 'await peer.sendBlockBodies('],
  'out Receipts': ['impl/eth/handle-msg.ts', 'await peer.sendEncoded(receiptsMsg'],
  'out NodeData': ['impl/eth/handle-msg.ts', 'await peer.sendEncoded(nodeDataMsg'],
  'readLoop in': read,
  'script out Status': ['impl/sim/script.ts', 'status(step, run.chain)'],
  'script out': ['impl/sim/script.ts', 'newMsg(step.code, fromHex(step.payload))'],
  'script out Disconnect': ['impl/sim/script.ts', 'encodeDisconnect(step.reason)'],
  'listen in': ['impl/sim/script.ts', 'await transport.readMsg()'],
};

/** Of each site, `file:line`. */
export type MessagePlaces = Readonly<Record<string, string>>;

/** @param missed is told of a text that stands in no line of its file, or in several */
export function findPlaces(
  textOf: (file: string) => string,
  missed: (text: string, file: string) => void = () => undefined,
): MessagePlaces {
  const found: Record<string, string> = {};
  for (const [key, [file, text]] of Object.entries(messageSites)) {
    const lines = textOf(file).split('\n');
    const at = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
    if (at.length === 1) found[key] = `${file}:${at[0] ?? 0}`;
    else missed(text, file);
  }
  return found;
}

/** The files that the steps of a run show. */
export function filesOf(
  trace: Trace,
  places: MessagePlaces,
  ownFile: string | undefined,
): Set<string> {
  const files = new Set<string>();
  for (const event of withFields(trace).events) {
    const place = placeOf(srcOf(event, places, ownFile));
    if (place !== undefined) files.add(place.file);
  }
  return files;
}

/** The line that a reader should see at a step. */
export function srcOf(
  event: TraceEvent,
  places: MessagePlaces = {},
  ownFile?: string,
): string | undefined {
  const crossing = crossingOf(event);
  const isOwn = ownFile !== undefined && event.src?.startsWith(`${ownFile}:`) === true;
  if (crossing === undefined || isOwn) return event.src;
  const { direction, name } = crossing;
  const task = event.k.replace(/#\d+$/, '');
  return (
    places[`${task} ${direction} ${name}`] ??
    places[`${task} ${direction}`] ??
    places[`${direction} ${name}`] ??
    event.src
  );
}
