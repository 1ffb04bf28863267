/** What the code-space ruler computes, with the node's own matchProtocols. */
import { protocolLength } from '../../../impl/eth/protocol.ts';
import { baseProtocolLength } from '../../../impl/p2p/base-protocol.ts';
import { matchProtocols } from '../../../impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '../../../impl/p2p/protocol.ts';

/** A protocol as far as it takes part in the cut. */
export type Spec = Pick<Protocol, 'name' | 'version' | 'length'>;

/** What a reader can switch on. `chat` and `note` are made up; eth has its own lengths. */
export const offered: readonly Spec[] = [
  { name: 'chat', version: 1, length: 4 },
  { name: 'chat', version: 2, length: 6 },
  { name: 'eth', version: 62, length: protocolLength(62) },
  { name: 'eth', version: 63, length: protocolLength(63) },
  { name: 'note', version: 1, length: 4 },
];

export interface Range {
  /** `eth/63`. */
  readonly protocol: string;
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

export function textOf({ name, version }: Cap): string {
  return `${name}/${version}`;
}

/** The table of a side that speaks `own`, and hears `caps`; in the order of its codes. */
export function tableOf(own: readonly Spec[], caps: readonly Cap[]): Range[] {
  const protocols = own.map((spec) => ({ ...spec, run: () => Promise.resolve() }));
  return Array.from(matchProtocols(protocols, caps).values(), (match) => ({
    protocol: textOf(match.protocol),
    name: match.protocol.name,
    first: match.offset,
    last: match.offset + match.protocol.length - 1,
  }));
}

/** Past the last code of a table. */
export function endOf(table: readonly Range[]): number {
  return Math.max(baseProtocolLength, ...table.map(({ last }) => last + 1));
}

/** Whose a code is, and which of its messages. */
export interface Owner {
  readonly protocol: string;
  readonly message: number;
}

export function ownerIn(table: readonly Range[], code: number): Owner | undefined {
  const range = table.find(({ first, last }) => code >= first && code <= last);
  if (range === undefined) return undefined;
  return { protocol: range.protocol, message: code - range.first };
}

/** The first code that the two sides read differently. */
export function firstDifference(
  a: readonly Range[],
  b: readonly Range[],
): number | undefined {
  const end = Math.max(endOf(a), endOf(b));
  for (let code = baseProtocolLength; code < end; code++) {
    const [one, other] = [ownerIn(a, code), ownerIn(b, code)];
    if (one?.protocol !== other?.protocol || one?.message !== other?.message) {
      return code;
    }
  }
  return undefined;
}
