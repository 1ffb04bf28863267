import type { Match } from '#impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';
import type * as Mine from './solution.ts';

export function adapt({
  rangesOf,
}: typeof Mine): (
  protocols: readonly Protocol[],
  caps: readonly Cap[],
) => Map<string, Match> {
  return (protocols, caps) =>
    new Map(
      rangesOf(protocols, caps).map(({ protocol, first }) => [
        protocol.name,
        { protocol, offset: first },
      ]),
    );
}
