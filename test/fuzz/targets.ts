/** All that is fuzzed. */

import type { Target } from './engine.ts';
import { byteTargets } from './targets-bytes.ts';
import { ethTargets } from './targets-eth.ts';
import { fileTargets } from './targets-files.ts';
import { p2pTargets } from './targets-p2p.ts';

export const targets: readonly Target[] = [
  ...byteTargets,
  ...p2pTargets,
  ...ethTargets,
  ...fileTargets,
];
