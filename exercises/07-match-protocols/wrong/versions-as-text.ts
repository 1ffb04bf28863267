// misconception: eth/9 is above eth/10, as in a sorted list of texts
// caught-by: matchProtocols > compares versions as numbers: 10 is above 9

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
  for (const cap of caps.toSorted((a, b) => compareBytes(textOf(a), textOf(b)))) {
    const protocol = protocols.find(
      ({ name, version }) => name === cap.name && version === cap.version,
    );
    if (protocol === undefined) continue;
    const lower = matches.get(cap.name);
    if (lower !== undefined) offset -= lower.protocol.length;
    matches.set(cap.name, { protocol, offset });
    offset += protocol.length;
  }
  return matches;
}

function textOf({ name, version }: Cap): Uint8Array {
  return utf8(`${name}/${version}`);
}
