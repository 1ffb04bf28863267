// misconception: the ranges lie in the order in which the remote names them
// caught-by: matchProtocols > lays the ranges in the order of the names, not in that of a list

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
  for (const name of new Set(caps.map((cap) => cap.name))) {
    const protocol = highest.get(name);
    if (protocol === undefined) continue;
    matches.set(protocol.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}
