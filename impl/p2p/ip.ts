/** IP addresses as the listener needs them: is it on our own network, is it allowed? */

import { compareBytes } from '../bytes.ts';

/** An address range, `10.0.0.0/8`. */
export interface Cidr {
  readonly prefix: Uint8Array;
  readonly bits: number;
}

/**
 * Reads an IPv4 or IPv6 address; an IPv4 address inside IPv6 counts as IPv4, however it
 * is written.
 *
 * @returns 4 or 16 bytes, or undefined if it is neither
 */
export function parseIP(text: string): Uint8Array | undefined {
  const plain = text.replace(/%.*/, '');
  if (!plain.includes(':')) return parseIPv4(plain);
  const bytes = parseIPv6(inGroups(plain));
  return bytes !== undefined && contains(ipv4InIPv6, bytes) ? bytes.slice(12) : bytes;
}

/** The last four bytes of an IPv6 address may be written as IPv4. */
function inGroups(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const [a, b, c, d] = parseIPv4(text.slice(at)) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    return text;
  const group = (high: number, low: number): string => (high * 256 + low).toString(16);
  return `${text.slice(0, at)}${group(a, b)}:${group(c, d)}`;
}

const ipv4InIPv6: Cidr = {
  prefix: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0),
  bits: 96,
};

function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part)))
    return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? Uint8Array.from(bytes) : undefined;
}

function parseIPv6(text: string): Uint8Array | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(
    groups.flatMap((group) => {
      const value = parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** @returns undefined if the text is not an address range */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', bitsText = '', ...rest] = text.split('/');
  const prefix = parseIP(address);
  const bits = Number(bitsText);
  if (prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bitsText))
    return undefined;
  return bits <= prefix.length * 8 ? { prefix, bits } : undefined;
}

/** Whether a host is in one of the ranges; a name is in none. Without ranges all are. */
export function isAllowed(ranges: readonly Cidr[] | undefined, host: string): boolean {
  if (ranges === undefined) return true;
  const address = parseIP(host);
  return ranges.some((range) => address !== undefined && contains(range, address));
}

export function contains({ prefix, bits }: Cidr, address: Uint8Array): boolean {
  if (address.length !== prefix.length) return false;
  const whole = bits >> 3;
  if (compareBytes(address.subarray(0, whole), prefix.subarray(0, whole)) !== 0)
    return false;
  const rest = bits & 7;
  const difference = (address[whole] ?? 0) ^ (prefix[whole] ?? 0);
  return difference >> (8 - rest) === 0;
}

const localRanges = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].map(parseCidr);

/** Loopback, private and link-local addresses: machines of the same owner. */
export function isLocal(address: Uint8Array): boolean {
  return localRanges.some((range) => range !== undefined && contains(range, address));
}

/** The host of a `host:port`, without brackets. */
export function hostOf(hostPort: string): string {
  return hostPort.slice(0, hostPort.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}
