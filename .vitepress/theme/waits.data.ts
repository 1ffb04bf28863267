import { blockedCases } from './components/blocked-graph.ts';
import { findWaits } from '../data/waits.ts';
import type { WaitRun } from '../data/waits-run.ts';

declare const data: readonly WaitRun[];
export { data };

export default {
  watch: ['../../impl/sim/*.ts', '../../impl/p2p/*.ts', '../data/waits.ts'],
  load: (): Promise<readonly WaitRun[]> => findWaits(blockedCases),
};
