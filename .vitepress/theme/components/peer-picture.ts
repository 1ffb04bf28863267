/** Where the parts of one peer lie in its picture. What they are comes from `data`. */
import { lanes, type Lane } from '../../data/lanes.ts';
import type { PeerPicture, PictureChannel } from '../../data/peer-picture.ts';

/** The channels from top to bottom: what comes in, what goes out, and how it ends. */
export const rows = [
  'in',
  'pingRecv',
  'writeStart',
  'writeErr',
  'readErr',
  'protoErr',
  'disc',
  'delpeer',
] as const;

export const top = 44;
const rowHeight = 40;
/** Below the starts. */
const firstRow = 126;

export class NotPlaced extends Error {
  override readonly name = 'NotPlaced';
}

/** Percent of the width. */
export function xOf(lane: Lane): number {
  return ((lanes.indexOf(lane) + 0.5) * 100) / lanes.length;
}

export interface Pipe {
  readonly channel: PictureChannel;
  readonly y: number;
  readonly from: readonly number[];
  readonly to: number;
  /** Where its room is drawn, and its name. */
  readonly middle: number;
}

/** @throws {NotPlaced} a channel has no row, or a row no channel, or two ends that receive */
export function pipesOf({ channels }: PeerPicture): Pipe[] {
  const unknown = channels.find(({ name }) => !rows.some((row) => row === name));
  if (unknown !== undefined) throw new NotPlaced(`the picture has no ${unknown.name}`);
  return rows.map((row, index) => {
    const channel = channels.find(({ name }) => name === row);
    const [receiver, other] = channel?.receivers ?? [];
    if (channel === undefined || receiver === undefined || other !== undefined) {
      throw new NotPlaced(`${row}: expected one task that receives`);
    }
    const from = channel.senders.map(xOf);
    const to = xOf(receiver);
    const nearest = from.toSorted((a, b) => Math.abs(a - to) - Math.abs(b - to))[0];
    if (nearest === undefined) throw new NotPlaced(`${row}: nobody sends`);
    const y = firstRow + index * rowHeight;
    return { channel, y, from, to, middle: (nearest + to) / 2 };
  });
}

/** The signal, and below it the connection, under the channels. */
export const signalY = firstRow + rows.length * rowHeight;
export const laneEnd = signalY + 18;
export const lineY = laneEnd + 34;
export const height = lineY + 30;
