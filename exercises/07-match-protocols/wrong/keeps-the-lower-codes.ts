// misconception: a lower version keeps its codes, though it does not run
// caught-by: matchProtocols > leaves no hole where a lower version would have been

import { compareBytes, utf8 } from '#impl/bytes.ts';
import { baseProtocolLength } from '#impl/p2p/base-protocol.ts';
import type { Match } from '#impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';

export function matchProtocols(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): Map<string, Match> {
  const matches = new Map<string, Match>();
  let offset = baseProtocolLength;
  for (const cap of caps.toSorted(byName)) {
    const protocol = protocols.find(
      ({ name, version }) => name === cap.name && version === cap.version,
    );
    if (protocol === undefined) continue;
    matches.set(cap.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}

function byName(a: Cap, b: Cap): number {
  return compareBytes(utf8(a.name), utf8(b.name)) || a.version - b.version;
}
