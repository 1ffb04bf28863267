import { findLeaks, type FaultRuns } from '../data/leak-runs.ts';

declare const data: readonly FaultRuns[];
export { data };

export default {
  watch: ['../../impl/p2p/*.ts', '../../impl/csp/*.ts', '../../impl/sim/*.ts'],
  load(): Promise<readonly FaultRuns[]> {
    return findLeaks();
  },
};
