import { findRooms, type TrialRuns } from '../data/peer-rooms.ts';

declare const data: readonly TrialRuns[];
export { data };

export default {
  watch: ['../../impl/p2p/*.ts', '../../impl/csp/*.ts', '../../impl/sim/*.ts'],
  load(): Promise<readonly TrialRuns[]> {
    return findRooms();
  },
};
