/** The fields of a message that is edited, by the table beside its decoder. */

import { toHex } from '../../../impl/bytes.ts';
import {
  disconnectFields,
  helloFields,
  type FieldSpan,
} from '../../../impl/p2p/rlpx/layout.ts';
import type { MessageName } from '../edits.ts';

const tables: Readonly<
  Record<MessageName, (bytes: Uint8Array) => readonly FieldSpan[]>
> = {
  hello: helloFields,
  disconnect: disconnectFields,
};

/** Every byte has a field; from the first one on that cannot be read, it is `malformed`. */
export function editFields(
  message: MessageName,
  bytes: Uint8Array,
): readonly FieldSpan[] {
  return tables[message](bytes);
}

const perLine = 16;

/**
 * The message with a line for each field: its bytes, and behind `//` where they stand,
 * what they are called and, if they are short, what they say.
 */
export function annotated(message: MessageName, bytes: Uint8Array): string[] {
  const lines = editFields(message, bytes).flatMap(({ start, end, field }) => {
    const value = valueOf(field, bytes.subarray(start, end));
    const starts = Array.from(
      { length: Math.ceil((end - start) / perLine) },
      (_, index) => start + index * perLine,
    );
    return starts.map((at) => {
      const shown = toHex(bytes.subarray(at, Math.min(end, at + perLine)));
      const name = at === start ? ` ${field}${value}` : '';
      return { hex: shown.replaceAll(/..(?=.)/g, '$& '), place: at, name };
    });
  });
  const width = Math.max(...lines.map(({ hex }) => hex.length));
  return lines.map(
    ({ hex, place, name }) =>
      `${hex.padEnd(width)}  // ${place.toString().padStart(3)}${name}`,
  );
}

function valueOf(field: string, given: Uint8Array): string {
  if (/\.(?:list|length)$/.test(field) || field === 'malformed') return '';
  const isEmpty = given.length === 1 && (given[0] === 0x80 || given[0] === 0xc0);
  const bytes = isEmpty ? given.subarray(1) : given;
  if (field.endsWith('name')) return ` “${printable(bytes)}”`;
  return bytes.length > 6 ? '' : ` ${Number(`0x0${toHex(bytes)}`)}`;
}

/** As text, with a dot for whatever would not stand well in a comment. */
function printable(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 24), (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x60 && byte !== 0x5c && byte !== 0x24
      ? String.fromCharCode(byte)
      : '·',
  ).join('');
}
