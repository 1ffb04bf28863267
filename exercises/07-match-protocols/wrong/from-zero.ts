// misconception: a protocol's first range begins at code 0
// caught-by: matchProtocols > runs eth/63 on the codes 16 to 32 if both sides speak eth/62 and eth/63

import { compareBytes, utf8 } from '#impl/bytes.ts';
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
  let offset = 0;
  const sorted = [...highest.values()].sort((a, b) =>
    compareBytes(utf8(a.name), utf8(b.name)),
  );
  for (const protocol of sorted) {
    matches.set(protocol.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}
