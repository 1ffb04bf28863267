/**
 * Three of the packages that this library needs run a script when they are installed, so
 * it is no dependency of ours. Who wants these tests has to ask for it:
 * `npm ci --ignore-scripts --prefix test/interop/devp2p-3`. `.ci/run` does.
 */

import { describe, it } from 'vitest';
import { loadDevp2p3 } from './devp2p-3.ts';

const library = loadDevp2p3();
const suite = library && (await import('./suite.ts'));

describe('ethereumjs-devp2p 3.0.3', () => {
  if (library === undefined || suite === undefined) {
    it.skip('is not installed in test/interop/devp2p-3');
    return;
  }
  suite.interopSuite(library);
});
