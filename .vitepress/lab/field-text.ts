/** What a field of a message is, in words, and what its bytes say when they are read. */
import { toHex } from '../../impl/bytes.ts';
import { discReasonText } from '../../impl/p2p/peer-error.ts';
import type { FieldSpan } from '../../impl/p2p/rlpx/layout.ts';
import { readItem } from '../../impl/rlp/scan.ts';
import { fieldProse } from '../../docs/reference/fields.en.ts';
import { grouped } from '../theme/strings/number.ts';

export class NotAField extends Error {
  override readonly name = 'NotAField';
}

/** The bytes in front of a value say what kind it is and how long. */
const header = /^(.*?)(\.(?:list|length))?$/;

/**
 * @returns undefined if no text was written for the field
 * @throws {NotAField} a list or a length is announced, and something else stands there
 */
export function fieldText(
  { field, start, end }: FieldSpan,
  bytes: Uint8Array,
): string | undefined {
  const [, name = '', part] = header.exec(field) ?? [];
  const whole = fieldProse[name];
  if (part === undefined || whole === undefined) return whole;
  const item = readItem(bytes, start, bytes.length, field);
  if (item.start !== end || item.isList !== (part === '.list'))
    throw new NotAField(`${field} is not what stands there`);
  const size = item.end - item.start;
  const count = size === 1 ? '1 byte' : `${size} bytes`;
  return item.isList
    ? `RLP: a list begins, ${count} long. ${whole}`
    : `RLP: a string of ${count} follows.`;
}

const texts = new Set(['hello.name', 'hello.cap-name']);
const numbers =
  /(?:version|port|network-id|\.td|amount|skip|reverse|difficulty|number|gas-(?:limit|used|price)|\.time|tx\.(?:nonce|value)|packet\.size)$/;

/** The value of a field, as a person writes it; undefined where the bytes say it best. */
export function fieldValue(field: string, given: Uint8Array): string | undefined {
  if (header.exec(field)?.[2] !== undefined) return undefined;
  // A value that is empty is its own header: 80, or c0.
  const isEmpty = given.length === 1 && (given[0] === 0x80 || given[0] === 0xc0);
  const bytes = isEmpty ? given.subarray(1) : given;
  if (texts.has(field)) return `“${new TextDecoder().decode(bytes)}”`;
  if (field === 'disconnect.reason') return reason(Number(unsigned(bytes)));
  // A request begins at a hash or at a number; only a hash is 32 bytes long.
  if (field === 'get-headers.origin' && bytes.length < 32) return `${unsigned(bytes)}`;
  if (field === 'header.time') return moment(unsigned(bytes));
  if (numbers.test(field)) return grouped(unsigned(bytes));
  return bytes.length === 0 ? undefined : hexText(bytes);
}

function unsigned(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

function reason(number: number): string {
  return `${number}, “${discReasonText(number)}”`;
}

function moment(seconds: bigint): string {
  if (seconds > 8_640_000_000_000n) return grouped(seconds); // past what a date can say
  const at = new Date(Number(seconds) * 1000).toISOString();
  return `${seconds}: ${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

const shown = 32;
function hexText(bytes: Uint8Array): string {
  const zeros = bytes.every((byte) => byte === 0);
  if (zeros && bytes.length > 8) return `${bytes.length} × 00`;
  const more = bytes.length > shown ? '…' : '';
  return `0x${toHex(bytes.subarray(0, shown))}${more}`;
}
