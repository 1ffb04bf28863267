// misconception: the first common version of a name is as good as any
// caught-by: matchProtocols > runs eth/63 on the codes 16 to 32 if both sides speak eth/62 and eth/63

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
    if (protocol === undefined || matches.has(cap.name)) continue;
    matches.set(cap.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}

function byName(a: Cap, b: Cap): number {
  return compareBytes(utf8(a.name), utf8(b.name)) || a.version - b.version;
}
