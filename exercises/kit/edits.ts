/** Bytes exercises: messages that the reader changes, and that are sent as they then are. */

import { fromHex, toHex } from '#impl/bytes.ts';
import { kitStrings } from './words/strings.ts';
import { Unsolved } from './unsolved.ts';

const strings = kitStrings.edits;

/** Messages whose fields have names (`formats/edit-fields.ts`). */
export const messageNames = ['hello', 'disconnect'] as const;
export type MessageName = (typeof messageNames)[number];

/** One message. An exercise's `items.ts` exports `items: readonly EditItem[]`. */
export interface EditItem {
  readonly id: string;
  /** What the changed bytes are to bring about. May hold `code` spans. */
  readonly task: string;
  readonly message: MessageName;
  /** The message as it is offered, hex. */
  readonly bytes: string;
  /** A longer message is not sent. */
  readonly maxBytes: number;
  /** Shown once the task is done. */
  readonly why: string;
}

/**
 * What `exercise.ts` exports: for each item the message as hex. Blanks, line ends and what
 * stands behind `//` do not count, so that the bytes can stand in lines with their names.
 */
export type Edits = Readonly<Record<string, string | undefined>>;

/** What stands there is no message that can be sent. */
export class NoBytes extends Error {
  override readonly name = 'NoBytes';
}

/**
 * The reader's bytes of one item.
 *
 * @throws {Unsolved} nothing stands there, or the message as it was offered
 * @throws {NoBytes} the text is no hex, or too long
 */
export function editOf(item: EditItem, edits: Edits): Uint8Array {
  // A reader's own code made it: it may be anything.
  const text: unknown = edits[item.id];
  if (text === undefined) throw new Unsolved(kitStrings.unsolved.edit);
  if (typeof text !== 'string') throw new NoBytes(strings.noText(typeof text));
  const bytes = bytesIn(item, text);
  if (toHex(bytes) === item.bytes) throw new Unsolved(kitStrings.unsolved.edit);
  return bytes;
}

/** @throws {NoBytes} the text is no hex, empty or too long */
export function bytesIn({ maxBytes }: EditItem, text: string): Uint8Array {
  const digits = digitsIn(text);
  const bad = /[^0-9a-f]/i.exec(digits);
  if (bad !== null) {
    const near = digits.slice(Math.max(0, bad.index - 8), bad.index + 8);
    throw new NoBytes(strings.noDigit(bad[0], near, Math.floor(bad.index / 2)));
  }
  if (digits === '') throw new NoBytes(strings.empty);
  if (digits.length % 2 !== 0) throw new NoBytes(strings.odd(digits.length));
  const count = digits.length / 2;
  if (count > maxBytes) throw new NoBytes(strings.tooLong(count, maxBytes));
  return fromHex(digits);
}

/** The hex digits of an edit, and whatever else stands among them. */
export function digitsIn(text: string): string {
  const bare = text.replaceAll(/\/\/.*/g, '').replaceAll(/\s+/g, '');
  return bare.replace(/^0x/i, '');
}
