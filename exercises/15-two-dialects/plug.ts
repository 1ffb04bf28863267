import { discRequested, type DiscReason } from '#impl/p2p/peer-error.ts';
import type * as Mine from './solution.ts';

/** In the node, what cannot be read is reason 0. */
export function adapt({ reasonIn }: typeof Mine): (payload: Uint8Array) => DiscReason {
  return (payload) => {
    const reason = reasonIn(payload);
    return reason === 'invalid' ? discRequested : reason;
  };
}
