// misconception: JavaScript compares strings by their bytes
// caught-by: matchProtocols > orders names by their bytes: U+FB02 comes before U+1F642, in UTF-16 after it

import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import type { Match } from '#impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';

export function matchProtocols(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): Map<string, Match> {
  const highest = new Map<string, Protocol>();
  for (const own of protocols) {
    const common = caps.some(
      ({ name, version }) => name === own.name && version === own.version,
    );
    const other = highest.get(own.name);
    if (common && (other === undefined || own.version > other.version)) {
      highest.set(own.name, own);
    }
  }
  const matches = new Map<string, Match>();
  let offset = baseProtocolLength;
  const sorted = [...highest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const protocol of sorted) {
    matches.set(protocol.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}
