import { findOutcomes, type Outcome } from '../data/outcomes.ts';

declare const data: readonly Outcome[];
export { data };

export default {
  watch: ['../../impl/sim/*.ts', '../../impl/p2p/*.ts', '../../impl/eth/*.ts'],
  load(): Promise<readonly Outcome[]> {
    return findOutcomes();
  },
};
